// What our editor module (static/js/editor/editor.js) uses of CodeMirror 6; bundled at set-up into static/vendor/codemirror.js.
export {autocompletion, completionKeymap} from "@codemirror/autocomplete";
export {defaultKeymap, history, historyKeymap, indentWithTab} from "@codemirror/commands";
export {yaml} from "@codemirror/lang-yaml";
export {bracketMatching, HighlightStyle, indentOnInput, indentUnit, syntaxHighlighting} from "@codemirror/language";
export {lintGutter, lintKeymap, setDiagnostics} from "@codemirror/lint";
export {Compartment, EditorState} from "@codemirror/state";
export {drawSelection, EditorView, highlightActiveLine, highlightActiveLineGutter, keymap, lineNumbers, placeholder} from "@codemirror/view";
export {tags} from "@lezer/highlight";
