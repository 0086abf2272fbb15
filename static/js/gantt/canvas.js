/**
 * How do rows become pixels? Draws one scene on a canvas; keeps nothing but its brushes.
 *
 * A row is 24 px: a bar in the middle (its height says what kind of life it is), under it a thin line for *started* (dotted) and *ready* (solid), and marks
 * of instants on top. Bars of one look are filled together, so that the cost grows with looks and pixels.
 */

import { GLYPHS } from "./glyphs.js";
import { barsOf, marksOf, ROW_PX, UNDER_TOP_PX, visible, visibleRows, xOf } from "./layout.js";
import { createPatterns } from "./patterns.js";

export const BAR_PX = 14;
/** Where another lens or another run stands under the bars, they make room for it. */
const BAR_ABOVE_PX = 9;
const UNDER_PX = 5;
const FAILING_PX = 1.5;
export const BAR_TOP_PX = 3;
export const LINE_TOP_PX = 19.5;
export const LINE_PX = 2;
export const MARK_APART_PX = 7;
/** Between two bars, in the colour of the page. */
const GAP_PX = 1;
const DIMMED = 0.15;
const GHOST = 0.35;

/**
 * @typedef {object} Scene
 * @property {Array} rows      in display order
 * @property {{startS: number, endS: number, widthPx: number}} view
 * @property {number} scrollPx
 * @property {number} heightPx
 * @property {number} nowS     end of what is open
 * @property {{row: object, span: object}|null} selected
 * @property {{row: object, span: object}|null} hovered
 * @property {Set<string>} dimmed names of families
 * @property {Under|null} under  what stands thin under the bars
 *
 * @typedef {object} Under
 * @property {Map<string, object>} rows  rows by key, see spans.js
 * @property {boolean} ghost  another run; else another lens on the same one
 * @property {number} fromS   before that it is left out
 * @property {number} nowS    end of what is open in it
 */

