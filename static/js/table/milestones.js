/** In what do the two runs differ? One group of lines a pod or container: what each run reached, when, and the difference as a sign, a word and a colour. */

import { describeRow } from "../text/describe.js";
import { MILESTONES, valueWords, wordsOf } from "../text/compared.js";
import { el } from "../text/dom.js";
import { t } from "../text/translate.js";

/** Groups that are drawn: a node full of pods has hundreds, and nobody reads them all. */
const MOST_GROUPS = 300;

/**
 * @param {HTMLTableElement} table
 * @param {{onSeek: (atS: number) => void, onSelect: (key: string) => void}} on
 */
export function createMilestoneTable(table, { onSeek, onSelect }) {
  let drawn = "";

  function line({ milestone, a, b, ...entry }, over, heading) {
    const { text, word, tone } = wordsOf({ milestone, a, b, ...entry }, over);
    const value = (value, isOver) => el("td", { class: "num" }, value === null || milestone === "restarts" ? valueWords(milestone, value, isOver) : timeLink(value, valueWords(milestone, value, isOver)));
    return el(
      "tr",
      null,
      heading,
      el("td", null, t(MILESTONES[milestone].label)),
      value(a, over.a),
      value(b, over.b),
      el("td", { "data-tone": tone }, el("span", { class: "delta" }, text), word && " ", word && el("span", { class: "delta-word" }, word)),
    );
  }

  function timeLink(atS, text) {
    return el("button", { type: "button", class: "time-link", title: t("Move the clock here"), onclick: () => onSeek(atS) }, text);
  }

  function group(subject, over, all) {
    const { key, type, only, entries } = subject;
    const shown = only && !all ? [] : entries.filter(({ differs }) => differs || all);
    const name = type === "pod" ? subject.name : describeRow(subject);
    const note = only && over[only === "a" ? "b" : "a"] ? el("span", { class: "only" }, only === "a" ? t("only in A") : t("only in B")) : null;
    const heading = el("th", { scope: "rowgroup", rowspan: Math.max(shown.length, 1) }, el("button", { type: "button", class: "time-link", title: t("Show it in the chart"), onclick: () => onSelect(key) }, name), note);
    const empty = el("tr", null, heading, el("td", { colspan: 4, class: "muted" }, only ? "" : t("no difference")));
    return el("tbody", { "data-type": type }, ...(shown.length ? shown.map((entry, index) => line(entry, over, index ? null : heading)) : [empty]));
  }

  return {
    /**
     * @param {Array} subjects see compare() of text/compared.js
     * @param {{a: boolean, b: boolean}} over
     * @param {boolean} all also what is the same
     */
    draw(subjects, over, all) {
      const wanted = JSON.stringify([subjects, over, all]);
      if (wanted === drawn) return;
      drawn = wanted;
      const listed = subjects.filter(({ type, differs }) => all || type === "pod" || differs);
      for (const body of [...table.tBodies]) body.remove();
      table.append(...listed.slice(0, MOST_GROUPS).map((subject) => group(subject, over, all)));
      if (listed.length > MOST_GROUPS) table.append(el("tbody", null, el("tr", null, el("td", { colspan: 5, class: "muted" }, t("and {count} more", { count: listed.length - MOST_GROUPS })))));
    },
  };
}
