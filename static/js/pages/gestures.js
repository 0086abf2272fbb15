/** What the pointer does to a chart, on whatever page it stands. Each page adds what a selection and a menu mean on it. */

import * as viewport from "../gantt/viewport.js";

/** @param {object} page state, view, redraw(), change(act), act(action), seek(atS) */
export function gesturesOf({ state, view, redraw, change, act, seek }) {
  return {
    redraw,
    seek,
    view: (shown) => change(() => viewport.show(view, shown)),
    zoom: (factor, atS) => change(() => viewport.zoom(view, factor, atS)),
    pan: (share) => change(() => viewport.pan(view, share)),
    fit: () => act("fit"),
    hover(hit) {
      if (state.hovered?.span === hit?.span) return;
      state.hovered = hit;
      redraw();
    },
    fold: (pod) => change(() => state.collapsed.delete(pod) || state.collapsed.add(pod)),
    menu() {},
  };
}
