/**
 * The run's page as a stage: the little that a lesson and a room know of it. They put a run on it, say how far it may be seen, move its clock and its selection, and
 * hear what the reader does by hand. What happened between two frames is compared with what was asked for here; the rest was the reader.
 */

import { Unreachable } from "../editor/server.js";
import { AXIS_PX } from "../gantt/chart.js";
import { createFlags } from "../gantt/flags.js";
import { createPicking } from "../gantt/picking.js";
import { orderedRows, spanAt } from "../gantt/rows.js";
import * as viewport from "../gantt/viewport.js";
import { createPickers } from "../lesson/pickers.js";
import { createWhole, openRecording, reachOfRun } from "../live/recording.js";
import { openRun } from "../live/source.js";
import { isOver } from "../live/store.js";
import { isTimePassing, SAME_S } from "../time/passing.js";
import * as player from "../time/player.js";
import { t } from "../text/translate.js";

const byId = (id) => document.getElementById(id);
/** @param {object} page  of pages/run.js */
export function createStage(page) {
  const { config, session, state, clock, view, workbench, panels, tools } = page;
  const gantt = byId("gantt");
  const plot = gantt.querySelector(".gantt-plot");
  const flags = createFlags(plot, gantt.parentElement, AXIS_PX);
  const picking = createPicking(plot, gantt.parentElement, () => view);
  const heard = { clock: [], select: [], run: [], drawn: [] };
  /** What was put on the stage last: a recording of a pack's run, or of the run of a link. */
  let put = { recording: null, whole: null, run: null, id: null, text: "", model: null };
  let wantedSelection = null;
  let before = null;
  let held = false;

  const stage = {
    // -- the run -----------------------------------------------------------------------------------------------------------------

    /**
     * Put a run on the stage, one of the pack or a stored one, and show it up to `untilS`. Whatever the reader had there of their own is gone from sight.
     *
     * @param {{run: {text: string, messages: Array, file_name?: string}} | {id: string, text?: string}} wanted
     * @param {{untilS?: number, behind?: boolean}} [options]  `behind`: what was shown stays as a ghost
     * @returns {Promise<void>} when it is there; the text of a stored run may have to be fetched
     */
    async show({ run = null, id = null, text = null }, { untilS = Infinity, behind = false } = {}) {
      // What has failed may have been computed again.
      const isPut = put.recording !== null && put.run === run && put.id === id && !hasFailed();
      if (isPut && stage.isMine && put.recording.source.shownS <= untilS) return stage.showUntil(untilS);
      const own = run ? run.text : (text ?? (isPut ? put.text : await textOf(id)));
      const whole = isPut ? put.whole : createWhole(run?.messages);
      put.recording?.source.close();
      const recording = session.openRecording(own, (model, on) => openRecording(model, { whole, ...on, follow: id && followed(whole) }), { id, behind });
      put = { recording, whole, run, id, text: own, model: recording.model };
      recording.source.showUntil(untilS);
      if (!behind) session.setGhost(null);
      state.collapsed.clear();
      viewport.fit(view);
      written(own, id ?? "");
      settled();
      return undefined;
    },

    /**
     * Let more of it be seen. The clock goes along if it stood at the end of what was there.
     * @param {{goesOn?: boolean}} [options]  more follows in a moment: the clock runs
     */
    showUntil(atS, options) {
      const { source } = put.recording ?? {};
      if (!source) return;
      const wasAtEnd = clock.nowS >= source.shownS - SAME_S;
      source.showUntil(atS, options);
      if (stage.isMine && wasAtEnd) clock.nowS = source.shownS;
      settled();
    },

    /** How far it is seen. */
    get shownS() {
      return put.recording?.source.shownS ?? session.model.run.headS;
    },
    /** How far it may be seen, if there is as much. */
    get untilS() {
      return put.recording?.source.untilS ?? Infinity;
    },

    /** How far an axis reaches on which all of it can be picked, seen or not. */
    get reachS() {
      return put.recording?.source.reachS ?? reachOfRun(session.model);
    },

    /** Is what was put on the stage what is seen? Else the reader looks at a run of their own. */
    get isMine() {
      return put.model !== null && session.model === put.model;
    },

    /** Did it fail, and is it seen? */
    get isFailed() {
      return stage.isMine && hasFailed();
    },

    /** Show again what was put on the stage. */
    comeBack() {
      if (!put.model || stage.isMine) return;
      put.recording.showAgain();
      session.setGhost(null);
      clock.nowS = Math.min(clock.nowS, put.recording.source.shownS);
      written(put.text, put.id ?? "");
      settled();
    },

    /** What is seen: { id, text, isTry }. */
    run() {
      const isRecording = put.recording !== null && stage.isMine;
      return { id: session.id, text: session.text, isTry: session.isTry && !isRecording };
    },

    /** Everything that has been recorded of it so far, and whether more will come. */
    get records() {
      return session.model.records;
    },
    get isOver() {
      return isOver(session.model.run.status);
    },

    /** @param {(run: object) => void} fn  an intervention, a slider, Run in the editor or the browser's history led to another run */
    onRun: (fn) => heard.run.push(fn),

    /** While a question is open nothing can be run: the answer would be one click away. The text may be read. */
    hold(on) {
      held = on;
      document.documentElement.dataset.held = String(on);
      // Their keys press them, and a button that is off cannot be pressed.
      for (const id of ["intervene", "share-button", "compare-button"]) byId(id).disabled = on;
      workbench.form.querySelector(".run-button").disabled = on;
      for (const id of ["panel-actions", "panel-what-if", "outcome"]) byId(id).inert = on;
    },

    // -- the clock ---------------------------------------------------------------------------------------------------------------

    /** @param {{atS?: number, speed?: number|null, playing?: boolean}} wanted  speed null: as fast as it comes, which is to stand at the newest */
    play({ atS, speed, playing }) {
      if (speed !== undefined) clock.speed = speed ?? Infinity;
      if (atS !== undefined) clock.nowS = Math.max(0, atS);
      if (playing !== undefined) clock.playing = playing;
      settled();
    },
    clock: () => ({ atS: clock.nowS, speed: clock.speed === Infinity ? null : clock.speed, playing: clock.playing }),
    /** @param {(clock: object) => void} fn  the reader pressed play, pause or a speed, or moved the clock */
    onClock: (fn) => heard.clock.push(fn),

    // -- the selection and the lens ----------------------------------------------------------------------------------------------

    /** @param {{row: string, atS: number|null}|null} wanted  the key of a row, and an instant of the bar on it; taken up when they are there */
    select(wanted) {
      wantedSelection = wanted;
      if (!wanted) page.select(null, null);
      takeSelection();
      settled();
    },
    selection() {
      if (!state.selected) return null;
      const { row, span, mark } = state.selected;
      return { row: row.key, atS: mark?.atS ?? span?.startS ?? null };
    },
    onSelect: (fn) => heard.select.push(fn),
    lens: () => tools.lenses.current().lens,
    /** @param {string} lens  node, kubelet or api */
    showLens(lens) {
      if (lens !== stage.lens()) tools.lenses.show({ lens, under: tools.lenses.current().under });
      settled();
    },

    // -- on the chart ------------------------------------------------------------------------------------------------------------

    /** @param {Array<{atS: number, row?: string, label: string, kind: "mine"|"truth"|"class"}>} wanted */
    flags(wanted) {
      flags.set(wanted);
      page.redraw();
    },

    /**
     * Ask for an instant: owner, what is told of it (null: no more), and { atS, reachS }, where the handle stands and how far the axis reaches.
     */
    pickMoment: createPickers((fn, { atS = clock.nowS, reachS = null } = {}) => {
      if (fn && reachS !== null) viewport.show(view, { startS: 0, endS: reachS });
      picking.ask(fn, atS);
      page.redraw();
    }),
    focusPicker: picking.focus,

    fit() {
      viewport.fit(view);
      page.redraw();
    },
    /** The chart rather than the table, and on a small screen the result rather than the text. */
    showChart() {
      panels.panes.show("chart");
    },

    /** @param {() => void} fn  something was drawn: the clock moved, records came */
    onDraw: (fn) => heard.drawn.push(fn),
    say: page.announcer.say,
  };

  /** The editor holds the text of what is shown. What somebody was writing is one Ctrl-Z away. */
  function written(text, id) {
    if (workbench.editor.text !== text) workbench.editor.change(text);
    workbench.settle(text, id);
  }

  const hasFailed = () => put.whole?.store.run.status === "failed";

  /** What is not yet known of a stored run comes from the server. */
  const followed = (whole) => (on) => openRun(whole, { path: session.urlOf("ws_path"), onReload: () => location.reload(), ...on });

  async function textOf(id) {
    const response = await fetch(config.yaml_url.replaceAll(config.any_run, id), { credentials: "same-origin" });
    if (!response.ok) throw new Unreachable(t("The server cannot be reached. Try again in a moment."));
    return response.text();
  }

  /** The run of the page is what the editor's Run makes: under a link of its own, without leaving. */
  page.run = async (text) => {
    if (held) return workbench.say(t("First the question: then the text can be run as often as you like."), "neutral");
    const { form } = workbench;
    if (form.dataset.busy) return undefined;
    form.dataset.busy = "true";
    workbench.say("");
    try {
      await tools.showStored(text);
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      workbench.say(error.message);
    } finally {
      delete form.dataset.busy;
    }
    return undefined;
  };

  // Back to before the first run of the reader's own.
  window.addEventListener("popstate", ({ state: entry }) => {
    if (entry?.id) return;
    stage.comeBack();
    tell("run", stage.run());
  });

  // -- what the reader did -------------------------------------------------------------------------------------------------------

  function takeSelection() {
    const row = wantedSelection && session.model.spans.rows.get(wantedSelection.row);
    if (!row) return false;
    const { atS } = wantedSelection;
    if (atS !== null && atS > session.model.run.headS) return false;
    wantedSelection = null;
    state.collapsed.delete(row.pod);
    state.rows = orderedRows(session.model.spans, state.collapsed, { behind: session.ghost?.spans, matches: state.matches });
    page.select(row, atS === null ? null : spanAt(row, atS));
    return true;
  }

  function look() {
    const { atS, speed, playing } = stage.clock();
    const selected = stage.selection();
    return { clock: { atS, speed, playing }, selected: selected && `${selected.row} ${selected.atS}`, model: session.model, atMs: performance.now() };
  }

  /** What is there now was asked for. */
  function settled() {
    before = look();
    page.redraw();
  }

  function tell(about, ...what) {
    for (const fn of heard[about]) fn(...what);
  }

  page.drawn = () => {
    // It was asked for, and the run has only now come so far.
    const isTaken = takeSelection();
    const now = look();
    const was = { ...(before ?? now), ...(isTaken && { selected: now.selected }) };
    before = now;
    const passing = isTimePassing(was.clock, now.clock, { elapsedS: (now.atMs - was.atMs) / 1000, isAtEnd: player.isAtEnd(clock) });
    if (now.model !== was.model) tell("run", stage.run());
    else if (!passing) tell("clock", stage.clock());
    if (now.selected !== was.selected) tell("select", stage.selection());
    const size = { widthPx: plot.clientWidth, heightPx: plot.clientHeight };
    flags.draw({ view, rows: state.rows, scrollPx: gantt.scrollTop, ...size });
    picking.draw();
    tell("drawn");
  };
  settled();
  return stage;
}
