/** Where does a knob's value stand on its slider, and which value stands where? Pure. */

import { formatDuration } from "../time/format.js";
import { formatBytes } from "./describe.js";

/** The share (0 to 1) of the slider at which a value stands. */
export function placeOf({ min, max, scale }, value) {
  const [low, high, at] = scale === "log" ? [Math.log(min), Math.log(max), Math.log(Math.max(value, min))] : [min, max, value];
  return Math.min(1, Math.max(0, (at - low) / (high - low)));
}

/** The value at a share of the slider, rounded to two digits on a logarithmic one and to whole steps else. */
export function valueAt({ min, max, scale, step = 1 }, share) {
  if (share <= 0) return min;
  if (share >= 1) return max;
  if (scale !== "log") return Math.round((min + (max - min) * share) / step) * step;
  const value = Math.exp(Math.log(min) + (Math.log(max) - Math.log(min)) * share);
  const digit = 10 ** Math.max(0, Math.floor(Math.log10(value)) - 1);
  return Math.min(max, Math.max(min, Math.round(value / digit) * digit));
}

const WORDS = {
  bytes: formatBytes,
  "bytes/s": (value) => `${formatBytes(value)}/s`,
  s: formatDuration,
  ms: (value) => formatDuration(value / 1000),
  "%": (value) => `${value} %`,
};

/** A value with its unit. */
export function wordsOf({ unit }, value) {
  if (typeof value !== "number") return String(value);
  return (WORDS[unit] ?? String)(value);
}
