/**
 * The page that compares two runs. Both are models of their own with one clock, one axis and one lens: the bars are those of A, those of B stand under them, and
 * beside each name stands what differs. This module holds the state and wires the others.
 */

import { createGantt } from "../gantt/gantt.js";
import { createLegend } from "../gantt/legend.js";
import { createOverview } from "../gantt/overview.js";
import { createPalette } from "../gantt/palette.js";
import { sameSelection } from "../gantt/navigate.js";
import { counterpartOf, pairedRows, twinsOf } from "../gantt/pairs.js";
import { orderedRows, spanAt } from "../gantt/rows.js";
import * as viewport from "../gantt/viewport.js";
import { divergenceOf } from "../live/model.js";
import { createDetails } from "../table/details.js";
import { createMilestoneTable } from "../table/milestones.js";
import { createAnnouncer } from "../text/announcer.js";
import { compare, summaryOf, tellingOf } from "../text/compared.js";
import { setText } from "../text/dom.js";
import { pageConfig } from "../text/page-config.js";
import { t } from "../text/translate.js";
import { createFrames } from "../time/frames.js";
import * as player from "../time/player.js";
import { createTransport } from "../time/transport.js";
import { createActions } from "./actions.js";
import { createSide } from "./compare-side.js";
import { gesturesOf } from "./gestures.js";
import { createHelp } from "./help.js";
import { listenToKeys } from "./keyboard.js";
import { createLensSwitch } from "./lenses.js";
import { createReasons } from "./reasons.js";
import { createSearch } from "./search.js";
import { createSharedView } from "./shared-view.js";

const byId = (id) => document.getElementById(id);
const root = document.documentElement;
const config = pageConfig();
const palette = createPalette(config.palette);

// -- state -----------------------------------------------------------------------------------------------------------------------

const clock = player.createPlayer();
const view = viewport.createViewport();
/** `theirs`: the bar of B that belongs to the selected one. */
const state = { selected: null, theirs: null, hovered: null, collapsed: new Set(), hidden: false, matches: null, rows: [], troubles: [] };
let [subjects, twins, compared] = [new Map(), new Map(), []];
let divergesS = null;
const { redraw, change, news } = createFrames({ clock, view, facts, takeIn, drawScene, drawClock });
/** Before an end the bar that it ends is still there. */
const JUST_S = 0.0005;

// -- parts -----------------------------------------------------------------------------------------------------------------------

let gantt = null;
const cards = [...document.querySelectorAll(".side")];
/** A and B, in the order in which they are shown. */
const sides = config.sides.map((info, index) => createSide(info, cards[index], { palette, config, onNews: news }));
const announcer = createAnnouncer(byId("announcements"));
const help = createHelp(byId("help"), "compare");
const transport = createTransport(byId("transport"), act, seek);
const table = createMilestoneTable(byId("milestones"), { onSeek: seek, onSelect: selectSubject });
const legend = createLegend(byId("legend"), palette, redraw);
const overview = createOverview(byId("overview"), palette, { view: (shown) => change(() => viewport.show(view, shown)), fit: () => act("fit") });
const reasons = createReasons({ onLoaded: redraw });
const details = ["A", "B"].map((letter) => createDetails(byId("why").querySelector(`[data-letter="${letter}"]`), palette, { onSeek: seek }));
const search = createSearch(byId("search"), { palette, onSearch: (matches) => change(() => (state.matches = matches)), onLeave: () => byId("gantt").focus() });
const lenses = createLensSwitch(byId("lenses"), {
  onLook(looks) {
    for (const { model } of sides) model.look(looks);
    reselect();
    news();
  },
});
/** What the actions and the link to a view need of a session: A, and beside it the bars of both for stepping. */
const session = {
  get model() {
    const { spans } = sides[0].model;
    return { ...sides[0].model, spans: { ...spans, rows: new Map([...paired(), ...spans.rows]) } };
  },
};
const sharedView = createSharedView({ session, state, clock, view, lenses, select });
const showWhy = () => byId("why").scrollIntoView({ block: "nearest" });
const actions = {
  ...createActions({ state, session, clock, view, palette, help, announcer, select, goToTrouble, panels: { panes: null, toggleDrawer: showWhy }, tools: { lenses, search, linkToView: () => location.href.split("#")[0] + sharedView.link() } }),
  table: () => document.querySelector(".compare-table").focus(),
  swap,
};
gantt = await createGantt(byId("gantt"), palette, {
  ...gesturesOf({ state, view, redraw, change, act, seek }),
  select: (row, span, mark) => select(row, span, mark),
  under: (atS, { row, span }) => (span ? select(row, counterpartOf(span, paired().get(row.key), row), null, { theirs: span }) : seek(atS)),
});
news();

