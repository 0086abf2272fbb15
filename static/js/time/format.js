/** How are instants and durations of virtual time written? Pure. */

/** `0:05`, `12:05.3`, `1:02:05`, `2d 3:04:05`: an instant, with as many decimals as asked for. */
export function formatInstant(atS, decimals = 1) {
  const sign = atS < 0 ? "−" : "";
  const scale = 10 ** decimals;
  // Rounded once, before it is cut into units: 59.96 s is 1:00.0, not 0:60.0.
  const units = Math.round(Math.abs(atS) * scale);
  const whole = Math.floor(units / scale);
  const seconds = `${pad(whole % 60)}${decimals ? `.${String(units % scale).padStart(decimals, "0")}` : ""}`;
  const minutes = Math.floor(whole / 60) % 60;
  const hours = Math.floor(whole / 3600) % 24;
  const days = Math.floor(whole / 86_400);
  if (days) return `${sign}${days}d ${hours}:${pad(minutes)}:${seconds}`;
  return hours ? `${sign}${hours}:${pad(minutes)}:${seconds}` : `${sign}${minutes}:${seconds}`;
}

/** `340 ms`, `12.4 s`, `2 min 5 s`, `1 h 2 min`, `3 d 4 h`: a duration, to two units. */
export function formatDuration(lengthS) {
  if (lengthS < 0.9995) return `${Math.round(lengthS * 1000)} ms`;
  if (lengthS < 9.995) return `${trimmed(lengthS, 2)} s`;
  if (lengthS < 119.95) return `${trimmed(lengthS, 1)} s`;
  const whole = Math.round(lengthS);
  if (whole < 3600) return two(Math.floor(whole / 60), "min", whole % 60, "s");
  if (whole < 86_400) return two(Math.floor(whole / 3600), "h", Math.floor((whole % 3600) / 60), "min");
  return two(Math.floor(whole / 86_400), "d", Math.floor((whole % 86_400) / 3600), "h");
}

function two(large, largeUnit, small, smallUnit) {
  return small ? `${large} ${largeUnit} ${small} ${smallUnit}` : `${large} ${largeUnit}`;
}

function trimmed(number, decimals) {
  return String(Number(number.toFixed(decimals)));
}

function pad(number) {
  return String(number).padStart(2, "0");
}

const STEPS_S = [
  0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400,
  172_800, 432_000, 864_000, 1_728_000,
];

/**
 * Round instants for the axis: { values, texts }. They reach one view's length beyond both ends, so that the axis is not bare while it is dragged.
 */
export function ticks({ startS, endS, widthPx }, apartPx = Math.min(90, Math.max(56, widthPx / 4))) {
  const wantedS = ((endS - startS) * apartPx) / Math.max(widthPx, 1);
  const stepS = STEPS_S.find((step) => step >= wantedS) ?? STEPS_S[STEPS_S.length - 1];
  const decimals = stepS >= 1 ? 0 : stepS >= 0.1 ? 1 : stepS >= 0.01 ? 2 : 3;
  const lengthS = endS - startS;
  const values = [];
  for (let index = Math.max(0, Math.ceil((startS - lengthS) / stepS - 1e-6)); index * stepS <= endS + lengthS && values.length < 400; index += 1) {
    values.push(Number((index * stepS).toFixed(3)));
  }
  return { values, texts: values.map((value) => formatInstant(value, decimals)) };
}
