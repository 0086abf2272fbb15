/**
 * In which order do the rows stand? Pods as the trace names them; under each its containers as the kubelet starts them: init containers and sidecars in
 * the order of the spec, then the mains, then what was added later. The order never changes while a run goes on, but for rows that join. Pure.
 *
 * The first status of a pod names its containers in the order of the spec, so the order of appearance within a type is the order of the spec.
 */

const PLACE = { pod: 0, init: 1, sidecar: 1, main: 2, ephemeral: 3 };

/** Model -> its rows in order; a model without new rows is asked in every frame. */
const known = new WeakMap();

/**
 * Rows of the model in display order, without those of collapsed pods (a set of pod names). Without options: as long as they are the same, the same array.
 *
 * @param {object} model see spans.js
 * @param {Set<string>} [collapsed]
 * @param {{behind?: object|null, matches?: ((row: object) => boolean)|null}} [options]
 *   `behind`: bars of another run; rows that only it has stand in their group without bars. `matches`: only these rows, and the pods that they belong to;
 *   of a pod that matches itself, all.
 */
export function orderedRows(model, collapsed = new Set(), { behind = null, matches = null } = {}) {
  if (behind || matches) return inOrder(model, collapsed, behind, matches);
  const folded = [...collapsed].join();
  const before = known.get(model);
  if (before && before.count === model.rows.size && before.folded === folded) return before.rows;
  const rows = inOrder(model, collapsed);
  known.set(model, { count: model.rows.size, folded, rows });
  return rows;
}

function inOrder(model, collapsed, behind = null, matches = null) {
  const groups = new Map();
  const add = (row) => (groups.has(row.pod) ? groups.get(row.pod).push(row) : groups.set(row.pod, [row]));
  for (const row of model.rows.values()) add(row);
  for (const row of behind?.rows.values() ?? []) if (!model.rows.has(row.key)) add(absent(row));
  const ordered = [];
  for (const [pod, rows] of groups) {
    // Array.prototype.sort is stable: what has the same place keeps its order.
    rows.sort((a, b) => PLACE[a.type] - PLACE[b.type]);
    const wanted = matches && !matches(rows[0]) ? rows.filter((row, index) => (index ? matches(row) : rows.slice(1).some(matches))) : rows;
    ordered.push(...(collapsed.has(pod) ? wanted.filter((row) => row.type === "pod") : wanted));
  }
  return ordered;
}

const absences = new WeakMap();

/** A row that only the other run has: the same object each time, so that it can be selected. */
function absent(row) {
  if (!absences.has(row)) absences.set(row, { ...row, spans: [], ready: [], started: [], failing: [], bands: [], marks: [], restarts: 0, absent: true });
  return absences.get(row);
}

/** The last item whose start is at or before `atS`, by binary search; -1 if there is none. */
export function indexAt(items, atS, startOf = null) {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((startOf ? startOf(items[middle]) : items[middle].startS) <= atS) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** The span of a row at an instant, or null. */
export function spanAt(row, atS) {
  const span = row.spans[indexAt(row.spans, atS)];
  return span && (span.endS === null || span.endS > atS) ? span : null;
}

/** How often a container had been restarted by then, counting what the node did. */
export function restartsAt(row, atS) {
  let count = 0;
  for (const mark of row.marks) count += mark.kind === "restart" && mark.atS <= atS ? 1 : 0;
  return count;
}
