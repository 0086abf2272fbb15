/** Which rows are shown? The search above the chart: rows, states, reasons, marks. */

import { matcherOf } from "../gantt/filter.js";
import { setText } from "../text/dom.js";
import { tn } from "../text/translate.js";

/**
 * @param {HTMLElement} box  an input and the count of what was found
 * @param {{palette: object, onSearch: (matches: Function|null) => void, onLeave: () => void}} on
 */
export function createSearch(box, { palette, onSearch, onLeave }) {
  const input = box.querySelector("input");
  const count = box.querySelector("[data-part=count]");

  input.addEventListener("input", () => onSearch(matcherOf(input.value, palette)));
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && input.value) {
      event.stopPropagation();
      input.value = "";
      onSearch(null);
    } else if (event.key === "Escape" || event.key === "Enter") {
      onLeave();
    }
  });

  return {
    focus: () => input.select(),
    draw(found) {
      setText(count, input.value.trim() ? tn("{count} row", "{count} rows", found) : "");
    },
  };
}
