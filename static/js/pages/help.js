/** The list of keys, written from the table that acts on them, the switch that turns them off (WCAG 2.1.4), and what the marks on the chart are. */

import { glyphElement } from "../gantt/glyphs.js";
import { el } from "../text/dom.js";
import { t } from "../text/translate.js";
import { keysOf } from "../time/keys.js";

const OFF_KEY = "nodeviz.keys-off";

/** @param {HTMLDialogElement} dialog  @param {string} [page] whose keys they are, see time/keys.js */
export function createHelp(dialog, page = "run") {
  const body = dialog.querySelector("[data-part=keys]");
  const toggle = dialog.querySelector('input[name="keys"]');
  let off = read();
  toggle.checked = !off;
  toggle.addEventListener("change", () => {
    off = !toggle.checked;
    try {
      localStorage.setItem(OFF_KEY, off ? "1" : "");
    } catch {
      /* Then it holds until the page is left. */
    }
  });
  for (const { shown, does, either } of keysOf(page)) {
    if (!does) continue;
    const keys = shown.flatMap((key, index) => [index ? (either ? ` ${t("or")} ` : " + ") : null, el("kbd", null, key)]);
    body.append(el("dt", null, ...keys), el("dd", null, t(does)));
  }
  for (const button of document.querySelectorAll('[data-action="help"]')) button.addEventListener("click", () => dialog.showModal());

  return {
    get keysAreOff() {
      return off;
    },
    open: () => dialog.showModal(),

    /** @param {object} palette see gantt/palette.js */
    drawMarks(palette, themeName) {
      const line = ({ label, glyph, family }) => el("li", null, glyphElement(glyph, family ? family[themeName] : "currentColor"), label);
      dialog.querySelector("[data-part=marks]").replaceChildren(...palette.markKinds.map((kind) => line(palette.mark(kind))));
    },
  };
}

function read() {
  try {
    return localStorage.getItem(OFF_KEY) === "1";
  } catch {
    return false;
  }
}
