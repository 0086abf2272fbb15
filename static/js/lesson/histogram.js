/** How did the class answer? Bars with counts, and the same in words; what one said oneself, and what is right, are marked. */

import { el } from "../text/dom.js";
import { t, tn } from "../text/translate.js";
import { formatInstant } from "../time/format.js";

const BINS = 12;
/** Of orders there may be as many as people. */
const MOST_ORDERS = 6;
/** So many times later than half of the class is later than the axis, where it has no end. */
const FAR = 10;

/**
 * What the bars are. Pure.
 *
 * @param {object} ask  of the pack, or a poll of a room (then nobody knows what is right)
 * @param {object} histogram  of the room (choose: counts; order: counts by the items' numbers; moment: times_s; build: reached; with total)
 * @param {*} mine  one's own answer; null without one
 * @param {boolean} isRevealed  else what is right is not said
 * @param {number|null} reachS  the last instant that the axis had; null: it had no end
 * @returns {Array<{label: string, count: number, isMine: boolean, isRight: boolean}>}
 */
export function barsOf(ask, histogram, mine = null, isRevealed = false, reachS = null) {
  const bar = (label, count, isMine, isRight) => ({ label, count, isMine: Boolean(isMine), isRight: isRevealed && Boolean(isRight) });
  switch (ask.kind) {
    case "choose":
      return ask.options.map((option, index) => bar(option, histogram.counts[index] ?? 0, mine?.includes(index + 1), ask.answer?.includes(index + 1)));
    case "order":
      return ordersOf(ask, histogram, mine, bar);
    case "moment":
      return momentsOf(ask, histogram, mine, bar, reachS);
    default:
      return [bar(t("all goals"), histogram.reached, mine?.reached, true), bar(t("not all"), histogram.total - histogram.reached, mine && !mine.reached, false)];
  }
}

function ordersOf(ask, { counts }, mine, bar) {
  const words = (key) => key.split(",").map((item) => ask.items[item]?.label).join(" → ");
  const all = Object.entries(counts).sort(([, a], [, b]) => b - a);
  const own = mine?.join();
  const right = ask.answer?.join();
  const shown = all.filter(([key], index) => index < MOST_ORDERS || key === own || key === right);
  const rest = all.length - shown.length;
  const bars = shown.map(([key, count]) => bar(words(key), count, key === own, key === right));
  const others = all.filter((each) => !shown.includes(each)).reduce((sum, [, count]) => sum + count, 0);
  return rest ? [...bars, bar(tn("{count} other order", "{count} other orders", rest), others, false, false)] : bars;
}

/** Bins of equal length; empty ones at both ends are left out. What is far behind all others has one of its own, so that it does not make one bar of theirs. */
function momentsOf(ask, { times_s: times }, mine, bar, reachS) {
  const lastS = Math.max(reachS ?? FAR * Math.max(1, medianOf(times)), ask.answer_s ?? 0);
  const isLater = (atS) => atS > lastS;
  const marks = [...times, mine, ask.answer_s].filter((atS) => Number.isFinite(atS) && !isLater(atS));
  const later = times.filter(isLater).length;
  const rest = later || isLater(mine ?? 0) ? [bar(t("later"), later, isLater(mine ?? 0), false)] : [];
  if (!marks.length) return rest;
  const stepS = roundStep((Math.max(...marks) - Math.min(...marks)) / BINS);
  const binOf = (atS) => Math.floor(atS / stepS + 1e-9);
  const [first, last] = [binOf(Math.min(...marks)), binOf(Math.max(...marks))];
  const bins = Array.from({ length: last - first + 1 }, (_, index) => first + index);
  const decimals = stepS >= 1 ? 0 : 1;
  const label = (bin) => t("{from} to {to}", { from: formatInstant(bin * stepS, decimals), to: formatInstant((bin + 1) * stepS, decimals) });
  const isTrue = (bin) => ask.answer_s !== undefined && ask.answer_s !== null && binOf(ask.answer_s) === bin;
  return [...bins.map((bin) => bar(label(bin), times.filter((atS) => binOf(atS) === bin).length, mine !== null && binOf(mine) === bin, isTrue(bin))), ...rest];
}

function medianOf(times) {
  return [...times].sort((a, b) => a - b)[Math.floor((times.length - 1) / 2)] ?? 0;
}

/** 1, 2 or 5 times a power of ten, at least a tenth of a second. */
function roundStep(lengthS) {
  const power = 10 ** Math.floor(Math.log10(Math.max(lengthS, 0.1)));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= lengthS - 1e-9);
}

/**
 * Draw it into an element, in place of what is there.
 *
 * @param {HTMLElement} root
 */
export function drawHistogram(root, ask, histogram, { mine = null, isRevealed = false, reachS = null } = {}) {
  const bars = barsOf(ask, histogram, mine, isRevealed, reachS);
  const most = Math.max(1, ...bars.map(({ count }) => count));
  const item = ({ label, count, isMine, isRight }) => {
    const share = el("i", { class: "histogram-bar", "aria-hidden": "true" });
    share.style.width = `${(count / most) * 100}%`;
    const marks = [isRight && t("✓ right"), isMine && t("your answer")].filter(Boolean).join(", ");
    return el("li", { "data-is": isRight ? "right" : null, class: isMine ? "mine" : null }, el("span", { class: "histogram-label" }, label, marks ? el("b", null, ` ${marks}`) : null), el("span", { class: "histogram-count num" }, String(count)), share);
  };
  const title = tn("{count} answer", "{count} answers", histogram.total ?? histogram.times_s?.length ?? 0);
  root.replaceChildren(el("p", { class: "histogram-total" }, title), el("ul", { class: "histogram" }, ...bars.map(item)));
}
