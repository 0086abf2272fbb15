/** Which problems does the text have? The list beside the editor; each line leads to its place. */

import { el, setText } from "../text/dom.js";
import { later, t, tn } from "../text/translate.js";

/** `12:3`, or the file's name if there is no place in it. */
export function placeText({ file, line, column }) {
  if (!line) return file || "";
  return column ? `${line}:${column}` : String(line);
}

/** Advice that a machine can follow, by its rule: the words on the button. */
const FIXES = { "job-never-finishes": later("Make it a sidecar"), "missing-object": later("Add an empty one"), "unknown-field": later("Run without the unknown fields") };

export function createProblemList(section, { onGo, onFix }) {
  const list = section.querySelector("ol");
  const title = section.querySelector("[data-part=title]");
  const fold = section.querySelector("[data-part=advice]");

  function item(problem) {
    const { path, message, why, hint, source, severity } = problem;
    const content = [
      el("span", { class: "place num" }, placeText(problem)),
      el("span", { class: "problem-text" }, path ? el("code", null, path) : null, path ? " " : null, message, why ? ` ${why}` : null, hint ? el("span", { class: "hint", title: source }, hint) : null),
    ];
    const button = el("button", { type: "button", class: `problem ${severity ?? "error"}`, onclick: () => onGo(problem) }, ...content);
    const fix = FIXES[problem.advice?.rule];
    const doIt = fix ? el("button", { type: "button", class: "button fix", onclick: () => onFix(problem.advice) }, t(fix)) : null;
    return el("li", null, problem.line ? button : el("div", { class: `problem ${severity ?? "error"}` }, ...content), doIt);
  }

  return {
    /** Problems stop a run; warnings do not. Advice is folded away until somebody wants it. */
    show(problems) {
      const of = (...kinds) => problems.filter(({ severity }) => kinds.includes(severity ?? "error"));
      const [errors, warnings, advice] = [of("error"), of("warning"), of("advice", "note")];
      section.hidden = problems.length === 0;
      title.textContent = [errors.length ? tn("{count} problem", "{count} problems", errors.length) : "", warnings.length ? tn("{count} remark", "{count} remarks", warnings.length) : ""].filter(Boolean).join(", ");
      title.hidden = !title.textContent;
      section.classList.toggle("has-errors", errors.length > 0);
      const unknown = errors.find(({ message }) => message.startsWith("unknown field"));
      list.replaceChildren(...[...errors, ...warnings].map((problem) => item(problem === unknown ? { ...problem, advice: { rule: "unknown-field" } } : problem)));
      fold.hidden = advice.length === 0;
      setText(fold.querySelector("summary"), tn("{count} piece of advice", "{count} pieces of advice", advice.length));
      fold.querySelector("ol").replaceChildren(...advice.map(item));
    },
  };
}
