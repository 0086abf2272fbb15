/**
 * The chart as the reader meets it: names and bars in one scroll container, the axis always in sight, the clock as a line over everything.
 *
 * What scrolls is an empty element as tall as all rows; names and bars stand in a frame that sticks to the container's top and are drawn for the place the
 * scroll bar shows. So the cost is that of the rows in sight, and names and bars cannot drift apart: the same frame moves both.
 *
 * The clock's line and the veil over what comes after it are elements of their own: playing moves two elements and draws no bar.
 */

import { el, setText } from "../text/dom.js";
import { t } from "../text/translate.js";
import { formatInstant } from "../time/format.js";
import { AXIS_PX, createChart } from "./chart.js";
import { hitTest } from "./hit.js";
import { createGrace } from "./grace.js";
import { createLabels } from "./labels.js";
import { ROW_PX, timeAt, xOf } from "./layout.js";
import { currentTheme } from "./theme.js";
import { createTooltip } from "./tooltip.js";

/** Room for the reading beside a line. */
const FLAG_PX = 70;
const DOUBLE_CLICK_MS = 350;

/**
 * @param {HTMLElement} root the scroll container
 * @param {object} palette
 * @param {object} on  what the reader does: view(view), seek(atS), select(row, span), hover(hit), fold(pod), zoom(factor, atS), pan(share), fit(),
 *   menu(row, {x, y, from}), and if wanted under(atS, hit): a click on what stands under the bars
 */
