/**
 * How do the axis and the bars stay together? Plotly draws the time axis, its grid and the zoom box, and takes the drags; our canvas, laid exactly under its
 * plot area, has the bars. The only module that says Plotly.
 *
 * The page owns the view. Plotly is told of every change of it, and tells us of those that a drag makes; it is never told anything while a drag goes on,
 * because it would count the distance dragged so far twice. Nor is it told of every frame of a movement: it takes longer than all bars. A first change is
 * drawn at once and in full; those that follow it soon are drawn by ours, and in full when the chart has come to rest.
 */

import { ticks } from "../time/format.js";
import { createAxis } from "./axis.js";
import { createPainter } from "./canvas.js";

/** Height of the axis above the rows. */
export const AXIS_PX = 26;

/** A chart that did not change for so long is at rest. */
const REST_MS = 120;
/** While it moves all the time, everything is drawn after so long. */
const EXACT_EVERY_MS = 500;
/** Where it takes long to draw everything both are so many times as long: drawing is to take a small part of the time. */
const REST_DRAWS = 3;
const EXACT_DRAWS = 12;

const CONFIG = { displayModeBar: false, displaylogo: false, showSendToCloud: false, scrollZoom: false, doubleClick: false, showTips: false };

/**
 * @param {object} parts
 * @param {HTMLElement} parts.host   Plotly's element
 * @param {HTMLCanvasElement} parts.canvas
 * @param {object} parts.palette     see palette.js
 * @param {(view: {startS: number, endS: number}) => void} onDrag the reader's drag makes this view
 */
export async function createChart({ host, canvas, palette }, onDrag) {
  const painter = createPainter(canvas, palette);
  const { Plotly } = window;
  let theme = null;
  let size = { widthPx: 0, heightPx: 0 };
  /** What Plotly was told, and what it was not yet told. */
  let drawn = null;
  let waiting = null;
  let scene = null;
  let drawnMs = -Infinity;
  let exactMs = -Infinity;
  let allTookMs = 0;
  let restTimer = 0;
  let dragging = false;
  let ours = 0;

  // Coarse pointers scroll the page with a drag; they zoom with the buttons.
  const dragmode = matchMedia("(pointer: coarse)").matches ? false : "zoom";
  const axis = { side: "top", showline: false, zeroline: false, ticks: "outside", ticklen: 4, tickmode: "array", automargin: false, range: [0, 1] };
  await Plotly.newPlot(
    host,
    [{ type: "scatter", x: [], y: [], hoverinfo: "skip" }],
    {
      margin: { l: 0, r: 0, t: AXIS_PX, b: 0, pad: 0 },
      xaxis: axis,
      yaxis: { visible: false, fixedrange: true, range: [0, 1] },
      showlegend: false,
      hovermode: false,
      dragmode,
      uirevision: "nodeviz",
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      width: 400,
      height: 200,
    },
    CONFIG,
  );

  const ownAxis = createAxis(host);
  // A drag begins with what is to be seen. Plotly listens to the same event on an element inside.
  host.addEventListener("pointerdown", () => tellPlotly(), { capture: true });
  host.addEventListener("pointerdown", () => (dragging = true));
  window.addEventListener("pointerup", () => (dragging = false));
  host.on("plotly_relayouting", report);
  host.on("plotly_relayout", () => {
    dragging = false;
    report();
  });

  /** What the axis shows, not what the message says: while a zoom box is drawn, the message already has the range that it would make. */
  function report() {
    const [startS, endS] = host._fullLayout.xaxis.range;
    // A click is reported like a drag; a range that Plotly was told, or that it has not heard of yet, is nobody's wish.
    if (!ours && !waiting && !isShown({ startS, endS }, drawn)) onDrag({ startS, endS });
  }

  /** Tell Plotly something. It reports that like a drag; such reports are counted out. */
  function relayout(update) {
    ours += 1;
    Plotly.relayout(host, update).finally(() => (ours -= 1));
  }

  /** Is the axis that of this view? */
  function isShown({ startS, endS }, on) {
    return on !== null && on.startS === startS && on.endS === endS;
  }

  function tellPlotly(view = waiting) {
    waiting = null;
    ownAxis.show(false);
    if (!view) return;
    drawn = view;
    const { values, texts } = ticks(view);
    relayout({ "xaxis.range": [view.startS, view.endS], "xaxis.tickvals": values, "xaxis.ticktext": texts });
  }

  /** A view that Plotly need not hear of yet. */
  function moveAxis(view) {
    if (isShown(view, waiting)) return;
    waiting = view;
    ownAxis.draw(view, ticks(view));
  }

  const restMs = () => Math.max(REST_MS, allTookMs * REST_DRAWS);

  /** Draw everything, or while it moves what is new. */
  function paint(moving) {
    const beganMs = performance.now();
    const counts = painter.draw(scene, moving);
    if (painter.isExact) {
      exactMs = beganMs;
      allTookMs = performance.now() - beganMs;
    }
    return counts;
  }

  function rest() {
    restTimer = 0;
    const leftMs = drawnMs + restMs() - performance.now();
    if (leftMs > 0) {
      restTimer = setTimeout(rest, leftMs);
      return;
    }
    if (!dragging) tellPlotly();
    if (!painter.isExact) paint(false);
    // For tests and the curious: what is to be seen now is exact.
    host.dataset.state = "rest";
  }

  function place() {
    const { l, t, w, h } = host._fullLayout._size;
    canvas.style.left = `${l}px`;
    canvas.style.top = `${t}px`;
    // On a projector the page enlarges the chart; the bars are to be as sharp as the letters.
    painter.resize(w, h, (window.devicePixelRatio || 1) * (canvas.currentCSSZoom ?? 1));
    size = { widthPx: w, heightPx: h };
  }

  return {
    /** Of the plot area, in pixels. */
    get size() {
      return size;
    },

    get isDragging() {
      return dragging;
    },

    resize(widthPx, heightPx) {
      drawn = null;
      relayout({ width: Math.max(widthPx, 50), height: Math.max(heightPx, AXIS_PX + 20) });
      place();
    },

    setTheme(next) {
      theme = next;
      drawn = null;
      painter.setTheme(theme);
      relayout({
        "font.family": theme.font,
        "font.size": 11,
        "font.color": theme.muted,
        "xaxis.gridcolor": theme.grid,
        "xaxis.tickcolor": theme.grid,
      });
    },

    /** @param {import("./canvas.js").Scene} wanted without view.widthPx and heightPx, which are the chart's own */
    draw(wanted) {
      const view = { ...wanted.view, widthPx: size.widthPx };
      const nowMs = performance.now();
      const moving = nowMs - drawnMs < restMs();
      drawnMs = nowMs;
      if (!dragging && !isShown(view, drawn)) (moving && drawn ? moveAxis : tellPlotly)(view);
      else if (!dragging) tellPlotly(null);
      scene = { ...wanted, view, heightPx: size.heightPx };
      const counts = paint(moving && nowMs - exactMs < Math.max(EXACT_EVERY_MS, allTookMs * EXACT_DRAWS));
      if (!restTimer) {
        restTimer = setTimeout(rest, restMs());
        host.dataset.state = "moving";
      }
      return counts;
    },
  };
}
