/** What do the colours mean? A list of the families that the run shows; pressing one dims it. */

import { el } from "../text/dom.js";
import { t } from "../text/translate.js";

export function createLegend(list, palette, onDim) {
  const dimmed = new Set();
  const buttons = new Map();
  for (const family of palette.families) {
    const swatch = el("span", { class: "legend-swatch" });
    const button = el("button", { type: "button", class: "legend-item", "aria-pressed": "true", title: t("Dim or show"), onclick: () => toggle(family.name) }, swatch, family.label);
    const item = list.appendChild(el("li", { hidden: true }, button));
    buttons.set(family.name, { item, button, swatch, family });
  }

  function toggle(name) {
    if (!dimmed.delete(name)) dimmed.add(name);
    buttons.get(name).button.setAttribute("aria-pressed", String(!dimmed.has(name)));
    onDim();
  }

  return {
    dimmed,

    /** Show the families of these state keys. */
    draw(states, themeName) {
      const present = new Set([...states].map((state) => palette.state(state).family.name));
      for (const [name, { item, swatch, family }] of buttons) {
        item.hidden = !present.has(name);
        swatch.style.backgroundColor = family[themeName];
        swatch.style.height = `${Math.max(4, 12 * family.height)}px`;
      }
    },
  };
}
