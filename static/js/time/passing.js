/** Did the clock only go on between two frames, or did somebody move it? Pure. */

/** A frame may come late; what moves further than this many seconds of the reader's time was moved. */
const LATE_S = 1;
/** Instants that are nearer to each other are one. */
export const SAME_S = 0.0015;

/**
 * @param {{atS: number, speed: number|null, playing: boolean}} before  speed null: as fast as it comes
 * @param {{atS: number, speed: number|null, playing: boolean}} now
 * @param {{elapsedS: number, isAtEnd: boolean}} between  the reader's time; whether the clock has come to the end of what there is, where it stops by itself
 */
export function isTimePassing(before, now, { elapsedS, isAtEnd }) {
  if (before.speed !== now.speed) return false;
  if (before.playing !== now.playing && !(before.playing && isAtEnd)) return false;
  if (!before.playing) return Math.abs(now.atS - before.atS) < SAME_S;
  const furthestS = before.speed === null ? Infinity : before.atS + (elapsedS + LATE_S) * before.speed;
  return now.atS >= before.atS - SAME_S && now.atS <= furthestS;
}
