/**
 * Where does everything stand, in pixels? Geometry of the chart: time to x, rows to y, what is visible, what is too small to be drawn one by one. Pure.
 *
 * A *view* is { startS, endS, widthPx }; with `cutS` nothing before that instant is drawn.
 */

import { indexAt } from "./rows.js";

export const ROW_PX = 24;
/** Where in a row what stands under the bars begins, if anything does. */
export const UNDER_TOP_PX = 13;
/** Nothing is drawn narrower: a bar of a millisecond is still to be seen. Its true length is in the tooltip. */
export const MIN_BAR_PX = 3;
/** More than so many neighbours under the minimum become one block. */
const MERGE_ABOVE = 3;

export function xOf(view, atS) {
  return ((atS - view.startS) / (view.endS - view.startS)) * view.widthPx;
}

export function timeAt(view, xPx) {
  return view.startS + (xPx / view.widthPx) * (view.endS - view.startS);
}

/** Index of the first and one past the last row that can be seen. */
export function visibleRows(count, scrollPx, heightPx) {
  const first = Math.max(0, Math.floor(scrollPx / ROW_PX));
  return [Math.min(first, count), Math.min(count, Math.ceil((scrollPx + heightPx) / ROW_PX))];
}

/** The part of start-sorted, non-overlapping intervals that touches the view. */
export function visible(intervals, view) {
  const first = Math.max(0, indexAt(intervals, view.startS));
  const last = indexAt(intervals, view.endS);
  return intervals.slice(first, last + 1);
}

/**
 * What to draw of one row's spans, from the left: `visit(x, width, span, merged, last)` with pixels cut to the view. `merged` > 0: this block stands for so
 * many changes, from `span` to `last`. Open spans end at `nowS`. Makes no objects: this runs for every bar of every frame.
 */
export function eachBar(spans, view, nowS, visit) {
  const { startS, endS, widthPx } = view;
  const lengthS = endS - startS;
  const cutS = view.cutS ?? -Infinity;
  const leftOf = (span) => Math.max(((Math.max(span.startS, cutS) - startS) / lengthS) * widthPx, -1);
  const rightOf = (span) => Math.min((((span.endS ?? nowS) - startS) / lengthS) * widthPx, widthPx + 1);
  // Neighbours under the minimum, not yet drawn: those at `small` and the `count` - 1 after it.
  let small = 0;
  let count = 0;
  let smallEndPx = 0;
  const flush = () => {
    if (count > MERGE_ABOVE) {
      const x = leftOf(spans[small]);
      visit(x, Math.max(smallEndPx - x, MIN_BAR_PX), spans[small], count, spans[small + count - 1]);
    } else {
      for (let at = small; at < small + count; at += 1) visit(leftOf(spans[at]), MIN_BAR_PX, spans[at], 0, spans[at]);
    }
    count = 0;
  };
  const last = indexAt(spans, endS);
  for (let index = Math.max(0, indexAt(spans, startS)); index <= last; index += 1) {
    const span = spans[index];
    if ((span.endS ?? nowS) < (view.cutS ?? startS) || span.startS > nowS) continue;
    const x = leftOf(span);
    const width = rightOf(span) - x;
    // Neighbours only: a gap that can be seen ends the run.
    if (count && (width >= MIN_BAR_PX || x - smallEndPx > MIN_BAR_PX)) flush();
    if (width >= MIN_BAR_PX) {
      visit(x, width, span, 0, span);
    } else {
      if (!count) small = index;
      count = index - small + 1;
      smallEndPx = x + MIN_BAR_PX;
    }
  }
  if (count) flush();
}

/** The same as a list. */
export function barsOf(spans, view, nowS) {
  const bars = [];
  eachBar(spans, view, nowS, (x, width, span, merged, last) => bars.push({ x, width, span, last, merged }));
  return bars;
}

/** Marks of a row with their x, in view. Marks closer than `apartPx` to one of their own kind are left out: the tooltip counts them. */
export function marksOf(marks, view, apartPx) {
  const shown = [];
  const lastOfKind = new Map();
  const startOf = (mark) => mark.atS;
  for (let index = Math.max(0, indexAt(marks, view.startS, startOf)); index < marks.length && marks[index].atS <= view.endS; index += 1) {
    const mark = marks[index];
    const x = xOf(view, mark.atS);
    if (x < -apartPx) continue;
    const last = lastOfKind.get(mark.kind);
    if (last && x - last.x < apartPx) {
      last.count += 1;
      continue;
    }
    const drawn = { x, mark, count: 1 };
    lastOfKind.set(mark.kind, drawn);
    shown.push(drawn);
  }
  return shown;
}

/** The view of an interval, with a little air before it. */
export function fitted(startS, endS) {
  return { startS: startS - (endS - startS) * 0.012, endS };
}

const SHORTEST_S = 0.02;
const LONGEST_S = 40 * 86_400;

/** The view scaled by `factor` (below 1: zoomed in) around an instant that stays where it is. */
export function zoomed({ startS, endS }, factor, aroundS) {
  const lengthS = endS - startS;
  const wantedS = Math.min(LONGEST_S, Math.max(SHORTEST_S, lengthS * factor));
  const share = (aroundS - startS) / lengthS;
  const start = aroundS - share * wantedS;
  return { startS: start, endS: start + wantedS };
}

/** The view moved by a share of its own length. */
export function panned({ startS, endS }, share) {
  const byS = (endS - startS) * share;
  return { startS: startS + byS, endS: endS + byS };
}

/** The view moved as little as possible so that `atS` stands at or before `share` of its width (and not before its start). */
export function following({ startS, endS }, atS, share = 0.85) {
  const lengthS = endS - startS;
  if (atS > startS + lengthS * share || atS < startS) {
    const start = Math.max(atS - lengthS * share, Math.min(startS, 0));
    return { startS: start, endS: start + lengthS };
  }
  return { startS, endS };
}
