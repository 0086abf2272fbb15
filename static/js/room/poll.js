/**
 * A question off the cuff: the teacher types it, the class answers, everybody sees how. It has no right answer, and stands beside the lesson's own. The driver's part and
 * everybody's are here, because both are little.
 */

import { drawHistogram } from "../lesson/histogram.js";
import { createQuestion } from "../lesson/question.js";
import { setText } from "../text/dom.js";
import { t } from "../text/translate.js";

const LEAST_OPTIONS = 2;
const MOST_OPTIONS = 8;

/** The lines of a text that have something on them. Pure. */
export function optionsIn(text) {
  return text.split("\n").map((line) => line.trim()).filter(Boolean);
}

/**
 * What the teacher types.
 *
 * @param {HTMLElement} panel  templates/classroom/_class.html
 * @param {(poll: object) => void} onAsk
 */
export function createPollForm(panel, onAsk) {
  const form = panel.querySelector("[data-part=poll]");
  const wrong = form.querySelector("[data-part=poll-wrong]");
  const options = form.querySelector("[data-part=options]");
  const kindOf = () => new FormData(form).get("kind");

  form.addEventListener("change", () => (options.hidden = kindOf() !== "choose"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const kind = kindOf();
    const question = form.elements.question.value.trim();
    const given = optionsIn(form.elements.options.value);
    const isWrong = kind === "choose" && (given.length < LEAST_OPTIONS || given.length > MOST_OPTIONS);
    setText(wrong, isWrong ? t("Write {least} to {most} options, each on a line of its own.", { least: LEAST_OPTIONS, most: MOST_OPTIONS }) : "");
    wrong.hidden = !isWrong;
    if (isWrong) return form.elements.options.focus();
    onAsk(kind === "choose" ? { kind, question, options: given } : { kind, question });
    form.reset();
    options.hidden = false;
    form.closest("details").open = false;
    return undefined;
  });
}

/**
 * What everybody sees of it.
 *
 * @param {HTMLElement} card  templates/classroom/_poll.html
 * @param {object} on  stage, answer(key, value): boolean, lock(), reveal(), close()
 */
export function createPoll(card, { stage, answer, lock, reveal, close }) {
  const part = (name) => card.querySelector(`[data-part="${name}"]`);
  let asked = null;
  let control = null;
  let drawn = "";

  part("send").addEventListener("click", () => {
    const value = control.answer();
    if (value === null) setText(part("said"), t("Choose an answer first."));
    else if (!answer(asked, value)) setText(part("said"), t("There is no connection. Try again in a moment."));
  });
  part("lock").addEventListener("click", lock);
  part("reveal").addEventListener("click", reveal);
  part("close").addEventListener("click", close);

  function make(poll) {
    control?.close();
    asked = poll.step;
    control = createQuestion({ ...poll, answer: [] }, { stage, onChange: () => setText(part("said"), "") });
    part("question").replaceChildren(control.element);
    drawn = "";
  }

  return {
    /** @param {object|null} poll  of the room's state  @param {{mine: *, counts: object|null, isDriver: boolean, isTeacher: boolean, ended: boolean}} known */
    draw(poll, { mine, counts, isDriver, isTeacher, ended }) {
      card.hidden = !poll;
      if (!poll) {
        control?.close();
        [asked, control] = [null, null];
        return;
      }
      if (poll.step !== asked) make(poll);
      const { phase } = poll;
      const isOpen = phase === "asked" && !ended;
      if (mine !== undefined) control.show(mine);
      else if (!isOpen) control.close();
      part("question").inert = !isOpen || mine !== undefined || isTeacher;
      if (isTeacher) control.close();
      card.dataset.role = isTeacher ? "teacher" : "student";
      part("histogram").dataset.kind = poll.kind;
      part("send").hidden = !isOpen || mine !== undefined || isTeacher;
      part("lock").hidden = !isDriver || phase !== "asked";
      part("reveal").hidden = !isDriver || phase === "revealed";
      part("close").hidden = !isDriver;
      part("histogram").hidden = !counts;
      const key = JSON.stringify([counts, mine]);
      if (counts && key !== drawn) drawHistogram(part("histogram"), poll, counts, { mine: mine ?? null });
      drawn = key;
      if (!isOpen || mine !== undefined) setText(part("said"), words(phase, mine, isTeacher));
    },
  };
}

function words(phase, mine, isTeacher) {
  if (phase === "revealed") return t("This is what the class answered.");
  if (phase === "locked") return mine === undefined && !isTeacher ? t("Answers are locked, and you gave none.") : t("Answers are locked.");
  return mine === undefined ? "" : t("Your answer is in.");
}

