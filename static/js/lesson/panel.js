/** The lesson beside the run: the step's text, its question, what came of the answer, and the way on. Shows the course; tells the page what was pressed. */

import { el, setText } from "../text/dom.js";
import { t } from "../text/translate.js";
import { createQuestion, missingWords } from "./question.js";
import { isRight, reachOf } from "./scoring.js";

/**
 * @param {HTMLElement} root  templates/classroom/_panel.html
 * @param {object} lesson
 * @param {object} lesson.pack
 * @param {object} lesson.course  see course.js
 * @param {object} lesson.stage   see pages/stage.js
 * @param {object} on  lock(answer), run(), skip(), next(), goTo(index), restart(), toRun(), edit(), solution()
 */
export function createPanel(root, { pack, course, stage }, on) {
  const part = (name) => root.querySelector(`[data-part="${name}"]`);
  const sections = [...root.querySelectorAll("section.step")];
  const steps = pack.steps.map(({ title }, index) => el("button", { type: "button", onclick: () => goTo(index) }, title));
  const result = el("div", { class: "lesson-result", tabindex: "-1", role: "group", "aria-label": t("Your answer"), hidden: true });
  let question = null;
  let running = false;
  /** An answer was to be locked that there is none of. */
  let isRefused = false;

  part("steps").append(...steps.map((button) => el("li", null, button)));
  part("progress").max = pack.steps.length;
  part("back").addEventListener("click", () => goTo(course.ended ? course.step : course.step - 1));
  part("next").addEventListener("click", on.next);
  part("lock").addEventListener("click", lock);
  part("run").addEventListener("click", on.run);
  part("skip").addEventListener("click", on.skip);
  part("to-run").addEventListener("click", () => {
    on.toRun();
    part("title").focus();
  });
  part("restart").addEventListener("click", () => {
    part("overview").open = false;
    on.restart();
  });

  function goTo(index) {
    part("overview").open = false;
    on.goTo(index);
  }

  function lock() {
    const answer = answerNow();
    if (answer !== null) return on.lock(answer);
    isRefused = true;
    return draw();
  }

  function changed() {
    isRefused = false;
    draw();
  }

  /** The step that is shown is not the course's any more: its question is closed. */
  function leave() {
    question?.close();
    question?.element.remove();
    question = null;
    running = isRefused = false;
  }

  /** Show the course's step. */
  function show({ focus = false } = {}) {
    leave();
    const { step, ended } = course;
    const { ask, title } = pack.steps[step];
    for (const [index, section] of sections.entries()) section.hidden = ended || index !== step;
    setText(part("title"), ended ? t("That was the lesson") : title);
    part("end").hidden = !ended;
    result.remove();
    if (ended) drawEnd();
    else if (ask) {
      question = createQuestion(ask, { stage, onChange: changed, onEdit: on.edit, reachS: reachOf(pack.steps[step]) });
      sections[step].querySelector(".before").after(question.element, result);
    }
    showPhase();
    part("body").scrollTop = 0;
    if (focus) part("title").focus();
  }

  /** What the answer's being locked or revealed changes. */
  function showPhase({ focus = false } = {}) {
    const { step, phase, ended } = course;
    const { ask } = pack.steps[step];
    const answer = course.answerOf(step);
    const reveal = sections[step].querySelector(".reveal");
    if (reveal) reveal.hidden = phase !== "revealed" && phase !== "read";
    result.hidden = phase !== "revealed";
    if (question && phase === "locked") question.show(answer);
    if (question && phase === "revealed") {
      question.reveal(answer);
      const right = isRight(ask, answer);
      result.dataset.is = right ? "right" : "wrong";
      const solution = Number.isInteger(ask.solution) ? el("button", { type: "button", class: "button", onclick: on.solution }, t("Show one way to do it")) : null;
      result.replaceChildren(el("p", null, el("b", null, verdictOf(ask, right))), ...[solution].filter(Boolean));
    }
    draw();
    if (!focus || ended) return;
    if (phase === "locked") part("run").focus();
    if (phase !== "revealed") return;
    question.element.scrollIntoView();
    result.focus({ preventScroll: true });
    stage.say(result.firstChild.textContent);
  }

  /** The buttons, and what stands beside them. */
  function draw() {
    const { step, phase, ended } = course;
    const { ask } = pack.steps[step];
    const isLast = step === pack.steps.length - 1;
    for (const [index, button] of steps.entries()) {
      button.disabled = index > course.furthest;
      button.dataset.phase = course.phaseOf(index);
      if (index === step && !ended) button.setAttribute("aria-current", "step");
      else button.removeAttribute("aria-current");
    }
    const values = { number: step + 1, count: pack.steps.length };
    setText(part("where"), ended ? t("The end") : t("Step {number} of {count}", values));
    part("progress").value = ended ? pack.steps.length : step + (course.canGoOn ? 1 : 0);
    part("back").disabled = step === 0 && !ended;
    part("next").hidden = ended || !course.canGoOn;
    setText(part("next"), isLast ? t("Finish") : t("Next"));
    part("lock").hidden = ended || phase !== "asked";
    // It stays where it can be reached and says what is missing.
    setText(part("lock"), ask?.kind === "build" && !answerNow()?.reached ? t("Show a solution") : t("Lock my answer"));
    part("lock").setAttribute("aria-disabled", String(answerNow() === null));
    part("run").hidden = ended || phase !== "locked" || running;
    part("skip").hidden = ended || phase !== "locked";
    setText(part("hint"), ended ? "" : hintOf(phase, ask));
    part("hint").hidden = !part("hint").textContent;
  }

  /** null: there is none yet. */
  function answerNow() {
    return question?.answer() ?? null;
  }

  function hintOf(phase, ask) {
    if (phase === "asked" && ask.kind === "build") return answerNow()?.reached ? "" : t("You can go on without reaching all goals; then you see one way to do it.");
    if (phase === "asked" && isRefused) return missingWords(ask);
    if (phase === "asked") return answerNow() === null ? t("Answer first: then the clock runs.") : t("Once locked, it stays.");
    return phase === "locked" ? t("Locked.") : "";
  }

  function drawEnd() {
    const { right, asked } = course.score();
    setText(part("score"), asked ? t("{right} of {asked} right.", { right, asked }) : "");
    const line = ({ step, title, right: good }) => el("li", { "data-is": good ? "right" : "wrong" }, el("button", { type: "button", class: "text-button", onclick: () => goTo(step) }, title), ` ${good ? t("✓ right") : t("✗ not so")}`);
    part("results").replaceChildren(...course.results().map(line));
  }

  return {
    leave,
    show,
    showPhase,
    draw,
    /** The question may have to look at the run: goals. */
    look: () => question?.look?.(),
    setAway(away) {
      part("away").hidden = !away;
    },
    /** The clock runs to the answer. */
    setRunning(on_) {
      running = on_;
      draw();
      if (running) part("skip").focus();
    },
  };
}

function verdictOf(ask, right) {
  if (ask.kind === "build") return right ? t("All goals are reached.") : t("Not all goals are reached.");
  return right ? t("Right.") : t("Not so. See what happened:");
}
