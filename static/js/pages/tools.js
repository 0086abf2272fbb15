/** The tools around the chart: lenses, search, overview, what is done to the run and what stands behind it. This module only puts them together. */

import { run as askForRun } from "../editor/server.js";
import { createOverview } from "../gantt/overview.js";
import { lazily } from "../text/lazily.js";
import { t } from "../text/translate.js";
import { createLensSwitch } from "./lenses.js";
import { createOutcome } from "./outcome.js";
import { createSearch } from "./search.js";
import { createSharedView } from "./shared-view.js";

const byId = (id) => document.getElementById(id);

/** @param {object} page what pages/run.js holds */
export function createTools({ palette, config, session, state, clock, view, announcer, redraw, showView, fit, switched, panels, workbench, select }) {
  let rowsShown = "";
  const lenses = createLensSwitch(byId("lenses"), {
    onLook(looks) {
      session.look(looks);
      switched({ restart: false });
    },
  });
  const sharedView = createSharedView({ session, state, clock, view, lenses, select });
  const search = createSearch(byId("search"), {
    palette,
    onSearch(matches) {
      state.matches = matches;
      redraw();
    },
    onLeave: () => byId("gantt").focus(),
  });
  const overview = createOverview(byId("overview"), palette, { view: showView, fit });
  const parts = { session, state, clock, config, workbench, announcer };
  const outcome = createOutcome(byId("outcome"), { config, session, workbench, showStored });
  const ghost = lazily(
    () => import("./ghost.js"),
    ({ createGhost }) => createGhost(byId("ghost"), { onHide: session.dropGhost, onBack, onGone: () => byId("gantt").focus() }),
  );
  const intervene = lazily(
    () => import("./intervene.js"),
    ({ createIntervene }) => createIntervene({ ...parts, panel: byId("panel-actions"), menu: byId("intervene-menu"), show: showStored }),
  );
  const whatIf = lazily(
    () => import("./what-if.js"),
    ({ createWhatIf }) => createWhatIf({ ...parts, panel: byId("panel-what-if"), show: showTry }),
  );
  const compareWith = lazily(
    () => import("./compare-with.js"),
    ({ createCompareWith }) => createCompareWith(byId("compare-with"), { session, config, button: byId("compare-button") }),
  );
  /** Undo: back to the run that the sliders began with, or to the address before. */
  function onBack() {
    if (session.origin) whatIf(({ reset }) => reset());
    else history.back();
  }

  /** An entry of the history that this page has made. */
  const canGoBack = () => session.origin !== null || (config.private ? history.state?.private === true : (history.state?.id ?? config.scenario) !== config.scenario);

  const missing = () => announcer.say(t("The server cannot be reached. Try again in a moment."));
  byId("compare-button").addEventListener("click", () => compareWith((part) => part.open(), missing));

  /** What can be done to a row's pod and to the node; null: to the node alone. */
  function openMenu(row, place) {
    if (button.disabled) return;
    intervene((part) => part.openMenu(row, place), missing);
  }

  const button = byId("intervene");
  button.addEventListener("click", () => {
    const { left, bottom } = button.getBoundingClientRect();
    openMenu(state.selected?.row ?? null, { x: left, y: bottom + 4, from: button });
  });

  /**
   * Run another text under a link of its own, on this page. Nothing is lost if it is refused: what was shown stays. `instead`: nobody wants to see again what was shown.
   */
  async function showStored(text, { instead = false } = {}) {
    const { form, editor } = workbench();
    const { text: written } = editor;
    if (config.private) return workbench().submitText(text);
    const answer = await askForRun(form, config.run_url, { text, name: form.elements.name.value, parent: session.id ?? form.elements.parent.value });
    if (answer.problems) return workbench().refuse(answer.problems);
    workbench().keepToken(answer);
    const id = answer.url.split("/").pop();
    history[instead && history.state?.id ? "replaceState" : "pushState"]({ id, text }, "", config.any_run ? null : answer.url);
    session.open(id, text, { behind: !instead });
    workbench().settle(text, id, written);
  }

  /** Run another text without a link. */
  function showTry(text) {
    workbench().editor.change(text);
    session.tryText(text);
  }

  if (session.id) history.replaceState({ id: session.id, text: session.text }, "");
  window.addEventListener("popstate", ({ state: entry }) => {
    if (!entry?.id) return;
    session.open(entry.id, entry.text);
    workbench().settle(entry.text, entry.id);
  });

  return {
    lenses,
    search,
    showStored,
    /** Records came. */
    takeIn: sharedView.takeUp,
    /** The address of what is in sight. */
    linkToView: () => location.href.split("#")[0] + sharedView.link(),
    openMenu,

    /** With the bars. */
    draw({ themeName }) {
      const { model } = session;
      search.draw(state.rows.length);
      outcome.draw();
      if (session.ghost) ghost((strip) => strip.draw(session, canGoBack()));
      else byId("ghost").hidden = true;
      rowsShown = [model.lens, model.records.length, state.rows.length, state.rows[0]?.key, session.id, panels.legend.dimmed.size].join(" ");
      this.themeName = themeName;
      const open = panels.drawer.current();
      if (open === "actions") intervene((part) => part.draw());
      if (open === "what-if") whatIf((part) => part.draw());
    },

    /** With the clock. */
    drawClock() {
      const { spans, room } = session.model;
      const wholeS = Math.max(spans.lastS, room.eventS, session.ghost?.spans.lastS ?? 0, 1) * 1.02;
      overview.draw({ rows: state.rows, view, nowS: clock.headS, clockS: clock.nowS, wholeS, themeName: this.themeName, version: rowsShown });
    },
  };
}
