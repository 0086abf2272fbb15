/**
 * Which run does the page show, and which one stands behind it? A change of the text makes another run; the page goes there without being loaded anew, and what
 * was shown before stays behind as a ghost. Back and forward in the browser's history lead from run to run.
 */

import { askForBook, tokenOf } from "../editor/server.js";
import { createModel, divergenceOf } from "../live/model.js";
import { openRun, openTry } from "../live/source.js";
import { isOver } from "../live/store.js";
import { t } from "../text/translate.js";

/** Runs that are kept for going back to; each may have a hundred thousand records. */
const KEPT_RUNS = 6;

/**
 * @param {object} options
 * @param {object} options.palette
 * @param {object} options.config the page's JSON block
 * @param {() => void} options.onNews   records or a state came
 * @param {() => void} options.onSwitch another run is shown
 * @param {(problems: Array) => void} options.onRefused a try's text has problems
 */
export function createSession({ palette, config, onNews, onSwitch, onRefused }) {
  /** Each { id: null for a try, text, model }. */
  const kept = [];
  let shown = { id: config.scenario || null, text: config.text, model: createModel(palette) };
  let ghost = null;
  let divergesS = null;
  let origin = null;
  let source = null;
  let link = "connecting";

  const session = {
    get model() {
      return shown.model;
    },
    get id() {
      return shown.id;
    },
    /** What was run. */
    get text() {
      return shown.text;
    },
    /** "connecting", "open", "lost" or "gone" */
    get link() {
      return link;
    },
    /** The model behind the one that is shown; null without one. */
    get ghost() {
      return ghost?.model ?? null;
    },
    /** The link of the run behind; null without one. */
    get ghostId() {
      return ghost?.id ?? null;
    },
    /** How far it is seen is for others to say (openRecording). */
    get isRecording() {
      return Boolean(shown.source);
    },
    /** How far a recording is shown that goes on; what is computed is shown as far as something happens. */
    get shownS() {
      const { run } = shown.model;
      return session.isRecording && !isOver(run.status) ? run.headS : 0;
    },
    /** A run that nobody has a link to. */
    get isTry() {
      return shown.id === null;
    },

    /** From when on the two differ; 0 as long as that is not known. */
    get divergesS() {
      if (!ghost) return Infinity;
      if (divergesS === null && isOver(shown.model.run.status)) divergesS = divergenceOf(shown.model.records, ghost.model.records);
      return divergesS ?? 0;
    },

    /** Of an address of this page's configuration, that of the run that is shown. */
    urlOf(name) {
      const url = shown.id ? config[name].replaceAll(config.any_run ?? config.scenario, shown.id) : "";
      // The page may have been asked for what one simulator computed; another run knows nothing of that.
      return shown.id === config.scenario ? url : url.split("?")[0];
    },

    /** The book of reasons of the run that is shown. */
    askForBook: () => askForBook({ whyUrl: shown.id ? session.urlOf("why_url") : "", bookUrl: config.book_url, text: shown.text }),

    /** The run that was shown before the first of the tries, { id, text }; null where a run is shown that has a link, or always was a try. */
    get origin() {
      return shown.id === null && !session.isRecording ? origin : null;
    },
    /** Show that run again. */
    toOrigin() {
      if (origin.source || !origin.id) showAgain(origin);
      else open(origin.id, origin.text, { behind: false });
      setGhost(null);
    },

    /** Stop computing what has no link. */
    cancel() {
      source?.close();
      shown.model.receive(["s", "failed", { error: t("Cancelled.") }]);
      onNews();
    },

    open,
    tryText,
    openRecording,
    /** Look at all runs through these lenses. */
    look(looks) {
      for (const { model } of [shown, ...kept, ghost].filter(Boolean)) model.look(looks);
    },
    dropGhost: () => setGhost(null),
    /** Stand a run that is not shown behind this one. */
    setGhost,
  };

  /** Show a stored run. With `behind` what is shown now becomes the ghost. */
  function open(id, text, { behind = true } = {}) {
    // What has failed may have been computed again.
    const known = kept.find((run) => run.id === id && run.model.run.status !== "failed");
    change(known ?? { id, text, model: fresh() }, behind);
    if (known && isOver(known.model.run.status)) link = "open";
    else follow();
  }

  /** Compute a text that gets no link. What is behind stays there while one try follows another. */
  function tryText(text) {
    const behind = !session.isTry || !ghost;
    if (!session.isTry || session.isRecording) origin = shown;
    change({ id: null, text, model: fresh() }, behind && shown.model.records.length > 0);
    source = openTry(shown.model, { url: config.try_url, token: tokenOf(document), text, onNews, onLink, onRefused });
  }

  /**
   * Show a run that is at hand, or a stored one, as far as it may be seen.
   *
   * @param {string} text
   * @param {(model: object, on: {onNews: () => void, onLink: (link: string) => void}) => {close: () => void}} openSource  see live/recording.js
   * @param {{id?: string|null, behind?: boolean}} [options]  `id`: its link
   */
  function openRecording(text, openSource, { id = null, behind = false } = {}) {
    const run = { id, text, model: fresh() };
    change(run, behind);
    run.source = openSource(run.model, { onNews, onLink: (next) => shown === run && onLink(next) });
    return { source: run.source, model: run.model, showAgain: () => showAgain(run) };
  }

  function showAgain(run) {
    run.model.look(shown.model);
    change(run, false);
    onLink("open");
  }

  function change(next, behind) {
    source?.close();
    source = null;
    if (shown.id && !shown.source && !kept.includes(shown)) kept.push(shown);
    if (kept.length > KEPT_RUNS) kept.shift();
    const before = shown;
    shown = next;
    if (behind) setGhost(before);
    else divergesS = null;
    onSwitch();
  }

  function setGhost(run) {
    ghost = run?.model === shown.model ? null : run;
    divergesS = null;
    onNews();
  }

  function fresh() {
    const { lens, under } = shown.model;
    return createModel(palette, { lens, under });
  }

  function follow() {
    source = openRun(shown.model, { path: session.urlOf("ws_path"), onNews, onLink, onReload: () => location.reload() });
  }

  function onLink(next) {
    link = next;
    onNews();
  }

  if (shown.id) follow();
  return session;
}
