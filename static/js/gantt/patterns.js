/**
 * How are sub-states told apart without a second hue? Small tiles of page-coloured lines that are laid over a bar's colour.
 * Names as in nodeviz/runs/palette.py; a plain bar has none.
 */

const TILE_PX = 6;

/** Each draws into a tile of TILE_PX by TILE_PX whose edges fit its neighbours. */
const DRAW = {
  dots(ctx) {
    for (const [x, y] of [[1.5, 1.5], [4.5, 4.5]]) {
      ctx.beginPath();
      ctx.arc(x, y, 0.9, 0, 2 * Math.PI);
      ctx.fill();
    }
  },
  dashes: (ctx) => lines(ctx, [[0, 3, 6, 3]]),
  slash: (ctx) => lines(ctx, [[-1, 7, 7, -1], [-1, 1, 1, -1], [5, 7, 7, 5]]),
  backslash: (ctx) => lines(ctx, [[-1, -1, 7, 7], [5, -1, 7, 1], [-1, 5, 1, 7]]),
  plus: (ctx) => lines(ctx, [[3, 1, 3, 5], [1, 3, 5, 3]]),
  cross: (ctx) => lines(ctx, [[-1, -1, 7, 7], [-1, 7, 7, -1]]),
  merged: (ctx) => lines(ctx, [[1, 0, 1, 6], [4, 0, 4, 6]]),
};

/** Those that may stand in the palette. */
export const PATTERNS = Object.keys(DRAW);

function lines(ctx, segments) {
  ctx.beginPath();
  for (const [x0, y0, x1, y1] of segments) {
    ctx.moveTo(x0, y0);
    ctx.lineTo(x1, y1);
  }
  ctx.stroke();
}

/** Makes fill styles for a canvas of this pixel ratio, drawn in `colour`; each is made once. */
export function createPatterns(colour, ratio) {
  const made = new Map();
  return function patternFor(ctx, name) {
    if (!DRAW[name]) return null;
    if (!made.has(name)) {
      const tile = document.createElement("canvas");
      tile.width = tile.height = Math.round(TILE_PX * ratio);
      const brush = tile.getContext("2d");
      brush.scale(tile.width / TILE_PX, tile.height / TILE_PX);
      brush.strokeStyle = brush.fillStyle = colour;
      brush.lineWidth = 1;
      DRAW[name](brush);
      const pattern = ctx.createPattern(tile, "repeat");
      pattern.setTransform(new DOMMatrix().scale(TILE_PX / tile.width));
      made.set(name, pattern);
    }
    return made.get(name);
  };
}
