/**
 * The benchmark of the chart: updates of the real modules and of a bare canvas, in turns, so that what else the machine does meets both.
 *
 * An update is what the page of a run does for it: rows in order, the scene, the names, the clock. Its script time is that of the call, Plotly's share included;
 * its frame time is that from one animation frame to the next while every frame has such an update.
 */

import { createGantt } from "/static/js/gantt/gantt.js";
import { fitted, panned, zoomed } from "/static/js/gantt/layout.js";
import { createPalette } from "/static/js/gantt/palette.js";
import { orderedRows } from "/static/js/gantt/rows.js";
import { addRecords, createSpans } from "/static/js/gantt/spans.js";
import { currentTheme } from "/static/js/gantt/theme.js";
import { AXIS_PX } from "/static/js/gantt/chart.js";
import { el } from "/static/js/text/dom.js";
import { createBare } from "./bare.js";
import { createTrace, ROWS } from "./trace.js";

const BARS = [1_000, 10_000, 50_000];
/** As on a page; and so that every row is in sight. */
const HEIGHTS_PX = [700, ROWS * 24 + 60];
/** Turns of each side, and frames in a turn. */
const TURNS = 4;
const asked = new URLSearchParams(location.search);
const FRAMES = Number(asked.get("frames") ?? 30);
/** At the beginning of a turn the other side's work is still being finished. */
const LEFT_OUT = Math.min(3, FRAMES - 1);

const stage = document.getElementById("stage");
const ignore = () => undefined;
const listeners = Object.fromEntries(["redraw", "view", "zoom", "pan", "fit", "seek", "select", "hover", "fold"].map((name) => [name, ignore]));
const nextFrame = () => new Promise((resolve) => requestAnimationFrame(resolve));

/** Both sides over one trace. */
async function build(palette, bars, heightPx) {
  const trace = createTrace(bars, TURNS * FRAMES * 2);
  const model = createSpans("node");
  addRecords(model, trace.records);
  const root = el("div", { class: "gantt" });
  root.style.height = `${heightPx}px`;
  const canvas = el("canvas", { class: "bare" });
  stage.replaceChildren(root, canvas);
  const gantt = await createGantt(root, palette, listeners);
  // The observer of its size comes first.
  await nextFrame();
  await nextFrame();
  const plot = root.querySelector(".gantt-plot").getBoundingClientRect();
  canvas.style.left = `${plot.left - stage.getBoundingClientRect().left}px`;
  const size = { widthPx: plot.width, heightPx: heightPx - AXIS_PX };
  const theme = currentTheme();
  const rows = orderedRows(model);
  const bare = createBare(canvas, palette, rows, theme.name, theme.ink);
  bare.resize(size.widthPx, size.heightPx, devicePixelRatio);
  return { trace, model, root, canvas, gantt, bare, rows, size, places: new Map(rows.map((row, index) => [row.key, index])) };
}

/** What changes with update number `step`. `nowS` is the head of the run. */
const UPDATES = {
  live: (state, step, sides) => ({ ...state, chunk: sides.trace.chunks[step], nowS: sides.trace.chunks[step].at(-1).t, clockS: sides.trace.chunks[step].at(-1).t }),
  pan: (state, step) => ({ ...state, view: panned(state.view, step % 20 < 10 ? -0.02 : 0.02) }),
  zoom: (state, step) => ({ ...state, view: zoomed(state.view, step % 20 < 10 ? 0.96 : 1 / 0.96, state.nowS * 0.6) }),
  clock: (state, step) => ({ ...state, clockS: state.nowS * ((step % 100) / 100) }),
};

function ours({ model, gantt }, { chunk: _, ...state }, update, chunk) {
  if (chunk) addRecords(model, chunk);
  let drawn = null;
  if (update !== "clock") {
    const rows = orderedRows(model, state.collapsed);
    drawn = gantt.draw({ ...state, rows, hidden: false, selected: null, hovered: null, dimmed: new Set(), records: [] });
  }
  gantt.drawClock(state.clockS);
  return drawn?.bars ?? 0;
}

function bareOnes({ bare, size, places, model }, state, _update, chunk) {
  if (chunk) for (const { pod, object } of chunk) for (const key of [pod, `${pod}/${object}`]) if (places.has(key)) bare.take(places.get(key), model);
  return bare.draw(state.view, state.nowS, state.clockS, size.widthPx, size.heightPx);
}

