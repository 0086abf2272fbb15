/**
 * The page of a run. Data flows one way: socket, store, spans, chart and tables; what the reader does changes the player, the viewport or the selection, and
 * the next frame draws it. This module holds that state and wires the others; it decides nothing else.
 */

import { createWorkbench } from "../editor/workbench.js";
import { createGantt } from "../gantt/gantt.js";
import { createLegend } from "../gantt/legend.js";
import { nextChange, nextRow, nextSpan, nextTrouble } from "../gantt/navigate.js";
import { createPalette } from "../gantt/palette.js";
import { orderedRows, spanAt } from "../gantt/rows.js";
import { addRecords, createSpans } from "../gantt/spans.js";
import * as viewport from "../gantt/viewport.js";
import { openSocket } from "../live/socket.js";
import { createStore, isOver } from "../live/store.js";
import { createDetails } from "../table/details.js";
import { createEvents } from "../table/events.js";
import { createProblems, troublesOf } from "../table/problems.js";
import { createTreegrid } from "../table/treegrid.js";
import { createAnnouncer } from "../text/announcer.js";
import { describeRow } from "../text/describe.js";
import { jsonBlock, setText } from "../text/dom.js";
import { formatDuration } from "../time/format.js";
import { actionOf } from "../time/keys.js";
import * as player from "../time/player.js";
import { createTransport } from "../time/transport.js";
import { createHelp } from "./help.js";
import { createTabs } from "./tabs.js";
import { bannerOf, createVerdict } from "./verdict.js";

const byId = (id) => document.getElementById(id);
const root = document.documentElement;
const config = jsonBlock("page-config");
const palette = createPalette(config.palette);

// -- state -----------------------------------------------------------------------------------------------------------------------

const store = createStore();
const spans = createSpans("node");
const clock = player.createPlayer();
const view = viewport.createViewport();
const state = { selected: null, hovered: null, collapsed: new Set(), hidden: false, link: "connecting", rows: [], troubles: [], frameMs: 0 };
const dirty = { records: false, draw: false };
let frameAsked = false;

// -- parts -----------------------------------------------------------------------------------------------------------------------

const announcer = createAnnouncer(byId("announcements"));
const help = createHelp(byId("help"));
const verdict = createVerdict(byId("verdict"), { onPod: (pod) => select(spans.rows.get(pod) ?? null, null) });
const drawer = createTabs(byId("drawer-tabs"), () => redraw());
const panes = createTabs(byId("pane-tabs"), () => redraw());
const events = createEvents(byId("panel-events"), { onSeek: seek });
const problems = createProblems(byId("panel-problems"), palette, { onSelect: goToTrouble });
const details = createDetails(byId("panel-details"), palette, { onSeek: seek });
const treegrid = createTreegrid(byId("treegrid"), palette, { onSelect: (row, span) => select(row, span) });
const legend = createLegend(byId("legend"), palette, () => redraw());
const transport = createTransport(byId("transport"), act, seek);
const pill = byId("jump-to-now");
pill.addEventListener("click", () => act("follow"));

// The socket is opened first: records come in while the chart is being built.
let gantt = null;
const socket = openSocket({ path: config.ws_path, wanted: () => store.wanted, onMessage, onLink });
gantt = await createGantt(byId("gantt"), palette, {
  redraw: () => redraw(),
  view: (shown) => change(() => viewport.show(view, shown)),
  zoom: (factor, atS) => change(() => viewport.zoom(view, factor, atS)),
  pan: (share) => change(() => viewport.pan(view, share)),
  fit: () => act("fit"),
  seek,
  select: (row, span, mark) => select(row, span, mark, { open: true }),
  hover(hit) {
    if (state.hovered?.span === hit?.span) return;
    state.hovered = hit;
    redraw();
  },
  fold: (pod) => change(() => state.collapsed.delete(pod) || state.collapsed.add(pod)),
});
redraw();

// -- what arrives ----------------------------------------------------------------------------------------------------------------

function onMessage([kind, first, second]) {
  if (kind === "h") {
    // After an upgrade of the server the same link is another run.
    if (store.run.version && store.run.version !== first.version) return location.reload();
    store.hello(first);
  }
  if (kind === "p") store.progress(first);
  if (kind === "s") {
    store.status(first, second);
    if (isOver(first)) socket.close();
  }
  if (kind === "e") {
    const fresh = store.take(first, second);
    if (fresh === null) return socket.join();
    addRecords(spans, fresh);
    announce(fresh);
  }
  dirty.records = true;
  redraw();
}

function onLink(link) {
  state.link = link;
  redraw();
}

