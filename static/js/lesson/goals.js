/** What does the run have to reach? Goals that are ticked while the learner changes the text and runs it. */

import { el, setText } from "../text/dom.js";
import { t, tn } from "../text/translate.js";
import { goalsReached } from "./scoring.js";

/** See question.js. The answer: whether all goals were reached. */
export function createGoals(ask, { stage, onChange, onEdit }) {
  const states = ask.goals.map(() => el("span", { class: "goal-state" }));
  const items = ask.goals.map(({ text }, index) => el("li", null, states[index], el("span", null, text)));
  const summary = el("p", { class: "hint", role: "status" });
  const edit = onEdit ? el("button", { type: "button", class: "button", onclick: onEdit }, t("Change the text")) : null;
  let reached = ask.goals.map(() => false);
  let seen = "";
  let locked = false;

  /** Of the run that is seen, asked again only when records came. */
  function look() {
    const key = [stage.run().id, stage.run().text.length, stage.records.length, stage.isOver].join(" ");
    if (locked || key === seen) return;
    seen = key;
    const now = goalsReached(ask.goals, stage.records, stage.isOver);
    if (now.join() !== reached.join()) {
      reached = now;
      onChange();
    }
    draw();
  }

  function draw() {
    for (const [index, state] of states.entries()) {
      items[index].dataset.is = reached[index] ? "right" : "";
      setText(state, reached[index] ? t("✓ reached") : t("○ not yet"));
    }
    const count = reached.filter(Boolean).length;
    // What a run says before it is over may change.
    if (stage.isOver || locked) setText(summary, tn("This run reaches {count} of {all} goals.", "This run reaches {count} of {all} goals.", count, { all: ask.goals.length }));
  }

  function show(answer) {
    locked = true;
    if (answer.reached) reached = ask.goals.map(() => true);
    if (edit) edit.disabled = true;
    draw();
  }

  draw();
  return {
    element: el("div", null, el("ul", { class: "goals" }, ...items), summary, edit),
    answer: () => ({ reached: reached.every(Boolean) }),
    look,
    show,
    reveal: (answer) => answer && show(answer),
    close() {},
  };
}