/** One kind of update: both sides in turns. */
async function measure(sides, update) {
  const endS = sides.trace.chunks.at(-1).at(-1).t;
  const first = { view: fitted(0, endS * 1.05), nowS: sides.nowS, clockS: sides.nowS, collapsed: new Set() };
  // Each side goes through the same views; records, of which both take their share, come but once.
  const states = { ours: first, bare: first };
  const results = { ours: { script: [], frame: [], drawn: 0 }, bare: { script: [], frame: [], drawn: 0 } };
  for (let turn = 0; turn < TURNS * 2; turn += 1) {
    const isOurs = turn % 2 === 0;
    sides.root.dataset.off = String(!isOurs);
    sides.canvas.dataset.off = String(isOurs);
    const side = isOurs ? "ours" : "bare";
    const result = results[side];
    const act = isOurs ? ours : bareOnes;
    let beganMs = 0;
    for (let frame = 0; frame <= FRAMES; frame += 1) {
      await nextFrame();
      const nowMs = performance.now();
      if (frame > LEFT_OUT) result.frame.push(nowMs - beganMs);
      beganMs = nowMs;
      if (frame === FRAMES) break;
      const step = (update === "live" ? turn : Math.floor(turn / 2)) * FRAMES + frame;
      const state = (states[side] = UPDATES[update](states[side], step, sides));
      // The bare canvas has no model of its own: what it is told of must be there.
      if (!isOurs && state.chunk) addRecords(sides.model, state.chunk);
      const startMs = performance.now();
      const drawn = act(sides, state, update, state.chunk);
      const tookMs = performance.now() - startMs;
      if (frame >= LEFT_OUT) result.script.push(tookMs);
      result.drawn = Math.max(drawn, result.drawn);
    }
    if (update === "live" && isOurs) sides.rows.forEach((_, index) => sides.bare.take(index));
  }
  sides.nowS = states.bare.nowS;
  return results;
}

function summary(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  return { median: at(0.5), p95: at(0.95) };
}

/** All updates of one case, each with its two sides. */
async function runCase(palette, bars, heightPx) {
  const sides = await build(palette, bars, heightPx);
  sides.nowS = sides.trace.records.at(-1).t;
  const found = [];
  for (const update of asked.get("updates")?.split(",") ?? Object.keys(UPDATES)) {
    const { ours: our, bare } = await measure(sides, update);
    found.push({
      bars,
      rows: Math.min(ROWS, Math.ceil(sides.size.heightPx / 24)),
      update,
      drawn: bare.drawn,
      painted: our.drawn,
      script: summary(our.script),
      bareScript: summary(bare.script),
      frame: summary(our.frame),
      bareFrame: summary(bare.frame),
    });
  }
  return found;
}

function show(result) {
  const { bars, rows, drawn, update, script, bareScript, frame, bareFrame } = result;
  const ms = [script.median, script.p95, bareScript.median, bareScript.p95, script.median / bareScript.median, frame.median, frame.p95, bareFrame.median];
  const cells = [bars, rows, drawn, update, ...ms.map((value) => value.toFixed(2))];
  document.querySelector("#results tbody").append(el("tr", null, ...cells.map((text) => el("td", null, String(text)))));
}

/** Every case; `window.measure` is what the command calls, one case at a time, with the window as tall as the case. */
async function run() {
  const { palette } = await ready;
  document.querySelector("#results tbody").replaceChildren();
  for (const heightPx of HEIGHTS_PX) for (const bars of BARS) await measureCase(palette, bars, heightPx);
  document.getElementById("progress").textContent = "Done";
}

async function measureCase(palette, bars, heightPx) {
  document.getElementById("progress").textContent = `${bars} bars, ${heightPx} px …`;
  const found = await runCase(palette, bars, heightPx);
  found.forEach(show);
  return found;
}

const ready = fetch("palette.json")
  .then((answer) => answer.json())
  .then((table) => ({ palette: createPalette(table) }));
window.benchmark = { bars: BARS, heightsPx: HEIGHTS_PX, measure: async (bars, heightPx) => measureCase((await ready).palette, bars, heightPx) };
document.getElementById("run").addEventListener("click", run);
document.documentElement.dataset.ready = "true";
