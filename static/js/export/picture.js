/**
 * What does the chart look like as a picture? The rows and the time that are in sight, as the text of an SVG document: no styles, no scripts, nothing loaded,
 * so that every program draws it alike. The same geometry as the canvas (gantt/canvas.js), and all rows, also those below the edge of the screen. Pure.
 */

import { BAR_PX, BAR_TOP_PX, LINE_PX, LINE_TOP_PX, MARK_APART_PX } from "../gantt/canvas.js";
import { GLYPHS } from "../gantt/glyphs.js";
import { barsOf, marksOf, ROW_PX, visible, xOf } from "../gantt/layout.js";
import { TILE_PX, TILES } from "../gantt/patterns.js";
import { t } from "../text/translate.js";
import { ticks } from "../time/format.js";
import { chipOf } from "../text/names.js";

export const WIDTH_PX = 1200;
const NAMES_PX = 220;
const MARGIN_PX = 16;
const HEAD_PX = 66;
const AXIS_PX = 26;
const LEGEND_LINE_PX = 20;
const FOOT_PX = 34;
/** Of a letter of the page's size, more or less: nobody can be asked how wide a text is. */
const LETTER_PX = 6.6;
const INDENT_PX = 18;

/**
 * @param {object} scene
 * @param {Array} scene.rows     in display order
 * @param {{startS: number, endS: number}} scene.view
 * @param {number} scene.nowS    end of what is open
 * @param {object} scene.palette see gantt/palette.js
 * @param {object} scene.theme   see gantt/theme.js
 * @param {string} scene.title
 * @param {string} scene.headline
 * @param {string} scene.link    where the run lives; may be empty
 * @returns {string}
 */
