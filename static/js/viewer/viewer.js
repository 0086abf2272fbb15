/**
 * A run to look at and nothing else: headline, clock, chart, and a table where the page has one. What stands in a frame of another page and in the file that
 * needs no server; where the records come from is the caller's business. Data flows as on the run's page: records, spans, drawing.
 */

import { createGantt } from "../gantt/gantt.js";
import { createLegend } from "../gantt/legend.js";
import { LENSES } from "../gantt/lenses.js";
import { createPalette } from "../gantt/palette.js";
import { orderedRows, spanAt } from "../gantt/rows.js";
import { addRecords, createSpans } from "../gantt/spans.js";
import { createTroubles } from "../gantt/troubles.js";
import * as viewport from "../gantt/viewport.js";
import { createStore, isOver } from "../live/store.js";
import { createActions } from "../pages/actions.js";
import { listenToKeys } from "../pages/keyboard.js";
import { createTabs } from "../pages/tabs.js";
import { createVerdict } from "../pages/verdict.js";
import { createTreegrid } from "../table/treegrid.js";
import { createAnnouncer } from "../text/announcer.js";
import { decodeView, selectionIn } from "../text/view-link.js";
import * as player from "../time/player.js";
import { createTransport } from "../time/transport.js";

const LONGEST_FRAME_S = 0.25;
const byId = (id) => document.getElementById(id);

/**
 * @param {object} table the server's palette
 * @returns {Promise<{store: object, receive: (message: Array) => "join" | "over" | undefined}>} messages as live/socket.js brings them; "join" asks for what is
 *   missing, "over" says that nothing more will come
 */
export async function createViewer(table) {
  const palette = createPalette(table);
  const store = createStore();
  let wanted = decodeView(location.hash);
  const spans = createSpans(wanted.lens in LENSES ? wanted.lens : "node");
  const troubles = createTroubles(spans, palette);
  const clock = player.createPlayer();
  const view = viewport.createViewport();
  const state = { selected: null, hovered: null, collapsed: new Set(), hidden: false, rows: [], troubles: [], frameMs: 0 };
  let asked = false;
  let dirty = true;
  let gantt = null;
  if (wanted.range) viewport.show(view, wanted.range);

  const announcer = createAnnouncer(byId("announcements"));
  const verdict = createVerdict(byId("verdict"), { onPod: (pod) => select(spans.rows.get(pod) ?? null, null) });
  const panes = byId("pane-tabs") ? createTabs(byId("pane-tabs"), redraw) : { show() {}, current: () => "chart" };
  const treegrid = byId("treegrid") && createTreegrid(byId("treegrid"), palette, { onSelect: select });
  const legend = createLegend(byId("legend"), palette, redraw);
  const transport = createTransport(byId("transport"), act, seek);
  const elsewhere = { toggle() {}, open() {}, keysAreOff: false };
  const actions = createActions({ state, spans, clock, view, palette, panes, announcer, select, goToTrouble, help: elsewhere, drawer: elsewhere });

  gantt = await createGantt(byId("gantt"), palette, {
    redraw,
    view: (shown) => change(() => viewport.show(view, shown)),
    zoom: (factor, atS) => change(() => viewport.zoom(view, factor, atS)),
    pan: (share) => change(() => viewport.pan(view, share)),
    fit: () => act("fit"),
    seek,
    select,
    hover(hit) {
      if (state.hovered?.span === hit?.span) return;
      state.hovered = hit;
      redraw();
    },
    fold: (pod) => change(() => state.collapsed.delete(pod) || state.collapsed.add(pod)),
  });
  for (const button of document.querySelectorAll("[data-act]")) button.addEventListener("click", () => act(button.dataset.act));
  for (const event of ["themechange", "fullscreenchange"]) document.addEventListener(event, redraw);
  window.addEventListener("hashchange", () => {
    wanted = decodeView(location.hash);
    if (wanted.range) viewport.show(view, wanted.range);
    redraw();
  });
  listenToKeys(act, elsewhere);
  redraw();
  return { store, receive };

  function receive([kind, first, second]) {
    redraw();
    if (kind === "h") {
      // After an upgrade of the server the same link is another run.
      if (store.run.version && store.run.version !== first.version) return location.reload();
      store.hello(first);
    }
    if (kind === "p") store.progress(first);
    if (kind === "s") {
      store.status(first, second);
      if (isOver(first)) return "over";
    }
    if (kind === "e") {
      const fresh = store.take(first, second);
      if (fresh === null) return "join";
      addRecords(spans, fresh);
    }
    return undefined;
  }

  function redraw() {
    dirty = true;
    if (!asked) requestAnimationFrame(frame);
    asked = true;
  }

  function change(what) {
    what();
    redraw();
  }

  function act(action) {
    change(() => actions[action]?.());
  }

  function seek(atS) {
    change(() => player.seek(clock, atS));
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

  function frame(nowMs) {
    asked = false;
    if (!gantt) return;
    const elapsedS = state.frameMs ? Math.min((nowMs - state.frameMs) / 1000, LONGEST_FRAME_S) : 0;
    const over = isOver(store.run.status);
    player.headMoved(clock, store.run.headS, over);
    if (over) restore();
    const moved = player.tick(clock, elapsedS);
    state.frameMs = clock.playing ? nowMs : 0;
    const shifted = viewport.settle(view, { lastS: spans.lastS, clockS: clock.nowS, over });
    if (dirty || shifted) draw();
    if (dirty || shifted || moved) {
      gantt.drawClock(clock.nowS);
      transport.draw(clock, store.run.status === "running");
    }
    dirty = false;
    if (clock.playing && !player.isFollowing(clock) && !asked) {
      asked = true;
      requestAnimationFrame(frame);
    }
  }

  /** Once, when all is there: the clock and the selection that the link asks for. */
  function restore() {
    if (wanted.atS !== null) player.seek(clock, wanted.atS);
    const found = selectionIn(spans, wanted.selected);
    if (found) state.selected = found;
    wanted = { ...wanted, atS: null, selected: null };
  }

  function draw() {
    state.rows = orderedRows(spans, state.collapsed);
    state.troubles = troubles();
    legend.draw(spans.states, gantt.themeName);
    gantt.draw({ ...state, view, nowS: clock.headS, clockS: clock.nowS, dimmed: legend.dimmed, records: store.records });
    verdict.draw(store.run, { records: store.records.length });
    byId("chart-empty").hidden = state.rows.length > 0;
    if (treegrid && panes.current() === "table") treegrid.draw({ rows: orderedRows(spans), records: store.records, nowS: clock.headS, themeName: gantt.themeName });
    Object.assign(document.documentElement.dataset, { status: store.run.status, records: String(store.records.length) });
  }
}
