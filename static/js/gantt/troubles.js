/**
 * What went wrong in a run, in order of time? Kept up to date at a cost that grows with what is new. Pure.
 *
 * A *trouble* is { row, span or null, mark or null, atS, seq, label }: a bar or a mark whose line in the palette says trouble.
 */

export function createTroubles(model, palette) {
  /** Row key -> how many of its spans and marks are in `settled`. */
  const read = new Map();
  const settled = [];
  const known = new Set();

  function add(list, row, span, mark) {
    const { trouble, label } = mark ? palette.mark(mark.kind) : palette.state(span.state);
    const { seq } = mark ?? span;
    const key = `${row.key} ${seq}`;
    // An exit makes a mark and a bar; one line says it.
    if (trouble && !known.has(key)) list.push({ row, span, mark, atS: mark ? mark.atS : span.startS, seq, label });
    return key;
  }

  return function troubles() {
    const open = [];
    for (const row of model.rows.values()) {
      const done = read.get(row.key) ?? { spans: 0, marks: 0 };
      for (; done.marks < row.marks.length; done.marks += 1) known.add(add(settled, row, null, row.marks[done.marks]));
      // The last bar may still be taken back, by another change at the same instant.
      for (; done.spans < row.spans.length - 1; done.spans += 1) known.add(add(settled, row, row.spans[done.spans], null));
      read.set(row.key, done);
      if (done.spans < row.spans.length) add(open, row, row.spans[done.spans], null);
    }
    return [...settled, ...open].sort((a, b) => a.atS - b.atS || a.seq - b.seq);
  };
}
