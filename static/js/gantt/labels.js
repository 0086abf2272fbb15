/** Which row is which? The column of names beside the bars, with the state of each row at the clock. */

import { el, setText } from "../text/dom.js";
import { describeRow } from "../text/describe.js";
import { t } from "../text/translate.js";
import { ROW_PX, visibleRows } from "./layout.js";
import { restartsAt, spanAt } from "./rows.js";
import { chipOf } from "../text/names.js";

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
      const word = chipOf(row);
      const chip = word ? el("span", { class: "label-chip" }, word) : null;
      const restarts = el("span", { class: "label-restarts" });
      const line = el("div", { class: `label label-${row.type}` }, fold, chip, name, swatch, status, restarts);
      line.style.height = `${ROW_PX}px`;
      line.addEventListener("click", (event) => event.target === fold || onSelect(row));
      lines.set(row.key, { line, status, swatch, fold, restarts, shown: {} });
    }
    return lines.get(row.key);
  }

  /** Write the state of a row at the clock, as far as it is another than what stands there: to touch the page is what costs. */
  function write(row, { clockS, selected, collapsed, marked, themeName, sayOf }) {
    const label = lineFor(row);
    const { shown } = label;
    const span = spanAt(row, clockS);
    const state = span && palette.state(span.state);
    const count = row.type === "pod" ? 0 : restartsAt(row, clockS);
    const said = sayOf?.(row);
    const text = said ? said.text : row.absent ? t("only in the run behind") : state?.label ?? (row.spans.length && clockS >= row.spans[0].startS ? t("gone") : "");
    const colour = state ? state.family[themeName] : "transparent";
    const isSelected = selected?.row === row;
    const isFolded = collapsed.has(row.pod);
    if (shown.text !== text) setText(label.status, (shown.text = text));
    if (said && shown.tone !== said.tone) label.status.dataset.tone = shown.tone = said.tone;
    if (shown.colour !== colour) label.swatch.style.backgroundColor = shown.colour = colour;
    if (shown.count !== count) {
      shown.count = count;
      setText(label.restarts, count ? `↻ ${count}` : "");
      label.restarts.title = count ? t("Restarted {count}×", { count }) : "";
    }
    if (shown.isSelected !== isSelected) label.line.classList.toggle("selected", (shown.isSelected = isSelected));
    const isMarked = marked?.has(row.key) ?? false;
    if (shown.isMarked !== isMarked) {
      label.line.classList.toggle("at-cursor", (shown.isMarked = isMarked));
      if (isMarked) label.line.setAttribute("aria-current", "true");
      else label.line.removeAttribute("aria-current");
    }
    const isAbsent = Boolean(row.absent);
    if (shown.isAbsent !== isAbsent) label.line.classList.toggle("absent", (shown.isAbsent = isAbsent));
    if (label.fold && shown.isFolded !== isFolded) {
      shown.isFolded = isFolded;
      label.fold.setAttribute("aria-expanded", String(!isFolded));
      label.fold.setAttribute("aria-label", isFolded ? t("Unfold {name}", { name: row.name }) : t("Fold {name}", { name: row.name }));
    }
  }

  let order = "";
  let ordered = null;
  let scrolledPx = NaN;
  return {
    /** `sayOf(row)`, if there is one, says what stands beside a name in place of its state: { text, tone }. */
    draw({ rows, scrollPx, heightPx, ...scene }) {
      // The same array is the same rows, see rows.js.
      const wanted = rows === ordered ? order : rows.map((row) => row.key).join("\n");
      ordered = rows;
      if (wanted !== order) {
        order = wanted;
        inner.replaceChildren(...rows.map((row) => lineFor(row).line));
      }
      if (scrollPx !== scrolledPx) inner.style.transform = `translateY(${-(scrolledPx = scrollPx)}px)`;
      const [first, last] = visibleRows(rows.length, scrollPx, heightPx);
      for (let index = first; index < last; index += 1) write(rows[index], scene);
    },
  };
}
