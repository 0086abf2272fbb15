/**
 * Where is the text written? CodeMirror over the form's own text area, which stays the truth that is posted and is all there is without it.
 *
 * It lives in a shadow root: there CodeMirror uses constructed style sheets, which a strict Content-Security-Policy allows, in place of style elements.
 */

import { differenceOf } from "../text/difference.js";
import { createDecided } from "./decided.js";
import { DEEPEST_COLOURED, deepest } from "./nesting.js";
import { createSight } from "./sight.js";
import { THEME } from "./theme.js";

/**
 * @param {HTMLTextAreaElement} textarea
 * @param {object} options
 * @param {() => void} options.onRun
 * @param {(text: string) => void} options.onChange
 * @param {string} options.label
 * @param {() => Promise<object|null>} options.loadFields    see completing.js
 * @param {(sight: object) => void} options.onSight          another part is in sight, or the documents are others; see sight.js
 * @param {(tab: string) => string} options.nameOf           what a part is called
 */
export async function createEditor(textarea, { onRun, onChange, label, loadFields, onSight, nameOf }) {
  const plain = plainEditor(textarea, { onRun, onChange });
  let cm;
  try {
    cm = await import("../../vendor/codemirror.js");
  } catch {
    return plain; // The bundle did not arrive: the text area does it all, without colours.
  }
  plain.stop();
  const host = document.createElement("div");
  host.className = "editor-host";
  textarea.after(host);
  textarea.hidden = true;
  const root = host.attachShadow({ mode: "open", delegatesFocus: true });
  const sight = createSight(cm, { onChange: onSight, nameOf });
  const decided = createDecided(cm);
  /** Set by who wants to know where the cursor is: `moved` gets its line, `chosen` that on which Alt-Enter was pressed. */
  const cursor = { moved() {}, chosen() {} };
  const completion = new cm.Compartment();
  const parts = [completion.of([]), sight.extension, decided.extension, cursorListener(cm, cursor)];
  const view = new cm.EditorView({ parent: root, root, state: cm.EditorState.create({ doc: textarea.value, extensions: [parts, extensions(cm, textarea.value, { onRun, changed, label })] }) });

  keepCursorInSight(cm, view, host);
  // Only who writes needs completion.
  host.addEventListener("focusin", () => complete().catch(() => {}), { once: true });

  async function complete() {
    const [{ completing }, parts] = await Promise.all([import("./completing.js"), import("../../vendor/autocomplete.js")]);
    view.dispatch({ effects: completion.reconfigure(completing(parts, loadFields)) });
  }

  function changed() {
    textarea.value = view.state.doc.toString();
    onChange(textarea.value);
  }

  return {
    get text() {
      return view.state.doc.toString();
    },
    /** Replace everything; Ctrl-Z brings the old text back. */
    set text(text) {
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text }, scrollIntoView: true, userEvent: "input.load" });
      view.dispatch({ selection: { anchor: 0 }, scrollIntoView: true });
    },
    /** Replace what differs, in one step for Ctrl-Z; the cursor and what is in sight stay where they are. */
    change(text) {
      view.dispatch({ changes: differenceOf(view.state.doc.toString(), text), userEvent: "input.settings" });
    },
    showProblems(problems) {
      view.dispatch(cm.setDiagnostics(view.state, problems.flatMap((problem) => diagnostic(view.state.doc, problem))));
    },
    goTo({ line, column }) {
      const { from } = placeOf(view.state.doc, line, column);
      sight.reveal(view, from);
      view.dispatch({ selection: { anchor: from }, effects: cm.EditorView.scrollIntoView(from, { y: "center" }) });
      view.focus();
    },
    /** Mark these lines (from 1), and bring the first one into sight; none takes the marks away. */
    highlight(lines) {
      if (lines.length) sight.reveal(view, placeOf(view.state.doc, lines[0], 1).from);
      decided.show(view, lines);
    },
    /** Choose which part of the text is in sight. */
    show: (tab) => sight.show(view, tab),
    get sight() {
      return sight.of(view);
    },
    /** @param {{moved: (line: number) => void, chosen: (line: number) => void}} listeners */
    followCursor: (listeners) => Object.assign(cursor, listeners),
    focus: () => view.focus(),
  };
}

/** When what is under the editor grows (the list of problems), the line that somebody writes in does not vanish behind it. */
function keepCursorInSight(cm, view, host) {
  let bottom = 0;
  new ResizeObserver(() => {
    const before = bottom;
    bottom = host.getBoundingClientRect().bottom;
    const { head } = view.state.selection.main;
    const place = view.hasFocus && bottom < before && view.coordsAtPos(head);
    if (place && place.bottom > bottom && place.top < before) view.dispatch({ effects: cm.EditorView.scrollIntoView(head, { y: "nearest", yMargin: 24 }) });
  }).observe(host);
}

