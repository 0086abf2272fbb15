/**
 * The text and the chart point at each other: what is selected in the chart has its deciding lines marked in the editor, and the container in whose lines the cursor
 * stands has its row marked in the chart. Only while the text is that of the run that is shown: in another one the lines are others.
 */

import { blockAt, blocksOf, decidingLines, rowsOf } from "../editor/blocks.js";

/**
 * @param {object} options
 * @param {object} options.editor              see editor/editor.js
 * @param {() => boolean} options.isRunsText   is the editor's text that of the run that is shown?
 * @param {() => object|null} options.book     the book of reasons; null until it is there
 * @param {() => Array} options.rows           of the chart
 * @param {() => Array} options.records
 * @param {() => void} options.onRows          other rows are marked
 * @param {(row: object) => void} options.onChoose a row was chosen in the text
 */
export function createLines({ editor, isRunsText, book, rows, records, onRows, onChoose }) {
  let before = {};
  let shown = "";
  let cursorLine = 0;
  /** Of the text and the book that they were made from. */
  let known = { text: null, places: null, blocks: [] };
  let marked = new Set();

  editor.followCursor({
    moved(line) {
      cursorLine = line;
      markRows();
    },
    chosen(line) {
      cursorLine = line;
      const found = rowsAtCursor();
      // Pressed again: the next pod of the same controller.
      const next = found[(found.findIndex((row) => row === before.selected?.row) + 1) % found.length];
      if (next) onChoose(next);
    },
  });

  function rowsAtCursor() {
    const places = cursorLine && isRunsText() ? book()?.places : null;
    if (!places) return [];
    const { text } = editor;
    if (known.text !== text || known.places !== places) known = { text, places, blocks: blocksOf(text, places) };
    const block = blockAt(known.blocks, cursorLine);
    return block ? rowsOf(rows(), block, records()) : [];
  }

  function markRows() {
    const keys = rowsAtCursor().map(({ key }) => key);
    if (keys.length === marked.size && keys.every((key) => marked.has(key))) return;
    marked = new Set(keys);
    onRows();
  }

  return {
    /** The keys of the rows that the cursor is about. */
    get marked() {
      return marked;
    },
    /** @param {{row: object, span: object|null, mark: object|null}|null} selected */
    draw(selected) {
      const now = { selected, reasons: selected || cursorLine ? book() : null, count: records().length, fits: isRunsText() };
      if (Object.keys(now).every((key) => now[key] === before[key])) return;
      before = now;
      markRows();
      const lines = selected && now.reasons && now.fits ? decidingLines(editor.text, selected, records(), now.reasons) : [];
      // The reader may have scrolled on since: only other lines come into sight.
      if (String(lines) === shown) return;
      shown = String(lines);
      editor.highlight(lines);
    },
  };
}
