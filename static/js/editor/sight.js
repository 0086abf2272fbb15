/**
 * Which documents of the text are in sight? One part of the scenario, or all of it. The others are folded away and cannot be changed by hand; the text as a whole,
 * its line numbers and what is posted stay as they are.
 */

import { el } from "../text/dom.js";
import { t } from "../text/translate.js";
import { documentAt, documentsOf } from "./documents.js";

const MARKER_LENGTH = "---\n".length;
/** Changes that are not made by hand reach everything. */
const OURS = ["input.settings", "input.load"];

/**
 * @param {object} cm the bundle
 * @param {{onChange: (sight: {tab: string, documents: Array}) => void, nameOf: (tab: string) => string}} options
 */
export function createSight(cm, { onChange, nameOf }) {
  const choose = cm.StateEffect.define();

  const field = cm.StateField.define({
    create: (state) => seen("all", state.doc, null),
    update(before, change) {
      const chosen = change.effects.findLast((effect) => effect.is(choose));
      if (!chosen && !change.docChanged) return before;
      // Who writes `kind: Scenario` does not lose the document in the middle of the word.
      const isTyped = change.docChanged && !OURS.some((event) => change.isUserEvent(event));
      return seen(chosen?.value ?? before.tab, change.newDoc, !chosen && isTyped ? change.newSelection.main.head : null);
    },
    provide: (self) => [cm.EditorView.decorations.from(self, ({ folded }) => folded), cm.EditorView.atomicRanges.of((view) => view.state.field(self).folded)],
  });

  /** @param {number|null} at what is written there stays in sight */
  function seen(tab, doc, at) {
    const documents = documentsOf(doc.toString());
    const kept = at === null ? null : documents.findLast(({ from }) => from <= at);
    const hidden = [];
    for (const [index, each] of documents.entries()) {
      if (tab === "all" || each.tab === null || each.tab === tab || each === kept) continue;
      const isLast = index === documents.length - 1;
      const range = { from: each.from, to: isLast ? doc.length : each.to - 1, tab: each.tab, isLast };
      if (hidden.at(-1)?.to === each.from - 1) Object.assign(hidden.at(-1), { to: range.to, isLast });
      else hidden.push(range);
    }
    const folded = cm.Decoration.set(hidden.map((range) => fold(doc, range).range(range.from, range.to)));
    // With the marks that keep what is written beside it from becoming a part of it.
    const closed = hidden.map(({ from, to, isLast }) => [from - 1, isLast ? doc.length + 1 : Math.min(to + 1 + MARKER_LENGTH, doc.length)]);
    return { tab, documents, hidden, folded, closed };
  }

  function fold(doc, { from, to, tab }) {
    const lines = [doc.lineAt(from).number, doc.lineAt(to).number];
    return cm.Decoration.replace({ block: true, widget: new Elsewhere(tab, lines) });
  }

  class Elsewhere extends cm.WidgetType {
    constructor(tab, lines) {
      super();
      Object.assign(this, { tab, lines });
    }
    eq({ tab, lines }) {
      return tab === this.tab && String(lines) === String(this.lines);
    }
    toDOM(view) {
      const [first, last] = this.lines;
      const text = t("⋯ lines {first} to {last}: {part}", { first, last, part: nameOf(this.tab) });
      return el("div", { class: "cm-elsewhere", onmousedown: (event) => (event.preventDefault(), show(view, this.tab)) }, text);
    }
    get estimatedHeight() {
      return 21;
    }
    ignoreEvent() {
      return true;
    }
  }

  const keepHidden = cm.EditorState.changeFilter.of((change) => (OURS.some((event) => change.isUserEvent(event)) ? true : change.startState.field(field).closed.flat()));

  /** A cursor beside a fold would write into it, so it goes to the nearest place where it may. */
  const keepOut = cm.EditorState.transactionFilter.of((change) => {
    const { closed } = change.startState.field(field);
    if (!change.selection || change.docChanged || !closed.length || change.effects.some((effect) => effect.is(choose))) return change;
    const ranges = change.selection.ranges.map((range) => cm.EditorSelection.range(outside(range.anchor, closed, change.newDoc), outside(range.head, closed, change.newDoc)));
    return [change, { selection: cm.EditorSelection.create(ranges, change.selection.mainIndex) }];
  });

  function show(view, tab) {
    view.dispatch({ effects: choose.of(tab) });
    const { closed } = view.state.field(field);
    const { head } = view.state.selection.main;
    const place = outside(head, closed, view.state.doc);
    if (place !== head) view.dispatch({ selection: { anchor: place } });
  }

  return {
    extension: [field, keepHidden, keepOut, cm.EditorView.updateListener.of((update) => update.startState.field(field) !== update.state.field(field) && onChange(update.state.field(field)))],
    show,
    of: (view) => view.state.field(field),
    /** Is a place folded away? Then its document comes into sight, beside the others of its part. */
    reveal(view, at) {
      const { hidden, documents } = view.state.field(field);
      if (hidden.some(({ from, to }) => from <= at && at <= to)) show(view, documentAt(documents, at).tab);
    },
  };
}

function outside(at, closed, doc) {
  const range = closed.find(([from, to]) => from < at && at < to);
  if (!range) return at;
  if (range[1] <= doc.length) return range[1];
  return Math.max(range[0], 0);
}
