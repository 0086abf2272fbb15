/**
 * The page of a run. Data flows one way: source, model, chart and tables; what the reader does changes the player, the viewport or the selection, and the next
 * frame draws it. This module holds that state and wires the others; it decides nothing else.
 */

import { createWorkbench } from "../editor/workbench.js";
import { createGantt } from "../gantt/gantt.js";
import { sameSelection } from "../gantt/navigate.js";
import { createPalette } from "../gantt/palette.js";
import { orderedRows, spanAt } from "../gantt/rows.js";
import { currentTheme } from "../gantt/theme.js";
import * as viewport from "../gantt/viewport.js";
import { isOver } from "../live/store.js";
import { createAnnouncer } from "../text/announcer.js";
import { setText } from "../text/dom.js";
import { pageConfig } from "../text/page-config.js";
import { createFrames } from "../time/frames.js";
import * as player from "../time/player.js";
import { createTransport } from "../time/transport.js";
import { createActions } from "./actions.js";
import { gesturesOf } from "./gestures.js";
import { createHelp } from "./help.js";
import { listenToKeys } from "./keyboard.js";
import { createLines } from "./lines.js";
import { createPanels } from "./panels.js";
import { createSession } from "./session.js";
import { createSharing } from "./sharing.js";
import { createTabs } from "./tabs.js";
import { createTools } from "./tools.js";
import { bannerOf, createVerdict } from "./verdict.js";

const byId = (id) => document.getElementById(id);
const root = document.documentElement;
const config = pageConfig();
const privately = config.private ? await import("./private.js") : null;
const given = await privately?.privateText();
if (given) config.text = given.text;
const palette = createPalette(config.palette);
/**
 * What a page with more than a run on it (lesson.js, room.js) has of this one. It may set `drawn`, which is called with each frame, and `run`, which is what the
 * editor's Run does there in place of leaving for the page of another run.
 */
export const page = { config, palette, drawn() {} };

// -- state -----------------------------------------------------------------------------------------------------------------------

const clock = player.createPlayer();
const view = viewport.createViewport();
const state = { selected: null, hovered: null, collapsed: new Set(), hidden: false, matches: null, rows: [], troubles: [] };
const frames = createFrames({ clock, view, facts, takeIn, drawScene, drawClock });
const { redraw, change, news } = frames;

// -- parts -----------------------------------------------------------------------------------------------------------------------

// The session opens its source first: records come in while the chart is being built.
let gantt = null;
let lines = null;
const session = createSession({ palette, config, onNews: news, onSwitch: () => switched(), onRefused: (problems) => workbench.refuse(problems) });
const announcer = createAnnouncer(byId("announcements"));
const help = createHelp(byId("help"));
const verdict = createVerdict(byId("verdict"), { onPod: (pod) => select(session.model.spans.rows.get(pod) ?? null, null) });
const goToPlace = (place) => workbench.editor.goTo(place);
const panels = createPanels({ palette, session, state, announcer, help, redraw, seek, select, goToTrouble, goToPlace });
createTabs(byId("side-switch"), (side) => (document.querySelector(".run-layout").dataset.side = side), { hides: false });
const transport = createTransport(byId("transport"), act, seek);
const pill = byId("jump-to-now");
pill.addEventListener("click", () => act("follow"));

const tools = createTools({
  ...{ palette, config, session, state, clock, view, announcer, redraw, switched, panels, select },
  showView: (shown) => change(() => viewport.show(view, shown)),
  fit: () => act("fit"),
  workbench: () => workbench,
});
const actions = createActions({ state, session, clock, view, palette, panels, tools, help, announcer, select, goToTrouble });

gantt = await createGantt(byId("gantt"), palette, {
  ...gesturesOf({ state, view, redraw, change, act, seek }),
  select: (row, span, mark) => select(row, span, mark, { open: true }),
  menu: tools.openMenu,
});
redraw();

// -- what arrives ----------------------------------------------------------------------------------------------------------------

/** Another run is shown, or the same one through another lens: rows are new ones, under the same keys. */
function switched({ restart = true } = {}) {
  if (restart) player.restart(clock);
  Object.assign(state, { selected: sameSelection(state.selected, session.model.spans), hovered: null, troubles: [] });
  news({ now: true });
}

// -- drawing ---------------------------------------------------------------------------------------------------------------------

/** The run as the frames need it; a chart that is being built is not drawn. */
function facts() {
  if (!gantt) return null;
  const { run, spans, room } = session.model;
  return { headS: run.headS, lastS: Math.max(spans.lastS, room.eventS, session.shownS, session.ghost?.spans.lastS ?? 0), over: isOver(run.status, true) };
}

