/** How does kubectl write columns, ages and instants? Pure. */

import { formatInstant } from "../time/format.js";

/** As kubectl shortens durations (apimachinery/pkg/util/duration, HumanDuration). */
export function age(seconds) {
  const whole = Math.trunc(seconds);
  if (whole < -1) return "<invalid>";
  if (whole < 120) return `${Math.max(whole, 0)}s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 10) return two(minutes, "m", whole % 60, "s");
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 8) return two(hours, "h", minutes % 60, "m");
  if (hours < 48) return `${hours}h`;
  const days = Math.floor(hours / 24);
  if (days < 8) return two(days, "d", hours % 24, "h");
  const years = Math.floor(hours / 24 / 365);
  if (years < 2) return `${days}d`;
  return years < 8 ? two(years, "y", days % 365, "d") : `${years}y`;
}

function two(large, largeUnit, small, smallUnit) {
  return small ? `${large}${largeUnit}${small}${smallUnit}` : `${large}${largeUnit}`;
}

/** `+0:12.345`: an instant of virtual time, where a cluster would show the time of day. */
export function instant(atS) {
  return `${atS < 0 ? "" : "+"}${formatInstant(atS, 3)}`;
}

/**
 * Align cells that are separated by tabs, as Go's text/tabwriter does: a column reaches over consecutive lines that have it, and the last cell of a line is of
 * no column.
 *
 * @param {Iterable<string>} lines  a message in one may have line ends of its own
 */
export function aligned(lines, { least = 0, padding = 2 } = {}) {
  const rows = [...lines].flatMap((line) => line.split("\n")).map((line) => line.split("\t"));
  const widths = rows.map(() => []);
  align(rows, widths, 0, rows.length, 0, { least, padding });
  return rows.map((cells, index) => cells.map((cell, column) => cell.padEnd(widths[index][column] ?? 0)).join(""));
}

function align(rows, widths, from, to, column, options) {
  for (let first = from; first < to; first += 1) {
    let end = first;
    let width = options.least;
    for (; end < to && column < rows[end].length - 1; end += 1) width = Math.max(width, [...rows[end][column]].length + options.padding);
    if (end === first) continue;
    for (let index = first; index < end; index += 1) widths[index][column] = width;
    align(rows, widths, first, end, column + 1, options);
    first = end - 1;
  }
}
