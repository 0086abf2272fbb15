/**
 * What shape has the mark of an instant? Paths around (0, 0), about 11 px across, drawn by the canvas and, for the legend and tables, as SVG.
 * Names as in nodeviz/runs/palette.py. `filled` ones have a body, the others are strokes.
 */

export const GLYPHS = {
  arrow: { path: "M0 -5V4M-4 0.5L0 4.5L4 0.5", filled: false },
  "arrow-struck": { path: "M0 -5V4M-4 0.5L0 4.5L4 0.5M-5 5L5 -5", filled: false },
  triangle: { path: "M0 -5L5 4H-5Z", filled: true },
  diamond: { path: "M0 -5.5L5 0L0 5.5L-5 0Z", filled: true },
  "diamond-open": { path: "M0 -5.5L5 0L0 5.5L-5 0Z", filled: false },
  power: { path: "M0 -5.5V-1M-3.4 -3.6A5 5 0 1 0 3.4 -3.6", filled: false },
  "power-struck": { path: "M-3.5 -5.5H3.5L5.5 -3.5V3.5L3.5 5.5H-3.5L-5.5 3.5V-3.5ZM-2.5 -2.5L2.5 2.5M-2.5 2.5L2.5 -2.5", filled: false },
  check: { path: "M-4.5 0.5L-1.5 4L5 -4", filled: false },
  cross: { path: "M-4 -4L4 4M-4 4L4 -4", filled: false },
  bolt: { path: "M1.5 -6L-4 1H-0.5L-1.5 6L4 -1H0.5Z", filled: true },
  bin: { path: "M-5 -4H5M-1.5 -5.5H1.5M-4 -4L-3 5.5H3L4 -4", filled: false },
};

/** An inline picture of a glyph or swatch, for text that stands beside it. */
export function glyphElement(name, colour, document = globalThis.document) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "-8 -8 16 16");
  svg.setAttribute("class", "glyph");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  const { path: d, filled } = GLYPHS[name];
  path.setAttribute("d", d);
  path.setAttribute("fill", filled ? colour : "none");
  path.setAttribute("stroke", colour);
  path.setAttribute("stroke-width", filled ? "0" : "2");
  path.setAttribute("stroke-linecap", "round");
  path.setAttribute("stroke-linejoin", "round");
  svg.append(path);
  return svg;
}
