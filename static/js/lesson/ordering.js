/** In which order do these come? A list whose items are moved by dragging, by buttons, or by the arrow keys on the item that has the focus. */

import { el, setText } from "../text/dom.js";
import { t } from "../text/translate.js";

/** See question.js. The answer: the items as numbers from 0, from the first place on. */
export function createOrdering(ask, { stage, onChange }) {
  let order = ask.items.map((_, index) => index);
  let locked = false;
  const list = el("ol", { class: "ordering" });
  const hint = el("p", { class: "hint", id: "order-hint" }, t("First at the top. Drag, or use the arrow keys."));
  const items = ask.items.map(({ label }, item) => itemElement(label, item));

  function itemElement(label, item) {
    const name = el("button", { type: "button", class: "order-item", "aria-describedby": "order-hint", onkeydown: (event) => onKey(event, item) }, el("span", { class: "grip", "aria-hidden": "true" }, "⠿"), el("span", null, label));
    // The arrow keys do the same on the item itself, so these are no stops on the way of Tab.
    const up = el("button", { type: "button", class: "order-move", tabindex: "-1", "aria-label": t("Move up: {item}", { item: label }), onclick: () => move(item, -1) }, "↑");
    const down = el("button", { type: "button", class: "order-move", tabindex: "-1", "aria-label": t("Move down: {item}", { item: label }), onclick: () => move(item, 1) }, "↓");
    const mark = el("span", { class: "option-mark" });
    const element = el("li", null, name, mark, up, down);
    name.addEventListener("pointerdown", (event) => drag(event, item));
    return { element, name, up, down, mark };
  }

  function draw() {
    list.replaceChildren(...order.map((item) => items[item].element));
    for (const [place, item] of order.entries()) {
      items[item].up.disabled = locked || place === 0;
      items[item].down.disabled = locked || place === order.length - 1;
      items[item].name.disabled = locked;
    }
  }

  /** To a place; said, because the list is seen and not heard. */
  function put(item, place) {
    const from = order.indexOf(item);
    if (locked || place === from || place < 0 || place >= order.length) return;
    order.splice(from, 1);
    order.splice(place, 0, item);
    const focused = document.activeElement;
    draw();
    if (list.contains(focused)) (focused.disabled ? items[item].name : focused).focus();
    stage.say(t("{item}: place {place} of {count}", { item: ask.items[item].label, place: place + 1, count: order.length }));
    onChange();
  }

  function move(item, by) {
    put(item, order.indexOf(item) + by);
  }

  function onKey(event, item) {
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!by || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    move(item, by);
  }

  /** The item goes where the pointer is among the others. */
  function drag(event, item) {
    if (locked || event.button) return;
    const { element, name } = items[item];
    name.setPointerCapture(event.pointerId);
    const follow = ({ clientY }) => {
      element.dataset.dragged = "true";
      const before = order.filter((other) => other !== item && middleOf(items[other].element) < clientY);
      if (before.length !== order.indexOf(item)) {
        put(item, before.length);
        // It was taken out of the page for a moment.
        if (!name.hasPointerCapture(event.pointerId)) name.setPointerCapture(event.pointerId);
      }
    };
    const end = () => {
      delete element.dataset.dragged;
      name.removeEventListener("pointermove", follow);
    };
    name.addEventListener("pointermove", follow);
    name.addEventListener("pointerup", end, { once: true });
    name.addEventListener("pointercancel", end, { once: true });
  }

  function show(answer) {
    order = [...answer];
    close();
    draw();
  }

  function close() {
    if (locked) return;
    locked = true;
    hint.hidden = true;
    draw();
  }

  draw();
  return {
    element: el("div", null, hint, list),
    answer: () => [...order],
    show,
    reveal(answer) {
      show(answer ?? ask.answer);
      // Who gave no answer has no right and no wrong place.
      if (answer === null) {
        setText(hint, t("The order was:"));
        hint.hidden = false;
        return;
      }
      for (const [place, item] of order.entries()) {
        const right = ask.answer.indexOf(item);
        items[item].element.dataset.is = right === place ? "right" : "wrong";
        setText(items[item].mark, right === place ? t("✓ right") : t("✗ place {place}", { place: right + 1 }));
      }
    },
    close,
  };
}

function middleOf(element) {
  const { top, height } = element.getBoundingClientRect();
  return top + height / 2;
}
