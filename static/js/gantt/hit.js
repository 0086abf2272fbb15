/** What is under the pointer? Pure. */

import { barsOf, marksOf, ROW_PX, timeAt, UNDER_TOP_PX } from "./layout.js";

const MARK_REACH_PX = 7;

/**
 * @returns {{row: object|null, span: object|null, merged: number, mark: object|null, atS: number, under: "lens"|"ghost"|null}}
 *   `under`: the span is one of what stands under the bars
 */
export function hitTest({ rows, view, scrollPx, nowS, under = null }, x, y) {
  const atS = timeAt(view, x);
  const row = rows[Math.floor((y + scrollPx) / ROW_PX)] ?? null;
  if (!row) return { row: null, span: null, merged: 0, mark: null, atS, under: null };
  let mark = null;
  for (const each of marksOf(row.marks, view, MARK_REACH_PX)) {
    const distance = Math.abs(each.x - x);
    if (each.mark.atS <= nowS && distance <= MARK_REACH_PX && (!mark || distance < Math.abs(mark.x - x))) mark = each;
  }
  const below = under && (y + scrollPx) % ROW_PX >= UNDER_TOP_PX ? under.rows.get(row.key) : null;
  if (below) {
    const found = barAt(barsOf(below.spans, { ...view, cutS: under.fromS }, under.nowS), x);
    return { row, span: found?.span ?? null, merged: found?.merged ?? 0, mark: null, atS, under: under.ghost ? "ghost" : "lens" };
  }
  const bar = barAt(barsOf(row.spans, view, nowS), x);
  return { row, span: bar?.span ?? null, merged: bar?.merged ?? 0, mark: mark && { ...mark.mark, count: mark.count }, atS, under: null };
}

function barAt(bars, x) {
  // A narrow bar is drawn over its neighbours' ends: the last that covers the place is the one that is seen.
  return bars.findLast((each) => x >= each.x - 1 && x <= each.x + each.width + 1) ?? null;
}
