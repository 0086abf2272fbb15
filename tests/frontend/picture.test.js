/** Is the picture that is saved the chart that was seen? */

import assert from "node:assert/strict";
import { test } from "node:test";

import { escaped, pictureOf } from "../../static/js/export/picture.js";
import { createPalette } from "../../static/js/gantt/palette.js";
import { orderedRows } from "../../static/js/gantt/rows.js";
import { addRecords, createSpans } from "../../static/js/gantt/spans.js";
import { container, started, trace } from "./records.js";

const palette = createPalette({
  families: [
    { name: "waiting", label: "Waiting", light: "grey", dark: "silver", height: 0.5 },
    { name: "ready", label: "Ready", light: "green", dark: "lime", height: 1 },
  ],
  states: { waiting: { family: "waiting", pattern: "dots" }, running: { family: "ready" }, "running:ready": { family: "ready", label: "Ready" }, pod: { family: "waiting" }, creating: { family: "waiting" } },
  marks: { "exit-zero": { label: "Exited with 0", glyph: "check", family: "ready" }, oom: { label: "OOMKilled", glyph: "bolt", family: "ready" }, ready: { label: "Ready at last", glyph: "check" } },
});
const theme = { name: "light", font: 'system-ui, "Segoe UI"', page: "white", ink: "black", muted: "dimgrey", grid: "lightgrey", podRow: "whitesmoke" };
const app = container("app");
const model = createSpans();
addRecords(model, trace(...started(app), app.exit(9, 0, "Completed")));

function picture(more = {}) {
  return pictureOf({ rows: orderedRows(model), view: { startS: 0, endS: 12 }, nowS: 12, palette, theme, title: "A run", headline: "Ready after 1.2 s", link: "https://nodeviz.example/s/abc", ...more });
}

test("it has the title, the verdict, every row, the link and where it is from", () => {
  const svg = picture();

  for (const words of [">A run<", ">Ready after 1.2 s<", ">web<", ">app<", ">https://nodeviz.example/s/abc<", "nodeviz<"]) assert.ok(svg.includes(words), words);
});

test("the axis is written as on the chart", () => assert.match(picture(), />0:00</));
test("the colours are those of the theme", () => {
  const dark = picture({ theme: { ...theme, name: "dark", page: "black" } });

  assert.ok(picture().includes('fill="green"') && !picture().includes("lime"));
  assert.ok(dark.includes('fill="lime"') && !dark.includes('fill="green"'));
});

test("the legend has what is in sight and nothing else", () => {
  const early = picture({ view: { startS: 0, endS: 0.5 } });

  assert.deepEqual([picture().includes("Exited with 0"), picture().includes("OOMKilled")], [true, false]);
  assert.deepEqual([early.includes("Exited with 0"), early.includes(">Ready<")], [false, false]);
});

test("what is collapsed is not there", () => assert.ok(!picture({ rows: orderedRows(model, new Set(["default/web"])) }).includes(">app<")));
test("a pattern is a pattern", () => assert.match(picture(), /<pattern id="dots".*url\(#dots\)/s));
test("what comes after the clock is not there, if the future is hidden", () => assert.ok(!picture({ nowS: 5 }).includes("Exited with 0")));
test("it grows with its rows", () => {
  const heightOf = (svg) => Number(/height="(\d+)"/.exec(svg)[1]);

  assert.equal(heightOf(picture()) - heightOf(picture({ rows: orderedRows(model).slice(0, 1) })), 24);
});

test("no number is missing, and the page's quotes do not end an attribute", () => {
  assert.doesNotMatch(picture(), /NaN|undefined|null|Infinity/);
  assert.ok(picture().includes('font-family="system-ui, &quot;Segoe UI&quot;"'));
});

test("a text stays a text", () => {
  assert.equal(escaped('<a href="x">&\u0000\u000b\n'), "&lt;a href=&quot;x&quot;&gt;&amp;\n");
  assert.ok(!picture({ title: "</svg><script>", headline: "<b>" }).includes("<script>"));
});

test("a name that is too long is shortened, and told whole", () => {
  const long = { ...orderedRows(model)[0], name: `web-${"x".repeat(80)}` };
  const svg = picture({ rows: [long] });

  assert.match(svg, /web-x+…</);
  assert.ok(svg.includes(`<title>${long.name}</title>`));
});
