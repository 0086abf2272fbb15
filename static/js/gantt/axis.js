/**
 * What stands for Plotly's axis while the chart moves? Plotly takes milliseconds to move its ticks; these are a few elements that look like them, and are shown
 * until the chart is at rest and Plotly has drawn its own.
 */

import { el, setText } from "../text/dom.js";
import { xOf } from "./layout.js";

/** @param {HTMLElement} host Plotly's element; the ticks stand beside it */
export function createAxis(host) {
  const layer = el("div", { class: "gantt-ticks", hidden: true });
  host.after(layer);
  const made = [];

  function tick(index) {
    if (!made[index]) {
      const text = el("span", { class: "gantt-tick-text" });
      made[index] = { line: layer.appendChild(el("div", { class: "gantt-tick" }, text)), text };
    }
    return made[index];
  }

  return {
    /** @param {{values: Array<number>, texts: Array<string>}} ticks see time/format.js */
    draw(view, { values, texts }) {
      let used = 0;
      values.forEach((atS, index) => {
        if (atS < view.startS || atS > view.endS) return;
        const { line, text } = tick(used);
        line.hidden = false;
        // Plotly's lines lie on whole pixels.
        line.style.transform = `translateX(${Math.round(xOf(view, atS))}px)`;
        setText(text, texts[index]);
        used += 1;
      });
      for (const { line } of made.slice(used)) line.hidden = true;
      this.show(true);
    },

    show(shown) {
      if (layer.hidden !== shown) return;
      layer.hidden = !shown;
      host.classList.toggle("moving", shown);
    },
  };
}
