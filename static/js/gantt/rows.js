/**
 * In which order do the rows stand? Pods as the trace names them; under each its containers as the kubelet starts them: init containers and sidecars in
 * the order of the spec, then the mains, then what was added later. The order never changes while a run goes on, but for rows that join. Pure.
 *
 * The first status of a pod names its containers in the order of the spec, so the order of appearance within a type is the order of the spec.
 */

const PLACE = { pod: 0, init: 1, sidecar: 1, main: 2, ephemeral: 3 };

/** Rows of the model in display order, without those of collapsed pods (a set of pod names). */
export function orderedRows(model, collapsed = new Set()) {
  const groups = new Map();
  for (const row of model.rows.values()) {
    if (!groups.has(row.pod)) groups.set(row.pod, []);
    groups.get(row.pod).push(row);
  }
  const ordered = [];
  for (const [pod, rows] of groups) {
    const shown = collapsed.has(pod) ? rows.filter((row) => row.type === "pod") : rows;
    // Array.prototype.sort is stable: what has the same place keeps its order.
    ordered.push(...shown.sort((a, b) => PLACE[a.type] - PLACE[b.type]));
  }
  return ordered;
}

/** The last item whose start is at or before `atS`, by binary search; -1 if there is none. */
export function indexAt(items, atS, startOf = (item) => item.startS) {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (startOf(items[middle]) <= atS) low = middle + 1;
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
