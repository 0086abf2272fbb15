/** The gallery: which cards are shown follows the search and the subjects, and the address follows too, so that a choice can be passed on. */

import { choiceOf, countsOf, matcherOf, searchOf } from "../gallery/choice.js";
import { setText } from "../text/dom.js";
import { useLanguage } from "../text/page-config.js";
import { tn, t } from "../text/translate.js";

useLanguage();

const filter = document.getElementById("filter");
const cards = [...document.querySelectorAll("#cards > li[id]")].map((element) => {
  const said = element.querySelectorAll("h2, p");
  return { element, text: [element.id, ...Array.from(said, (part) => part.textContent)].join(" "), tags: element.dataset.tags.split(" ") };
});
const boxes = [...filter.querySelectorAll("input[name=tag]")];
const known = boxes.map(({ value }) => value);
const count = document.getElementById("count");

function chosen() {
  return { query: filter.elements.q.value, tags: boxes.filter(({ checked }) => checked).map(({ value }) => value) };
}

function show() {
  const choice = chosen();
  const matches = matcherOf(choice);
  for (const card of cards) card.element.hidden = !matches(card);
  const left = countsOf(cards, choice, known);
  for (const box of boxes) {
    setText(box.parentElement.querySelector(".num"), String(left.get(box.value)));
    box.parentElement.classList.toggle("is-none", left.get(box.value) === 0);
  }
  const shown = cards.filter(matches).length;
  const all = shown === cards.length;
  document.getElementById("none").hidden = shown > 0;
  document.getElementById("show-all").hidden = !choice.query.trim() && !choice.tags.length;
  setText(count, all ? tn("{count} example", "{count} examples", shown) : t("{shown} of {all} examples", { shown, all: cards.length }));
  history.replaceState(null, "", location.pathname + searchOf(choice, location.search) + location.hash);
}

/** The address decides what is chosen at first, and after a way back. */
function fromAddress() {
  const { query, tags } = choiceOf(location.search, known);
  filter.elements.q.value = query;
  for (const box of boxes) box.checked = tags.includes(box.value);
  // On a phone the subjects are a strip, which may hide the chosen one.
  const first = boxes.find(({ checked }) => checked)?.parentElement;
  if (first) first.parentElement.scrollLeft = first.offsetLeft - first.parentElement.offsetLeft;
  show();
}

filter.addEventListener("submit", (event) => event.preventDefault());
filter.addEventListener("input", show);
filter.addEventListener("reset", () => {
  // The fields are emptied after this; the button that was pressed goes, so the focus needs a place.
  setTimeout(() => {
    show();
    filter.elements.q.focus();
  });
});
window.addEventListener("pageshow", fromAddress);
fromAddress();
document.documentElement.dataset.ready = "true";
