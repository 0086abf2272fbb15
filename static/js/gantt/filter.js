/** Which rows does a search find? By the words of their names, types, states and marks. Pure. */

import { describeRow } from "../text/describe.js";

/**
 * @param {string} query words; a row must have all of them
 * @param {object} palette see palette.js
 * @returns {((row: object) => boolean)|null} null for a query without a word
 */
export function matcherOf(query, palette) {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.length) return null;
  return (row) => {
    const text = textOf(row, palette);
    return words.every((word) => text.includes(word));
  };
}

function textOf(row, palette) {
  const states = new Set(row.spans.map(({ state }) => state));
  const marks = new Set(row.marks.map(({ kind }) => kind));
  return [
    row.key,
    row.type,
    describeRow(row),
    ...[...states].flatMap((state) => [palette.state(state).label, state]),
    ...[...marks].map((kind) => palette.mark(kind).label),
  ]
    .join("\n")
    .toLowerCase();
}
