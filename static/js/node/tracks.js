/**
 * The node's disks and conditions under the bars, on the same time axis: stacked areas of what uses each disk, lines of the thresholds, marks of what the
 * kubelet did about it. Loaded when somebody opens it.
 */

import { t } from "../text/translate.js";
import { conditionSpans, CONDITIONS, formatBytes, PARTS, passText, pullsOf } from "./room.js";
import { ticks } from "../time/format.js";

/** Hues of the page's palette, told apart without colour by their patterns. */
const LOOKS = {
  images: { family: "pulling", shape: "" },
  "writable layers": { family: "starting", shape: "/" },
  volumes: { family: "terminating", shape: "x" },
  logs: { family: "completed", shape: "." },
  other: { family: "waiting", shape: "" },
};
const FAMILY_OF_CALL = { "image GC": "pulling", "eviction cycle": "failed" };
const LETTER_OF_CALL = { "image GC": "GC", "eviction cycle": "E" };
const DISK_PX = 96;
/** More rows than that would push the disks out of sight; the drawer lists all images. */
const MOST_IMAGES = 12;
const ROW_PX = 18;
/** Of the width: thresholds lie close together, so their names stand side by side. */
const LABEL_SHARE = 0.2;
const GAP_PX = 14;
const CONFIG = { displayModeBar: false, displaylogo: false, showSendToCloud: false, scrollZoom: false, doubleClick: false, showTips: false, staticPlot: false };

export function createTracks(host, palette) {
  const { Plotly } = window;
  let drawn = "";
  const hue = (family, theme) => palette.family(family)[theme.name];

  return {
    /** @param {object} scene room, view {startS, endS}, leftPx (of the names' column), widthPx, endS (of the run so far), clockS, theme */
    draw(scene) {
      const { room, view, leftPx, rightPx, widthPx, endS, clockS, theme } = scene;
      const colors = (family) => hue(family, theme);
      const key = [room.lastS, room.marks.length, view.startS, view.endS, leftPx, widthPx, theme.name, endS, clockS, rightPx].join(" ");
      if (key === drawn) return;
      drawn = key;
      const names = CONDITIONS.filter((name) => room.conditions.has(name));
      const disks = [...room.disks.values()];
      const images = [...room.images.values()].filter(isEventfulImage).slice(0, MOST_IMAGES);
      const height = (names.length + images.length) * ROW_PX + disks.length * (DISK_PX + GAP_PX) + 8;
      const domain = domains(height, names.length * ROW_PX, images.length * ROW_PX, disks.length);
      const { values } = ticks({ ...view, widthPx: widthPx - leftPx - rightPx });
      const layout = {
        margin: { l: leftPx, r: rightPx, t: 4, b: 4, pad: 0 },
        width: widthPx,
        height,
        barmode: "stack",
        showlegend: false,
        hovermode: "closest",
        dragmode: false,
        font: { family: theme.font, size: 11, color: theme.muted },
        paper_bgcolor: "rgba(0,0,0,0)",
        plot_bgcolor: "rgba(0,0,0,0)",
        xaxis: { range: [view.startS, view.endS], tickvals: values, showticklabels: false, gridcolor: theme.grid, zeroline: false, fixedrange: true },
        shapes: [],
        annotations: [],
      };
      const data = [];
      conditions(data, layout, names, room, endS, domain.conditions, theme, colors);
      pulls(data, layout, images, endS, domain.images, theme, colors);
      for (const [index, disk] of disks.entries()) track(data, layout, disk, index, endS, domain.disks[index], theme, colors);
      marks(layout, room, theme, colors);
      layout.shapes.push({ type: "line", xref: "x", yref: "paper", x0: clockS, x1: clockS, y0: 0, y1: 1, line: { color: theme.ink, width: 1 } });
      Plotly.react(host, data, layout, CONFIG);
    },
  };
}

/** From the top: conditions, images, then one disk after the other. */
function domains(height, conditionsPx, imagesPx, count) {
  const share = (px) => 1 - px / (height - 8);
  const disks = [];
  for (let index = 0; index < count; index += 1) {
    const top = conditionsPx + imagesPx + index * (DISK_PX + GAP_PX) + GAP_PX;
    disks.push([Math.max(0, share(top + DISK_PX)), share(top)]);
  }
  return { conditions: [Math.max(0, share(conditionsPx)), 1], images: [Math.max(0, share(conditionsPx + imagesPx)), share(conditionsPx)], disks };
}

function isEventfulImage({ history }) {
  return history.some(({ what }) => what === "queued" || what === "removed");
}

