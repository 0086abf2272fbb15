/**
 * How are sub-states told apart without a second hue? Small tiles of page-coloured lines that are laid over a bar's colour.
 * Names as in nodeviz/runs/palette.py; a plain bar has none.
 */

export const TILE_PX = 6;

/** What is drawn on a tile of TILE_PX by TILE_PX whose edges fit its neighbours: as paths, for the canvas and for pictures. `filled` ones have a body. */
export const TILES = {
  dots: { path: "M0.6 1.5a0.9 0.9 0 1 0 1.8 0a0.9 0.9 0 1 0 -1.8 0M3.6 4.5a0.9 0.9 0 1 0 1.8 0a0.9 0.9 0 1 0 -1.8 0", filled: true },
  dashes: { path: "M0 3H6", filled: false },
  slash: { path: "M-1 7L7 -1M-1 1L1 -1M5 7L7 5", filled: false },
  backslash: { path: "M-1 -1L7 7M5 -1L7 1M-1 5L1 7", filled: false },
  plus: { path: "M3 1V5M1 3H5", filled: false },
  cross: { path: "M-1 -1L7 7M-1 7L7 -1", filled: false },
  merged: { path: "M1 0V6M4 0V6", filled: false },
};

/** Those that may stand in the palette. */
export const PATTERNS = Object.keys(TILES);

/** Makes fill styles for a canvas of this pixel ratio, drawn in `colour`; each is made once. */
export function createPatterns(colour, ratio) {
  const made = new Map();
  return function patternFor(ctx, name) {
    if (!TILES[name]) return null;
    if (!made.has(name)) {
      const tile = document.createElement("canvas");
      tile.width = tile.height = Math.round(TILE_PX * ratio);
      const brush = tile.getContext("2d");
      brush.scale(tile.width / TILE_PX, tile.height / TILE_PX);
      brush.strokeStyle = brush.fillStyle = colour;
      brush.lineWidth = 1;
      const { path, filled } = TILES[name];
      if (filled) brush.fill(new Path2D(path));
      else brush.stroke(new Path2D(path));
      const pattern = ctx.createPattern(tile, "repeat");
      pattern.setTransform(new DOMMatrix().scale(TILE_PX / tile.width));
      made.set(name, pattern);
    }
    return made.get(name);
  };
}

/**
 * Makes a fill style of broken lines, `onPx` in the colour and `offPx` without, which begin at the origin. One fill is many times cheaper than one a dot.
 */
export function createDots(colour, onPx, offPx, ratio) {
  let pattern = null;
  return function dots(ctx) {
    if (pattern) return pattern;
    const tile = document.createElement("canvas");
    tile.width = Math.round((onPx + offPx) * ratio);
    tile.height = 1;
    const brush = tile.getContext("2d");
    brush.fillStyle = colour;
    brush.fillRect(0, 0, (tile.width * onPx) / (onPx + offPx), 1);
    pattern = ctx.createPattern(tile, "repeat");
    pattern.setTransform(new DOMMatrix().scale((onPx + offPx) / tile.width));
    return pattern;
  };
}
