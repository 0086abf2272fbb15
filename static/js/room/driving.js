/**
 * How does what the driver does get to the others, without flooding them? A scrub moves the clock many times a second; the room hears of it some ten times a second,
 * and of the last place in any case. Pure: the clock and the timer are given.
 */

/** Between two commands that replace each other. */
export const EVERY_MS = 100;

/**
 * @param {object} options
 * @param {(part: object) => boolean} options.send a part of the room's state; whether there was a connection
 * @param {() => number} options.nowMs
 * @param {(act: () => void, ms: number) => void} options.later
 */
export function createDriving({ send, nowMs, later }) {
  let waiting = null;
  let sentMs = -Infinity;
  let isTimed = false;

  function flush() {
    isTimed = false;
    if (!waiting) return false;
    const part = waiting;
    waiting = null;
    sentMs = nowMs();
    return send(part);
  }

  return {
    /** Tell the room; what is not sent yet is replaced by what comes after it, field by field. `now`: a press of a button, which does not wait, and hears whether it was sent. */
    drive(part, { now = false } = {}) {
      waiting = { ...waiting, ...part };
      const waitMs = sentMs + EVERY_MS - nowMs();
      if (now || waitMs <= 0) return flush();
      if (!isTimed) later(flush, waitMs);
      isTimed = true;
      return undefined;
    },

    /** Has something been done that the room was not told yet? */
    get isWaiting() {
      return waiting !== null;
    },

    /** The wheel is somebody else's: what waits is nobody's wish any more. */
    forget() {
      waiting = null;
    },
  };
}

/** A clock of the page as the room writes it. */
export function clockPart({ atS, speed, playing }) {
  return { at_s: round(atS), speed: speed === Infinity ? null : speed, playing };
}

/** A selection of the page as the room writes it. */
export function selectedPart(selection) {
  return selection && { row: selection.row, at_s: selection.atS === null ? null : round(selection.atS) };
}

/** To the millisecond, as virtual time is. */
export function round(atS) {
  return Math.round(atS * 1000) / 1000;
}
