/**
 * The page of a run. Data flows one way: socket, store, spans, chart and tables; what the reader does changes the player, the viewport or the selection, and
 * the next frame draws it. This module holds that state and wires the others; it decides nothing else.
 */

import { createWorkbench } from "../editor/workbench.js";
import { createGantt } from "../gantt/gantt.js";
import { createLegend } from "../gantt/legend.js";
import { createPalette } from "../gantt/palette.js";
import { orderedRows, spanAt } from "../gantt/rows.js";
import { addRecords, createSpans } from "../gantt/spans.js";
import { currentTheme } from "../gantt/theme.js";
import { createTroubles } from "../gantt/troubles.js";
import * as viewport from "../gantt/viewport.js";
import { openSocket } from "../live/socket.js";
import { createStore, isOver } from "../live/store.js";
import { addRoom, createRoom } from "../node/room.js";
import { createNode } from "./node.js";
import { createDetails } from "../table/details.js";
import { createEvents } from "../table/events.js";
import { createProblems } from "../table/problems.js";
import { createTreegrid } from "../table/treegrid.js";
import { createAnnouncer } from "../text/announcer.js";
import { describeRow } from "../text/describe.js";
import { jsonBlock, setText } from "../text/dom.js";
import * as player from "../time/player.js";
import { createTransport } from "../time/transport.js";
import { createActions } from "./actions.js";
import { createReasons } from "./reasons.js";
import { createHelp } from "./help.js";
import { listenToKeys } from "./keyboard.js";
import { createTabs } from "./tabs.js";
import { bannerOf, createVerdict } from "./verdict.js";

const byId = (id) => document.getElementById(id);
const root = document.documentElement;
const config = jsonBlock("page-config");
const palette = createPalette(config.palette);

// -- state -----------------------------------------------------------------------------------------------------------------------

const store = createStore();
const spans = createSpans("node");
const room = createRoom();
const troubles = createTroubles(spans, palette);
const clock = player.createPlayer();
const view = viewport.createViewport();
const state = { selected: null, hovered: null, collapsed: new Set(), hidden: false, link: "connecting", rows: [], troubles: [], frameMs: 0 };
/** What the next frame has to do. `panels`: whatever is open in the drawer and the table. */
const dirty = { records: false, draw: false, panels: false };
let frameAsked = false;
let takenInMs = -Infinity;

/** A tab that was in the background does not catch up. */
const LONGEST_FRAME_S = 0.25;
/** Lists that grow are written so often while a run goes on; the chart follows every frame. */
const LISTS_EVERY_MS = 200;

// -- parts -----------------------------------------------------------------------------------------------------------------------

const announcer = createAnnouncer(byId("announcements"));
const help = createHelp(byId("help"));
const verdict = createVerdict(byId("verdict"), { onPod: (pod) => select(spans.rows.get(pod) ?? null, null) });
const drawer = createTabs(byId("drawer-tabs"), () => {
  openDrawer(true);
  redraw();
});
const panes = createTabs(byId("pane-tabs"), () => redraw());
createTabs(byId("side-switch"), (side) => (document.querySelector(".run-layout").dataset.side = side), { hides: false });
const events = createEvents(byId("panel-events"), { onSeek: seek });
const problems = createProblems(byId("panel-problems"), palette, { onSelect: goToTrouble });
const reasons = createReasons(config.why_url, { onLoaded: redraw });
const details = createDetails(byId("panel-details"), palette, { onSeek: seek, onGo: (place) => workbench.editor.goTo(place) });
const node = createNode(byId("node"), byId("panel-images"), palette, { onOpen: () => redraw() });
const treegrid = createTreegrid(byId("treegrid"), palette, { onSelect: (row, span) => select(row, span) });
const legend = createLegend(byId("legend"), palette, () => redraw());
const transport = createTransport(byId("transport"), act, seek);
const pill = byId("jump-to-now");
pill.addEventListener("click", () => act("follow"));

const actions = createActions({ state, spans, clock, view, palette, panes, help, announcer, select, goToTrouble, drawer: { toggle: () => openDrawer(byId("drawer").hidden) } });

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
    addRoom(room, fresh);
  }
  dirty.records = true;
  redraw();
}

function onLink(link) {
  state.link = link;
  redraw();
}

