/** The viewer as a stage for a lesson: what pages/stage.js is on the page of a run, as far as a file without a server needs it. Nothing can be changed or run here. */

import { AXIS_PX } from "../gantt/chart.js";
import { createFlags } from "../gantt/flags.js";
import { createPicking } from "../gantt/picking.js";
import * as viewport from "../gantt/viewport.js";
import { createPickers } from "../lesson/pickers.js";
import { createWhole, openRecording } from "../live/recording.js";
import { isOver } from "../live/store.js";
import { createViewer } from "./viewer.js";

/** Instants that are nearer to each other are one. */
const SAME_S = 0.0015;

/**
 * @param {object} table  the server's palette
 * @param {(text: string) => void} onText  the text of the run that is shown
 */
export async function createViewerStage(table, onText) {
  const gantt = document.getElementById("gantt");
  const heard = { clock: [], drawn: [] };
  let put = { run: null, source: null };
  let flags = null;
  let picking = null;

  const viewer = await createViewer(table, {
    clock: () => heard.clock.forEach((fn) => fn()),
    draw() {
      const plot = gantt.querySelector(".gantt-plot");
      flags?.draw({ view, rows: state.rows, scrollPx: gantt.scrollTop, widthPx: plot.clientWidth, heightPx: plot.clientHeight });
      picking?.draw();
      heard.drawn.forEach((fn) => fn());
    },
  });
  const { clock, view, state, redraw } = viewer;
  const plot = gantt.querySelector(".gantt-plot");
  flags = createFlags(plot, gantt.parentElement, AXIS_PX);
  picking = createPicking(plot, gantt.parentElement, () => view);

  const stage = {
    async show({ run }, { untilS = Infinity } = {}) {
      if (put.run === run && put.source.shownS <= untilS) return stage.showUntil(untilS);
      const model = viewer.fresh();
      put = { run, source: openRecording(model, { whole: createWhole(run.messages), onNews: viewer.news, onLink() {} }) };
      state.collapsed.clear();
      viewport.fit(view);
      viewer.show(model);
      put.source.showUntil(untilS);
      onText(run.text);
      return undefined;
    },
    showUntil(atS, options) {
      if (!put.source) return;
      const wasAtEnd = clock.nowS >= put.source.shownS - SAME_S;
      put.source.showUntil(atS, options);
      if (wasAtEnd) clock.nowS = put.source.shownS;
      redraw();
    },
    get shownS() {
      return put.source?.shownS ?? 0;
    },
    // Nobody can make another run here.
    isMine: true,
    comeBack() {},
    onRun() {},
    hold() {},
    run: () => ({ id: null, text: put.run?.text ?? "", isTry: false }),
    get records() {
      return viewer.model.records;
    },
    get isOver() {
      return isOver(viewer.model.run.status);
    },

    play({ atS, speed, playing }) {
      if (speed !== undefined) clock.speed = speed ?? Infinity;
      if (atS !== undefined) clock.nowS = Math.max(0, atS);
      if (playing !== undefined) clock.playing = playing;
      redraw();
    },
    onClock: (fn) => heard.clock.push(fn),
    select: () => viewer.select(null, null),

    flags(wanted) {
      flags.set(wanted);
      redraw();
    },
    pickMoment: createPickers((fn, { atS = clock.nowS, reachS = null } = {}) => {
      if (fn && reachS !== null && view.endS < reachS) viewport.show(view, { startS: 0, endS: reachS });
      picking.ask(fn, atS);
      redraw();
    }),
    focusPicker: picking.focus,
    fit() {
      viewport.fit(view);
      redraw();
    },
    showChart: () => viewer.panes.show("chart"),
    onDraw: (fn) => heard.drawn.push(fn),
    say: viewer.announcer.say,
  };
  return stage;
}
