/** How long is left of a grace period at the clock? A label on the band of each pod that is being deleted. */

import { el, setText } from "../text/dom.js";
import { formatDuration } from "../time/format.js";
import { t } from "../text/translate.js";
import { ROW_PX, visibleRows, xOf } from "./layout.js";

/** What was left at an instant, as it was known then; null when no grace period ran. Pure. */
export function graceLeft(bands, atS) {
  const band = bands.find(({ startS, endS }) => startS <= atS && atS < (endS ?? Infinity));
  // The kubelet's own last deletion, with no grace, shortens it behind everything that mattered.
  const known = band?.deadlines.findLast((each) => each.atS <= atS);
  return known && known.deadlineS >= atS ? known.deadlineS - atS : null;
}

export function createGrace(plot, topPx) {
  const labels = [];

  return {
    draw({ rows, view, scrollPx, heightPx, clockS }) {
      let used = 0;
      const [first, last] = visibleRows(rows.length, scrollPx, heightPx);
      for (let index = first; index < last; index += 1) {
        const leftS = rows[index].type === "pod" ? graceLeft(rows[index].bands, clockS) : null;
        const x = xOf(view, clockS);
        if (leftS === null || x < 0 || x > view.widthPx) continue;
        labels[used] ??= plot.appendChild(el("span", { class: "gantt-grace" }));
        const label = labels[used];
        setText(label, t("{time} of grace left", { time: formatDuration(leftS) }));
        const y = topPx + index * ROW_PX - scrollPx + 4;
        const flip = x > view.widthPx - 130;
        label.style.transform = `translate(${x + (flip ? -4 : 4)}px, ${y}px)${flip ? " translateX(-100%)" : ""}`;
        label.hidden = false;
        used += 1;
      }
      for (const label of labels.slice(used)) label.hidden = true;
    },
  };
}
