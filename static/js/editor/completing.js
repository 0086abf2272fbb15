/**
 * Completion as CodeMirror wants it. The table of fields, and the modules that read it, are fetched when they are first needed; while they cannot be had, nothing is
 * offered, and nothing else happens.
 */

import { el } from "../text/dom.js";
import { t } from "../text/translate.js";

const WORD = /^[\w./-]*$/;

/**
 * @param {object} cm the part of the bundle that completes
 * @param {() => Promise<object|null>} loadFields the table of nodeviz/scenarios/fields.py; null if it cannot be had now
 */
export function completing(cm, loadFields) {
  let table = null;
  let rules = null;

  async function source(context) {
    table ??= await loadFields();
    rules ??= await import("./completion.js").catch(() => null);
    if (!table || !rules || context.aborted) return null;
    const found = rules.completionsAt(context.state.doc.toString(), context.pos, table);
    if (!found || (!context.explicit && !isWanted(found))) return null;
    const behind = found.to - context.pos;
    const options = found.options.map((option) => completion(cm, option, behind));
    // Values are asked for anew with each letter, so that a word that is complete needs no second Enter.
    return { from: found.from, options, validFor: found.what === "key" ? WORD : undefined };
  }

  return cm.autocompletion({ override: [source], icons: false, positionInfo });
}

/** Without being asked: a key once its first letter is there, a value at once until it is complete. */
function isWanted({ what, word, options }) {
  return what === "value" || options[0].what === "value" ? options.every(({ label }) => label !== word) : word !== "";
}

/** @param {number} behind how much of the word stands behind the cursor */
function completion(cm, { label, type, about, insert, cursor, opens }, behind) {
  return {
    label,
    detail: type,
    boost: about.doc ? 1 : 0,
    info: about.type ? () => aboutField(about) : undefined,
    apply(view, _, from, to) {
      view.dispatch({ changes: { from, to: to + behind, insert }, selection: { anchor: from + cursor }, scrollIntoView: true, userEvent: "input.complete" });
      if (opens) cm.startCompletion(view);
    },
  };
}

/** Where the sentence goes: beside the list, or on a narrow page below or above it; never over it. */
function positionInfo(view, list, option, info, space) {
  const [width, height] = [info.right - info.left, info.bottom - info.top];
  const top = Math.min(option.top, Math.max(space.bottom - height, list.top)) - list.top;
  if (space.right - list.right >= width) return { style: `left: ${list.right - list.left}px; top: ${top}px` };
  if (list.left - space.left >= width) return { style: `right: ${list.right - list.left}px; top: ${top}px` };
  const edge = space.bottom - list.bottom >= height ? "top" : "bottom";
  return { style: `left: 0; ${edge}: ${list.bottom - list.top}px; max-width: ${Math.min(space.right - list.left, 340)}px` };
}

function aboutField({ doc, values, default: usual, since }) {
  const notes = [Array.isArray(values) ? values.join(" · ") : "", usual ? t("Default: {value}", { value: usual }) : "", since ? t("Since Kubernetes {version}", { version: since }) : ""];
  return el("div", null, doc ?? t("Nothing is written about this field."), ...notes.filter(Boolean).map((note) => el("div", { class: "about-field" }, note)));
}
