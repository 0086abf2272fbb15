/** What stands beside the pointer? A convenience: all of it is also in the details and in the table. */

import { el } from "../text/dom.js";
import { describeCause, describeRow, describeSpan, DECIMALS } from "../text/describe.js";
import { t, tn } from "../text/translate.js";
import { formatInstant } from "../time/format.js";
import { glyphElement } from "./glyphs.js";

/** What stands under the bars. */
const UNDER = { lens: () => t("the other lens"), ghost: () => t("the run before") };

export function createTooltip(palette) {
  const box = document.body.appendChild(el("div", { class: "tooltip", hidden: true, "aria-hidden": "true" }));

  return {
    hide() {
      box.hidden = true;
    },

    /** @param {object} hit see hit.js; `x` and `y` in the window */
    show(hit, { x, y, nowS, records, themeName, underName }) {
      if (!hit.span && !hit.mark) return this.hide();
      const { row, span, mark, merged, under } = hit;
      const lines = [el("div", { class: "tooltip-title" }, describeRow(row), under ? ` (${underName ?? UNDER[under]()})` : null)];
      if (mark) {
        const { label, glyph, family } = palette.mark(mark.kind);
        const colour = family ? family[themeName] : "currentColor";
        const said = t("{label} at {time}", { label, time: formatInstant(mark.atS, DECIMALS) });
        const times = mark.count > 1 ? `, ${tn("{count} time from here on", "{count} times from here on", mark.count)}` : "";
        lines.push(el("div", { class: "tooltip-mark" }, glyphElement(glyph, colour), `${said}${times}`));
      }
      if (merged) lines.push(el("div", { class: "tooltip-note" }, tn("{count} change in a few pixels: zoom in to tell them apart", "{count} changes in a few pixels: zoom in to tell them apart", merged)));
      else if (span) lines.push(pairs(describeSpan(span, palette, nowS)), under === "ghost" ? null : el("div", { class: "tooltip-note" }, describeCause(records, row, span)));
      box.replaceChildren(...lines.filter(Boolean));
      box.hidden = false;
      place(x, y);
    },
  };

  function place(x, y) {
    const { offsetWidth: width, offsetHeight: height } = box;
    const left = x + 14 + width > window.innerWidth ? Math.max(4, x - width - 14) : x + 14;
    const top = y + 18 + height > window.innerHeight ? Math.max(4, y - height - 10) : y + 18;
    box.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
  }
}

function pairs(list) {
  return el("dl", { class: "pairs" }, ...list.flatMap(([label, value]) => [el("dt", null, label), el("dd", null, value)]));
}
