import assert from "node:assert/strict";
import { test } from "node:test";

import { hitTest } from "../../static/js/gantt/hit.js";
import { barsOf, following, marksOf, panned, timeAt, visible, visibleRows, xOf, zoomed } from "../../static/js/gantt/layout.js";
import * as viewport from "../../static/js/gantt/viewport.js";

/** A pixel is 0.1 s. */
const VIEW = { startS: 0, endS: 100, widthPx: 1000 };
const span = (startS, endS) => ({ state: "running:ready", startS, endS });
const sizes = (bars) => bars.map(({ x, width, merged }) => [Math.round(x * 10) / 10, Math.round(width * 10) / 10, merged]);

test("time and pixels are each other's inverse", () => {
  assert.equal(xOf(VIEW, 25), 250);
  assert.equal(timeAt(VIEW, 250), 25);
});

test("only rows in sight are drawn", () => {
  assert.deepEqual(visibleRows(330, 240, 120), [10, 15]);
  assert.deepEqual(visibleRows(3, 0, 500), [0, 3]);
});

test("only bars that touch the view are looked at", () => {
  const spans = [span(0, 10), span(10, 20), span(20, 30), span(30, null)];

  assert.deepEqual(visible(spans, { startS: 12, endS: 25 }), [spans[1], spans[2]]);
});

test("an open bar ends at the head of the run", () => assert.deepEqual(sizes(barsOf([span(10, null)], VIEW, 50)), [[100, 400, 0]]));

test("bars are cut to the view", () => assert.deepEqual(sizes(barsOf([span(-50, 500)], VIEW, 500)), [[-1, 1002, 0]]));

test("a bar of a millisecond is 3 px wide", () => assert.deepEqual(sizes(barsOf([span(10, 10.001)], VIEW, 50)), [[100, 3, 0]]));

test("three small neighbours stay by themselves, four become one block", () => {
  const tiny = (count) => Array.from({ length: count }, (_, index) => span(10 + index * 0.1, 10.1 + index * 0.1));

  assert.deepEqual(
    barsOf(tiny(3), VIEW, 50).map(({ merged }) => merged),
    [0, 0, 0],
  );
  assert.deepEqual(sizes(barsOf(tiny(8), VIEW, 50)), [[100, 10, 8]]);
});

test("small bars far from each other are not merged", () => {
  const apart = [span(10, 10.1), span(20, 20.1), span(30, 30.1), span(40, 40.1), span(50, 50.1)];

  assert.deepEqual(
    barsOf(apart, VIEW, 60).map(({ merged }) => merged),
    [0, 0, 0, 0, 0],
  );
});

test("ten thousand small bars become as many blocks as there are gaps, not ten thousand bars", () => {
  const spans = Array.from({ length: 10_000 }, (_, index) => span(index * 0.01, (index + 1) * 0.01));

  assert.equal(barsOf(spans, VIEW, 100).length, 1);
});

test("marks of one kind in one place are one mark with a count; another kind stands beside it", () => {
  const marks = [{ kind: "probe-failed", atS: 10 }, { kind: "probe-failed", atS: 10.2 }, { kind: "restart", atS: 10.3 }, { kind: "probe-failed", atS: 20 }];

  assert.deepEqual(
    marksOf(marks, VIEW, 7).map(({ mark, count }) => [mark.kind, count]),
    [
      ["probe-failed", 2],
      ["restart", 1],
      ["probe-failed", 1],
    ],
  );
});

test("under the pointer: row, bar and mark", () => {
  const row = { spans: [span(0, 10), span(10, 40)], marks: [{ kind: "restart", atS: 10 }] };
  const scene = { rows: [{ spans: [], marks: [] }, row], view: VIEW, scrollPx: 0, nowS: 50 };

  assert.equal(hitTest(scene, 200, 30).span, row.spans[1]);
  assert.equal(hitTest(scene, 104, 30).mark.kind, "restart");
  assert.equal(hitTest(scene, 600, 30).span, null);
  assert.equal(hitTest(scene, 200, 99).row, null);
});

test("a zoom keeps the instant under the pointer where it is", () => {
  const view = zoomed(VIEW, 0.5, 25);

  assert.deepEqual(view, { startS: 12.5, endS: 62.5 });
});

test("a view moves by a share of its own length", () => assert.deepEqual(panned(VIEW, -0.1), { startS: -10, endS: 90 }));

test("following moves the view only when the clock passes 85 % of it", () => {
  assert.deepEqual(following(VIEW, 80), { startS: 0, endS: 100 });
  assert.deepEqual(following(VIEW, 95), { startS: 10, endS: 110 });
});

test("while a run grows the axis grows in steps; when it is over it fits its last change", () => {
  const view = viewport.createViewport();
  viewport.settle(view, { lastS: 10, clockS: 10, over: false });
  const { endS } = view;

  assert.equal(viewport.settle(view, { lastS: 12, clockS: 12, over: false }), false, "12 s fit into what was shown for 10 s");
  assert.ok(endS > 12);
  assert.equal(viewport.settle(view, { lastS: 30, clockS: 30, over: false }), true);
  viewport.settle(view, { lastS: 30, clockS: 120, over: true });
  assert.ok(view.endS > 30 && view.endS < 35);
});

test("a view that the reader chose stays, whatever arrives", () => {
  const view = viewport.createViewport();
  viewport.show(view, { startS: 3, endS: 4 });

  assert.equal(viewport.settle(view, { lastS: 500, clockS: 500, over: false }), false);
});

test("focus centres first and fills the view the second time", () => {
  const view = { mode: "fit", startS: 0, endS: 100 };
  viewport.focus(view, 60, 80);
  assert.deepEqual([view.startS, view.endS], [20, 120]);
  viewport.focus(view, 60, 80);
  assert.deepEqual([view.startS, view.endS], [58, 82]);
});
