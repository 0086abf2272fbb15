/** One side of a comparison: its run, where that comes from, and what became of it. A stored run is followed; any other text is computed for this page alone. */

import { askForBook, tokenOf } from "../editor/server.js";
import { createModel } from "../live/model.js";
import { openRun, openTry } from "../live/source.js";
import { isOver } from "../live/store.js";
import { addReached, createReached } from "../text/compared.js";
import { el, setText } from "../text/dom.js";
import { t } from "../text/translate.js";
import { bannerOf, headlineOf } from "./verdict.js";

/**
 * @param {object} info  of nodeviz/runs/comparison.py, `as_shown`
 * @param {HTMLElement} card
 * @param {{palette: object, config: object, onNews: () => void}} page
 */
export function createSide(info, card, { palette, config, onNews }) {
  const part = (name) => card.querySelector(`[data-part="${name}"]`);
  const side = {
    card,
    title: info.title,
    text: info.text,
    /** null: nobody has a link to it. */
    id: info.id,
    model: createModel(palette),
    reached: createReached(),
    /** "connecting", "open", "lost" or "gone" */
    link: "connecting",
    refused: info.problems.length > 0,

    /** Nothing more will come, for whichever reason. */
    get isSettled() {
      const { status } = side.model.run;
      return side.refused || isOver(status) || side.link === "gone" || (side.link === "lost" && side.id === null);
    },

    get isFed() {
      return side.link === "open" && side.model.run.status === "running";
    },

    /** Until when what is open at the end is known: a run that is over because nothing can change any more goes on like that. */
    endS(clockS) {
      const last = side.model.records[side.model.records.length - 1];
      return last?.layer === "end" && last.reason === "settled" ? Math.max(clockS, side.model.run.headS) : side.model.run.headS;
    },

    askForBook: () => askForBook({ whyUrl: side.id ? info.why_url : "", bookUrl: config.book_url, text: side.text }),

    takeIn: () => addReached(side.reached, side.model.records),
    draw,
  };

  function start() {
    if (side.refused) return;
    if (side.id) openRun(side.model, { path: info.ws_path, onNews, onLink, onReload: () => location.reload() });
    else openTry(side.model, { url: config.try_url, token: tokenOf(document), text: side.text, onNews, onLink, onRefused });
  }

  /** From its text, whatever became of the run that was followed. */
  function again() {
    const { lens } = side.model;
    Object.assign(side, { id: null, refused: false, link: "connecting", model: createModel(palette, { lens }), reached: createReached() });
    part("problems").hidden = true;
    start();
    onNews();
  }

  function onLink(link) {
    side.link = link;
    onNews();
  }

  function onRefused(problems) {
    side.refused = true;
    part("problems").replaceChildren(...problems.map(({ line, path, message }) => el("li", null, [line && t("Line {line}:", { line }), path && `${path}:`, message].filter(Boolean).join(" "))));
    part("problems").hidden = false;
    onNews();
  }

  /** @param {string} letter "A" or "B" */
  function draw(letter) {
    const { run, records } = side.model;
    const { tone, text } = side.refused ? { tone: "bad", text: t("This cannot be run.") } : headlineOf(run, { records: records.length });
    const isLost = side.isSettled && !side.refused && !isOver(run.status);
    card.dataset.letter = letter;
    card.dataset.tone = isLost ? "bad" : tone;
    card.setAttribute("aria-label", `${letter}: ${side.title}`);
    setText(part("letter"), letter);
    setText(part("headline"), isLost ? t("This run is not here.") : text);
    const message = side.refused ? "" : isLost && side.link === "lost" ? t("It could not be computed: the connection was lost.") : bannerOf(side.link, run, run.headS);
    setText(part("message"), message);
    part("message").hidden = !message;
    part("again").hidden = side.refused || !(isLost || run.status === "failed" || (run.error && !isOver(run.status)));
  }

  part("again").addEventListener("click", again);
  start();
  return side;
}
