/**
 * The whole run in a strip above the chart, with the part that is in sight as a window: dragging the window moves the view, dragging beside it makes a new one,
 * its edges can be pulled. A convenience for the pointer: the keys W A S D 0 do the same.
 *
 * The strip is drawn again only when records came or the rows changed; moving the window moves an element.
 */

import { el } from "../text/dom.js";
import { barsOf, xOf } from "./layout.js";

export const OVERVIEW_PX = 30;
const EDGE_PX = 6;
const SHORTEST_DRAG_PX = 4;

/**
 * @param {HTMLElement} root
 * @param {object} palette
 * @param {{view: (view: {startS: number, endS: number}) => void, fit: () => void}} on
 */
export function createOverview(root, palette, on) {
  const canvas = el("canvas", { class: "overview-canvas" });
  const clock = el("div", { class: "overview-clock" });
  const window_ = el("div", { class: "overview-window" }, el("i", { class: "overview-edge" }), el("i", { class: "overview-edge" }));
  root.append(canvas, clock, window_);
  const ctx = canvas.getContext("2d", { willReadFrequently: true });
  let whole = { startS: 0, endS: 1, widthPx: 1 };
  let shown = { startS: 0, endS: 1 };
  let drawn = "";
  let drag = null;
  let widthPx = 0;
  new ResizeObserver(() => {
    widthPx = root.clientWidth;
    drawn = "";
  }).observe(root);

  function paint({ rows, nowS, themeName }) {
    const ratio = devicePixelRatio || 1;
    canvas.width = Math.round(widthPx * ratio);
    canvas.height = Math.round(OVERVIEW_PX * ratio);
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    ctx.clearRect(0, 0, widthPx, OVERVIEW_PX);
    const lanes = Math.min(rows.length, OVERVIEW_PX / 2);
    const lanePx = Math.min(8, OVERVIEW_PX / Math.max(lanes, 1));
    // With more rows than lanes, as many of them as fit, evenly chosen.
    for (let lane = 0; lane < lanes; lane += 1) {
      const row = rows[Math.floor((lane * rows.length) / lanes)];
      const top = (lane * OVERVIEW_PX) / lanes;
      for (const { x, width, span } of barsOf(row.spans, whole, nowS)) {
        ctx.fillStyle = palette.state(span.state).family[themeName];
        ctx.fillRect(x, top, Math.max(width, 1), Math.max(lanePx - 1, 1));
      }
    }
  }

  function place(element, fromS, toS) {
    const from = Math.max(0, xOf(whole, fromS));
    const to = Math.min(whole.widthPx, xOf(whole, toS));
    element.style.transform = `translateX(${from}px)`;
    element.style.width = `${Math.max(to - from, 2)}px`;
  }

  const timeOf = (event) => {
    const share = (event.clientX - root.getBoundingClientRect().left) / whole.widthPx;
    return whole.startS + Math.min(Math.max(share, 0), 1) * (whole.endS - whole.startS);
  };

  root.addEventListener("pointerdown", (event) => {
    const x = event.clientX - root.getBoundingClientRect().left;
    const [from, to] = [xOf(whole, shown.startS), xOf(whole, shown.endS)];
    const kind = Math.abs(x - from) < EDGE_PX ? "start" : Math.abs(x - to) < EDGE_PX ? "end" : x > from && x < to && to - from < whole.widthPx - 2 ? "move" : "new";
    drag = { kind, atS: timeOf(event), x, ...shown };
    root.setPointerCapture(event.pointerId);
  });
  root.addEventListener("pointermove", (event) => {
    if (!drag) return;
    if (drag.kind === "new" && Math.abs(event.clientX - root.getBoundingClientRect().left - drag.x) < SHORTEST_DRAG_PX) return;
    const byS = timeOf(event) - drag.atS;
    const range = { start: [drag.startS + byS, drag.endS], end: [drag.startS, drag.endS + byS], move: [drag.startS + byS, drag.endS + byS], new: [drag.atS, drag.atS + byS] }[drag.kind];
    const [startS, endS] = range.sort((a, b) => a - b);
    if (endS - startS > 0.01) on.view({ startS, endS });
  });
  root.addEventListener("pointerup", () => (drag = null));
  root.addEventListener("dblclick", () => on.fit());

  return {
    /** @param {object} scene rows, view, nowS, clockS, themeName, wholeS: how far the strip reaches, version: changes when the bars did */
    draw(scene) {
      const { view, clockS, wholeS, themeName, version } = scene;
      if (!widthPx) widthPx = root.clientWidth;
      if (!widthPx) return;
      whole = { startS: 0, endS: Math.max(wholeS, 0.1), widthPx };
      shown = view;
      const wanted = [version, wholeS, widthPx, themeName].join(" ");
      if (wanted !== drawn) {
        drawn = wanted;
        paint(scene);
      }
      place(window_, view.startS, view.endS);
      clock.style.transform = `translateX(${Math.min(xOf(whole, clockS), widthPx)}px)`;
    },
  };
}
