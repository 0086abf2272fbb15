/**
 * What the teacher sees of the class: who is there and how they fare, what they ask, what they answer while they do; and what only the teacher may do. A list of three
 * hundred people comes several times a second, so a row is touched only when something of it is new, and nothing is while the panel is closed.
 */

import { el, setText } from "../text/dom.js";
import { t, tn } from "../text/translate.js";

/** Rows are written at most so often. */
const EVERY_MS = 500;

/** Who is shown: every filter of the list. */
const FILTERS = {
  all: () => true,
  lost: ({ lost }) => lost,
  roaming: ({ roaming }) => roaming,
  waited: (person, step) => person.here && !hasAnswered(person, step),
};

/**
 * @param {HTMLElement} panel  templates/classroom/_class.html
 * @param {object} on  hand(person), remove(person), done(question), reset(), end(), open(fork), token(): string
 */
export function createTeacher(panel, on) {
  const part = (name) => panel.querySelector(`[data-part="${name}"]`);
  const rows = new Map();
  const questions = new Map();
  let people = [];
  let asked = [];
  let histograms = {};
  let step = null;
  let driver = null;
  let isOver = false;
  let timer = 0;
  let drawnMs = -Infinity;

  part("filter").addEventListener("change", () => draw());
  part("csv").addEventListener("submit", () => (part("csv").elements.token.value = on.token() ?? ""));
  part("save").addEventListener("click", () => part("csv").requestSubmit());
  part("reset").addEventListener("click", () => sure(t("Begin anew with another class? Answers, people and questions are forgotten. Save the answers first, if you want to keep them."), t("Begin anew"), on.reset));
  part("end").addEventListener("click", () => sure(t("End the class? Nobody moves anybody's page any more, and nobody can come in. People and questions are forgotten. Save the answers first, if you want to keep them."), t("End the class"), on.end));

  const confirm = part("confirm");
  let confirmed = null;
  confirm.addEventListener("close", () => {
    if (confirm.returnValue === "yes") confirmed?.();
    confirmed = null;
  });

  function sure(question, yes, act) {
    confirmed = act;
    confirm.returnValue = "";
    setText(confirm.querySelector("p"), question);
    setText(confirm.querySelector("[value=yes]"), yes);
    confirm.showModal();
  }

  return {
    get isOpen() {
      return !panel.hidden;
    },
    toggle(open = panel.hidden) {
      panel.hidden = !open;
      if (open) {
        draw();
        panel.focus();
      }
      return open;
    },
    /** What is new of the class; with `full` there is nothing else. */
    update(told) {
      const stays = ({ person }) => !told.removed?.includes(person);
      people = merged(told.full ? [] : people.filter(stays), told.people, "person");
      asked = merged(told.full ? [] : asked.filter(stays), told.questions, "id");
      histograms = told.full ? (told.histograms ?? {}) : { ...histograms, ...told.histograms };
      if (panel.hidden || timer) return;
      timer = setTimeout(draw, Math.max(0, drawnMs + EVERY_MS - performance.now()));
    },
    /** @param {string|null} current which step's or poll's answers count now  @param {string|null} wheel the person who drives */
    show({ current, wheel, ended }) {
      for (const name of ["reset", "end"]) part(name).disabled = ended;
      panel.querySelector(".class-poll").hidden = ended;
      if (current === step && wheel === driver && ended === isOver) return;
      isOver = ended;
      [step, driver] = [current, wheel];
      if (!panel.hidden) draw();
    },
    /** How the class answers a step or a poll, while it does; null before anybody has. */
    histogramOf: (key) => histograms[key] ?? null,
    /** Whom the teacher should look at: who is lost, and whose question is open. */
    waiting: () => people.filter(({ here, lost }) => here && lost).length + asked.filter(({ done }) => !done).length,
    /** The nickname of who has the wheel and is not here; null else. */
    awayDriver: () => people.find(({ person, here }) => person === driver && !here)?.nickname ?? null,
    /** How many of those who are here have answered. */
    answered() {
      const here = people.filter((person) => person.here || hasAnswered(person, step));
      return { given: here.filter((person) => hasAnswered(person, step)).length, of: here.length };
    },
  };

  function draw() {
    timer = 0;
    drawnMs = performance.now();
    const here = people.filter((person) => person.here);
    const count = (test) => here.filter(test).length;
    setText(part("summary"), [tn("1 here", "{count} here", here.length), t("{count} lost", { count: count(FILTERS.lost) }), t("{count} roam", { count: count(FILTERS.roaming) })].join(" · "));
    drawQuestions();
    const wanted = people.filter((person) => FILTERS[part("filter").value](person, step));
    part("nobody").hidden = wanted.length > 0;
    setText(part("nobody"), people.length ? t("Nobody at the moment.") : t("Nobody has come in yet. Show the code: students type it at the address beside it."));
    sync(part("people"), rows, wanted, ({ person }) => person, personRow, (person) => JSON.stringify([person, step, driver === person.person, isOver]));
  }

  function drawQuestions() {
    const open = asked.filter(({ done }) => !done);
    part("no-questions").hidden = open.length > 0;
    sync(part("questions"), questions, open, ({ id }) => id, questionRow, () => String(isOver));
  }

  function questionRow({ id, nickname, text }) {
    return el("li", null, el("p", null, el("b", null, nickname), ` ${text}`), isOver ? null : el("button", { type: "button", class: "button", onclick: () => on.done(id) }, t("Done")));
  }

  function remove({ person, nickname }) {
    sure(t("Remove {name} from the class? Answers and questions of this name go with it. Whoever it was can come in again, under another name.", { name: nickname }), t("Remove"), () => on.remove(person));
  }

  function personRow(person) {
    const { nickname, here, lost, roaming, fork } = person;
    const drives = driver === person.person;
    const signs = [
      !here && t("away"),
      drives && t("drives"),
      here && lost && t("lost"),
      here && roaming && t("roams"),
      hasAnswered(person, step) && t("answered"),
    ].filter(Boolean);
    const state = !here ? "away" : lost ? "lost" : roaming ? "roaming" : "here";
    return el(
      "li",
      { "data-state": state },
      el("span", { class: "person-name" }, nickname),
      el("span", { class: "person-signs" }, signs.join(" · ")),
      fork ? el("button", { type: "button", class: "text-button", onclick: () => on.open(fork), title: t("Look at what {name} made of it; the class stays where it is", { name: nickname }) }, t("fork")) : null,
      here && !drives && !isOver ? el("button", { type: "button", class: "button quiet", "aria-label": t("Hand over the wheel to {name}", { name: nickname }), onclick: () => on.hand(person.person) }, t("Hand over")) : null,
      isOver ? null : el("button", { type: "button", class: "button quiet", "aria-label": t("Remove {name} from the class", { name: nickname }), title: t("Remove from the class"), onclick: () => remove(person) }, "×"),
    );
  }
}

