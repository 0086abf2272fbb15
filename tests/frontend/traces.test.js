/** Do the rules of the chart hold for real traces? Each example of the gallery is simulated and drawn. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { GLYPHS } from "../../static/js/gantt/glyphs.js";
import { barsOf, MIN_BAR_PX } from "../../static/js/gantt/layout.js";
import { createPalette } from "../../static/js/gantt/palette.js";
import { PATTERNS } from "../../static/js/gantt/patterns.js";
import { orderedRows } from "../../static/js/gantt/rows.js";
import { addRecords, createSpans } from "../../static/js/gantt/spans.js";
import { createTroubles } from "../../static/js/gantt/troubles.js";
import { describeCause, describeRecord, describeSpan } from "../../static/js/text/describe.js";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const PYTHON = join(ROOT, ".venv", "bin", "python");
const run = (...args) => execFileSync(PYTHON, args, { cwd: ROOT, encoding: "utf8", maxBuffer: 1 << 28 });

const table = JSON.parse(run("-c", "import json; from nodeviz.runs.palette import palette; print(json.dumps(palette()))"));
const palette = createPalette(table);
const EXAMPLES = readdirSync(join(ROOT, "scenarios")).filter((name) => existsSync(join(ROOT, "scenarios", name, "pods.yaml")));

test("every pattern and glyph that the palette names can be drawn", () => {
  const patterns = Object.values(table.states).map(({ pattern }) => pattern).filter(Boolean);
  const glyphs = Object.values(table.marks).map(({ glyph }) => glyph);

  assert.deepEqual(patterns.filter((name) => !PATTERNS.includes(name)), []);
  assert.deepEqual(glyphs.filter((name) => !(name in GLYPHS)), []);
});

for (const name of EXAMPLES) {
  test(`example ${name}`, async (t) => {
    const folder = join("scenarios", name);
    const files = ["pods.yaml", "scenario.yaml"].map((file) => join(folder, file)).filter((file) => existsSync(join(ROOT, file)));
    const records = run("-m", "simulator", "run", ...files, "--format", "jsonl")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    const endS = records[records.length - 1].t;

    for (const lens of ["node", "kubelet", "api"]) {
      const model = createSpans(lens);
      addRecords(model, records);
      const rows = orderedRows(model);

      await t.test(`${lens}: bars of a row follow each other without overlap`, () => {
        for (const { key, spans } of rows) {
          spans.forEach((span, index) => {
            const next = spans[index + 1];
            assert.ok(span.endS === null || span.endS > span.startS, `${key}: ${JSON.stringify(span)}`);
            if (next) assert.ok(span.endS !== null && span.endS <= next.startS, `${key}: ${JSON.stringify([span, next])}`);
          });
        }
      });

      await t.test(`${lens}: every state and mark has its line in the palette`, () => {
        for (const { key, spans, marks } of rows) {
          for (const { state } of spans) assert.ok(palette.knows(state), `${key}: ${state}`);
          for (const { kind } of marks) assert.ok(palette.markKinds.includes(kind), `${key}: ${kind}`);
        }
      });

      await t.test(`${lens}: nothing that is drawn is too small to be seen`, () => {
        for (const { spans } of rows) {
          for (const { width } of barsOf(spans, { startS: 0, endS, widthPx: 300 }, endS)) assert.ok(width >= MIN_BAR_PX);
        }
      });
    }

    await t.test("everything can be said in words", () => {
      const model = createSpans();
      addRecords(model, records);
      const texts = records.map(describeRecord);
      for (const row of model.rows.values()) {
        for (const span of row.spans) texts.push(describeCause(records, row, span), ...describeSpan(span, palette, endS).flat());
      }
      texts.push(...createTroubles(model, palette)().map(({ label }) => label));

      for (const text of texts) assert.doesNotMatch(text, /undefined|NaN|\[object|^$/);
    });
  });
}
