/** Which row is which? The column of names beside the bars, with the state of each row at the clock. */

import { el, setText } from "../text/dom.js";
import { describeRow } from "../text/describe.js";
import { t } from "../text/translate.js";
import { ROW_PX, visibleRows } from "./layout.js";
import { restartsAt, spanAt } from "./rows.js";

/** What stands in front of a name. A main container needs no word. */
const CHIPS = { init: "init", sidecar: "side", ephemeral: "eph" };

/**
 * @param {HTMLElement} column
 * @param {object} palette
 * @param {{onSelect: (row: object) => void, onToggle: (pod: string) => void}} actions
 */
export function createLabels(column, palette, { onSelect, onToggle }) {
  const inner = column.appendChild(el("div", { class: "labels-inner" }));
  const lines = new Map();

  function lineFor(row) {
    if (!lines.has(row.key)) {
      const status = el("span", { class: "label-status" });
      const swatch = el("span", { class: "label-dot" });
      const name = el("span", { class: "label-name", title: describeRow(row) }, row.name);
      const isPod = row.type === "pod";
      const fold = isPod ? el("button", { class: "label-fold", type: "button", tabindex: "-1", onclick: () => onToggle(row.pod) }) : null;
      const chip = CHIPS[row.type] ? el("span", { class: "label-chip" }, CHIPS[row.type]) : null;
      const restarts = el("span", { class: "label-restarts" });
      const line = el("div", { class: `label label-${row.type}` }, fold, chip, name, swatch, status, restarts);
      line.style.height = `${ROW_PX}px`;
      line.addEventListener("click", (event) => event.target === fold || onSelect(row));
      lines.set(row.key, { line, status, swatch, fold, restarts });
    }
    return lines.get(row.key);
  }

  let order = "";
  return {
    draw({ rows, scrollPx, heightPx, clockS, selected, collapsed, marked, themeName }) {
      const wanted = rows.map((row) => row.key).join("\n");
      if (wanted !== order) {
        order = wanted;
        inner.replaceChildren(...rows.map((row) => lineFor(row).line));
      }
      inner.style.transform = `translateY(${-scrollPx}px)`;
      const [first, last] = visibleRows(rows.length, scrollPx, heightPx);
      for (let index = first; index < last; index += 1) {
        const row = rows[index];
        const { line, status, swatch, fold, restarts } = lineFor(row);
        const span = spanAt(row, clockS);
        const state = span && palette.state(span.state);
        const count = row.type === "pod" ? 0 : restartsAt(row, clockS);
        setText(status, row.absent ? t("only in the run behind") : state?.label ?? (row.spans.length && clockS >= row.spans[0].startS ? "gone" : ""));
        setText(restarts, count ? `↻ ${count}` : "");
        restarts.title = count ? `Restarted ${count}×` : "";
        swatch.style.backgroundColor = state ? state.family[themeName] : "transparent";
        line.classList.toggle("selected", selected?.row === row);
        const isMarked = marked?.has(row.key) ?? false;
        line.classList.toggle("at-cursor", isMarked);
        if (isMarked) line.setAttribute("aria-current", "true");
        else line.removeAttribute("aria-current");
        line.classList.toggle("absent", Boolean(row.absent));
        if (fold) {
          fold.setAttribute("aria-expanded", String(!collapsed.has(row.pod)));
          fold.setAttribute("aria-label", `${collapsed.has(row.pod) ? "Unfold" : "Fold"} ${row.name}`);
        }
      }
    },
  };
}
