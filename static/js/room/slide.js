/**
 * The lesson's step that the room is at: text, question, one's own answer, and what the class said when it is revealed. Each page shows the step of the room, or, for
 * whoever roams, the one at which they left it.
 */

import { drawHistogram } from "../lesson/histogram.js";
import { createQuestion, missingWords } from "../lesson/question.js";
import { flagsOf, isRight, reachOf } from "../lesson/scoring.js";
import { el, setText } from "../text/dom.js";
import { t } from "../text/translate.js";

/**
 * @param {HTMLElement} root  templates/classroom/_slide.html
 * @param {object} parts
 * @param {object} parts.pack
 * @param {object} parts.stage  see pages/stage.js
 * @param {(step: number, answer: *) => boolean} parts.answer  whether it could be sent
 * @param {() => void} parts.edit  build: the reader wants to see the text
 */
export function createSlide(root, { pack, stage, answer, edit }) {
  const part = (name) => root.querySelector(`[data-part="${name}"]`);
  const sections = [...root.querySelectorAll("section.step")];
  const result = el("p", { class: "lesson-result", hidden: true });
  const histogram = el("div", { class: "room-histogram", role: "group", "aria-label": t("What the class answered"), hidden: true });
  let shown = { step: -1, phase: "", isPut: false };
  let question = null;
  let drawn = "";
  let mine;

  part("send").addEventListener("click", () => {
    const value = question.answer();
    if (value === null) return say(missingWords(pack.steps[shown.step].ask), "wrong");
    // What cannot be sent stays where it is.
    return answer(shown.step, value) ? say(t("Sending …")) : say(t("There is no connection. Try again in a moment."), "wrong");
  });

  function say(text, tone = "") {
    part("said").dataset.tone = tone;
    setText(part("said"), text);
  }

  function toStep(step) {
    question?.close();
    question?.element.remove();
    histogram.remove();
    result.remove();
    [question, mine, drawn, flagged] = [null, undefined, "", ""];
    for (const [index, section] of sections.entries()) section.hidden = index !== step;
    setText(part("title"), pack.steps[step].title);
    setText(part("where"), t("Step {number} of {count}", { number: step + 1, count: pack.steps.length }));
    part("body").scrollTop = 0;
  }

  /** The question is put when the room asks it, not before. */
  function put(step) {
    const { ask } = pack.steps[step];
    question = createQuestion(ask, { stage, onChange: () => say(""), onEdit: edit, reachS: reachOf(pack.steps[step]) });
    sections[step].querySelector(".before").after(question.element, result, histogram);
  }

  /**
   * @param {object} room
   * @param {number} room.step
   * @param {string} room.phase
   * @param {*} room.mine       own answer of this step; undefined: none
   * @param {object|null} room.counts  what the class answered, as far as this page may see it
   * @param {boolean} room.isRun       the chart shows the step's run, and nothing that somebody made of it
   * @param {boolean} room.isTeacher   the teacher puts questions and answers none
   * @param {boolean} room.isOpen      the room is not over
   */
  function draw({ step, phase, mine: given, counts, isRun, isTeacher, isOpen }) {
    const isAnew = phase === "read" && !["", "read"].includes(shown.phase);
    if (step !== shown.step || isAnew) {
      toStep(step);
      shown = { step, phase: "", isPut: false };
    }
    const { ask } = pack.steps[step];
    const isPut = Boolean(ask) && phase !== "read";
    if (isPut && !shown.isPut) put(step);
    const isNews = phase !== shown.phase || given !== mine || isOpen !== shown.isOpen;
    const isFirst = shown.phase === "";
    shown = { step, phase, isPut: shown.isPut || isPut, isOpen };
    mine = given;
    const reveal = sections[step].querySelector(".reveal");
    if (reveal) reveal.hidden = Boolean(ask) && phase !== "revealed";
    part("send").hidden = !isPut || phase !== "asked" || given !== undefined || isTeacher || !isOpen;
    if (isNews) showPhase(ask, isTeacher, isFirst);
    histogram.hidden = !counts;
    if (counts && isPut) drawCounts(ask, counts);
    if (phase === "revealed" && ask) drawFlags(step, counts, isRun);
    question?.look?.();
  }

  function showPhase(ask, isTeacher, isFirst) {
    const { step, phase } = shown;
    const isMine = mine !== undefined;
    if (question && phase === "revealed") question.reveal(isMine ? mine : null);
    else if (question && isMine) question.show(mine);
    else if (question && phase === "locked") question.close();
    // The teacher's chart asks for no moment.
    if (question && isTeacher) question.close();
    if (question) question.element.disabled = phase !== "asked" || isMine || isTeacher;
    result.hidden = phase !== "revealed" || !isMine;
    if (!result.hidden) {
      const right = isRight(ask, mine);
      result.dataset.is = right ? "right" : "wrong";
      setText(result, right ? t("Right.") : t("Not so. See what happened:"));
      if (!isFirst) stage.say(right ? t("Your answer is right.") : t("Your answer is not right."));
    }
    say(ask && shown.isOpen ? words(phase, isMine, isTeacher) : "");
    if (phase !== "revealed" || !ask) clearFlags();
    Object.assign(root.dataset, { phase, role: isTeacher ? "teacher" : "student" });
  }

  /** The teacher sees it while the class answers; then nothing may say what is right, for the teacher's screen is on the wall. */
  function drawCounts(ask, counts) {
    const isRevealed = shown.phase === "revealed";
    const key = JSON.stringify([counts, mine, isRevealed]);
    if (key === drawn) return;
    drawn = key;
    histogram.dataset.kind = ask.kind;
    drawHistogram(histogram, isRevealed ? ask : { ...ask, answer_s: null }, counts, { mine: mine ?? null, isRevealed, reachS: reachOf(pack.steps[shown.step]) });
    if (ask.kind === "choose") question.count(counts);
  }

  let flagged = "";

  function clearFlags() {
    flagged = "";
    stage.flags([]);
  }

  /** Own answer, the truth, and what the class picked; the chart hears of it once. */
  function drawFlags(step, counts, isRun) {
    const picks = (counts?.times_s ?? []).map((atS) => ({ atS, label: "", kind: "class" }));
    const key = JSON.stringify([step, mine, picks.length, isRun]);
    if (key === flagged) return;
    flagged = key;
    stage.flags(isRun ? [...flagsOf(pack.steps[step], mine ?? null), ...picks] : []);
  }

  return {
    draw,
    /** Another chart is there: its flags have to be put again. */
    anew() {
      flagged = "";
    },
    /** The question may have to look at the run: goals. */
    look: () => question?.look?.(),
    /** The question, where it is put; else the step from its beginning. */
    scrollIntoView: () => (question?.element ?? part("title")).scrollIntoView(),
  };
}

function words(phase, isMine, isTeacher) {
  switch (phase) {
    case "asked":
      if (isTeacher) return t("The class is answering.");
      return isMine ? t("Your answer is in. It stays as it is.") : "";
    case "locked":
      return isMine || isTeacher ? t("Answers are locked. Watch the clock.") : t("Answers are locked, and you gave none. Watch the clock.");
    case "revealed":
      return isMine || isTeacher ? "" : t("You gave no answer.");
    default:
      return "";
  }
}
