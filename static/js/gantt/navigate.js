/** Where does a key lead to? The next bar, row, change or problem from here. Pure. */

import { indexAt, spanAt } from "./rows.js";

/** The neighbour of the selected bar on its row; without one, the bar at the clock. */
export function nextSpan({ row, span }, step, clockS) {
  if (!span) return spanAt(row, clockS) ?? row.spans[step > 0 ? 0 : row.spans.length - 1] ?? null;
  return row.spans[row.spans.indexOf(span) + step] ?? span;
}

/** The row `step` further, and what it does at the time of the selected bar. */
export function nextRow(rows, selected, step, clockS) {
  const index = selected ? rows.indexOf(selected.row) : step > 0 ? -1 : rows.length;
  const row = rows[Math.min(Math.max(index + step, 0), rows.length - 1)];
  const atS = selected?.span ? Math.max(selected.span.startS, Math.min(clockS, selected.span.endS ?? clockS)) : clockS;
  return row ? { row, span: spanAt(row, atS) ?? row.spans[row.spans.length - 1] ?? null, mark: null } : null;
}

/** The same row, and the bar on it at the same time, among rows that are new; null without one. */
export function sameSelection(selected, model) {
  const row = selected && model.rows.get(selected.row.key);
  return row ? { row, span: selected.span && spanAt(row, selected.span.startS), mark: null } : null;
}

/** The instant of the next (step 1) or previous (step -1) record of any bar's beginning, from `atS`. */
export function nextChange(model, atS, step) {
  let best = null;
  for (const row of model.rows.values()) {
    let index = indexAt(row.spans, atS);
    // Instants are whole milliseconds; the clock may stand between two of them.
    if (step < 0) while (index >= 0 && row.spans[index].startS > atS - 0.0005) index -= 1;
    const span = row.spans[step > 0 ? index + 1 : index];
    if (span && (best === null || (step > 0 ? span.startS < best : span.startS > best))) best = span.startS;
  }
  return best;
}

/** The next or previous of the problems, as seen from an instant or from the problem that is selected. */
export function nextTrouble(troubles, selected, atS, step) {
  const at = selected ? troubles.findIndex(({ span, mark }) => (span && span === selected.span) || (mark && mark.seq === selected.mark?.seq)) : -1;
  if (at >= 0) return troubles[at + step] ?? null;
  return step > 0 ? (troubles.find((each) => each.atS >= atS) ?? null) : (troubles.findLast((each) => each.atS <= atS) ?? null);
}
