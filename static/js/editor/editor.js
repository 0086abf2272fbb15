/**
 * Where is the text written? CodeMirror over the form's own text area, which stays the truth that is posted and is all there is without it.
 *
 * It lives in a shadow root: there CodeMirror uses constructed style sheets, which a strict Content-Security-Policy allows, in place of style elements.
 */

import { differenceOf } from "../text/difference.js";
import { DEEPEST_COLOURED, deepest } from "./nesting.js";

const THEME = {
  "&": { height: "100%", fontSize: "13px", color: "var(--ink)", backgroundColor: "transparent" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.55" },
  ".cm-content": { caretColor: "var(--ink)", padding: "10px 0 40px" },
  ".cm-gutters": { backgroundColor: "transparent", color: "var(--faint)", border: "none" },
  ".cm-lineNumbers .cm-gutterElement": { padding: "0 6px 0 10px" },
  ".cm-gutter-lint": { width: "14px" },
  ".cm-lint-marker": { width: "10px", height: "10px", padding: "5px 0 0 2px" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "var(--active-line)" },
  ".cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground": { backgroundColor: "var(--selection)" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  ".cm-tooltip": { backgroundColor: "var(--raised)", color: "var(--ink)", border: "1px solid var(--line)", borderRadius: "6px" },
  ".cm-diagnostic": { padding: "6px 10px", fontFamily: "var(--sans)" },
  ".cm-lintRange-error": { backgroundImage: "none", textDecoration: "underline wavy var(--bad) 1px", textUnderlineOffset: "3px" },
  ".cm-lintRange-warning": { backgroundImage: "none", textDecoration: "underline wavy var(--warn) 1px", textUnderlineOffset: "3px" },
};

/**
 * @param {HTMLTextAreaElement} textarea
 * @param {{onRun: () => void, onChange: (text: string) => void, label: string}} options
 */
export async function createEditor(textarea, { onRun, onChange, label }) {
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
  const view = new cm.EditorView({ parent: root, root, state: cm.EditorState.create({ doc: textarea.value, extensions: extensions(cm, textarea.value, { onRun, changed, label }) }) });

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
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text }, scrollIntoView: true });
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
      view.dispatch({ selection: { anchor: from }, effects: cm.EditorView.scrollIntoView(from, { y: "center" }) });
      view.focus();
    },
    focus: () => view.focus(),
  };
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
    goTo({ line, column }) {
      const before = textarea.value.split("\n").slice(0, Math.max((line || 1) - 1, 0));
      const offset = before.reduce((sum, each) => sum + each.length + 1, 0) + Math.max((column || 1) - 1, 0);
      textarea.focus();
      textarea.setSelectionRange(offset, offset);
    },
    focus: () => textarea.focus(),
  };
}
