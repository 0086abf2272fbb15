/** Which problems does the text have? The list beside the editor; each line leads to its place. */

import { el } from "../text/dom.js";

/** `12:3`, or the file's name if there is no place in it. */
export function placeText({ file, line, column }) {
  if (!line) return file || "";
  return column ? `${line}:${column}` : String(line);
}

export function createProblemList(section, { onGo }) {
  const list = section.querySelector("ol");
  const title = section.querySelector("[data-part=title]");

  function item(problem) {
    const { path, message, hint, severity } = problem;
    const content = [
      el("span", { class: "place num" }, placeText(problem)),
      el("span", { class: "problem-text" }, path ? el("code", null, path) : null, path ? " " : null, message, hint ? el("span", { class: "hint" }, hint) : null),
    ];
    const button = el("button", { type: "button", class: `problem ${severity ?? "error"}`, onclick: () => onGo(problem) }, ...content);
    return el("li", null, problem.line ? button : el("div", { class: `problem ${severity ?? "error"}` }, ...content));
  }

  return {
    /** Problems stop a run; warnings (severity "warning") do not. */
    show(problems) {
      const errors = problems.filter(({ severity }) => severity !== "warning").length;
      const warnings = problems.length - errors;
      section.hidden = problems.length === 0;
      title.textContent = [errors ? count(errors, "problem") : "", warnings ? count(warnings, "remark") : ""].filter(Boolean).join(", ");
      section.classList.toggle("has-errors", errors > 0);
      list.replaceChildren(...problems.map(item));
    },
  };
}

function count(number, word) {
  return `${number} ${word}${number === 1 ? "" : "s"}`;
}
