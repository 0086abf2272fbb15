/**
 * The chart as a table: pod, container, interval. For the keyboard, for screen readers, and for phones.
 *
 * Follows the treegrid pattern of the ARIA Authoring Practices: one row has the focus; up and down move it, right and left unfold and fold.
 */

import { el } from "../text/dom.js";
import { DECIMALS, describeCause, typeWord } from "../text/describe.js";
import { t } from "../text/translate.js";
import { formatDuration, formatInstant } from "../time/format.js";

/** Beyond this many intervals containers start folded. */
const UNFOLD_UP_TO = 150;
/** Of one container; a crash loop of a week has thousands. */
const MOST_INTERVALS = 300;

export function createTreegrid(table, palette, { onSelect }) {
  const body = table.querySelector("tbody");
  const folded = new Map();
  let current = null;
  let last = null;

  /** The lines of the table: { key, level, row, span, hasChildren }. */
  function linesOf(rows) {
    const intervals = rows.reduce((sum, row) => sum + row.spans.length, 0);
    const isFolded = (row) => folded.get(row.key) ?? (row.type !== "pod" && intervals > UNFOLD_UP_TO);
    const lines = [];
    let podFolded = false;
    for (const row of rows) {
      const level = row.type === "pod" ? 1 : 2;
      if (level === 1) podFolded = isFolded(row);
      else if (podFolded) continue;
      lines.push({ key: row.key, level, row, span: row.spans[row.spans.length - 1] ?? null, children: level === 1 ? 1 : row.spans.length, folded: isFolded(row) });
      if (level === 2 && !isFolded(row)) {
        for (const span of row.spans.slice(0, MOST_INTERVALS)) lines.push({ key: `${row.key}@${span.seq}`, level: 3, row, span, children: 0, folded: false });
      }
    }
    return lines;
  }

  function lineElement(line, { records, nowS, themeName }) {
    const { level, row, span, children } = line;
    const state = span && palette.state(span.state);
    const dot = el("span", { class: "label-dot" });
    dot.style.backgroundColor = state ? state.family[themeName] : "transparent";
    const open = span && (span.endS === null || span.endS > nowS);
    // A folded row sums up: the whole time it has been there, and its last state.
    const startS = level === 3 ? span.startS : (row.spans[0]?.startS ?? 0);
    const endS = open || !span ? nowS : span.endS;
    const label = state?.label ?? "–";
    const chip = level === 2 && row.type !== "main" ? el("span", { class: "label-chip" }, typeWord(row.type)) : null;
    const heads =
      level === 3
        ? [el("th", { scope: "row", role: "rowheader", colspan: "2" }, dot, label)]
        : [el("th", { scope: "row", role: "rowheader" }, chip, row.name), el("td", { role: "gridcell" }, dot, label)];
    const cells = [
      ...heads,
      el("td", { role: "gridcell", class: "num" }, formatInstant(startS, DECIMALS)),
      el("td", { role: "gridcell", class: "num" }, open ? t("goes on") : formatInstant(endS, DECIMALS)),
      el("td", { role: "gridcell", class: "num" }, formatDuration(endS - startS)),
      el("td", { role: "gridcell", class: "message" }, level === 3 ? describeCause(records, row, span) : ""),
    ];
    const expanded = children ? String(!line.folded) : null;
    const tr = el("tr", { role: "row", "aria-level": String(level), "aria-expanded": expanded, "data-key": line.key, tabindex: "-1", class: `level-${level}` }, ...cells);
    tr.addEventListener("click", () => activate(line, tr));
    return tr;
  }

  function activate(line, tr) {
    focus(tr);
    if (line.children) toggle(line.row, !line.folded);
    onSelect(line.row, line.level === 3 ? line.span : null);
  }

  function toggle(row, fold) {
    folded.set(row.key, fold);
    if (last) draw(last);
  }

  function focus(tr) {
    body.querySelector("tr[tabindex='0']")?.setAttribute("tabindex", "-1");
    tr.setAttribute("tabindex", "0");
    current = tr.dataset.key;
    tr.focus();
  }

  function draw(state) {
    last = state;
    const hadFocus = body.contains(document.activeElement);
    const lines = linesOf(state.rows);
    body.replaceChildren(...lines.map((line) => lineElement(line, state)));
    const at = body.querySelector(`tr[data-key="${CSS.escape(current ?? "")}"]`) ?? body.rows[0];
    at?.setAttribute("tabindex", "0");
    if (hadFocus) at?.focus();
  }

  body.addEventListener("keydown", (event) => {
    const tr = event.target.closest("tr");
    const line = tr && last && linesOf(last.rows).find((each) => each.key === tr.dataset.key);
    if (!line) return;
    const act = {
      ArrowDown: () => tr.nextElementSibling && focus(tr.nextElementSibling),
      ArrowUp: () => tr.previousElementSibling && focus(tr.previousElementSibling),
      ArrowRight: () => (line.children && line.folded ? toggle(line.row, false) : tr.nextElementSibling && focus(tr.nextElementSibling)),
      ArrowLeft: () => (line.children && !line.folded ? toggle(line.row, true) : focusParent(tr)),
      Home: () => focus(body.rows[0]),
      End: () => focus(body.rows[body.rows.length - 1]),
      Enter: () => onSelect(line.row, line.level === 3 ? line.span : null),
    }[event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  });

  function focusParent(tr) {
    const level = Number(tr.getAttribute("aria-level"));
    let above = tr.previousElementSibling;
    while (above && Number(above.getAttribute("aria-level")) >= level) above = above.previousElementSibling;
    if (above) focus(above);
  }

  return { draw };
}
