/**
 * Which row of one run is which row of another? By the names of the pods; pods that a controller made, whose names are drawn by chance, by their controller and
 * their number among its pods. Pure.
 */

import { indexAt, spanAt } from "./rows.js";
import { shortName } from "../text/names.js";

/** @returns {Map<string, {owner: string, ordinal: number}>} pods that a controller made, in the order in which it made them */
function ownersIn(records) {
  const owners = new Map();
  const counts = new Map();
  for (const { layer, field, to, pod, owner } of records) {
    if (layer !== "status" || field !== "watch" || to !== "ADDED" || !owner || owners.has(pod)) continue;
    const ordinal = (counts.get(owner) ?? 0) + 1;
    counts.set(owner, ordinal);
    owners.set(pod, { owner, ordinal });
  }
  return owners;
}

/**
 * @param {Array} records  of run A
 * @param {Array} others   of run B
 * @returns {Map<string, string>} pod of B -> pod of A that has another name
 */
export function twinsOf(records, others) {
  const [ours, theirs] = [ownersIn(records), ownersIn(others)];
  const byNumber = new Map([...ours].map(([pod, { owner, ordinal }]) => [`${owner}#${ordinal}`, pod]));
  const twins = new Map();
  for (const [pod, { owner, ordinal }] of theirs) {
    const twin = byNumber.get(`${owner}#${ordinal}`);
    if (!ours.has(pod) && twin && !theirs.has(twin)) twins.set(pod, twin);
  }
  return twins;
}

const renamed = new WeakMap();
/** Rows of B -> what they were paired to; asked in every frame. */
const known = new WeakMap();

/**
 * Rows of B under the keys of A; as long as they are the same, the same map. A row of a pod that has another name in A is a copy (the same one each time) that remembers its own.
 *
 * @param {Map<string, object>} rows  of B, see spans.js
 * @param {Map<string, string>} twins see twinsOf
 */
export function pairedRows(rows, twins) {
  const before = known.get(rows);
  if (before && before.twins === twins && before.count === rows.size) return before.paired;
  const paired = new Map();
  for (const row of rows.values()) {
    const pod = twins.get(row.pod) ?? row.pod;
    const found = pod === row.pod ? row : copyOf(row, pod);
    paired.set(found.key, found);
  }
  known.set(rows, { twins, count: rows.size, paired });
  return paired;
}

function copyOf(row, pod) {
  const key = row.type === "pod" ? pod : `${pod}/${row.name}`;
  if (renamed.get(row)?.key !== key) renamed.set(row, { ...row, pod, key, name: row.type === "pod" ? shortName(pod) : row.name, own: row });
  return renamed.get(row);
}

/** The bar of another row that corresponds: the same state for the same time in order, else what is there at its beginning, else what came before. */
export function counterpartOf(span, row, other) {
  if (!span || !other) return null;
  const alike = ({ state }) => state === span.state;
  const index = row.spans.filter(alike).indexOf(span);
  return other.spans.filter(alike)[index] ?? spanAt(other, span.startS) ?? other.spans[indexAt(other.spans, span.startS)] ?? null;
}