/** Only while it is watched live: nobody wants to be read a finished run from its beginning. */
function announce(before, after) {
  if (store.run.status !== "running") return;
  const said = new Set(before.map(({ seq }) => seq));
  for (const { row, label, seq } of after) if (!said.has(seq)) announcer.say(`${describeRow(row)}: ${label}`);
}

// -- drawing ---------------------------------------------------------------------------------------------------------------------

/** Draw everything anew in the next frame. */
function redraw() {
  dirty.draw = dirty.panels = true;
  askFrame();
}

function askFrame() {
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
  const elapsedS = state.frameMs ? Math.min((nowMs - state.frameMs) / 1000, LONGEST_FRAME_S) : 0;
  const over = isOver(store.run.status);
  player.headMoved(clock, store.run.headS, over);
  const moved = player.tick(clock, elapsedS);
  state.frameMs = clock.playing ? nowMs : 0;
  if (dirty.records && (over || nowMs - takenInMs > LISTS_EVERY_MS)) takeIn(nowMs);
  const shifted = viewport.settle(view, { lastS: Math.max(spans.lastS, room.eventS), clockS: clock.nowS, over });
  if (dirty.draw || shifted) drawScene();
  if (dirty.draw || shifted || moved) drawClock();
  if (dirty.panels) drawPanels();
  dirty.draw = dirty.panels = false;
  if (dirty.records || (clock.playing && !player.isFollowing(clock))) askFrame();
}

/** What changes only when records came. */
function takeIn(nowMs) {
  takenInMs = nowMs;
  dirty.records = false;
  dirty.panels = true;
  const before = state.troubles;
  state.troubles = troubles();
  announce(before, state.troubles);
  events.update(store.records);
  problems.update(state.troubles, store.records, gantt.themeName);
  setText(byId("count-events"), events.count ? String(events.count) : "");
  setText(byId("count-problems"), state.troubles.length ? String(state.troubles.length) : "");
  legend.draw(spans.states, gantt.themeName);
  help.drawMarks(palette, gantt.themeName);
}

/** The bars and what is said of the run: after records, a change of the view or of the selection. */
function drawScene() {
  state.rows = orderedRows(spans, state.collapsed);
  const { selected, hovered, collapsed, hidden } = state;
  const drawn = gantt.draw({ rows: state.rows, view, nowS: clock.headS, clockS: clock.nowS, hidden, selected, hovered, collapsed, dimmed: legend.dimmed, records: store.records });
  verdict.draw(store.run, { records: store.records.length });
  drawBanner();
  byId("chart-empty").hidden = state.rows.length > 0;
  Object.assign(root.dataset, { status: store.run.status, link: state.link, records: String(store.records.length) });
  if (drawn.bars && !root.dataset.painted) firstBar();
}

/** What moves while it is played; draws no bar. */
function drawClock() {
  gantt.drawClock(clock.nowS);
  transport.draw(clock, state.link === "open" && store.run.status === "running");
  events.drawClock(clock.nowS);
  node.draw({ room, view, endS: clock.headS, clockS: clock.nowS, theme: currentTheme(), imagesOpen: drawer.current() === "images" });
  pill.hidden = clock.over ? player.isAtEnd(clock) || viewport.contains(view, clock.nowS) : player.isFollowing(clock) && view.mode !== "free";
}

function drawPanels() {
  const context = { records: store.records, nowS: clock.headS, themeName: gantt.themeName };
  if (drawer.current() === "details") {
    const steps = store.run.verdict?.pods.find(({ pod }) => pod === state.selected?.row.pod)?.way ?? [];
    details.update(state.selected, { ...context, book: state.selected && reasons.book, steps });
  }
  if (panes.current() === "table") treegrid.draw({ rows: orderedRows(spans), ...context });
}

function drawBanner() {
  const text = bannerOf(state.link, store.run, store.run.headS);
  const banner = byId("banner");
  banner.hidden = !text;
  setText(banner.querySelector("span"), text);
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

function act(action) {
  change(() => actions[action]());
}

listenToKeys(act, help);
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
// On a phone the table says more than bars of a few pixels.
if (matchMedia("(max-width: 600px)").matches) {
  panes.show("table");
  openDrawer(false);
}
root.dataset.ready = "true";
redraw();
