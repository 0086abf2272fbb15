/**
 * Which instant does the reader mean? While it is asked for, a click on the chart or its axis picks one in place of moving the clock, and a handle on the axis does
 * the same for the keyboard: arrows move it, Enter takes it.
 */

import { el, setText } from "../text/dom.js";
import { t } from "../text/translate.js";
import { formatInstant } from "../time/format.js";
import { timeAt, xOf } from "./layout.js";

/** A press that moves further is a drag, which zooms. */
const CLICK_PX = 4;
/** Arrows move by a share of what is in sight: as fine as a hand with a mouse is. */
const STEPS = 200;
const FAR = 10;

/**
 * @param {HTMLElement} plot
 * @param {HTMLElement} host  around the chart; the handle stands in it, because the chart itself is hidden from screen readers
 * @param {() => {startS: number, endS: number}} viewOf
 */
export function createPicking(plot, host, viewOf) {
  const text = el("span", { class: "pick-text" });
  const handle = el("div", { class: "pick-handle", role: "slider", tabindex: "0", "aria-label": t("Your moment on the time axis: arrow keys move it, Enter takes it"), hidden: true }, text);
  host.append(handle);
  let take = null;
  let atS = 0;
  let pressed = null;

  const sized = () => ({ ...viewOf(), widthPx: plot.clientWidth });
  const rounded = (instantS) => {
    const { startS, endS } = viewOf();
    // No finer than what a pixel is, to a decimal that can be read.
    const decimals = endS - startS > 60 ? 1 : endS - startS > 6 ? 2 : 3;
    return Math.max(0, Number(instantS.toFixed(decimals)));
  };
  const instantOf = (event) => rounded(timeAt(sized(), event.clientX - plot.getBoundingClientRect().left));

  function move(toS) {
    atS = rounded(toS);
    draw();
  }

  function draw() {
    if (!take) return;
    const view = sized();
    const x = xOf(view, atS);
    const [outer, inner] = [host.getBoundingClientRect(), plot.getBoundingClientRect()];
    handle.style.transform = `translate(${inner.left - outer.left + Math.min(Math.max(x, 0), view.widthPx)}px, ${inner.top - outer.top}px)`;
    handle.style.height = `${plot.clientHeight}px`;
    handle.setAttribute("aria-valuemin", "0");
    handle.setAttribute("aria-valuemax", String(Math.max(view.endS, atS)));
    handle.setAttribute("aria-valuenow", String(atS));
    handle.setAttribute("aria-valuetext", formatInstant(atS, 1));
    setText(text, formatInstant(atS, 1));
    handle.classList.toggle("flip", x > view.widthPx - 70);
  }

  // Before Plotly and the axis hear of it.
  plot.addEventListener("pointerdown", onDown, { capture: true });
  plot.addEventListener("click", onClick, { capture: true });

  function onDown(event) {
    pressed = take ? event : null;
    if (take && event.target.closest(".gantt-ruler")) event.stopImmediatePropagation();
  }

  function onClick(event) {
    if (!take || !pressed) return;
    event.stopImmediatePropagation();
    if (Math.abs(event.clientX - pressed.clientX) > CLICK_PX) return;
    move(instantOf(event));
    take(atS);
  }

  handle.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const { startS, endS } = viewOf();
    const stepS = ((endS - startS) / STEPS) * (event.shiftKey ? FAR : 1);
    const to = { ArrowLeft: atS - stepS, ArrowDown: atS - stepS, ArrowRight: atS + stepS, ArrowUp: atS + stepS, PageUp: atS + stepS * FAR, PageDown: atS - stepS * FAR, Home: Math.max(0, startS), End: endS }[event.key];
    if (to === undefined && event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    if (to === undefined) take(atS);
    else move(Math.min(to, endS));
  });
  handle.addEventListener("pointerdown", (event) => handle.setPointerCapture(event.pointerId));
  handle.addEventListener("pointermove", (event) => {
    if (handle.hasPointerCapture(event.pointerId)) move(instantOf(event));
  });
  handle.addEventListener("pointerup", (event) => {
    if (!handle.hasPointerCapture(event.pointerId)) return;
    handle.releasePointerCapture(event.pointerId);
    take?.(atS);
  });

  return {
    /** @param {((atS: number) => void)|null} onPick  null: no more  @param {number} [fromS] where the handle stands first */
    ask(onPick, fromS = 0) {
      take = onPick;
      atS = rounded(fromS);
      handle.hidden = !onPick;
      plot.classList.toggle("picking", Boolean(onPick));
      draw();
    },
    draw,
    focus: () => handle.focus(),
  };
}
