/** A menu of things to do, at a button or at the pointer, by the menu pattern of the ARIA Authoring Practices; what an entry asks for is asked in the menu itself. */

import { el } from "../text/dom.js";
import { t } from "../text/translate.js";

/**
 * @param {HTMLElement} menu  an element with the attribute `popover`
 */
export function createMenu(menu) {
  let opener = null;
  const items = () => [...menu.querySelectorAll('[role="menuitem"]')];

  menu.addEventListener("keydown", (event) => {
    const all = items();
    const index = all.indexOf(event.target);
    if (index < 0) return;
    const next = { ArrowDown: index + 1, ArrowUp: index - 1, Home: 0, End: -1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    all.at(next % all.length)?.focus();
  });
  menu.addEventListener("toggle", ({ newState }) => {
    if (newState === "closed" && (document.activeElement === document.body || menu.contains(document.activeElement))) opener?.focus();
  });

  /**
   * @param {Array<{heading: string, entries: Array}>} groups  entries as in text/interventions.js
   * @param {{x: number, y: number, from: HTMLElement, onChosen: (action: object) => void}} options
   */
  function open(groups, { x, y, from, onChosen }) {
    opener = from;
    menu.setAttribute("role", "menu");
    const choose = (entry, values = {}) => {
      menu.hidePopover();
      onChosen(entry.action(values));
    };
    menu.replaceChildren(
      ...groups.map(({ heading, entries }) =>
        el(
          "div",
          { role: "group", "aria-label": heading },
          el("p", { class: "menu-heading" }, heading),
          ...entries.map((entry) => el("button", { type: "button", role: "menuitem", onclick: () => (entry.fields.length ? ask(entry, choose) : choose(entry)) }, entry.label)),
        ),
      ),
    );
    menu.showPopover();
    place(x, y);
    items()[0]?.focus();
  }

  function ask(entry, choose) {
    menu.setAttribute("role", "dialog");
    const values = Object.fromEntries(entry.fields.map(({ name, value }) => [name, value]));
    const form = el(
      "form",
      { class: "menu-form", onsubmit: (event) => (event.preventDefault(), choose(entry, values)) },
      el("p", { class: "menu-heading" }, entry.label.replace(/ …$/, "")),
      ...entry.fields.map(({ name, label, value, choices }) => el("label", null, `${label} `, inputFor({ value, choices }, (next) => (values[name] = next)))),
      el("button", { class: "button primary" }, t("Do it")),
    );
    menu.replaceChildren(form);
    form.querySelector("input, select")?.focus();
  }

  function place(x, y) {
    const { offsetWidth: width, offsetHeight: height } = menu;
    menu.style.left = `${Math.max(4, Math.min(x, innerWidth - width - 4))}px`;
    menu.style.top = `${Math.max(4, Math.min(y, innerHeight - height - 4))}px`;
  }

  return { open };
}

function inputFor({ value, choices }, onInput) {
  const listen = ({ target }) => onInput(target.value);
  if (choices) return el("select", { onchange: listen }, ...choices.map((each) => el("option", { value: each, selected: each === value }, each)));
  return el("input", { type: "text", value, size: "10", spellcheck: "false", autocomplete: "off", oninput: listen });
}