export function createPainter(canvas, palette) {
  // Read-back keeps the canvas in main memory: with a software-rendered GPU, thousands of small fills are a hundred times faster there.
  const ctx = canvas.getContext("2d", { willReadFrequently: true });
  const glyphs = new Map(Object.entries(GLYPHS).map(([name, { path }]) => [name, new Path2D(path)]));
  let theme = null;
  let patternFor = null;
  let ratio = 1;

  function colourOf(family) {
    return family ? family[theme.name] : theme.ink;
  }

  return {
    resize(widthPx, heightPx, devicePixelRatio) {
      ratio = devicePixelRatio;
      canvas.width = Math.round(widthPx * ratio);
      canvas.height = Math.round(heightPx * ratio);
      canvas.style.width = `${widthPx}px`;
      canvas.style.height = `${heightPx}px`;
      if (theme) this.setTheme(theme);
    },

    setTheme(next) {
      theme = next;
      patternFor = createPatterns(theme.page, ratio);
    },

    /** @param {Scene} scene */
    draw(scene) {
      ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
      ctx.clearRect(0, 0, canvas.width, canvas.height);
      const [first, last] = visibleRows(scene.rows.length, scene.scrollPx, scene.heightPx);
      drawStripes(scene, first, last);
      drawBands(scene, first, last);
      const drawn = { bars: 0, marks: 0 };
      const looks = new Map();
      const under = new Map();
      const barPx = scene.under ? BAR_ABOVE_PX : BAR_PX;
      for (let index = first; index < last; index += 1) {
        const top = index * ROW_PX - scene.scrollPx;
        const row = scene.rows[index];
        drawn.bars += collectBars(looks, scene, row.spans, { top: top + BAR_TOP_PX, heightPx: row.type === "pod" ? barPx / 2 : barPx, barPx });
        if (scene.under) collectUnder(under, scene, row, top);
        drawLines(scene, row, top);
      }
      fillLooks(looks, scene);
      fillLooks(under, scene, scene.under?.ghost);
      drawOutlines(scene, first, last);
      for (let index = first; index < last; index += 1) drawn.marks += drawMarks(scene, scene.rows[index], index * ROW_PX - scene.scrollPx);
      return drawn;
    },
  };

  function drawStripes({ rows, view, scrollPx, selected }, first, last) {
    for (let index = first; index < last; index += 1) {
      const top = index * ROW_PX - scrollPx;
      const row = rows[index];
      if (row.type === "pod") {
        ctx.fillStyle = theme.podRow;
        ctx.fillRect(0, top, view.widthPx, ROW_PX);
      }
      if (selected?.row === row) {
        ctx.fillStyle = theme.selectedRow;
        ctx.fillRect(0, top, view.widthPx, ROW_PX);
      }
    }
  }

  /** The grace period lies across all rows of its pod. */
  function drawBands({ rows, view, scrollPx }, first, last) {
    const pods = new Map(rows.filter((row) => row.type === "pod" && row.bands.length).map((row) => [row.pod, row]));
    for (let index = first; index < last && pods.size; index += 1) {
      const top = index * ROW_PX - scrollPx;
      for (const band of pods.get(rows[index].pod)?.bands ?? []) {
        const endS = Math.min(band.deadlineS, band.endS ?? band.deadlineS);
        if (endS < view.startS || band.startS > view.endS) continue;
        const x = xOf(view, band.startS);
        ctx.globalAlpha = 0.13;
        ctx.fillStyle = colourOf(palette.family("terminating"));
        ctx.fillRect(x, top, xOf(view, endS) - x, ROW_PX);
        ctx.globalAlpha = 1;
      }
    }
  }

  function collectUnder(looks, { under, view }, row, top) {
    const spans = under.rows.get(row.key)?.spans;
    if (!spans) return;
    const view0 = under.fromS > view.startS ? { ...view, cutS: under.fromS } : view;
    collectBars(looks, { view: view0, nowS: under.nowS }, spans, { top: top + UNDER_TOP_PX, heightPx: UNDER_PX, barPx: UNDER_PX });
  }

  function collectBars(looks, { view, nowS }, spans, { top, heightPx, barPx }) {
    const bars = barsOf(spans, view, nowS);
    for (const bar of bars) {
      const { family, pattern } = palette.state(bar.span.state);
      const key = `${family.name}/${bar.merged ? "merged" : pattern}`;
      if (!looks.has(key)) looks.set(key, { family, pattern: bar.merged ? "merged" : pattern, path: new Path2D() });
      const height = heightPx === barPx ? Math.max(heightPx * (bar.merged ? 1 : family.height), 2) : heightPx;
      const width = Math.max(bar.width - GAP_PX, 2);
      const y = top + (barPx - height) / 2;
      if (width > 6) looks.get(key).path.roundRect(bar.x, y, width, height, 2);
      else looks.get(key).path.rect(bar.x, y, width, height);
    }
    return bars.length;
  }

  /** A ghost is an outline with a breath of its colour. */
  function fillLooks(looks, { dimmed }, ghost = false) {
    for (const { family, pattern, path } of looks.values()) {
      ctx.globalAlpha = dimmed.has(family.name) ? DIMMED : ghost ? GHOST : 1;
      ctx.fillStyle = colourOf(family);
      ctx.fill(path);
      if (ghost) {
        ctx.globalAlpha = 1;
        ctx.strokeStyle = colourOf(family);
        ctx.lineWidth = 1;
        ctx.stroke(path);
        continue;
      }
      const tile = patternFor(ctx, pattern);
      if (tile) {
        ctx.fillStyle = tile;
        ctx.fill(path);
      }
    }
    ctx.globalAlpha = 1;
  }

  function drawLines({ view, nowS }, row, top) {
    ctx.fillStyle = theme.muted;
    for (const { startS, endS } of visible(row.started, view)) {
      const [from, to] = [Math.max(0, xOf(view, startS)), Math.min(view.widthPx, xOf(view, endS ?? nowS))];
      for (let x = from; x < to; x += 4) ctx.fillRect(x, top + LINE_TOP_PX, Math.min(2, to - x), 1.5);
    }
    ctx.fillStyle = colourOf(palette.family("failed"));
    for (const { startS, endS } of visible(row.failing, view)) {
      const [from, to] = [Math.max(0, xOf(view, startS)), Math.min(view.widthPx, xOf(view, endS ?? nowS))];
      for (let x = from; x < to; x += 5) ctx.fillRect(x, top + 0.5, Math.min(3, to - x), FAILING_PX);
    }
    ctx.fillStyle = colourOf(palette.family("ready"));
    for (const { startS, endS } of visible(row.ready, view)) {
      const [from, to] = [Math.max(0, xOf(view, startS)), Math.min(view.widthPx, xOf(view, endS ?? nowS))];
      if (to > from) ctx.fillRect(from, top + LINE_TOP_PX, Math.max(to - from, 1), LINE_PX);
    }
  }

  function drawOutlines(scene, first, last) {
    for (const [target, colour, width] of [[scene.hovered, theme.muted, 1], [scene.selected, theme.ink, 2]]) {
      const index = target?.span ? scene.rows.indexOf(target.row) : -1;
      if (index < first || index >= last) continue;
      const bar = barsOf(target.row.spans, scene.view, scene.nowS).find((each) => each.span === target.span);
      if (!bar) continue;
      ctx.strokeStyle = colour;
      ctx.lineWidth = width;
      ctx.beginPath();
      ctx.roundRect(bar.x - 1.5, index * ROW_PX - scene.scrollPx + BAR_TOP_PX - 1.5, bar.width + 2, (scene.under ? BAR_ABOVE_PX : BAR_PX) + 3, 3);
      ctx.stroke();
    }
  }

  function drawMarks({ view, nowS }, row, top) {
    const marks = marksOf(row.marks, view, MARK_APART_PX).filter(({ mark }) => mark.atS <= nowS);
    for (const { x, mark } of marks) {
      const { glyph, family } = palette.mark(mark.kind);
      ctx.save();
      ctx.translate(x, top + BAR_TOP_PX + BAR_PX / 2);
      ctx.lineCap = ctx.lineJoin = "round";
      // A halo in the colour of the page makes the glyph legible on every bar.
      ctx.strokeStyle = theme.page;
      ctx.lineWidth = 4.5;
      ctx.stroke(glyphs.get(glyph));
      ctx.strokeStyle = ctx.fillStyle = colourOf(family);
      ctx.lineWidth = 1.75;
      if (GLYPHS[glyph].filled) ctx.fill(glyphs.get(glyph));
      else ctx.stroke(glyphs.get(glyph));
      ctx.restore();
    }
    return marks.length;
  }
}