/** Pulls as bars: waiting, then one part for each layer, then unpacking; removals as marks with their pass. */
function pulls(data, layout, images, endS, domain, theme, colors) {
  if (!images.length) return;
  const names = images.map(({ name }) => name.replace(/^docker\.io\/(library\/)?/, ""));
  layout.yaxis99 = { domain, range: [images.length - 0.5, -0.5], tickvals: names.map((_, index) => index), ticktext: names, fixedrange: true, showgrid: false, zeroline: false, anchor: "x" };
  const part = (index, fromS, toS, family, { words, dash = "solid", width = 10, opacity = 1 }) =>
    data.push({ type: "scatter", mode: "lines", x: [fromS, toS], y: [index, index], yaxis: "y99", line: { width, dash, color: colors(family) }, opacity, hovertemplate: `${words}<extra></extra>` });
  for (const [index, image] of images.entries()) {
    for (const { queuedS, startedS, layers, downloadedS, endS: ended, failed } of pullsOf(image)) {
      const end = ended ?? endS;
      part(index, queuedS, startedS ?? end, "waiting", { words: `${names[index]}: ${t("waiting for its turn")}`, width: 4 });
      if (startedS === null) continue;
      const color = failed ? "failed" : "pulling";
      for (const [layer, { fromS, toS, bytes }] of layers.entries()) {
        part(index, fromS, toS, color, { words: `${names[index]}: ${t("layer {number}, {size} so far", { number: layer + 1, size: formatBytes(bytes) })}`, opacity: layer % 2 ? 0.65 : 1 });
      }
      const lastS = layers.length ? layers[layers.length - 1].toS : startedS;
      const words = downloadedS === null ? (failed ? t("failed") : t("downloading")) : t("unpacking");
      part(index, lastS, end, color, { words: `${names[index]}: ${words}`, dash: downloadedS === null ? "solid" : "2px,2px", width: downloadedS === null ? 10 : 8 });
    }
    for (const { what, atS, pass } of image.history) {
      if (what !== "removed") continue;
      layout.annotations.push({ x: atS, y: index, xref: "x", yref: "y99", text: `✕ ${passText(pass)}`, showarrow: false, xanchor: "left", font: { size: 10, color: theme.ink } });
    }
  }
}

function conditions(data, layout, names, room, endS, domain, theme, colors) {
  if (!names.length) return;
  layout.yaxis = { domain, range: [names.length - 0.5, -0.5], tickvals: names.map((_, index) => index), ticktext: names, fixedrange: true, showgrid: false, zeroline: false };
  for (const [index, name] of names.entries()) {
    const good = name === "Ready";
    const x = [];
    const y = [];
    for (const span of conditionSpans(room.conditions.get(name), endS)) {
      x.push(span.startS, span.endS, null);
      y.push(index, index, null);
    }
    data.push({ type: "scatter", mode: "lines", x, y, name, yaxis: "y", line: { width: 10, color: colors(good ? "ready" : "failed") }, hovertemplate: `${name}: True<extra></extra>` });
    layout.annotations.push(
      ...conditionSpans(room.conditions.get(name), endS).map(({ startS }) => ({ x: startS, y: index, xref: "x", yref: "y", text: "True", showarrow: false, xanchor: "left", font: { size: 10, color: theme.page } })),
    );
  }
}

function track(data, layout, disk, index, endS, domain, theme, colors) {
  const axis = `y${index + 2}`;
  const tops = [0, 0.5, 1];
  layout[`yaxis${index + 2}`] = {
    domain,
    range: [0, disk.capacityBytes],
    tickvals: tops.map((share) => share * disk.capacityBytes),
    ticktext: tops.map((share) => (share ? `${disk.name} ${share * 100} %` : "0")),
    gridcolor: theme.grid,
    fixedrange: true,
    zeroline: false,
  };
  const points = [...disk.points, { ...disk.points[disk.points.length - 1], atS: Math.max(endS, disk.points[disk.points.length - 1].atS) }];
  for (const part of [...PARTS].reverse()) {
    if (!points.some(({ by }) => by[part])) continue;
    const { family, shape } = LOOKS[part];
    const color = colors(family);
    data.push({
      type: "scatter",
      mode: "lines",
      line: { shape: "hv", width: 0.5, color },
      fillcolor: color,
      fillpattern: { shape, fillmode: "overlay", bgcolor: color, fgcolor: theme.page, size: 5, solidity: 0.25 },
      stackgroup: disk.name,
      name: part,
      x: points.map(({ atS }) => atS),
      y: points.map(({ by }) => by[part] ?? 0),
      text: points.map(({ by }) => formatBytes(by[part] ?? 0)),
      hovertemplate: `${disk.name}, ${t(part)}: %{text}<extra></extra>`,
      yaxis: axis,
    });
  }
  for (const [position, { label, bytes }] of disk.lines.entries()) {
    layout.shapes.push({ type: "line", xref: "paper", x0: 0, x1: 1, yref: axis, y0: bytes, y1: bytes, line: { color: theme.ink, width: 1, dash: "dot" } });
    layout.annotations.push({ xref: "paper", x: 1 - position * LABEL_SHARE, xanchor: "right", yref: axis, y: bytes, yanchor: label.startsWith("low") ? "top" : "bottom", text: label, showarrow: false, bgcolor: theme.page, font: { size: 10, color: theme.ink } });
  }
}

/** What the kubelet did, as vertical lines. */
function marks(layout, room, theme, colors) {
  for (const { atS, call, detail } of room.marks) {
    if (!(call in LETTER_OF_CALL)) continue;
    layout.shapes.push({ type: "line", xref: "x", yref: "paper", x0: atS, x1: atS, y0: 0, y1: 1, line: { color: colors(FAMILY_OF_CALL[call]), width: 1.5, dash: "dash" } });
    layout.annotations.push({ x: atS, xref: "x", yref: "paper", y: 0, yanchor: "bottom", xanchor: "left", text: LETTER_OF_CALL[call], hovertext: `${call}: ${detail}`, showarrow: false, bgcolor: theme.page, font: { size: 10, color: theme.ink } });
  }
}