/** Only while it is watched live: nobody wants to be read a finished run from its beginning. */
function announce(fresh) {
  if (isOver(store.run.status)) return;
  const seqs = new Set(fresh.map(({ seq }) => seq));
  for (const trouble of troublesOf(spans, palette)) if (seqs.has(trouble.seq)) announcer.say(`${describeRow(trouble.row)}: ${trouble.label}`);
}

// -- drawing ---------------------------------------------------------------------------------------------------------------------

function redraw() {
  dirty.draw = true;
  if (!frameAsked) requestAnimationFrame(frame);
  frameAsked = true;
}

function change(act) {
  act();
  redraw();
}

function frame(nowMs) {
  frameAsked = false;
  if (!gantt) return;
  const elapsedS = state.frameMs ? Math.min((nowMs - state.frameMs) / 1000, 0.25) : 0;
  const over = isOver(store.run.status);
  player.headMoved(clock, store.run.headS, over);
  const moved = player.tick(clock, elapsedS);
  state.frameMs = clock.playing ? nowMs : 0;
  if (dirty.records) takeIn();
  const shifted = viewport.settle(view, { lastS: spans.lastS, clockS: clock.nowS, over });
  if (dirty.draw || dirty.records || moved || shifted) draw();
  dirty.draw = dirty.records = false;
  if (clock.playing && !player.isFollowing(clock)) {
    if (!frameAsked) requestAnimationFrame(frame);
    frameAsked = true;
  }
}

/** What changes only when records came. */
function takeIn() {
  state.troubles = troublesOf(spans, palette);
  events.update(store.records);
  problems.update(state.troubles, store.records, gantt.themeName);
  setText(byId("count-events"), events.count ? String(events.count) : "");
  setText(byId("count-problems"), state.troubles.length ? String(state.troubles.length) : "");
  legend.draw(spans.rows.values(), gantt.themeName);
  help.drawMarks(palette, gantt.themeName);
}

function draw() {
  state.rows = orderedRows(spans, state.collapsed);
  const drawn = gantt.draw({
    rows: state.rows,
    view,
    nowS: clock.headS,
    clockS: clock.nowS,
    hidden: state.hidden,
    selected: state.selected,
    hovered: state.hovered,
    dimmed: legend.dimmed,
    collapsed: state.collapsed,
    records: store.records,
  });
  transport.draw(clock);
  verdict.draw(store.run, { records: store.records.length });
  events.drawClock(clock.nowS);
  drawOpenPanels();
  drawBanner();
  pill.hidden = clock.over ? player.isAtEnd(clock) || viewport.contains(view, clock.nowS) : player.isFollowing(clock) && view.mode !== "free";
  root.dataset.status = store.run.status;
  root.dataset.records = String(store.records.length);
  if (drawn.bars && !root.dataset.painted) firstBar();
}

function drawOpenPanels() {
  const context = { records: store.records, nowS: clock.headS, themeName: gantt.themeName };
  if (drawer.current() === "details") details.update(state.selected, context);
  if (panes.current() === "table") treegrid.draw({ rows: orderedRows(spans), ...context });
}

function drawBanner() {
  const text = bannerOf(state.link, store.run, store.run.headS);
  const banner = byId("banner");
  banner.hidden = !text;
  setText(banner.querySelector("span"), text);
  root.dataset.link = state.link;
  byId("chart-empty").hidden = state.rows.length > 0;
}

/** How long did it take from Run to a bar? For tests and the curious; the mark stays in this browser. */
function firstBar() {
  root.dataset.painted = "true";
  performance.mark("nodeviz:first-bar");
  const pressedMs = Number(sessionStorage.getItem("nodeviz.run-pressed"));
  sessionStorage.removeItem("nodeviz.run-pressed");
  if (pressedMs) root.dataset.firstBarMs = String(Date.now() - pressedMs);
}

// -- what the reader does --------------------------------------------------------------------------------------------------------

function seek(atS) {
  change(() => player.seek(clock, atS));
}

function select(row, span, mark = null, { open = false } = {}) {
  state.selected = row ? { row, span, mark } : null;
  if (row) gantt.reveal(state.rows.indexOf(row));
  if (open && row) {
    openDrawer(true);
    drawer.show("details");
  }
  redraw();
}

function goToTrouble({ row, span, mark, atS }) {
  state.collapsed.delete(row.pod);
  state.rows = orderedRows(spans, state.collapsed);
  if (!viewport.contains(view, atS)) viewport.focus(view, atS, atS);
  select(row, span ?? spanAt(row, atS), mark, { open: true });
}