// -- what arrives ----------------------------------------------------------------------------------------------------------------

/** The rows are new ones, under the same keys. */
function reselect() {
  Object.assign(state, { selected: sameSelection(state.selected, sides[0].model.spans), theirs: null, hovered: null });
}

/** The rows of B under the keys of A. */
function paired() {
  return pairedRows(sides[1].model.spans.rows, twins);
}

/** What stands beside a name. */
function sayOf(row) {
  return subjects.has(row.key) ? tellingOf(subjects.get(row.key), over()) : { text: "", tone: "same" };
}

const areSettled = () => sides.every(({ isSettled }) => isSettled);
const over = () => ({ a: sides[0].isSettled, b: sides[1].isSettled });

// -- drawing ---------------------------------------------------------------------------------------------------------------------

/** Both runs as the frames need them; a chart that is being built is not drawn. */
function facts() {
  if (!gantt) return null;
  const models = sides.map(({ model }) => model);
  const headS = Math.max(...models.map(({ run }) => run.headS));
  return { headS, lastS: Math.max(...models.map(({ spans }) => spans.lastS)), over: areSettled() };
}

/** What changes only when records came. */
function takeIn() {
  const [a, b] = sides;
  for (const side of sides) side.takeIn();
  const missing = sides.findIndex(({ refused, isSettled, model }) => refused || (isSettled && !model.records.length));
  const found = twinsOf(a.model.records, b.model.records);
  // The same map as long as it says the same: what is drawn is compared by it.
  if (String([...found]) !== String([...twins])) twins = found;
  compared = missing < 0 ? compare(a.reached, b.reached, twins) : [];
  subjects = new Map(compared.map((subject) => [subject.key, subject]));
  divergesS = areSettled() && missing < 0 ? divergenceOf(a.model.records, b.model.records) : null;
  state.troubles = a.model.troubles();
  table.draw(compared, over(), byId("show-all").checked);
  byId("differences-empty").hidden = compared.length > 0;
  setText(byId("differences-empty"), missing < 0 ? t("The milestones come with the first records.") : t("There is nothing to compare with: {letter} is not there.", { letter: "AB"[missing] }));
  setText(byId("summary"), summaryOf(compared, over(), divergesS));
  legend.draw(new Set(sides.flatMap(({ model }) => [...model.spans.states])), gantt.themeName);
  help.drawMarks(palette, gantt.themeName);
  sharedView.takeUp();
}

function rowsInOrder() {
  const rows = paired();
  const { matches } = state;
  const either = matches && ((row) => matches(row) || (rows.has(row.key) && matches(rows.get(row.key))));
  return orderedRows(sides[0].model.spans, state.collapsed, { behind: { rows }, matches: either });
}

function drawScene() {
  const [a, b] = sides;
  const rowsB = paired();
  const { selected, hovered, collapsed, hidden } = state;
  state.rows = rowsInOrder();
  const under = { rows: rowsB, ghost: true, equal: true, fromS: 0, nowS: b.endS(clock.headS), name: "B" };
  gantt.draw({ rows: state.rows, view, nowS: a.endS(clock.headS), clockS: clock.nowS, hidden, selected, hovered, collapsed, under, sayOf, dimmed: legend.dimmed, records: a.model.records });
  for (const [index, side] of sides.entries()) side.draw("AB"[index]);
  search.draw(state.rows.length);
  byId("chart-empty").hidden = state.rows.length > 0 || state.matches !== null || areSettled();
  drawWhy(rowsB);
  const statuses = sides.map((side) => (side.refused ? "refused" : side.isSettled && side.link !== "open" && side.model.run.status !== "finished" ? "lost" : side.model.run.status));
  Object.assign(root.dataset, { a: statuses[0], b: statuses[1], settled: String(areSettled()) });
}

