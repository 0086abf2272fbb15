/** Which problems does the text have? The list beside the editor; each line leads to its place. */

import { el } from "../text/dom.js";

/** `12:3`, or the file's name if there is no place in it. */
export function placeText({ file, line, column }) {
  if (!line) return file || "";
  return column ? `${line}:${column}` : String(line);
}

/** Advice that a machine can follow, by its rule: the words on the button. */
const FIXES = { "job-never-finishes": "Make it a sidecar", "missing-object": "Add an empty one" };

export function createProblemList(section, { onGo, onFix }) {
  const list = section.querySelector("ol");
  const title = section.querySelector("[data-part=title]");

  function item(problem) {
    const { path, message, why, hint, source, severity } = problem;
    const content = [
      el("span", { class: "place num" }, placeText(problem)),
      el("span", { class: "problem-text" }, path ? el("code", null, path) : null, path ? " " : null, message, why ? ` ${why}` : null, hint ? el("span", { class: "hint", title: source }, hint) : null),
    ];
    const button = el("button", { type: "button", class: `problem ${severity ?? "error"}`, onclick: () => onGo(problem) }, ...content);
    const fix = FIXES[problem.advice?.rule];
    const doIt = fix ? el("button", { type: "button", class: "button fix", onclick: () => onFix(problem.advice) }, fix) : null;
    return el("li", null, problem.line ? button : el("div", { class: `problem ${severity ?? "error"}` }, ...content), doIt);
  }

  return {
    /** Problems stop a run; warnings, advice and notes do not. */
    show(problems) {
      const of = (...kinds) => problems.filter(({ severity }) => kinds.includes(severity ?? "error")).length;
      const [errors, warnings, advice] = [of("error"), of("warning"), of("advice", "note")];
      section.hidden = problems.length === 0;
      title.textContent = [errors ? count(errors, "problem") : "", warnings ? count(warnings, "remark") : "", advice ? `${count(advice, "piece")} of advice` : ""].filter(Boolean).join(", ");
      section.classList.toggle("has-errors", errors > 0);
      list.replaceChildren(...problems.map(item));
    },
  };
}

function count(number, word) {
  return `${number} ${word}${number === 1 ? "" : "s"}`;
}
