/**
 * Instants that somebody named, on the chart: what you said, what was true, what the class said. One flag is a line through all rows with its label at the foot of the
 * chart, and a ring on its row if it has one; the class's many picks are small ticks on the axis. Which is which is said by the label, the dashes and the shape,
 * not by the colour alone; a list beside the chart says it to those who do not see it.
 */

import { el } from "../text/dom.js";
import { t, tn } from "../text/translate.js";
import { formatInstant } from "../time/format.js";
import { ROW_PX, xOf } from "./layout.js";

/** Between two labels that stand beside each other. */
const APART_PX = 6;
const LABEL_PX = 22;
const DECIMALS = 1;

/**
 * Where labels stand so that none covers another: the lane of each, counted from the foot. Pure.
 *
 * @param {Array<{x: number, widthPx: number}>} labels  `x` is where its line is
 * @param {number} roomPx  width of the chart
 * @returns {Array<{leftPx: number, lane: number}>}
 */
export function placed(labels, roomPx) {
  const taken = [];
  const places = [];
  const order = labels.map((_, index) => index).sort((a, b) => labels[a].x - labels[b].x);
  for (const index of order) {
    const { x, widthPx } = labels[index];
    const leftPx = Math.max(0, Math.min(x, roomPx - widthPx));
    let lane = taken.findIndex((endPx) => endPx + APART_PX <= leftPx);
    if (lane < 0) lane = taken.length;
    taken[lane] = leftPx + widthPx;
    places[index] = { leftPx, lane };
  }
  return places;
}

/** What is said of a flag to those who do not see it. Pure. */
export function wordsOf({ label, atS, row }) {
  const time = formatInstant(atS, DECIMALS);
  return row ? t("{label}: {time}, {row}", { label, time, row: row.split("/").slice(1).join("/") }) : t("{label}: {time}", { label, time });
}

/**
 * @param {HTMLElement} plot  of the chart, on which they are drawn
 * @param {HTMLElement} beside  where the list goes
 * @param {number} topPx  height of the axis
 */
export function createFlags(plot, beside, topPx) {
  const layer = el("div", { class: "flags", "aria-hidden": "true" });
  const list = el("ul", { class: "visually-hidden", "aria-label": t("Flags on the chart") });
  plot.append(layer);
  beside.append(list);
  let flags = [];
  let made = [];
  let picks = [];
  let drawn = "";

  function flagElement({ kind, label, atS, row }) {
    const text = el("span", { class: `flag-label flag-${kind}` }, el("b", null, label), ` ${formatInstant(atS, DECIMALS)}`);
    const ring = row ? el("i", { class: "flag-ring" }) : null;
    const line = el("div", { class: `flag flag-${kind}` }, ring);
    return { line, text, ring };
  }

  return {
    /** @param {Array<{atS: number, row?: string, label: string, kind: "mine"|"truth"|"class"}>} wanted */
    set(wanted) {
      flags = wanted.filter(({ kind }) => kind !== "class");
      const classes = wanted.filter(({ kind }) => kind === "class");
      made = flags.map(flagElement);
      picks = classes.map(() => el("i", { class: "flag-pick" }));
      // No line goes through another one's label.
      layer.replaceChildren(...picks, ...made.map(({ line }) => line), ...made.map(({ text }) => text));
      const said = flags.map((flag) => el("li", null, wordsOf(flag)));
      if (classes.length) {
        const times = classes.map(({ atS }) => atS).sort((a, b) => a - b);
        const values = { first: formatInstant(times[0], DECIMALS), last: formatInstant(times.at(-1), DECIMALS) };
        said.push(el("li", null, tn("{count} person of the class picked {first}", "{count} people of the class picked instants from {first} to {last}", times.length, values)));
      }
      list.replaceChildren(...said);
      list.hidden = !said.length;
      for (const [index, { atS }] of classes.entries()) picks[index].dataset.at = String(atS);
      drawn = "";
    },

    /** @param {{view: object, rows: Array, scrollPx: number, widthPx: number, heightPx: number}} scene */
    draw({ view, rows, scrollPx, widthPx, heightPx }) {
      const wanted = [view.startS, view.endS, rows.length, rows[0]?.key, scrollPx, widthPx, heightPx].join(" ");
      if (wanted === drawn || !widthPx) return;
      drawn = wanted;
      const sized = { ...view, widthPx };
      const xs = flags.map(({ atS }) => xOf(sized, atS));
      const inSight = xs.map((x) => x >= -1 && x <= widthPx + 1);
      made.forEach(({ line, text }, index) => (line.hidden = text.hidden = !inSight[index]));
      const shown = made.map((_, index) => index).filter((index) => inSight[index]);
      const places = placed(shown.map((index) => ({ x: xs[index], widthPx: made[index].text.offsetWidth })), widthPx);
      shown.forEach((index, nth) => {
        const { line, text, ring } = made[index];
        const { leftPx, lane } = places[nth];
        line.style.transform = `translateX(${Math.round(xs[index])}px)`;
        text.style.transform = `translate(${Math.round(leftPx)}px, ${-lane * LABEL_PX}px)`;
        if (!ring) return;
        const at = rows.findIndex(({ key }) => key === flags[index].row);
        const topOfRow = topPx + at * ROW_PX - scrollPx;
        ring.hidden = at < 0 || topOfRow < topPx;
        ring.style.transform = `translateY(${topOfRow}px)`;
      });
      for (const pick of picks) {
        const x = xOf(sized, Number(pick.dataset.at));
        pick.hidden = x < 0 || x > widthPx;
        pick.style.transform = `translateX(${Math.round(x)}px)`;
      }
    },
  };
}
