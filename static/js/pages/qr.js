/** How does a link become a picture that a telephone reads? Made in the browser: a private link is sent nowhere to be drawn. Loaded when it is asked for. */

import qrcode from "../../vendor/qrcode.js";

/** White around it, in modules; readers need four. */
const QUIET = 4;
/** The largest code has so many bytes, and hardly anybody's telephone reads it from a wall. */
export const MOST_CHARACTERS = 2900;

/** @returns {boolean[][]} rows of dark modules */
export function modulesOf(link) {
  // Long links get the least redundancy, so that their modules do not become too small to see.
  const code = qrcode(0, link.length > 300 ? "L" : "M");
  code.addData(link, "Byte");
  code.make();
  const indices = [...Array(code.getModuleCount()).keys()];
  return indices.map((row) => indices.map((column) => code.isDark(row, column)));
}

/** An SVG element; its colours are those of the style sheet. */
export function qrElement(link, label) {
  const modules = modulesOf(link);
  const size = modules.length + 2 * QUIET;
  const make = (tag, attributes) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    return element;
  };
  const svg = make("svg", { viewBox: `0 0 ${size} ${size}`, role: "img", "aria-label": label, "shape-rendering": "crispEdges" });
  const dark = modules.flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${x + QUIET} ${y + QUIET}h1v1h-1z` : ""))).join("");
  svg.append(make("path", { d: dark, fill: "currentColor" }));
  return svg;
}