function hasAnswered({ answered }, step) {
  return step !== null && answered.includes(step);
}

/** A list with what is told of its entries; of those it knows, only what has changed. */
export function merged(known, told = [], key) {
  const entries = new Map(known.map((entry) => [entry[key], entry]));
  for (const entry of told) entries.set(entry[key], { ...entries.get(entry[key]), ...entry });
  return [...entries.values()];
}

/** Make a list's items those of the data, touching only what is another. */
function sync(list, made, items, keyOf, make, sayOf) {
  const wanted = new Set(items.map(keyOf));
  for (const [key, { node }] of made) {
    if (wanted.has(key)) continue;
    node.remove();
    made.delete(key);
  }
  let before = null;
  for (const item of items) {
    const key = keyOf(item);
    const said = sayOf(item);
    const known = made.get(key);
    if (!known || known.said !== said) {
      const node = make(item);
      // Whoever is on a button of this row stays there.
      const focused = known?.node.contains(document.activeElement);
      if (known) known.node.replaceWith(node);
      made.set(key, { node, said });
      if (focused) node.querySelector("button")?.focus();
    }
    const { node } = made.get(key);
    if ((before ? before.nextSibling : list.firstChild) !== node) list.insertBefore(node, before ? before.nextSibling : list.firstChild);
    before = node;
  }
}
