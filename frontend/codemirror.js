// What our editor modules (static/js/editor) use of CodeMirror 6; bundled at set-up into static/vendor/codemirror.js, and what it shares with autocomplete.js into a part of its own.
export {defaultKeymap, history, historyKeymap, indentWithTab} from "@codemirror/commands";
export {yaml} from "@codemirror/lang-yaml";
export {bracketMatching, HighlightStyle, indentOnInput, indentUnit, syntaxHighlighting} from "@codemirror/language";
export {lintGutter, lintKeymap, setDiagnostics} from "@codemirror/lint";
export {Compartment, EditorSelection, EditorState, StateEffect, StateField} from "@codemirror/state";
export {Decoration, drawSelection, EditorView, highlightActiveLine, highlightActiveLineGutter, keymap, lineNumbers, WidgetType} from "@codemirror/view";
export {tags} from "@lezer/highlight";
