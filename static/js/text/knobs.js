/** Where does a knob's value stand on its slider, and which value stands where? Knobs are the server's (simulator/knobs.py). Pure. */

import { formatDuration } from "../time/format.js";

/** The share (0 to 1) of the slider at which a number stands. */
export function placeOf({ min, max, scale }, value) {
  const [low, high, at] = scale === "log" ? [Math.log(min), Math.log(max), Math.log(Math.max(value, min))] : [min, max, value];
  return Math.min(1, Math.max(0, (at - low) / (high - low)));
}

/** The number at a share of the slider: in steps on a linear one, with two digits on a logarithmic one. */
export function valueAt({ min, max, scale, steps = 1 }, share) {
  if (share <= 0) return min;
  if (share >= 1) return max;
  if (scale !== "log") return Math.min(max, min + Math.round(((max - min) * share) / steps) * steps);
  const value = Math.exp(Math.log(min) + (Math.log(max) - Math.log(min)) * share);
  return Math.min(max, Math.max(min, Number(value.toPrecision(2))));
}

/** A value with its unit. */
export function wordsOf({ unit }, value) {
  if (typeof value !== "number") return value;
  if (unit === "s") return formatDuration(value);
  // Mi, Gi, Mi/s: quantities as Kubernetes writes them.
  return [String(value), unit.replace(/^([KMGT]i)/, "$1B")].filter(Boolean).join(" ");
}
