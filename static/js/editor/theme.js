/** How does CodeMirror look? In the colours of the page: its style sheets live in a shadow root, which variables reach. */

export const THEME = {
  "&": { height: "100%", fontSize: "13px", color: "var(--ink)", backgroundColor: "transparent" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.55" },
  ".cm-content": { caretColor: "var(--ink)", padding: "10px 0 40px" },
  // Not transparent: long lines go under it.
  ".cm-gutters": { backgroundColor: "var(--page)", color: "var(--faint)", border: "none" },
  ".cm-lineNumbers .cm-gutterElement": { padding: "0 6px 0 10px" },
  ".cm-gutter-lint": { width: "14px" },
  ".cm-lint-marker": { width: "10px", height: "10px", padding: "5px 0 0 2px" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "var(--active-line)" },
  ".cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground": { backgroundColor: "var(--selection)" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  ".cm-tooltip": { backgroundColor: "var(--raised)", color: "var(--ink)", border: "1px solid var(--line-strong)", borderRadius: "6px" },
  ".cm-diagnostic": { padding: "6px 10px", fontFamily: "var(--sans)" },
  ".cm-lintRange-error": { backgroundImage: "none", textDecoration: "underline wavy var(--bad) 1px", textUnderlineOffset: "3px" },
  ".cm-lintRange-warning": { backgroundImage: "none", textDecoration: "underline wavy var(--warn) 1px", textUnderlineOffset: "3px" },

  ".cm-tooltip.cm-tooltip-autocomplete": { boxShadow: "0 6px 24px var(--shadow)", overflow: "visible" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--mono)", fontSize: "12.5px", maxHeight: "15em", minWidth: "180px", padding: "4px 0" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "2px 10px", lineHeight: "1.5", display: "flex", gap: "14px", justifyContent: "space-between" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]": { backgroundColor: "var(--selection)", color: "var(--ink)" },
  ".cm-completionMatchedText": { textDecoration: "none", fontWeight: "700" },
  ".cm-completionDetail": { color: "var(--muted)", fontStyle: "normal", margin: "0", fontSize: "11.5px" },
  "li[aria-selected] > .cm-completionDetail": { color: "var(--ink)" },
  ".cm-tooltip.cm-completionInfo": { width: "max-content", maxWidth: "min(340px, 80vw)", padding: "8px 12px", fontFamily: "var(--sans)", fontSize: "12.5px", lineHeight: "1.45", boxShadow: "0 6px 24px var(--shadow)" },
  ".about-field": { color: "var(--muted)", fontSize: "12px", marginTop: "4px", overflowWrap: "anywhere" },

  ".cm-decides": { backgroundColor: "var(--selected-row)", boxShadow: "inset 3px 0 var(--link)" },
  ".cm-elsewhere": { padding: "1px 8px", color: "var(--muted)", backgroundColor: "var(--sunken)", font: "12px/1.6 var(--sans)", cursor: "pointer" },
  ".cm-elsewhere:hover": { color: "var(--ink)", backgroundColor: "var(--hover)" },
};