export function pictureOf({ rows, view: { startS, endS }, nowS, palette, theme, title, headline, link }) {
  const view = { startS, endS, widthPx: WIDTH_PX - NAMES_PX - 2 * MARGIN_PX };
  const colourOf = (family) => (family ? family[theme.name] : theme.ink);
  const used = { families: new Set(), marks: new Set(), patterns: new Set() };
  const bodyPx = rows.length * ROW_PX;
  const pods = new Map(rows.filter((row) => row.type === "pod").map((row) => [row.pod, row]));
  const drawn = rows.map((row, index) => rowOf(row, index * ROW_PX));
  const legend = legendOf();
  const heightPx = HEAD_PX + AXIS_PX + bodyPx + 14 + legend.heightPx + FOOT_PX;
  const { values, texts } = ticks(view);
  const inSight = values.map((value, index) => ({ x: xOf(view, value), text: texts[index] })).filter(({ x }) => x >= 0 && x <= view.widthPx);
  const plotLeft = MARGIN_PX + NAMES_PX;
  const plotTop = HEAD_PX + AXIS_PX;

  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH_PX}" height="${heightPx}" viewBox="0 0 ${WIDTH_PX} ${heightPx}" role="img" font-family="${escaped(theme.font)}" font-size="12">`,
    `<title>${escaped(title)}</title><desc>${escaped(headline)}</desc>`,
    `<defs><clipPath id="plot"><rect width="${view.widthPx}" height="${bodyPx}"/></clipPath>${[...used.patterns].map(tile).join("")}</defs>`,
    rect({ x: 0, y: 0, width: WIDTH_PX, height: heightPx, fill: theme.page }),
    text({ x: MARGIN_PX, y: 28, size: 13, fill: theme.muted }, shortened(title, WIDTH_PX - 2 * MARGIN_PX, 13)),
    text({ x: MARGIN_PX, y: 51, size: 17, weight: 600, fill: theme.ink }, shortened(headline, WIDTH_PX - 2 * MARGIN_PX, 17)),
    `<g transform="translate(${plotLeft} ${plotTop})">`,
    ...rows.map((row, index) => (row.type === "pod" ? rect({ x: -NAMES_PX, y: index * ROW_PX, width: NAMES_PX + view.widthPx, height: ROW_PX, fill: theme.podRow }) : "")),
    ...inSight.map(({ x, text: label }) => rect({ x: x - 0.5, y: -5, width: 1, height: bodyPx + 5, fill: theme.grid }) + text({ x, y: -10, size: 11, fill: theme.muted, anchor: "middle" }, label)),
    ...rows.map((row, index) => nameOf(row, index * ROW_PX)),
    `<g clip-path="url(#plot)">${drawn.map(({ bars }) => bars).join("")}</g>`,
    ...drawn.map(({ marks }) => marks),
    "</g>",
    `<g transform="translate(${MARGIN_PX} ${plotTop + bodyPx + 14})">${legend.items}</g>`,
    text({ x: MARGIN_PX, y: heightPx - 13, size: 11, fill: theme.muted }, t("Simulated by nodeviz")),
    text({ x: WIDTH_PX - MARGIN_PX, y: heightPx - 13, size: 11, fill: theme.muted, anchor: "end" }, link),
    "</svg>",
  ].join("\n");

  function nameOf(row, top) {
    const indentPx = row.type === "pod" ? 6 : INDENT_PX;
    const chip = chipOf(row);
    const chipPx = chip ? 34 : 0;
    const shown = shortened(row.name, NAMES_PX - indentPx - chipPx - 10, 12.5);
    const box = { x: indentPx - NAMES_PX, y: top + 5, width: 28, height: 14 };
    return [
      chip ? `<rect ${attributes(box)} rx="3" fill="none" stroke="${theme.muted}" stroke-opacity="0.6"/>${text({ x: box.x + 14, y: top + 15.5, size: 9.5, fill: theme.muted, anchor: "middle" }, chip)}` : "",
      text({ x: indentPx + chipPx - NAMES_PX, y: top + 16.5, size: 12.5, weight: row.type === "pod" ? 600 : 400, fill: theme.ink }, shown, row.name),
    ].join("");
  }

  function rowOf(row, top) {
    const bars = [];
    for (const band of pods.get(row.pod)?.bands ?? []) {
      const x = xOf(view, band.startS);
      const width = xOf(view, Math.min(band.deadlineS, band.endS ?? band.deadlineS)) - x;
      if (width > 0) bars.push(rect({ x, y: top, width, height: ROW_PX, fill: colourOf(palette.family("terminating")), "fill-opacity": 0.13 }));
    }
    for (const bar of barsOf(row.spans, view, nowS)) bars.push(barOf(bar, row, top));
    for (const { from, to } of shown(row.started)) {
      bars.push(`<path d="M${round(from)} ${top + LINE_TOP_PX + 0.75}H${round(to)}" stroke="${theme.muted}" stroke-width="1.5" stroke-dasharray="2 2"/>`);
    }
    for (const { from, to } of shown(row.ready)) {
      bars.push(rect({ x: from, y: top + LINE_TOP_PX, width: Math.max(to - from, 1), height: LINE_PX, fill: colourOf(palette.family("ready")) }));
    }
    const marks = marksOf(row.marks, view, MARK_APART_PX).filter(({ mark, x }) => mark.atS <= nowS && x >= 0);
    return { bars: bars.join(""), marks: marks.map(({ x, mark }) => markOf(mark.kind, x, top + BAR_TOP_PX + BAR_PX / 2)).join("") };
  }

  function shown(intervals) {
    return visible(intervals, view)
      .map((interval) => ({ from: Math.max(0, xOf(view, interval.startS)), to: Math.min(view.widthPx, xOf(view, interval.endS ?? nowS)) }))
      .filter(({ from, to }) => to > from);
  }

  function barOf(bar, row, top) {
    const { family, pattern } = palette.state(bar.span.state);
    const look = bar.merged ? "merged" : pattern;
    const height = row.type === "pod" ? BAR_PX / 2 : BAR_PX * (bar.merged ? 1 : family.height);
    const width = Math.max(bar.width - 1, 2);
    const place = { x: bar.x, y: top + BAR_TOP_PX + (BAR_PX - height) / 2, width, height, rx: width > 6 ? 2 : 0 };
    used.families.add(family.name);
    if (TILES[look]) used.patterns.add(look);
    return rect({ ...place, fill: colourOf(family) }) + (TILES[look] ? rect({ ...place, fill: `url(#${look})` }) : "");
  }

  function markOf(kind, x, y) {
    used.marks.add(kind);
    const { glyph, family } = palette.mark(kind);
    const { path, filled } = GLYPHS[glyph];
    const colour = colourOf(family);
    const line = `fill="none" stroke-linecap="round" stroke-linejoin="round"`;
    const body = filled ? `<path d="${path}" fill="${colour}"/>` : `<path d="${path}" ${line} stroke="${colour}" stroke-width="1.75"/>`;
    return `<g transform="translate(${round(x)} ${round(y)})"><path d="${path}" ${line} stroke="${theme.page}" stroke-width="4.5"/>${body}</g>`;
  }

  function tile(name) {
    const { path, filled } = TILES[name];
    const paint = filled ? `fill="${theme.page}"` : `fill="none" stroke="${theme.page}"`;
    return `<pattern id="${name}" width="${TILE_PX}" height="${TILE_PX}" patternUnits="userSpaceOnUse"><path d="${path}" ${paint}/></pattern>`;
  }

  /** What the colours and marks in sight mean, in as many lines as it takes. */
  function legendOf() {
    let [x, line] = [0, 0];
    const items = [];
    const put = (symbol, label) => {
      const widthPx = 22 + label.length * LETTER_PX + 16;
      if (x > 0 && x + widthPx > WIDTH_PX - 2 * MARGIN_PX) [x, line] = [0, line + 1];
      const y = line * LEGEND_LINE_PX + 8;
      items.push(symbol(x + 6, y), text({ x: x + 20, y: y + 4, size: 12, fill: theme.muted }, label));
      x += widthPx;
    };
    for (const family of palette.families.filter(({ name }) => used.families.has(name))) {
      const height = Math.max(4, 12 * family.height);
      put((left, middle) => rect({ x: left - 6, y: middle - height / 2, width: 12, height, rx: 2, fill: colourOf(family) }), t(family.label));
    }
    for (const kind of palette.markKinds.filter((each) => used.marks.has(each))) put((left, middle) => markOf(kind, left, middle), t(palette.mark(kind).label));
    return { items: items.join(""), heightPx: (line + 1) * LEGEND_LINE_PX };
  }
}

function rect(given) {
  return `<rect ${attributes(given)}/>`;
}

function text({ x, y, size, fill, weight = 400, anchor = "start" }, words, whole = words) {
  const title = whole === words ? "" : `<title>${escaped(whole)}</title>`;
  return `<text x="${round(x)}" y="${round(y)}" font-size="${size}" fill="${fill}" font-weight="${weight}" text-anchor="${anchor}">${title}${escaped(words)}</text>`;
}

function attributes(given) {
  return Object.entries(given)
    .map(([name, value]) => `${name}="${typeof value === "number" ? round(value) : value}"`)
    .join(" ");
}

function round(number) {
  return Number(number.toFixed(2));
}

function shortened(words, roomPx, size) {
  const most = Math.max(4, Math.floor(roomPx / (LETTER_PX * (size / 12))));
  return words.length > most ? `${words.slice(0, most - 1)}…` : words;
}

/** Text in a document of XML, which has no place for most control characters. */
export function escaped(words) {
  const named = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  return String(words).replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "").replace(/[&<>"]/g, (letter) => named[letter]);
}
