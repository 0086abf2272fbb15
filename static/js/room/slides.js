/**
 * What does the driver of a lesson do next, and what does the room show then? A step is read; if it asks something, it is asked, answered and locked, the clock runs,
 * and the answer is revealed. Pure: steps are those of the lesson's pack, and what comes out are parts of the room's state.
 */

/** The clock runs from the question to the answer in at most so long. In seconds of the reader's time. */
const LONGEST_RUN_S = 12;

/**
 * The one thing that comes next.
 *
 * @param {object} room
 * @param {Array} room.steps   of the pack; empty for a room without a lesson
 * @param {number} room.step
 * @param {string} room.phase
 * @param {{atS: number, playing: boolean}} room.clock the room's
 * @returns {"ask"|"lock"|"run"|"reveal"|"next"|null}
 */
export function nextAction({ steps, step, phase, clock }) {
  const current = steps[step];
  if (!current) return null;
  const isLast = step >= steps.length - 1;
  if (phase === "read" && current.ask) return "ask";
  if (phase === "asked") return "lock";
  if (phase === "locked") return hasRun(current, clock) ? "reveal" : "run";
  return isLast ? null : "next";
}

/** While it runs, nobody has to wait for its end. */
function hasRun({ run, stop_s: stopS, until_s: untilS }, clock) {
  return run === null || stopS >= untilS || clock.playing || clock.atS >= untilS;
}

/** How far may the room's chart go in this phase? What a question asks for lies behind its stop. */
export function limitOf(current, phase) {
  if (!current || current.run === null) return Infinity;
  return current.ask && (phase === "read" || phase === "asked") ? current.stop_s : current.until_s;
}

/** The state's part that shows another step. Its phase is the room's to remember; `phase` is what is known of it here. */
export function toStep(steps, index, phase = "read") {
  return { step: index, run: null, selected: null, ...unveiled(steps[index], phase) };
}

/** The part that shows as much of a step's run as its phase allows, to its end. */
export function unveiled(current, phase) {
  const atS = current.run === null ? 0 : limitOf(current, phase === "locked" ? "asked" : phase);
  return { clock: standing(atS), shown_until_s: atS };
}

/** Does a room show less of a step than the class has seen of it before? */
export function isVeiled(current, { phase, shown_until_s: shownS, run, clock }) {
  return phase === "revealed" && run === null && current.run !== null && !clock.playing && shownS !== null && shownS < current.until_s;
}

/** The state's part that carries an action out; "next" is `toStep`. */
export function partOf(action, current) {
  const { stop_s: stopS, until_s: untilS } = current;
  switch (action) {
    case "ask":
      return { phase: "asked" };
    case "lock":
      return { phase: "locked" };
    case "run":
      return { run: null, clock: { at_s: stopS, speed: paceOf(stopS, untilS), playing: true }, shown_until_s: stopS };
    case "reveal":
      return { phase: "revealed", run: null, ...unveiled(current, "revealed") };
  }
  return {};
}

/**
 * Where is there something to see now, for whoever saw the state before?
 *
 * @returns {"chart"|"slide"|null} null: nothing has changed that draws the eye
 */
export function placeOf(before, now) {
  if (!before) return null;
  if (now.step !== before.step || (now.phase === "revealed" && before.phase !== "revealed")) return "slide";
  return now.phase === "locked" && now.clock.playing && !before.clock.playing ? "chart" : null;
}

/** Virtual seconds per second, so that it takes as long as a class looks on. */
export function paceOf(stopS, untilS) {
  return Math.max(1, Math.ceil(((untilS - stopS) / LONGEST_RUN_S) * 10) / 10);
}

function standing(atS) {
  return { at_s: atS, speed: 1, playing: false };
}
