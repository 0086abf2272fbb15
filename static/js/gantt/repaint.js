/**
 * While the chart moves, which part of its picture is new? A picture that is moved sideways is the old one, shifted by whole pixels, and a strip at its edge;
 * records that come in change what stands at the head of the run. Pure.
 *
 * Such a picture may be off by half a pixel, and a block of merged bars may end at a strip's edge. So it is for the moment only: at rest everything is drawn.
 */

/** Patterns repeat after 6 px, dotted lines after 4 px: strips that begin at a multiple of both go on where the picture ends. */
const REPEAT_PX = 12;
/** Marks and blocks reach over the edge of a strip. */
const REACH_PX = 30;
/** Of a scene, what is compared in its own way or changes no bar. */
const APART = new Set(["rows", "view", "nowS", "clockS", "dimmed", "records", "hidden", "collapsed", "marked", "under"]);

/** What has to be remembered of a scene that was drawn. `shiftedPx`: how far its picture has been moved since all of it was drawn. */
export function remembered(scene, shiftedPx = 0, view = scene.view) {
  return { scene: { ...scene, view }, dimmed: [...scene.dimmed].join(), shiftedPx };
}

/**
 * The part that must be drawn, or null for everything.
 *
 * @param {object|null} before see `remembered`
 * @param {object} scene see canvas.js
 * @param {number} ratio device pixels a pixel
 * @returns {{shiftPx: number, fromPx: number, toPx: number, originPx: number, view: object, before: object}|null} move the picture by `shiftPx`, then draw
 *   `view` from `originPx` on, cut to what lies between the other two; `before` is to be remembered
 */
export function partOf(before, scene, ratio) {
  if (!before || !isSameChart(before, scene)) return null;
  const drawn = before.scene.view;
  const { widthPx } = scene.view;
  const lengthS = drawn.endS - drawn.startS;
  if (drawn.widthPx !== widthPx || Math.abs(scene.view.endS - scene.view.startS - lengthS) > lengthS * 1e-9) return null;
  const shiftPx = Math.round(((drawn.startS - scene.view.startS) / lengthS) * widthPx * ratio) / ratio;
  if (Math.abs(shiftPx) > widthPx / 2) return null;
  // The view that the shifted picture really has.
  const startS = drawn.startS - (shiftPx / widthPx) * lengthS;
  const view = { startS, endS: startS + lengthS, widthPx };
  const xOf = (atS) => ((atS - startS) / lengthS) * widthPx;
  // Of the bars, or of what stands under them.
  const newsS = Math.min(newFrom(before.scene, scene), newFrom(before.scene.under, scene.under));
  const hasNews = newsS < Infinity;
  // News and a move at once, away from what is new, would be two strips.
  if (hasNews && shiftPx > 0) return null;
  let [fromPx, toPx] = shiftPx > 0 ? [0, shiftPx] : [widthPx + shiftPx, widthPx];
  if (hasNews) fromPx = Math.min(fromPx, Math.max(0, Math.floor(xOf(newsS)) - REACH_PX));
  const shiftedPx = before.shiftedPx + shiftPx;
  return { shiftPx, fromPx, toPx, ...stripOf(view, fromPx, toPx, shiftedPx), before: remembered(scene, shiftedPx, view) };
}

/** From when on is one different from the other? */
function newFrom(before, after) {
  return before && before.nowS !== after.nowS ? before.nowS : Infinity;
}

function isSameUnder(before, after) {
  if (!before || !after) return !before && !after;
  return before.rows === after.rows && before.ghost === after.ghost && before.fromS === after.fromS && before.nowS <= after.nowS;
}

function stripOf(view, fromPx, toPx, shiftedPx) {
  const phasePx = ((shiftedPx % REPEAT_PX) + REPEAT_PX) % REPEAT_PX;
  const originPx = Math.floor((fromPx - REACH_PX - phasePx) / REPEAT_PX) * REPEAT_PX + phasePx;
  const widthPx = toPx + REACH_PX - originPx;
  const secondsPerPx = (view.endS - view.startS) / view.widthPx;
  const startS = view.startS + originPx * secondsPerPx;
  return { originPx, view: { startS, endS: startS + widthPx * secondsPerPx, widthPx } };
}

/** The same rows in the same place, with the same look. */
function isSameChart(before, scene) {
  const { rows } = before.scene;
  if (rows.length !== scene.rows.length || before.scene.nowS > scene.nowS || before.dimmed !== [...scene.dimmed].join()) return false;
  if (!isSameUnder(before.scene.under, scene.under)) return false;
  for (const key in scene) if (!APART.has(key) && scene[key] !== before.scene[key]) return false;
  if (rows === scene.rows) return true;
  for (let index = 0; index < rows.length; index += 1) if (rows[index] !== scene.rows[index]) return false;
  return true;
}
