/** How is a question put, and what does somebody answer? One control a kind: options, a list to be put in order, a moment on the time axis, goals to be reached. */

import { el, setText } from "../text/dom.js";
import { t } from "../text/translate.js";
import { createGoals } from "./goals.js";
import { createMoment } from "./moment.js";
import { createOrdering } from "./ordering.js";
import { isMany } from "./scoring.js";

/**
 * A control is { element, answer(): the answer or null while there is none, show(answer): as locked, reveal(answer): what is right is marked, close() }.
 *
 * @param {object} ask  of the pack, or a poll of a room
 * @param {object} on
 * @param {object} on.stage  see pages/stage.js
 * @param {() => void} on.onChange  the answer is another one
 * @param {() => void} [on.onEdit]  build: the reader wants to see the text
 * @param {number} [on.reachS]  moment: how far the axis has to reach, and the answer at most
 * @param {number|null} [on.axisS]  moment: how far the axis has to reach, if answers may be later
 */
export function createQuestion(ask, on) {
  const make = { choose: createOptions, order: createOrdering, moment: createMoment, build: createGoals }[ask.kind];
  const control = make(ask, on);
  const element = el("fieldset", { class: `question question-${ask.kind}` }, el("legend", null, ask.question), control.element);
  return { ...control, element };
}

/** What is said to whoever locks an answer that there is none of. */
export function missingWords({ kind }) {
  return kind === "moment" ? t("Pick a moment first: on the chart, or as a number of seconds that it reaches.") : t("Choose an answer first.");
}

let made = 0;

/** Radio buttons; where several are right, boxes. */
function createOptions(ask, { onChange }) {
  const many = isMany(ask);
  made += 1;
  const inputs = ask.options.map((_, index) => el("input", { type: many ? "checkbox" : "radio", name: `option-${made}`, value: index + 1, onchange: onChange }));
  const marks = ask.options.map(() => el("span", { class: "option-mark" }));
  const bars = ask.options.map(() => el("i", { class: "option-bar", "aria-hidden": "true" }));
  const counted = ask.options.map(() => el("span", { class: "option-count num" }));
  const items = ask.options.map((words, index) => el("li", null, el("label", { class: "option" }, inputs[index], el("span", null, words), marks[index], counted[index], bars[index])));
  const hint = many ? el("p", { class: "hint" }, t("More than one may be right: choose all that are.")) : null;

  function show(answer) {
    for (const [index, input] of inputs.entries()) {
      input.checked = answer.includes(index + 1);
      input.disabled = true;
    }
  }

  return {
    element: el("div", null, hint, el("ul", { class: "options" }, ...items)),
    answer() {
      const chosen = inputs.flatMap((input, index) => (input.checked ? [index + 1] : []));
      return chosen.length ? chosen : null;
    },
    show,
    /** How many of the class chose each, within the options: on a wall there is no room for them twice. */
    count({ counts }) {
      const most = Math.max(1, ...counts);
      for (const [index, bar] of bars.entries()) {
        bar.style.width = `${((counts[index] ?? 0) / most) * 100}%`;
        setText(counted[index], String(counts[index] ?? 0));
      }
    },
    reveal(answer) {
      show(answer ?? []);
      for (const [index, mark] of marks.entries()) {
        const right = ask.answer?.includes(index + 1);
        const mine = answer?.includes(index + 1);
        items[index].dataset.is = right ? "right" : mine ? "wrong" : "";
        const words = [right && t("✓ right"), mine && !right && t("✗ not so"), mine && t("your answer")].filter(Boolean);
        mark.replaceChildren(words.join(", "));
      }
    },
    close() {},
  };
}