export async function createGantt(root, palette, on) {
  const column = el("div", { class: "gantt-labels" });
  const host = el("div", { class: "gantt-plotly" });
  const canvas = el("canvas", { class: "gantt-canvas" });
  const veil = el("div", { class: "gantt-veil" });
  const clockText = el("span", { class: "gantt-clock-text" });
  const clock = el("div", { class: "gantt-clock" }, clockText);
  const cursorText = el("span", { class: "gantt-cursor-text" });
  const cursor = el("div", { class: "gantt-cursor", hidden: true }, cursorText);
  const ruler = el("div", { class: "gantt-ruler", title: t("Drag to move the clock") });
  const plot = el("div", { class: "gantt-plot" }, canvas, host, veil, clock, cursor, ruler);
  const frame = el("div", { class: "gantt-frame", "aria-hidden": "true" }, column, plot);
  const spacer = el("div", { class: "gantt-spacer" });
  root.append(frame, spacer);

  const chart = await createChart({ host, canvas, palette }, on.view);
  const labels = createLabels(column, palette, { onSelect: (row) => on.select(row, null), onToggle: on.fold });
  const grace = createGrace(plot, AXIS_PX);
  const tooltip = createTooltip(palette);
  let theme = currentTheme();
  let scene = null;
  let records = [];
  let rowsPx = 0;
  let scrollPx = 0;
  chart.setTheme(theme);

  function resize() {
    const height = root.clientHeight;
    frame.style.height = `${height}px`;
    frame.style.marginBottom = `${-height}px`;
    if (plot.clientWidth && height) chart.resize(plot.clientWidth, height);
    readScroll();
    on.redraw();
  }
  new ResizeObserver(resize).observe(root);
  // To ask the element would make the browser lay out the page in every frame.
  const readScroll = () => (scrollPx = root.scrollTop);
  root.addEventListener(
    "scroll",
    () => {
      readScroll();
      on.redraw();
    },
    { passive: true },
  );
  document.addEventListener("themechange", () => {
    theme = currentTheme();
    chart.setTheme(theme);
    on.redraw();
  });
  listenToPointer();
  resize();

  return {
    get themeName() {
      return theme.name;
    },

    /** @param {object} state rows, view, nowS (head), clockS, hidden (future), selected, hovered, dimmed, collapsed, records */
    draw(state) {
      records = state.records;
      // What the tooltip is about has moved away under the pointer.
      if (scene && (scene.view.startS !== state.view.startS || scene.view.endS !== state.view.endS)) tooltip.hide();
      const heightPx = AXIS_PX + state.rows.length * ROW_PX + 8;
      if (heightPx !== rowsPx) {
        rowsPx = heightPx;
        spacer.style.height = `${heightPx}px`;
        root.closest(".panes").style.setProperty("--rows-px", `${heightPx}px`);
        // With fewer rows there may be less to scroll.
        readScroll();
      }
      scene = { ...state, view: { ...state.view }, scrollPx, heightPx: chart.size.heightPx };
      return chart.draw(scene);
    },

    /** Move the clock's line and the veil, and write the states of that instant beside the names. */
    drawClock(clockS) {
      scene.clockS = clockS;
      const { widthPx } = chart.size;
      const x = Math.min(Math.max(xOf(viewWithWidth(), clockS), -2), widthPx + 2);
      clock.style.transform = `translateX(${x}px)`;
      clock.hidden = x < 0 || x > widthPx;
      clock.classList.toggle("flip", x > widthPx - FLAG_PX);
      veil.style.transform = `translateX(${Math.max(x, 0)}px)`;
      veil.hidden = clockS >= scene.nowS;
      veil.classList.toggle("opaque", scene.hidden);
      setText(clockText, formatInstant(clockS, 1));
      grace.draw({ ...scene, view: viewWithWidth() });
      labels.draw({ ...scene, themeName: theme.name });
    },

    /** Bring a row into sight. */
    reveal(index) {
      const top = index * ROW_PX;
      const room = chart.size.heightPx;
      if (top < root.scrollTop) root.scrollTop = top;
      else if (top + ROW_PX > root.scrollTop + room) root.scrollTop = top + ROW_PX - room;
      readScroll();
    },
  };

  function place(event) {
    const box = plot.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  function rowAt(clientY) {
    const y = clientY - plot.getBoundingClientRect().top - AXIS_PX + root.scrollTop;
    return scene?.rows[Math.floor(y / ROW_PX)] ?? null;
  }

  function viewWithWidth() {
    return { ...scene.view, widthPx: chart.size.widthPx };
  }

  function hitAt({ x, y }) {
    const hit = hitTest({ ...scene, view: viewWithWidth() }, x, y - AXIS_PX);
    // What is hidden does not answer either.
    return scene.hidden && hit.atS > scene.clockS ? { ...hit, span: null, mark: null } : hit;
  }

  function listenToPointer() {
    let pending = null;
    plot.addEventListener("pointermove", (event) => {
      if (!pending) requestAnimationFrame(() => hover(pending));
      pending = event;
    });
    function hover(event) {
      pending = null;
      if (!scene || chart.isDragging || !plot.matches(":hover")) return leave();
      const { x, y } = place(event);
      const hit = hitAt({ x, y });
      cursor.hidden = false;
      cursor.style.transform = `translateX(${x}px)`;
      cursor.classList.toggle("flip", x > chart.size.widthPx - FLAG_PX);
      setText(cursorText, formatInstant(hit.atS, 2));
      tooltip.show(y > AXIS_PX ? hit : { row: null, span: null, mark: null }, { x: event.clientX, y: event.clientY, nowS: scene.nowS, records, themeName: theme.name, underName: scene.under?.name });
      on.hover(hit.span && !hit.under ? hit : null);
    }
    function leave() {
      cursor.hidden = true;
      tooltip.hide();
      on.hover(null);
    }
    plot.addEventListener("pointerleave", leave);
    let clickedMs = -Infinity;
    host.addEventListener("click", (event) => {
      // The browser's own double click does not get through Plotly's drag layer.
      const isSecond = event.timeStamp - clickedMs < DOUBLE_CLICK_MS;
      clickedMs = isSecond ? -Infinity : event.timeStamp;
      if (isSecond) {
        on.fit();
        return;
      }
      const point = place(event);
      const hit = hitAt(point);
      if (hit.under) (on.under ?? on.seek)(hit.atS, hit);
      else if (hit.span || hit.mark) on.select(hit.row, hit.span, hit.mark);
      else on.seek(hit.atS);
    });
    ruler.addEventListener("pointerdown", (event) => {
      ruler.setPointerCapture(event.pointerId);
      on.seek(timeAt(viewWithWidth(), place(event).x));
    });
    ruler.addEventListener("pointermove", (event) => {
      if (ruler.hasPointerCapture(event.pointerId)) on.seek(timeAt(viewWithWidth(), place(event).x));
    });
    plot.addEventListener("wheel", onWheel, { passive: false });
    root.addEventListener("contextmenu", (event) => {
      event.preventDefault();
      const row = rowAt(event.clientY);
      if (row) on.menu(row.absent ? null : row, { x: event.clientX, y: event.clientY, from: root });
    });
  }

  /** The wheel scrolls the rows; with Ctrl (a pinch arrives like that) it zooms; sideways, or with Shift, it moves through time. */
  function onWheel(event) {
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      on.zoom(Math.exp(Math.max(-60, Math.min(60, event.deltaY)) / 150), timeAt(viewWithWidth(), place(event).x));
      return;
    }
    const sidewaysPx = event.shiftKey && !event.deltaX ? event.deltaY : event.deltaX;
    if (Math.abs(sidewaysPx) > (event.shiftKey ? 0 : Math.abs(event.deltaY))) {
      event.preventDefault();
      on.pan(sidewaysPx / chart.size.widthPx);
    }
  }
}