function cursorListener(cm, cursor) {
  const lineOf = (state) => state.doc.lineAt(state.selection.main.head).number;
  const choose = (view) => (cursor.chosen(lineOf(view.state)), true);
  return [cm.keymap.of([{ key: "Alt-Enter", run: choose, preventDefault: true }]), cm.EditorView.updateListener.of((update) => update.selectionSet && cursor.moved(lineOf(update.state)))];
}

function extensions(cm, text, { onRun, changed, label }) {
  const { tags } = cm;
  const highlight = cm.HighlightStyle.define([
    { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "var(--code-key)" },
    { tag: [tags.string, tags.special(tags.string)], color: "var(--code-string)" },
    { tag: [tags.number, tags.bool, tags.null, tags.atom], color: "var(--code-value)" },
    { tag: [tags.comment, tags.lineComment], color: "var(--faint)", fontStyle: "italic" },
    { tag: [tags.punctuation, tags.separator, tags.meta, tags.labelName, tags.typeName], color: "var(--muted)" },
  ]);
  const run = () => {
    onRun();
    return true;
  };
  return [
    cm.keymap.of([{ key: "Mod-Enter", run, preventDefault: true }, cm.indentWithTab, ...cm.historyKeymap, ...cm.lintKeymap, ...cm.defaultKeymap]),
    cm.history(),
    cm.lineNumbers(),
    cm.lintGutter(),
    cm.drawSelection(),
    cm.highlightActiveLine(),
    cm.highlightActiveLineGutter(),
    cm.bracketMatching(),
    cm.indentOnInput(),
    cm.indentUnit.of("  "),
    cm.EditorState.tabSize.of(2),
    colours(cm, text),
    cm.syntaxHighlighting(highlight),
    cm.EditorView.theme(THEME),
    cm.EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0", spellcheck: "false", autocorrect: "off", autocapitalize: "off" }),
    cm.EditorView.updateListener.of((update) => update.docChanged && changed()),
  ];
}

/** The language, for texts that its parser can bear. It is decided before a change is parsed, not after. */
function colours(cm, text) {
  const slot = new cm.Compartment();
  const yaml = cm.yaml();
  const none = [];
  const languageOf = (each) => (deepest(each) > DEEPEST_COLOURED ? none : yaml);
  const follow = cm.EditorState.transactionFilter.of((change) => {
    const wanted = change.docChanged ? languageOf(change.newDoc.toString()) : slot.get(change.startState);
    return wanted === slot.get(change.startState) ? change : [change, { effects: slot.reconfigure(wanted) }];
  });
  return [slot.of(languageOf(text)), follow];
}

/** Line and column, both from 1, as a place in the document; outside of it, the nearest that there is. */
function placeOf(doc, line, column) {
  const at = doc.line(Math.min(Math.max(line || 1, 1), doc.lines));
  const from = Math.min(at.from + Math.max((column || 1) - 1, 0), at.to);
  // The word at that place, or what is left of the line.
  const word = /^[\w./-]+/.exec(doc.sliceString(from, at.to));
  return { from, to: word ? from + word[0].length : at.to };
}

/** CodeMirror's words for ours. */
const MARKED_AS = { advice: "info", note: "hint" };

function diagnostic(doc, { line, column, message, hint, severity = "error" }) {
  if (!line) return [];
  return [{ ...placeOf(doc, line, column), severity: MARKED_AS[severity] ?? severity, message: hint ? `${message}\n${hint}` : message }];
}

/** The text area itself, while or because there is nothing better. */
function plainEditor(textarea, { onRun, onChange }) {
  const listening = new AbortController();
  textarea.addEventListener("input", () => onChange(textarea.value), listening);
  textarea.addEventListener("keydown", (event) => event.key === "Enter" && (event.ctrlKey || event.metaKey) && onRun(), listening);
  return {
    stop: () => listening.abort(),
    get text() {
      return textarea.value;
    },
    set text(text) {
      textarea.value = text;
      onChange(text);
    },
    change(text) {
      this.text = text;
    },
    showProblems() {},
    highlight() {},
    show() {},
    sight: null,
    followCursor() {},
    goTo({ line, column }) {
      const before = textarea.value.split("\n").slice(0, Math.max((line || 1) - 1, 0));
      const offset = before.reduce((sum, each) => sum + each.length + 1, 0) + Math.max((column || 1) - 1, 0);
      textarea.focus();
      textarea.setSelectionRange(offset, offset);
    },
    focus: () => textarea.focus(),
  };
}
