/**
 * The least that draws the same bars: rectangles of the same size and colour on a canvas of the same size, sorted by colour, from typed arrays; only rows and
 * times in sight. No axis, names, patterns, rounded corners, lines, marks, blocks of what is too small, and nothing to point at.
 */

import { ROW_PX } from "/static/js/gantt/layout.js";

/** As in static/js/gantt/canvas.js. */
const BAR_PX = 14;
const TOP_PX = 3;
const LEAST_PX = 2;
const GAP_PX = 1;

export function createBare(canvas, palette, rows, themeName, background) {
  const ctx = canvas.getContext("2d", { willReadFrequently: true });
  const looks = palette.families.map((family) => ({ name: family.name, colour: family[themeName], height: family.height, cells: rows.map(() => newCell()) }));
  const lookOf = new Map(looks.map((look) => [look.name, look]));
  const taken = rows.map(() => 0);

  function newCell() {
    return { starts: new Float64Array(16), ends: new Float64Array(16), count: 0 };
  }

  function put(cell, startS, endS) {
    if (cell.count === cell.starts.length) {
      for (const name of ["starts", "ends"]) {
        const larger = new Float64Array(cell.count * 2);
        larger.set(cell[name]);
        cell[name] = larger;
      }
    }
    cell.starts[cell.count] = startS;
    cell.ends[cell.count] = endS;
    cell.count += 1;
  }

  const cellOf = (index, span) => lookOf.get(palette.state(span.state).family.name).cells[index];

  /** Take what was added to a row; its last bar was open. */
  function take(index) {
    const { spans } = rows[index];
    if (taken[index] && taken[index] < spans.length) {
      const closed = spans[taken[index] - 1];
      const cell = cellOf(index, closed);
      cell.ends[cell.count - 1] = closed.endS;
    }
    for (; taken[index] < spans.length; taken[index] += 1) put(cellOf(index, spans[taken[index]]), spans[taken[index]].startS, spans[taken[index]].endS ?? Infinity);
  }

  rows.forEach((_, index) => take(index));
  return {
    take,

    resize(widthPx, heightPx, ratio) {
      canvas.width = Math.round(widthPx * ratio);
      canvas.height = Math.round(heightPx * ratio);
      canvas.style.width = `${widthPx}px`;
      canvas.style.height = `${heightPx}px`;
      ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    },

    /** Returns how many bars it drew. With a clock, its line too. */
    draw(view, nowS, clockS, widthPx, heightPx) {
      ctx.clearRect(0, 0, widthPx, heightPx);
      const scale = widthPx / (view.endS - view.startS);
      const last = Math.min(rows.length, Math.ceil(heightPx / ROW_PX));
      let drawn = 0;
      for (const { colour, height, cells } of looks) {
        ctx.fillStyle = colour;
        for (let index = 0; index < last; index += 1) {
          const { starts, ends, count } = cells[index];
          const barPx = rows[index].type === "pod" ? BAR_PX / 2 : BAR_PX * height;
          const y = index * ROW_PX + TOP_PX + (BAR_PX - barPx) / 2;
          for (let at = 0; at < count; at += 1) {
            if (ends[at] < view.startS || starts[at] > view.endS) continue;
            const x = Math.max((starts[at] - view.startS) * scale, -1);
            const right = Math.min((Math.min(ends[at], nowS) - view.startS) * scale, widthPx + 1);
            ctx.fillRect(x, y, Math.max(right - x - GAP_PX, LEAST_PX), barPx);
            drawn += 1;
          }
        }
      }
      ctx.fillStyle = background;
      ctx.fillRect((clockS - view.startS) * scale, 0, 1.5, heightPx);
      return drawn;
    },
  };
}
