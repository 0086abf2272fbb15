import assert from "node:assert/strict";
import { test } from "node:test";

import { partOf, remembered } from "../../static/js/gantt/repaint.js";

const ROWS = [{ key: "default/web" }, { key: "default/web/app" }];
/** A pixel is 0.1 s. */
const view = (startS, endS = startS + 100) => ({ startS, endS, widthPx: 1000 });
const SCENE = { rows: ROWS, view: view(0), scrollPx: 0, heightPx: 600, nowS: 60, clockS: 60, selected: null, hovered: null, dimmed: new Set(), records: [] };
const BEFORE = remembered(SCENE);
const part = (changes, ratio = 1) => partOf(BEFORE, { ...SCENE, ...changes }, ratio);
const sizes = ({ shiftPx, fromPx, toPx }) => [shiftPx, fromPx, toPx];

test("a pan moves the picture and draws the strip that came into sight", () => {
  assert.deepEqual(sizes(part({ view: view(2) })), [-20, 980, 1000]);
  assert.deepEqual(sizes(part({ view: view(-2) })), [20, 0, 20]);
});

test("the picture moves by whole device pixels", () => {
  assert.equal(part({ view: view(2.04) }).shiftPx, -20);
  assert.equal(part({ view: view(2.04) }, 2).shiftPx, -20.5);
});

test("what is left over by rounding does not add up", () => {
  let before = BEFORE;
  for (let step = 1; step <= 50; step += 1) before = partOf(before, { ...SCENE, view: view(step * 0.13) }, 1).before;

  assert.ok(Math.abs(before.scene.view.startS - 50 * 0.13) <= 0.05, "half a pixel");
});

test("news change what stands at the head of the run", () => {
  const { shiftPx, fromPx, toPx } = part({ nowS: 61 });

  assert.deepEqual([shiftPx, toPx], [0, 1000]);
  assert.ok(fromPx < 600 && fromPx > 500, "from a little before the old head");
});

test("a strip is drawn at the scale of the picture, from before its beginning", () => {
  const { view: strip, originPx, fromPx } = part({ view: view(2) });

  assert.ok(Math.abs((strip.endS - strip.startS) / strip.widthPx - 0.1) < 1e-12);
  assert.ok(Math.abs(strip.startS - (2 + originPx * 0.1)) < 1e-9);
  assert.ok(originPx < fromPx - 8, "marks reach over its edge");
});

test("patterns go on where the picture ends", () => {
  let before = BEFORE;
  let shiftedPx = 0;
  for (const startS of [0.7, 1.4, 3.1, 2.2, -5]) {
    const found = partOf(before, { ...SCENE, view: view(startS) }, 1);
    shiftedPx += found.shiftPx;
    assert.ok(Math.abs((found.originPx - shiftedPx) % 12) < 1e-9);
    before = found.before;
  }
});

for (const [what, changes] of Object.entries({
  "another scale": { view: view(0, 90) },
  "a leap": { view: view(80) },
  "another width": { view: { ...view(0), widthPx: 900 } },
  "another scroll position": { scrollPx: 24 },
  "a selection": { selected: { row: ROWS[0], span: {} } },
  "another row": { rows: [...ROWS, { key: "default/web/log" }] },
  "rows in another order": { rows: [...ROWS].reverse() },
  "a dimmed family": { dimmed: new Set(["ready"]) },
  "a head that went back": { nowS: 50 },
  "something that was not there before": { more: [] },
  "another run under the bars": { under: { rows: new Map(), ghost: true, fromS: 0, nowS: 60 } },
})) {
  test(`${what} draws everything`, () => assert.equal(part(changes), null));
}

test("news of what stands under the bars are drawn from its old head on", () => {
  const rows = new Map();
  const under = (nowS) => ({ rows, ghost: false, fromS: 0, nowS });
  const before = remembered({ ...SCENE, under: under(40) });
  const { fromPx, toPx } = partOf(before, { ...SCENE, under: under(41) }, 1);

  assert.ok(fromPx < 400 && fromPx > 300);
  assert.equal(toPx, 1000);
});

test("the same rows in a new list are the same rows", () => assert.notEqual(part({ rows: [...ROWS], view: view(2) }), null));
