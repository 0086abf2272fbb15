/**
 * What did this student make of the room's run? Everything that was run here stays listed in this browser, so that coming back to the room loses nothing. The teacher
 * sees one of them only if the student shows it.
 */

import { el, setText } from "../text/dom.js";
import { formatInstant } from "../time/format.js";
import { t } from "../text/translate.js";

const MOST_FORKS = 12;
/** Of a try's text; browsers keep some five million characters for a whole site. */
const MOST_CHARACTERS = 100_000;

/**
 * @param {HTMLDetailsElement} details  templates/classroom/_strip.html
 * @param {object} memory see link.js
 * @param {{open: (fork: object) => void, show: (id: string|null) => void, store: (text: string) => Promise<string|null>, isLesson: boolean}} on
 */
export function createForks(details, memory, { open, show, store, isLesson }) {
  const list = details.querySelector("ol");
  let shown = null;

  const all = () => memory.get().forks ?? [];

  function draw() {
    const forks = all();
    details.hidden = forks.length === 0;
    setText(details.querySelector("[data-part=count]"), String(forks.length));
    list.replaceChildren(...forks.map(item).reverse());
  }

  function item(fork, index) {
    const number = index + 1;
    const name = isLesson ? t("Fork {number}, step {step}", { number, step: fork.step + 1 }) : t("Fork {number}", { number });
    const isShown = fork.id !== null && fork.id === shown;
    const share = el(
      "button",
      { type: "button", class: "button quiet", "aria-pressed": String(isShown), onclick: () => choose(isShown ? null : fork), title: t("The teacher sees what you show, and nothing else of what you run") },
      isShown ? t("Shown to the teacher") : t("Show to the teacher"),
    );
    const go = () => {
      details.open = false;
      open(fork);
    };
    return el("li", null, el("button", { type: "button", class: "text-button", onclick: go }, name), el("span", { class: "muted num" }, t("made at {time}", { time: formatInstant(fork.atS, 0) })), share);
  }

  /** What was only tried gets a link, because somebody else shall see it. */
  async function choose(fork) {
    const id = fork && (fork.id ?? (await store(fork.text)));
    if (fork && !id) return;
    if (fork && !fork.id) replace(fork, { ...fork, id, text: undefined });
    shown = id;
    show(id);
    draw();
  }

  function replace(before, after) {
    memory.put({ forks: all().map((fork) => (isSame(fork, before) ? after : fork)) });
  }

  details.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !details.open) return;
    event.stopPropagation();
    details.open = false;
    details.querySelector("summary").focus();
  });

  draw();
  return {
    /**
     * @param {{id: string|null, text: string, step: number, atS: number}} fork  a run that has a link, or a try of a text: a slider makes many, of which the last
     *   stays
     */
    add({ id, text, step, atS }) {
      const others = all().filter((fork) => (id ? fork.id !== id : fork.id || fork.step !== step));
      const kept = id ? { id, step, atS } : { id, text, step, atS };
      if (id || text.length <= MOST_CHARACTERS) memory.put({ forks: [...others, kept].slice(-MOST_FORKS) });
      draw();
    },
  };
}

function isSame(one, other) {
  return one.id === other.id && one.step === other.step && one.text === other.text;
}
