/**
 * Which lines of the text are about which container or pod, and which of them decided something? From the places that the server has of a run's text
 * (simulator/advice/places.py), which say where something begins; where it ends is seen from the indentation. Pure.
 */

import { placesOf, reasonOf, reasonsOf } from "../text/why.js";
import { documentAt, documentsOf } from "./documents.js";

/**
 * @typedef {object} Block
 * @property {string} owner  `namespace/name` of a pod, or `Kind/namespace/name` of what makes it
 * @property {string} name   of the container; empty for the pod itself
 * @property {number} first  its first line, from 1
 * @property {number} last   its last one
 */

/** The lines on which the cause of a selection stands, or else what was selected; from 1. Empty without a place. */
export function decidingLines(text, { row, span, mark }, records, book) {
  const { began, ended } = reasonsAt(row, span, mark, records, book);
  const places = [began, ended].map((reason) => reason?.place).filter(Boolean);
  const lines = text.split("\n");
  if (places.length) return [...new Set(places.flatMap((place) => fieldLines(lines, place)))].sort((a, b) => a - b);
  const spot = placesOf(records, row.pod, book)?.[row.type === "pod" ? ":" : `${row.name}:`];
  return spot ? [spot[1]] : [];
}

function reasonsAt(row, span, mark, records, book) {
  if (mark) return { began: mark.seq === undefined ? null : reasonOf(records, mark.seq, book) };
  return span ? reasonsOf(records, row, span, book) : {};
}

/** The lines of a field: its own, and those below if its value is a map or a list of several lines. */
function fieldLines(lines, { line, column }) {
  const before = lines[line - 1]?.slice(0, column - 1) ?? "";
  // The place of a value that begins below its key; the key belongs to it.
  let key = line - 1;
  while (key > 0 && /^\s*(#.*)?$/.test(lines[key - 1])) key -= 1;
  if (before.trim() || !/:\s*(#.*)?$/.test(lines[key - 1] ?? "")) return [line];
  return Array.from({ length: lastLine(lines, line, column) - key + 1 }, (_, index) => key + index);
}

/** The last line of what begins at a place: all that follows and is not further left. */
function lastLine(lines, first, column) {
  let last = first;
  for (let line = first + 1; line <= lines.length; line += 1) {
    const text = lines[line - 1];
    if (!text.trim()) continue;
    const isLess = text.length - text.trimStart().length < column - 1;
    // In a list that is as far left as its key, a dash is one step out.
    if (isLess || /^---(\s|$)/.test(text)) break;
    last = line;
  }
  return last;
}

/** @returns {Block[]} */
export function blocksOf(text, places) {
  const lines = text.split("\n");
  const documents = documentsOf(text);
  const starts = [0];
  for (const line of lines) starts.push(starts.at(-1) + line.length + 1);
  const lineOf = (at) => starts.findLastIndex((start) => start <= at) + 1;
  const blocks = [];
  for (const [owner, spots] of Object.entries(places)) {
    for (const [key, [, line, column]] of Object.entries(spots)) {
      if (key.endsWith(":")) blocks.push({ owner, name: key.slice(0, -1), first: line, last: lastLine(lines, line, column) });
    }
    const whole = spots[":"] && documentAt(documents, starts[spots[":"][1] - 1] ?? 0);
    // Of what makes the pod, whatever else it says.
    if (whole && owner.split("/").length > 2) blocks.push({ owner, name: "", first: lineOf(whole.from), last: lineOf(Math.max(whole.to - 1, whole.from)) });
  }
  return blocks;
}

/** The innermost block around a line, or null. */
export function blockAt(blocks, line) {
  const around = blocks.filter(({ first, last }) => first <= line && line <= last);
  return around.reduce((found, block) => (found && found.last - found.first <= block.last - block.first ? found : block), null);
}

/** The rows of the chart that a block is about: one, or one for each pod that a controller made. */
export function rowsOf(rows, { owner, name }, records) {
  const owners = new Map();
  for (const record of records) if (record.field === "watch" && record.to === "ADDED" && record.owner) owners.set(record.pod, record.owner);
  return rows.filter((row) => (row.type === "pod" ? "" : row.name) === name && (row.pod === owner || owners.get(row.pod) === owner));
}
