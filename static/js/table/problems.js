/** What went wrong in this run, in order? Bars and marks whose line in the palette says trouble. */

import { el } from "../text/dom.js";
import { DECIMALS, describeCause, describeRow } from "../text/describe.js";
import { formatInstant } from "../time/format.js";
import { glyphElement } from "../gantt/glyphs.js";

const MOST = 500;

/** Every trouble of the model in order of time: { row, span or mark, atS, label }. Pure. */
export function troublesOf(model, palette) {
  const troubles = [];
  for (const row of model.rows.values()) {
    for (const span of row.spans) {
      const { trouble, label } = palette.state(span.state);
      if (trouble) troubles.push({ row, span, mark: null, atS: span.startS, seq: span.seq, label });
    }
    for (const mark of row.marks) {
      const { trouble, label } = palette.mark(mark.kind);
      if (trouble) troubles.push({ row, span: null, mark, atS: mark.atS, seq: mark.seq, label });
    }
  }
  // An exit makes a mark and a bar; one line says it.
  const seen = new Set();
  return troubles
    .sort((a, b) => a.atS - b.atS || a.seq - b.seq || (a.mark ? -1 : 1))
    .filter(({ row, seq }) => !seen.has(`${row.key} ${seq}`) && seen.add(`${row.key} ${seq}`));
}

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
        el("span", null, `${describeRow(row)}, ${row.pod.replace(/^default\//, "")}`),
        el("span", { class: "message" }, cause),
      ),
    );
  }

  return {
    update(troubles, records, themeName) {
      list.replaceChildren(...troubles.slice(0, MOST).map((trouble) => item(trouble, records, themeName)));
      empty.hidden = troubles.length > 0;
      note.hidden = troubles.length <= MOST;
      note.textContent = `The first ${MOST} of ${troubles.length} are listed.`;
    },
  };
}
