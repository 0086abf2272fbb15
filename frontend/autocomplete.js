// What the editor's completion (static/js/editor/completing.js) uses of CodeMirror 6: a part of its own, loaded when somebody begins to write.
export {autocompletion, startCompletion} from "@codemirror/autocomplete";
