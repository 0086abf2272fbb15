/** The strip at the top of a room: where one is, who is there and who drives; to follow or to roam; for students signals to the teacher, for the driver the slides. */

import { setText } from "../text/dom.js";
import { t, tn } from "../text/translate.js";
import { hereWords } from "./following.js";

const PASSING_MS = 6000;

/**
 * @param {HTMLElement} strip  templates/classroom/_strip.html
 * @param {object} on  code(), follow(), roam(), lost(isLost), ask(text), previous(), next(), action(name), takeBack(), people(), projector()
 */
export function createStrip(strip, on) {
  const part = (name) => strip.querySelector(`[data-part="${name}"]`);
  const modes = [...strip.querySelectorAll('input[name="mode"]')];
  const [asking, askForm] = [part("asking"), part("ask-form")];
  let isLost = false;
  let isSending = false;
  let action = null;
  let shown = null;
  /** What holds for a moment: why something was refused. */
  let passing = "";
  let passingTimer = 0;

  part("code").addEventListener("click", on.code);
  for (const mode of modes) mode.addEventListener("change", () => (mode.value === "follow" ? on.follow() : on.roam()));
  part("back").addEventListener("click", on.follow);
  part("lost").addEventListener("click", () => on.lost(!isLost));
  part("previous").addEventListener("click", on.previous);
  part("next").addEventListener("click", on.next);
  part("action").addEventListener("click", () => action && on.action(action));
  part("take-back").addEventListener("click", on.takeBack);
  part("people").addEventListener("click", on.people);
  part("projector").addEventListener("click", on.projector);
  askForm.addEventListener("submit", (event) => {
    event.preventDefault();
    const field = askForm.elements.question;
    const text = field.value.trim();
    if (!text) return field.focus();
    // What is not sent, or refused, is not lost: it stays in the field until the room has it.
    isSending = on.ask(text);
    setText(part("ask-note"), isSending ? t("Sending …") : t("There is no connection. Try again in a moment."));
    return undefined;
  });
  askForm.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) askForm.requestSubmit();
  });

  return {
    /**
     * @param {object} shown
     *   link, ended, isTeacher, isDriver, isRoaming, isAsked, here, driverName, steps, step, action, answered: {given, of}|null, isLost, waiting (people lost, questions open),
     *   awayDriver: who has the wheel and is gone, for the teacher
     */
    draw(now) {
      shown = now;
      const { ended, isTeacher, isDriver, isRoaming } = shown;
      isLost = shown.isLost;
      action = shown.action;
      if (isSending && shown.link === "lost") this.asked(t("There is no connection. Try again in a moment."));
      const mode = ended ? "ended" : isDriver ? "drive" : isRoaming ? "roam" : "follow";
      Object.assign(strip.dataset, { mode, role: isTeacher ? "teacher" : "student", link: shown.link });
      setText(part("here"), hereWords(shown.here));
      setText(part("driver"), driverWords(shown));
      part("mode").hidden = isDriver || ended || !shown.isKnown;
      for (const each of modes) each.checked = each.value === (isRoaming ? "roam" : "follow");
      part("back").hidden = mode !== "roam";
      part("student").hidden = isTeacher || ended || !shown.isKnown;
      part("lost").setAttribute("aria-pressed", String(isLost));
      drawSlides(shown);
      part("teacher").hidden = !isTeacher;
      part("take-back").hidden = isDriver || ended;
      part("take-back").classList.toggle("primary", Boolean(shown.awayDriver));
      setText(part("waiting"), shown.waiting ? String(shown.waiting) : "");
      part("waiting").title = shown.waiting ? tn("1 person or question waits", "{count} people or questions wait", shown.waiting) : "";
      drawNote();
    },

    /** The room has taken the question, or says why not. @returns {boolean} whether it was said where the reader looks */
    asked(message) {
      const isOpen = asking.matches(":popover-open");
      isSending = false;
      setText(part("ask-note"), message);
      if (message) return isOpen;
      askForm.elements.question.value = "";
      if (isOpen) asking.hidePopover();
      this.say(t("Your question is with the teacher."));
      return true;
    },

    /** Something is said for some seconds. */
    say(text) {
      passing = text;
      clearTimeout(passingTimer);
      passingTimer = setTimeout(() => {
        passing = "";
        drawNote();
      }, PASSING_MS);
      drawNote();
    },
  };

  function drawSlides({ isDriver, steps, step, answered, isRevealed }) {
    const drives = isDriver && steps > 0;
    part("slides").hidden = steps === 0;
    for (const name of ["previous", "next", "action"]) part(name).hidden = !drives;
    part("previous").disabled = step === 0;
    part("next").disabled = step >= steps - 1;
    setText(part("step"), t("{number} of {count}", { number: step + 1, count: steps }));
    part("action").hidden = !drives || !action;
    setText(part("action-text"), action ? actionWords(action) : "");
    setText(part("answered"), answered && !isRevealed ? t("{given} of {count} answered", { given: answered.given, count: answered.of }) : "");
    part("answered").hidden = !answered || isRevealed;
  }

  function drawNote() {
    if (!shown) return;
    const { tone, text } = passing ? { tone: "lost", text: passing } : noteOf(shown, strip.dataset.mode);
    const note = part("note");
    note.dataset.tone = tone;
    note.parentElement.hidden = !text;
    setText(note, text);
  }
}

function driverWords({ isDriver, driverName, ended }) {
  if (ended) return "";
  if (isDriver) return t("You drive");
  return driverName ? t("{name} drives", { name: driverName }) : t("The teacher drives");
}

/** What is said all the time, not for a moment: a reader may look up at any time and has to know where they are. */
function noteOf({ link, ended, isAsked, isKnown, awayDriver }, mode) {
  if (ended) return { tone: "over", text: t("The class is over. This page stays as it is and can be used; nobody moves it any more.") };
  if (link === "gone") return { tone: "over", text: t("This room does not exist any more. The page can be used, and nobody moves it.") };
  if (link === "lost" || (link === "connecting" && isKnown)) return { tone: "lost", text: t("Disconnected, trying again. The page can be used meanwhile.") };
  if (awayDriver) return { tone: "lost", text: t("{name}, who drives, is away. Nobody moves the class until you take the wheel back.", { name: awayDriver }) };
  if (mode === "roam" && isAsked) return { tone: "roam", text: t("You roam. A question is open: press B to come back and answer it.") };
  if (mode === "roam") return { tone: "roam", text: t("You roam: the room does not move your page. Press B to come back to what it shows now.") };
  return { tone: "", text: "" };
}

function actionWords(action) {
  switch (action) {
    case "ask":
      return t("Ask the question");
    case "lock":
      return t("Lock the answers");
    case "run":
      return t("Let the clock run");
    case "reveal":
      return t("Reveal the answer");
    default:
      return t("Go on");
  }
}
