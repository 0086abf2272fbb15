/**
 * A question off the cuff: the teacher types it, the class answers, everybody sees how. It has no right answer, and stands beside the lesson's own. The driver's part and
 * everybody's are here, because both are little.
 */

import { drawHistogram } from "../lesson/histogram.js";
import { createQuestion, missingWords } from "../lesson/question.js";
import { setText } from "../text/dom.js";
import { t } from "../text/translate.js";

const LEAST_OPTIONS = 2;
const MOST_OPTIONS = 8;
const MOST_OPTION_CHARACTERS = 120;

/** The lines of a text that have something on them. Pure. */
export function optionsIn(text) {
  return text.split("\n").map((line) => line.trim()).filter(Boolean);
}

/** What is wrong with options, in words; empty: nothing. Pure. */
export function wrongWith(options) {
  if (options.length < LEAST_OPTIONS || options.length > MOST_OPTIONS) return t("Write {least} to {most} options, each on a line of its own.", { least: LEAST_OPTIONS, most: MOST_OPTIONS });
  const long = options.findIndex((option) => [...option].length > MOST_OPTION_CHARACTERS);
  return long < 0 ? "" : t("Option {number} is too long: an option has at most {count} characters.", { number: long + 1, count: MOST_OPTION_CHARACTERS });
}

/**
 * What the teacher types. It stays until the room shows it: what is refused, or cannot be sent, is not lost.
 *
 * @param {HTMLElement} panel  templates/classroom/_class.html
 * @param {(poll: object) => boolean} onAsk  whether it could be sent
 */
export function createPollForm(panel, onAsk) {
  const form = panel.querySelector("[data-part=poll]");
  const wrong = form.querySelector("[data-part=poll-wrong]");
  const options = form.querySelector("[data-part=options]");
  const kindOf = () => new FormData(form).get("kind");

  let current = null;
  /** Which poll was there when the form was sent; undefined: the form was not sent. */
  let before;

  function say(text) {
    setText(wrong, text);
    wrong.hidden = !text;
  }

  form.addEventListener("change", () => (options.hidden = kindOf() !== "choose"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const kind = kindOf();
    const question = form.elements.question.value.trim();
    const given = optionsIn(form.elements.options.value);
    const fault = kind === "choose" ? wrongWith(given) : "";
    say(fault);
    if (fault) return form.elements.options.focus();
    if (onAsk(kind === "choose" ? { kind, question, options: given } : { kind, question })) before = current;
    else say(t("There is no connection. Try again in a moment."));
    return undefined;
  });

  return {
    /** @param {string|null} step  of the poll that the room shows; null: none */
    show(step) {
      current = step;
      if (before === undefined || step === null || step === before) return;
      before = undefined;
      form.reset();
      options.hidden = false;
      form.closest("details").open = false;
    },
    /** The room said no. @returns {boolean} whether it was to what this form asks */
    refused(message) {
      const isMine = before !== undefined;
      before = undefined;
      if (isMine) say(message);
      return isMine;
    },
  };
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
  /** The poll that is put: its kind says how one answers. */
  let asking = null;
  let control = null;
  let drawn = "";
  /** The chart reaches beyond what was shown, so that it can be answered there. */
  let isReaching = false;

  part("send").addEventListener("click", () => {
    const value = control.answer();
    if (value === null) setText(part("said"), missingWords(asking));
    else if (!answer(asked, value)) setText(part("said"), t("There is no connection. Try again in a moment."));
  });
  part("lock").addEventListener("click", lock);
  part("reveal").addEventListener("click", reveal);
  part("close").addEventListener("click", close);

  function make(poll, isTeacher) {
    comeBack();
    control?.close();
    [asked, asking] = [poll.step, poll];
    // What is asked for may lie behind what the room has shown. The teacher's chart asks for no moment.
    const axisS = isTeacher ? null : stage.reachS || null;
    isReaching = poll.kind === "moment" && axisS !== null;
    control = createQuestion({ ...poll, answer: [] }, { stage, axisS, onChange: () => setText(part("said"), "") });
    part("question").replaceChildren(control.element);
    setText(part("said"), "");
    drawn = "";
  }

  /** Nothing is picked any more: the chart is that of the run again. */
  function comeBack() {
    if (isReaching) stage.fit();
    isReaching = false;
  }

  return {
    /** @param {object|null} poll  of the room's state  @param {{mine: *, counts: object|null, isTeacher: boolean, ended: boolean}} known */
    draw(poll, { mine, counts, isTeacher, ended }) {
      card.hidden = !poll;
      if (!poll) {
        comeBack();
        control?.close();
        [asked, control] = [null, null];
        return;
      }
      if (poll.step !== asked) make(poll, isTeacher);
      const { phase } = poll;
      const isOpen = phase === "asked" && !ended;
      if (!isOpen || mine !== undefined) comeBack();
      if (mine !== undefined) control.show(mine);
      else if (!isOpen) control.close();
      const answers = isOpen && mine === undefined && !isTeacher;
      part("question").inert = !answers;
      // Where nothing is, was or can be picked there is no control that looks as if it could.
      part("question").dataset.idle = String(!answers && mine === undefined);
      if (isTeacher) control.close();
      card.dataset.role = isTeacher ? "teacher" : "student";
      part("histogram").dataset.kind = poll.kind;
      part("send").hidden = !answers;
      // A poll is the teacher's, whoever has the wheel.
      const decides = isTeacher && !ended;
      part("lock").hidden = !decides || phase !== "asked";
      part("reveal").hidden = !decides || phase === "revealed";
      part("close").hidden = !decides;
      part("histogram").hidden = !counts;
      const key = JSON.stringify([counts, mine]);
      if (counts && key !== drawn) drawHistogram(part("histogram"), poll, counts, { mine: mine ?? null });
      drawn = key;
      if (!answers) setText(part("said"), isTeacher && isOpen ? t("The class is answering.") : words(phase, mine, isTeacher));
    },
  };
}

function words(phase, mine, isTeacher) {
  if (phase === "revealed") return t("This is what the class answered.");
  if (phase === "locked") return mine === undefined && !isTeacher ? t("Answers are locked, and you gave none.") : t("Answers are locked.");
  return mine === undefined ? "" : t("Your answer is in.");
}

