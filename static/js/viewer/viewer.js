/**
 * A run to look at and nothing else: headline, clock, chart, and a table where the page has one. What stands in a frame of another page and in the file that
 * needs no server; where the records come from is the caller's business. Data flows as on the run's page: records, spans, drawing.
 */

import { createGantt } from "../gantt/gantt.js";
import { createLegend } from "../gantt/legend.js";
import { LENSES } from "../gantt/lenses.js";
import { sameSelection } from "../gantt/navigate.js";
import { createPalette } from "../gantt/palette.js";
import { orderedRows, spanAt } from "../gantt/rows.js";
import * as viewport from "../gantt/viewport.js";
import { createModel } from "../live/model.js";
import { isOver } from "../live/store.js";
import { createActions } from "../pages/actions.js";
import { gesturesOf } from "../pages/gestures.js";
import { listenToKeys } from "../pages/keyboard.js";
import { createSharedView } from "../pages/shared-view.js";
import { createTabs } from "../pages/tabs.js";
import { createVerdict } from "../pages/verdict.js";
import { createTreegrid } from "../table/treegrid.js";
import { createAnnouncer } from "../text/announcer.js";
import { createFrames } from "../time/frames.js";
import * as player from "../time/player.js";
import { createTransport } from "../time/transport.js";

const byId = (id) => document.getElementById(id);

/** Actions of the run's page that have nothing to act on here. */
const ABSENT = new Set(["drawer", "details", "help", "lens", "search", "intervene", "ghost-off", "copy-link", "share"]);

/**
 * @param {object} table the server's palette
 * @param {object} [on]
 * @param {() => void} [on.draw]  something was drawn: the clock moved, records came
 * @param {() => void} [on.clock]  the reader moved the clock, or pressed play or pause
 * @returns {Promise<object>} `model` takes messages (live/model.js); `news` after each; `show(model)` another one in its place; and what a stage needs (stage.js)
 */
export async function createViewer(table, { draw = () => {}, clock: onClock = () => {} } = {}) {
  const palette = createPalette(table);
  const session = { model: createModel(palette) };
  const clock = player.createPlayer();
  const view = viewport.createViewport();
  const state = { selected: null, hovered: null, collapsed: new Set(), hidden: false, rows: [], troubles: [] };
  const { redraw, change, news } = createFrames({ clock, view, facts, takeIn, drawScene, drawClock });
  let gantt = null;
  const lenses = {
    current: () => session.model,
    show({ lens }) {
      if (!(lens in LENSES)) return;
      session.model.look({ lens });
      state.selected = sameSelection(state.selected, session.model.spans);
    },
  };
  /** What the link asks for; a frame's address may be changed by the page around it. */
  let sharedView = takeLink();

  const announcer = createAnnouncer(byId("announcements"));
  const verdict = createVerdict(byId("verdict"), { onPod: (pod) => select(session.model.spans.rows.get(pod) ?? null, null) });
  const panes = byId("pane-tabs") ? createTabs(byId("pane-tabs"), redraw) : { show() {}, current: () => "chart" };
  const treegrid = byId("treegrid") && createTreegrid(byId("treegrid"), palette, { onSelect: select });
  const legend = createLegend(byId("legend"), palette, redraw);
  const transport = createTransport(byId("transport"), act, seek);
  const elsewhere = { lenses: {}, search: {}, keysAreOff: false };
  const actions = createActions({ state, session, clock, view, palette, panels: { panes }, tools: elsewhere, help: elsewhere, announcer, select, goToTrouble });

  gantt = await createGantt(byId("gantt"), palette, { ...gesturesOf({ state, view, redraw, change, act, seek }), select });
  for (const button of document.querySelectorAll("[data-act]")) button.addEventListener("click", () => act(button.dataset.act));
  document.addEventListener("themechange", () => news());
  window.addEventListener("hashchange", () => {
    sharedView = takeLink();
    news();
  });
  listenToKeys(act, elsewhere);
  news();
  return {
    get model() {
      return session.model;
    },
    news,
    ...{ palette, clock, view, state, announcer, panes, redraw, select },
    fresh: () => createModel(palette),
    /** Another run; the clock stays where it is. */
    show(model) {
      model.look({ lens: session.model.lens });
      session.model = model;
      player.restart(clock);
      Object.assign(state, { selected: null, hovered: null, troubles: [] });
      news({ now: true });
    },
  };

  function takeLink() {
    return createSharedView({ session, state, clock, view, lenses, select });
  }

  function act(action) {
    if (!ABSENT.has(action)) byHand(() => actions[action]());
  }

  function seek(atS) {
    byHand(() => player.seek(clock, atS));
  }

  function byHand(done) {
    const { nowS, playing, speed } = clock;
    change(done);
    if (clock.nowS !== nowS || clock.playing !== playing || clock.speed !== speed) onClock();
  }

  function select(row, span, mark = null) {
    state.selected = row ? { row, span, mark } : null;
    if (row && gantt) gantt.reveal(state.rows.indexOf(row));
    redraw();
  }

  function goToTrouble({ row, span, mark, atS }) {
    if (!viewport.contains(view, atS)) viewport.focus(view, atS, atS);
    select(row, span ?? spanAt(row, atS), mark);
  }

  function facts() {
    return gantt && { headS: session.model.run.headS, lastS: session.model.spans.lastS, over: isOver(session.model.run.status, true) };
  }

  function takeIn() {
    sharedView.takeUp();
    state.troubles = session.model.troubles();
    legend.draw(session.model.spans.states, gantt.themeName);
  }

  function drawClock() {
    gantt.drawClock(clock.nowS);
    transport.draw(clock, session.model.run.status === "running");
    draw();
  }

  function drawScene() {
    const { spans, records, run } = session.model;
    state.rows = orderedRows(spans, state.collapsed);
    gantt.draw({ ...state, view, nowS: clock.headS, clockS: clock.nowS, under: null, dimmed: legend.dimmed, records });
    verdict.draw(run, { records: records.length });
    byId("chart-empty").hidden = state.rows.length > 0 || isOver(run.status, true);
    if (treegrid && panes.current() === "table") treegrid.draw({ rows: orderedRows(spans), records, nowS: clock.headS, themeName: gantt.themeName });
    Object.assign(document.documentElement.dataset, { status: run.status, records: String(records.length) });
  }
}
