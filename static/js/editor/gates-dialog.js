/** The list of feature gates: searched, and switched one at a time. What a switch means for the text is decided elsewhere (gates.js, the server). */

import { el, setText } from "../text/dom.js";
import { t } from "../text/translate.js";
import { matching, rowsOf, sentence } from "./gates.js";

/**
 * @param {HTMLDialogElement} dialog  templates/scenarios/_gates.html
 * @param {{onSwitch: (name: string, value: boolean|null) => void}} options
 */
export function createGatesDialog(dialog, { onSwitch }) {
  const part = (name) => dialog.querySelector(`[data-part="${name}"]`);
  const search = part("search");
  const list = part("list");
  /** The elements of each gate, kept: a list written anew would take the focus away. */
  const items = new Map();
  let shown = "";
  let table = null;
  let chosen = null;

  search.addEventListener("input", draw);
  dialog.addEventListener("close", () => {
    search.value = "";
  });

  function itemOf(name) {
    if (!items.has(name)) items.set(name, createItem(name, onSwitch));
    return items.get(name);
  }

  function draw() {
    if (!table || !chosen) return;
    const rows = rowsOf(table, chosen);
    const found = matching(rows, search.value);
    for (const row of found) itemOf(row.name).update(row);
    const names = found.map(({ name }) => name).join(" ");
    if (names !== shown || !list.childElementCount) {
      const hadFocus = list.contains(document.activeElement);
      list.replaceChildren(...found.map(({ name }) => itemOf(name).element));
      if (hadFocus) search.focus();
    }
    shown = names;
    setText(part("version"), `Kubernetes ${chosen.kubernetes}`);
    const changed = rows.filter(({ isChanged }) => isChanged).length;
    setText(part("status"), [t("{found} of {all} gates", { found: found.length, all: rows.length }), changed ? t("{count} changed", { count: changed }) : ""].filter(Boolean).join(", "));
    part("empty").hidden = found.length > 0;
  }

  return {
    open: () => dialog.showModal(),
    update(newTable, newChosen) {
      table = newTable;
      chosen = newChosen;
      draw();
    },
    /** What went wrong, beside the list; the page behind it cannot be read meanwhile. */
    say: (text) => setText(part("message"), text),
  };
}

function createItem(name, onSwitch) {
  let next = null;
  const id = `gate-${name}`;
  const input = el("input", { type: "checkbox", role: "switch", id, "aria-describedby": `${id}-words`, onchange: () => onSwitch(name, next) });
  const stage = el("span", { class: "gate-stage" });
  const mark = el("span", { class: "gate-mark" });
  const effect = el("span", { class: "gate-effect" });
  const reason = el("span", { class: "gate-reason" });
  const element = el(
    "li",
    { class: "gate" },
    el("label", { for: id }, el("code", { class: "gate-name" }, name), input),
    el("p", { id: `${id}-words` }, stage, mark, effect, reason),
  );

  return {
    element,
    update(row) {
      next = row.next;
      input.checked = row.on;
      input.disabled = row.isFixed;
      element.dataset.changed = String(row.isChanged);
      element.dataset.planned = String(row.isPlanned);
      setText(stage, t(row.stage));
      setText(mark, markOf(row));
      setText(effect, sentence(row.effect));
      setText(reason, row.reason);
    },
  };
}

function markOf({ isChanged, isSet, stage, on }) {
  if (isChanged && stage !== "unknown") return on ? t("changed, default: off") : t("changed, default: on");
  return isSet ? t("named in the text") : "";
}
