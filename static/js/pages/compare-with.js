/** With what can the run be compared that the page shows? Each choice is a link or a form that asks for an address: a comparison stores nothing. */

import { el } from "../text/dom.js";
import { t } from "../text/translate.js";

/**
 * @param {HTMLElement} box  an element with the attribute `popover`, with the address of comparisons and the run that this one was made from
 * @param {{session: object, config: object, button: HTMLElement}} page
 */
export function createCompareWith(box, { session, config, button }) {
  const { url, parent } = box.dataset;
  const hidden = (name, value) => el("input", { type: "hidden", name, value });
  const link = (other, words) => other && other !== session.id && el("a", { class: "button", href: `${url}?${new URLSearchParams({ a: other, b: session.id })}` }, words);

  /** The run itself as A, and as B unless the form asks for another. */
  function form(given, input, words) {
    const itself = Object.entries({ a: session.id, ...given }).map(([name, value]) => hidden(name, value));
    return el("form", { method: "get", action: url }, ...itself, el("label", null, words, " ", input), el("button", { class: "button", "aria-label": `${t("Compare")}: ${words}` }, t("Compare")));
  }

  function choices() {
    const b = session.id;
    if (b === null) return [el("p", { class: "muted" }, t("This run has no link yet. Press Run, and it can be compared."))];
    return [
      link(session.ghostId, t("With the run behind it")),
      // Known of the run that the page was loaded with.
      session.id === config.scenario && parent !== session.ghostId && link(parent, t("With the run it was made from")),
      form({ b }, el("select", { name: "b.kubernetes" }, ...config.versions.map((version) => el("option", null, version))), t("Another Kubernetes")),
      form({ b }, el("input", { type: "number", name: "b.seed", value: 2, min: 0, step: 1, required: true }), t("Another seed")),
      form({ b, "a.pulls": "serial", "b.pulls": "parallel" }, null, t("Serial and parallel pulls")),
      form({}, el("input", { name: "b", required: true, autocomplete: "off", spellcheck: "false", placeholder: t("its link") }), t("Another run")),
    ].filter(Boolean);
  }

  function place() {
    const { right, bottom } = button.getBoundingClientRect();
    box.style.left = `${Math.max(4, Math.min(right - box.offsetWidth, innerWidth - box.offsetWidth - 4))}px`;
    box.style.top = `${Math.max(4, Math.min(bottom + 4, innerHeight - box.offsetHeight - 4))}px`;
  }

  box.addEventListener("toggle", ({ newState }) => {
    if (newState === "closed" && (document.activeElement === document.body || box.contains(document.activeElement))) button.focus();
  });

  return {
    open() {
      box.replaceChildren(...choices());
      box.showPopover({ source: button });
      place();
      box.querySelector("a, select")?.focus();
    },
  };
}
