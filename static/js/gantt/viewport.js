/**
 * Which part of the time axis is in sight? The page owns it; Plotly and the canvas are told. Pure.
 *
 * - `fit`: the whole run, whatever is still added to it;
 * - `follow`: as much as the reader chose, moved along with the clock;
 * - `free`: what the reader chose; nothing moves it but the reader.
 */

import { fitted, following, panned, zoomed } from "./layout.js";

/** While a run grows, the axis is changed in steps and not in every frame: a chart that shrinks all the time cannot be read. */
const GROW_BY = 1.6;
const SHORTEST_RUN_S = 2;
/** After the last change comes this share of the run, so that its last state is to be seen. What lies beyond has no news. */
const TAIL = 0.08;

export function createViewport() {
  return { mode: "fit", startS: 0, endS: 10, reachS: 0 };
}

/** Something was computed (its last change was at `lastS`), or the clock moved. Returns whether the view changed. */
export function settle(viewport, { lastS, clockS, over }) {
  const { startS, endS } = viewport;
  if (viewport.mode === "fit") {
    const reachS = Math.max(lastS, SHORTEST_RUN_S);
    if (over || viewport.reachS < reachS) viewport.reachS = over ? reachS * (1 + TAIL) : reachS * GROW_BY;
    Object.assign(viewport, fitted(0, viewport.reachS));
  } else if (viewport.mode === "follow") {
    Object.assign(viewport, following(viewport, clockS));
  }
  return viewport.startS !== startS || viewport.endS !== endS;
}

export function fit(viewport) {
  viewport.mode = "fit";
  viewport.reachS = 0;
}

/** Keep the clock in sight at the present scale; at the scale of the whole run there is nothing to follow. */
export function follow(viewport) {
  if (viewport.mode === "free") viewport.mode = "follow";
}

export function show(viewport, { startS, endS }) {
  Object.assign(viewport, { mode: "free", startS, endS });
}

export function zoom(viewport, factor, aroundS) {
  show(viewport, zoomed(viewport, factor, aroundS));
}

export function pan(viewport, share) {
  show(viewport, panned(viewport, share));
}

/** Centre an interval; when it is centred already, fill the view with it. */
export function focus(viewport, startS, endS) {
  const middleS = (startS + endS) / 2;
  const lengthS = viewport.endS - viewport.startS;
  const isCentred = Math.abs((viewport.startS + viewport.endS) / 2 - middleS) < lengthS * 0.01;
  if (isCentred) {
    const marginS = Math.max((endS - startS) * 0.1, 0.05);
    show(viewport, { startS: startS - marginS, endS: endS + marginS });
  } else {
    show(viewport, { startS: middleS - lengthS / 2, endS: middleS + lengthS / 2 });
  }
}

export function contains({ startS, endS }, atS) {
  return atS >= startS && atS <= endS;
}
