/** What is under the pointer? Pure. */

import { barsOf, marksOf, ROW_PX, timeAt } from "./layout.js";

const MARK_REACH_PX = 7;

/**
 * @returns {{row: object|null, span: object|null, merged: number, mark: object|null, atS: number}}
 */
export function hitTest({ rows, view, scrollPx, nowS }, x, y) {
  const atS = timeAt(view, x);
  const row = rows[Math.floor((y + scrollPx) / ROW_PX)] ?? null;
  if (!row) return { row: null, span: null, merged: 0, mark: null, atS };
  let mark = null;
  for (const each of marksOf(row.marks, view, MARK_REACH_PX)) {
    const distance = Math.abs(each.x - x);
    if (each.mark.atS <= nowS && distance <= MARK_REACH_PX && (!mark || distance < Math.abs(mark.x - x))) mark = each;
  }
  // A narrow bar is drawn over its neighbours' ends: the last that covers the place is the one that is seen.
  const bar = barsOf(row.spans, view, nowS).findLast((each) => x >= each.x - 1 && x <= each.x + each.width + 1) ?? null;
  return { row, span: bar?.span ?? null, merged: bar?.merged ?? 0, mark: mark && { ...mark.mark, count: mark.count }, atS };
}