function drawClock() {
  gantt.drawClock(clock.nowS);
  transport.draw(clock, sides.some(({ isFed }) => isFed));
  const rowsB = paired();
  const rows = state.rows.flatMap((row) => [row, rowsB.get(row.key)]).filter(Boolean);
  const version = [...sides.map(({ model, title }) => `${title} ${model.lens} ${model.records.length}`), state.rows.length, state.rows[0]?.key, clock.headS].join(" ");
  const wholeS = Math.max(1, ...sides.map(({ model }) => model.spans.lastS)) * 1.02;
  overview.draw({ rows, view, nowS: clock.headS, clockS: clock.nowS, wholeS, themeName: gantt.themeName, version });
}

/** The reasons of both sides for the bar that is selected. */
function drawWhy(rowsB) {
  const { selected, theirs } = state;
  byId("why").hidden = !selected;
  if (!selected) return;
  const twin = rowsB.get(selected.row.key);
  const mine = selected.row.absent ? null : selected;
  const other = twin && { row: twin.own ?? twin, span: theirs ?? counterpartOf(selected.span, selected.row, twin), mark: null };
  for (const [index, chosen] of [mine, other].entries()) {
    const { model } = sides[index];
    const steps = chosen ? (model.run.verdict?.pods.find(({ pod }) => pod === chosen.row.pod)?.way ?? []) : [];
    const book = chosen && reasons.bookOf(sides[index]);
    details[index].update(chosen ?? null, { records: model.records, nowS: sides[index].endS(clock.headS), themeName: gantt.themeName, book, steps });
  }
}

// -- what the reader does --------------------------------------------------------------------------------------------------------

function seek(atS) {
  change(() => player.seek(clock, atS));
}

function select(row, span, mark = null, { open = false, theirs = null } = {}) {
  Object.assign(state, { selected: row ? { row, span, mark } : null, theirs });
  if (row) gantt?.reveal(state.rows.indexOf(row));
  redraw();
  if (open && row) requestAnimationFrame(() => requestAnimationFrame(showWhy));
}

/** A line of the table: its row, and the bar that ends or begins with what differs first. */
function selectSubject(key) {
  state.collapsed.delete(subjects.get(key).pod);
  state.rows = rowsInOrder();
  const row = state.rows.find((each) => each.key === key);
  const { milestone, a, b } = subjects.get(key).entries.find(({ differs, milestone: name }) => differs && name !== "restarts") ?? {};
  const atS = a ?? b ?? null;
  const span = row && atS !== null ? spanAt(row, milestone === "ended" || milestone === "gone" ? atS - JUST_S : atS) : null;
  if (row) select(row, span, null, { open: true });
}

function goToTrouble({ row, span, mark, atS }) {
  state.collapsed.delete(row.pod);
  if (!viewport.contains(view, atS)) viewport.focus(view, atS, atS);
  select(row, span ?? spanAt(row, atS), mark);
}

/** A for B, on the page and in its address. */
function swap() {
  sides.reverse();
  byId("sides").prepend(...sides.map(({ card }) => card));
  [config.url, config.swapped_url] = [config.swapped_url, config.url];
  history.replaceState(null, "", config.url);
  byId("swap").href = config.swapped_url;
  Object.assign(state, { selected: null, theirs: null, hovered: null });
  announcer.say(`A: ${sides[0].title}, B: ${sides[1].title}`);
  news();
}

function act(action) {
  change(() => actions[action]?.());
}

listenToKeys(act, help, "compare");
for (const button of document.querySelectorAll("[data-act]")) button.addEventListener("click", () => act(button.dataset.act));
byId("copy-view").addEventListener("click", () => act("copy-link"));
byId("show-all").addEventListener("change", () => news());
byId("swap").addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  act("swap");
});
document.addEventListener("themechange", () => news());
root.dataset.ready = "true";
