/** Which lines decided what is selected in the chart? They get a bar and a background, and come into sight; the focus and the cursor stay where they are. */

/** @param {object} cm the bundle */
export function createDecided(cm) {
  const set = cm.StateEffect.define();
  const mark = cm.Decoration.line({ class: "cm-decides" });
  const field = cm.StateField.define({
    create: () => cm.Decoration.none,
    update(marked, change) {
      const wanted = change.effects.findLast((effect) => effect.is(set));
      return wanted ? cm.Decoration.set(wanted.value.map((from) => mark.range(from))) : marked.map(change.changes);
    },
    provide: (self) => cm.EditorView.decorations.from(self),
  });

  return {
    extension: field,
    /** @param {number[]} lines from 1; those that the text does not have are left out */
    show(view, lines) {
      const { doc } = view.state;
      const places = [...new Set(lines)].filter((line) => line >= 1 && line <= doc.lines).sort((a, b) => a - b).map((line) => doc.line(line).from);
      if (!places.length && !view.state.field(field).size) return;
      const effects = [set.of(places)];
      if (places.length) effects.push(cm.EditorView.scrollIntoView(places[0], { y: "nearest", yMargin: 60 }));
      view.dispatch({ effects });
    },
  };
}