function openDrawer(open) {
  byId("drawer").hidden = !open;
  byId("drawer-toggle").setAttribute("aria-expanded", String(open));
}

const centreS = () => (state.selected?.span ? (state.selected.span.startS + (state.selected.span.endS ?? clock.headS)) / 2 : (view.startS + view.endS) / 2);

const ACTIONS = {
  "toggle-play": () => (clock.playing ? player.pause(clock) : player.play(clock)),
  "to-start": () => player.seek(clock, 0),
  "step-back": () => player.seek(clock, nextChange(spans, clock.nowS, -1) ?? 0),
  "step-forward": () => player.seek(clock, nextChange(spans, clock.nowS, 1) ?? clock.headS),
  follow: () => {
    player.followHead(clock);
    if (clock.over) viewport.fit(view);
    else viewport.follow(view);
  },
  fit: () => viewport.fit(view),
  "zoom-in": () => viewport.zoom(view, 0.7, centreS()),
  "zoom-out": () => viewport.zoom(view, 1 / 0.7, centreS()),
  "pan-left": () => viewport.pan(view, -0.1),
  "pan-right": () => viewport.pan(view, 0.1),
  "pan-left-far": () => viewport.pan(view, -0.5),
  "pan-right-far": () => viewport.pan(view, 0.5),
  "interval-back": () => step(-1),
  "interval-forward": () => step(1),
  "row-up": () => stepRow(-1),
  "row-down": () => stepRow(1),
  centre: () => state.selected?.span && viewport.focus(view, state.selected.span.startS, state.selected.span.endS ?? clock.headS),
  details: () => state.selected && select(state.selected.row, state.selected.span, state.selected.mark, { open: true }),
  clear: () => select(null, null),
  "problem-next": () => stepTrouble(1),
  "problem-back": () => stepTrouble(-1),
  "hide-future": () => (state.hidden = !state.hidden),
  table: () => panes.show(panes.current() === "table" ? "chart" : "table"),
  drawer: () => openDrawer(byId("drawer").hidden),
  help: () => help.open(),
  ...Object.fromEntries(player.SPEEDS.map((speed, index) => [`speed-${index}`, () => player.setSpeed(clock, speed)])),
};

function act(action) {
  change(() => ACTIONS[action]());
}

function step(by) {
  const row = state.selected?.row ?? state.rows[0];
  if (row) say(row, nextSpan({ row, span: state.selected?.span ?? null }, by, clock.nowS));
}

function stepRow(by) {
  const next = nextRow(state.rows, state.selected, by, clock.nowS);
  if (next) say(next.row, next.span);
}

/** Select by key: what the eye sees is also said. */
function say(row, span) {
  select(row, span);
  if (!span) return;
  if (!viewport.contains(view, span.startS) && !viewport.contains(view, span.endS ?? clock.headS)) viewport.focus(view, span.startS, span.endS ?? clock.headS);
  announcer.say(`${describeRow(row)}: ${palette.state(span.state).label}, ${formatDuration((span.endS ?? clock.headS) - span.startS)}`);
}

function stepTrouble(by) {
  const trouble = nextTrouble(state.troubles, state.selected, clock.nowS, by) ?? state.troubles[by > 0 ? 0 : state.troubles.length - 1];
  if (trouble) goToTrouble(trouble);
}

document.addEventListener("keydown", (event) => {
  const { target } = event;
  const isTyping = target.closest("input:not([type=range]), textarea, select, .editor-host, dialog[open]");
  // A button or link that has the focus answers Space and Enter itself, a slider and tabs the arrows.
  const isPressing = target.closest("button, a, summary, [role=tab], input[type=range]") && /^(Space|Enter|Arrow|Home|End)/.test(event.code);
  if (isTyping || isPressing || help.keysAreOff || event.defaultPrevented) return;
  const action = actionOf(event);
  if (!action) return;
  event.preventDefault();
  act(action);
});

for (const button of document.querySelectorAll("[data-act]")) button.addEventListener("click", () => act(button.dataset.act));
document.addEventListener("themechange", () => {
  dirty.records = true;
  redraw();
});

// -- the editor ------------------------------------------------------------------------------------------------------------------

const form = byId("editor-form");
const workbench = await createWorkbench(form, config, {
  onChange: (text) => (form.dataset.edited = String(text !== config.text)),
});
byId("discard").addEventListener("click", () => workbench.load(config.text));
byId("copy-link").addEventListener("click", async ({ currentTarget: button }) => {
  await navigator.clipboard.writeText(location.href.split("#")[0]);
  button.dataset.done = "true";
  setTimeout(() => delete button.dataset.done, 1500);
});
root.dataset.ready = "true";
redraw();
