/** The list of what went wrong (gantt/troubles.js), in the drawer. */

import { el } from "../text/dom.js";
import { DECIMALS, describeCause, describeRow } from "../text/describe.js";
import { formatInstant } from "../time/format.js";
import { glyphElement } from "../gantt/glyphs.js";
import { t } from "../text/translate.js";
import { shortName } from "../text/names.js";

const MOST = 500;

export function createProblems(panel, palette, { onSelect }) {
  const list = panel.querySelector("ol");
  const empty = panel.querySelector("[data-part=empty]");
  const note = panel.querySelector("[data-part=note]");

  function item(trouble, records, themeName) {
    const { row, span, mark, atS, label, seq } = trouble;
    const look = mark ? palette.mark(mark.kind) : { glyph: "diamond-open", family: palette.state(span.state).family };
    const cause = describeCause(records, row, span ?? { seq, endS: atS });
    return el(
      "li",
      null,
      el(
        "button",
        { type: "button", class: "problem", onclick: () => onSelect(trouble) },
        glyphElement(look.glyph, look.family ? look.family[themeName] : "currentColor"),
        el("span", { class: "num" }, formatInstant(atS, DECIMALS)),
        el("strong", null, label),
        el("span", null, `${describeRow(row)}, ${shortName(row.pod)}`),
        el("span", { class: "message" }, cause),
      ),
    );
  }

  let shown = "";
  let known = null;

  return {
    update(troubles, records, themeName) {
      // What is listed stays; writing five hundred lines anew five times a second would cost more than the chart.
      const last = troubles[Math.min(troubles.length, MOST) - 1];
      const wanted = [themeName, troubles.length > MOST ? MOST : troubles.length, last?.seq].join(" ");
      note.hidden = troubles.length <= MOST;
      note.textContent = t("The first {most} of {count} are listed.", { most: MOST, count: troubles.length });
      if (wanted === shown && records === known) return;
      shown = wanted;
      known = records;
      list.replaceChildren(...troubles.slice(0, MOST).map((trouble) => item(trouble, records, themeName)));
      empty.hidden = troubles.length > 0;
    },
  };
}