/** What changes only when records came. */
function takeIn() {
  panels.takeIn(gantt.themeName);
  tools.takeIn();
}

/** What stands thin under the bars: the run before, else another lens. */
function underOf({ underSpans, run }) {
  const { ghost } = session;
  if (ghost) return { rows: ghost.spans.rows, ghost: true, fromS: session.divergesS, nowS: ghost.run.headS };
  return underSpans && { rows: underSpans.rows, ghost: false, fromS: 0, nowS: run.headS };
}

/** The bars and what is said of the run: after records, a change of the view or of the selection. */
function drawScene(isWanted) {
  // Before the labels, which show what it marks.
  if (isWanted) lines?.draw(state.selected);
  const { model, ghost, link } = session;
  const { selected, hovered, collapsed, hidden, matches } = state;
  state.rows = orderedRows(model.spans, collapsed, { behind: ghost?.spans, matches });
  const scene = { rows: state.rows, view, nowS: clock.headS, clockS: clock.nowS, hidden, selected, hovered, collapsed, under: underOf(model) };
  const drawn = gantt.draw({ ...scene, marked: lines?.marked, dimmed: panels.legend.dimmed, records: model.records });
  verdict.draw(model.run, { records: model.records.length });
  tools.draw({ themeName: gantt.themeName });
  drawBanner();
  byId("chart-empty").hidden = state.rows.length > 0 || matches !== null || isOver(model.run.status);
  Object.assign(root.dataset, { status: model.run.status, link, records: String(model.records.length) });
  if (drawn.bars && !root.dataset.painted) firstBar();
  if (isWanted) panels.draw({ nowS: clock.headS, themeName: gantt.themeName });
}

/** What moves while it is played; draws no bar. */
function drawClock() {
  gantt.drawClock(clock.nowS);
  transport.draw(clock, session.link === "open" && session.model.run.status === "running");
  tools.drawClock();
  panels.drawClock({ clock, view, themeName: currentTheme() });
  page.drawn();
  pill.hidden = clock.over ? player.isAtEnd(clock) || viewport.contains(view, clock.nowS) : player.isFollowing(clock) && view.mode !== "free";
}

function drawBanner() {
  const { run } = session.model;
  const text = bannerOf(session.link, run, run.headS, session.isTry);
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
  if (open && row) panels.showDetails();
  redraw();
}

/** A row can only be shown when its pod is unfolded. */
function unfold(row) {
  state.collapsed.delete(row.pod);
  state.rows = orderedRows(session.model.spans, state.collapsed, { behind: session.ghost?.spans, matches: state.matches });
}

function goToTrouble({ row, span, mark, atS }) {
  unfold(row);
  if (!viewport.contains(view, atS)) viewport.focus(view, atS, atS);
  select(row, span ?? spanAt(row, atS), mark, { open: true });
}

function act(action) {
  change(() => actions[action]());
}

listenToKeys(act, help);
for (const button of document.querySelectorAll("[data-act]")) button.addEventListener("click", () => act(button.dataset.act));
document.addEventListener("themechange", () => news());

// -- the editor ------------------------------------------------------------------------------------------------------------------

const form = byId("editor-form");
if (privately) form.elements.text.value = config.text;
let written = "";
const workbench = await createWorkbench(form, config, {
  onChange(text) {
    written = text;
    form.dataset.edited = String(text !== session.text);
    redraw();
  },
  onRun: config.any_run ? (text) => page.run(text) : privately && runPrivately,
});
lines = createLines({
  editor: workbench.editor,
  isRunsText: () => written === session.text,
  book: panels.book,
  rows: () => [...session.model.spans.rows.values()],
  records: () => session.model.records,
  onRows: redraw,
  onChoose: (row) => goToTrouble({ row, span: null, mark: null, atS: clock.nowS }),
});
async function runPrivately(text) {
  await privately.keepPrivately(text);
  session.tryText(text);
  workbench.settle(text, "");
}
if (privately) {
  if (given.unreadable) workbench.refuse([{ message: given.unreadable }]);
  else session.tryText(given.text);
  window.addEventListener("popstate", () => location.reload());
}
byId("discard").addEventListener("click", () => workbench.load(session.text));
createSharing({ config, palette, session, state, view, clock, tools, announcer, workbench: () => workbench });
// On a phone the table says more than bars of a few pixels; a class is shown the chart on which the room's clock moves.
if (matchMedia("(max-width: 600px)").matches) {
  if (!config.room) panels.panes.show("table");
  panels.openDrawer(false);
}
Object.assign(page, { session, state, clock, view, gantt, panels, tools, workbench, announcer, help, redraw, select });
root.dataset.ready = "true";
redraw();
