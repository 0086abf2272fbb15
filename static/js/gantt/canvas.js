/**
 * How do rows become pixels? Draws one scene on a canvas; while the chart moves only the part that is new (repaint.js).
 *
 * A row is 24 px: a bar in the middle (its height says what kind of life it is), under it a thin line for *started* (dotted) and *ready* (solid), and marks
 * of instants on top. Bars of one look are filled together, a path for each row: changes of style are expensive, and so are paths over the whole chart.
 */

import { GLYPHS } from "./glyphs.js";
import { barsOf, eachBar, marksOf, ROW_PX, UNDER_TOP_PX, visible, visibleRows, xOf } from "./layout.js";
import { createLooks } from "./looks.js";
import { createDots, createPatterns } from "./patterns.js";
import { partOf, remembered } from "./repaint.js";

export const BAR_PX = 14;
/** Where another lens or another run stands under the bars, they make room for it. */
const BAR_ABOVE_PX = 9;
const UNDER_PX = 5;
/** Two runs that are compared are of equal weight. */
const EQUAL_PX = 6.5;
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
 * @property {boolean} [equal] it is as important as what stands above it
 * @property {number} fromS   before that it is left out
 * @property {number} nowS    end of what is open in it
 */

export function createPainter(canvas, palette) {
  // Read-back keeps the canvas in main memory: with a software-rendered GPU, thousands of small fills are a hundred times faster there.
  const ctx = canvas.getContext("2d", { willReadFrequently: true });
  const glyphs = new Map(Object.entries(GLYPHS).map(([name, { path }]) => [name, new Path2D(path)]));
  let theme = null;
  let patternFor = null;
  let dots = null;
  let dashes = null;
  let ratio = 1;
  /** What the canvas shows, see repaint.js; and what was drawn of it. */
  let before = null;
  let drawn = { bars: 0, marks: 0 };
  const lookOf = createLooks(palette);
  const underLookOf = createLooks(palette);

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
      before = null;
      if (theme) this.setTheme(theme);
    },

    setTheme(next) {
      theme = next;
      before = null;
      patternFor = createPatterns(theme.page, ratio);
      dots = createDots(theme.muted, 2, 2, ratio);
      dashes = createDots(colourOf(palette.family("failed")), 3, 2, ratio);
    },

    /** Is it as it would be if everything were drawn now? */
    get isExact() {
      return before !== null && before.isExact;
    },

    /**
     * @param {Scene} scene
     * @param {boolean} moving the next frames will draw other scenes: only what is new is drawn, within half a pixel
     */
    draw(scene, moving = false) {
      const part = moving ? partOf(before, scene, ratio) : null;
      if (part) {
        drawPart(scene, part);
        before = { ...part.before, isExact: false };
        return drawn;
      }
      ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
      drawn = paint(scene);
      before = { ...remembered(scene), isExact: true };
      return drawn;
    },
  };

  function drawPart(scene, { shiftPx, fromPx, toPx, originPx, view }) {
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    if (shiftPx) {
      ctx.globalCompositeOperation = "copy";
      ctx.drawImage(canvas, shiftPx * ratio, 0);
      ctx.globalCompositeOperation = "source-over";
    }
    if (toPx <= fromPx) return;
    ctx.save();
    ctx.beginPath();
    ctx.rect(fromPx * ratio, 0, (toPx - fromPx) * ratio, canvas.height);
    ctx.clip();
    ctx.setTransform(ratio, 0, 0, ratio, originPx * ratio, 0);
    paint({ ...scene, view });
    ctx.restore();
  }

  function paint(scene) {
    ctx.clearRect(0, 0, scene.view.widthPx + 1, scene.heightPx + 1);
    // Marks leave them round.
    ctx.lineCap = "butt";
    ctx.lineJoin = "miter";
    const [first, last] = visibleRows(scene.rows.length, scene.scrollPx, scene.heightPx);
    drawStripes(scene, first, last);
    drawBands(scene, first, last);
    const counts = { bars: 0, marks: 0 };
    const looks = [];
    const under = [];
    const barPx = scene.under ? BAR_ABOVE_PX : BAR_PX;
    for (let index = first; index < last; index += 1) {
      const row = scene.rows[index];
      const top = index * ROW_PX - scene.scrollPx;
      const place = { top: top + BAR_TOP_PX, heightPx: row.type === "pod" ? barPx / 2 : barPx, barPx };
      counts.bars += collectBars(looks, lookOf, scene, row.spans, place);
      if (scene.under) collectUnder(under, scene, row, top);
    }
    drawLines(scene, first, last);
    fillLooks(looks, scene);
    fillLooks(under, scene, scene.under?.ghost);
    drawOutlines(scene, first, last);
    for (let index = first; index < last; index += 1) counts.marks += drawMarks(scene, scene.rows[index], index * ROW_PX - scene.scrollPx);
    return counts;
  }

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
    const cut = under.fromS > view.startS ? { ...view, cutS: under.fromS } : view;
    const heightPx = under.equal ? EQUAL_PX : UNDER_PX;
    collectBars(looks, underLookOf, { view: cut, nowS: under.nowS }, spans, { top: top + UNDER_TOP_PX, heightPx, barPx: heightPx });
  }

  function collectBars(looks, find, { view, nowS }, spans, { top, heightPx, barPx }) {
    let count = 0;
    eachBar(spans, view, nowS, (x, width, span, merged) => {
      const look = find(span.state, merged);
      if (!look.count) looks.push(look);
      const height = heightPx === barPx ? Math.max(heightPx * (merged ? 1 : look.family.height), 2) : heightPx;
      look.add(x, top + (barPx - height) / 2, Math.max(width - GAP_PX, 2), height);
      count += 1;
    });
    return count;
  }

  /** A ghost is an outline with a breath of its colour. */
  function fillLooks(looks, { dimmed }, ghost = false) {
    for (const look of looks) {
      ctx.globalAlpha = dimmed.has(look.family.name) ? DIMMED : ghost ? GHOST : 1;
      ctx.fillStyle = ctx.strokeStyle = colourOf(look.family);
      look.eachPath(ctx, () => ctx.fill());
      if (ghost) {
        ctx.globalAlpha = 1;
        ctx.lineWidth = 1;
        look.eachPath(ctx, () => ctx.stroke());
      } else {
        const tile = patternFor(ctx, look.pattern);
        if (tile) {
          ctx.fillStyle = tile;
          look.eachPath(ctx, () => ctx.fill());
        }
      }
      look.count = 0;
    }
    ctx.globalAlpha = 1;
  }

  function drawLines({ rows, view, nowS, scrollPx, under }, first, last) {
    const eachLine = (kind, draw) => {
      for (let index = first; index < last; index += 1) {
        for (const { startS, endS } of visible(rows[index][kind], view)) {
          const from = Math.max(0, xOf(view, startS));
          const to = Math.min(view.widthPx, xOf(view, endS ?? nowS));
          if (to > from) draw(from, to, index * ROW_PX - scrollPx);
        }
      }
    };
    // A line begins with a dot: the pattern is moved to where it begins.
    const broken = (kind, style, topPx, heightPx) => {
      ctx.fillStyle = style(ctx);
      eachLine(kind, (from, to, y) => {
        ctx.translate(from, 0);
        ctx.fillRect(0, y + topPx, to - from, heightPx);
        ctx.translate(-from, 0);
      });
    };
    broken("failing", dashes, 0.5, FAILING_PX);
    // Where two runs are compared the other one stands here.
    if (under?.equal) return;
    broken("started", dots, LINE_TOP_PX, 1.5);
    ctx.fillStyle = colourOf(palette.family("ready"));
    eachLine("ready", (from, to, y) => ctx.fillRect(from, y + LINE_TOP_PX, Math.max(to - from, 1), LINE_PX));
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
    const y = top + BAR_TOP_PX + BAR_PX / 2;
    ctx.lineCap = ctx.lineJoin = "round";
    for (const { x, mark } of marks) {
      const { glyph, family } = palette.mark(mark.kind);
      ctx.translate(x, y);
      // A halo in the colour of the page makes the glyph legible on every bar.
      ctx.strokeStyle = theme.page;
      ctx.lineWidth = 4.5;
      ctx.stroke(glyphs.get(glyph));
      ctx.strokeStyle = ctx.fillStyle = colourOf(family);
      ctx.lineWidth = 1.75;
      if (GLYPHS[glyph].filled) ctx.fill(glyphs.get(glyph));
      else ctx.stroke(glyphs.get(glyph));
      ctx.translate(-x, -y);
    }
    return marks.length;
  }
}
