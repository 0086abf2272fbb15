/**
 * Which key does what? One table, from which the page acts and the help dialog is written. Pure.
 *
 * An entry with a `page` is for that page alone; the page of a run is "run".
 *
 * Letters are physical keys (KeyboardEvent.code), so that W A S D lie under the left hand on every layout; `?`, `+` and brackets are what is printed on them.
 */

export const KEYS = [
  { action: "toggle-play", codes: ["Space"], shown: ["Space"], does: "Play or pause" },
  { action: "speed-0", codes: ["Digit1"], shown: ["1"], does: "Speed: 1×" },
  { action: "speed-1", codes: ["Digit2"], shown: ["2"], does: "Speed: 10×" },
  { action: "speed-2", codes: ["Digit3"], shown: ["3"], does: "Speed: 60×" },
  { action: "speed-3", codes: ["Digit4"], shown: ["4"], does: "Speed: as fast as it comes" },
  { action: "step-back", keys: ["<"], codes: ["Shift+Comma"], shown: ["Shift", ","], does: "Step to the change before" },
  { action: "step-forward", keys: [">"], codes: ["Shift+Period"], shown: ["Shift", "."], does: "Step to the next change" },
  { action: "follow", codes: ["End"], shown: ["End"], does: "Jump to now and follow" },
  { action: "fit", codes: ["Home", "Digit0"], shown: ["0", "Home"], either: true, does: "Show the whole run" },
  { action: "zoom-in", codes: ["KeyW", "NumpadAdd"], keys: ["+"], shown: ["W", "+"], either: true, does: "Zoom in" },
  { action: "zoom-out", codes: ["KeyS", "NumpadSubtract"], keys: ["-"], shown: ["S", "−"], either: true, does: "Zoom out" },
  { action: "pan-left", codes: ["KeyA"], shown: ["A"], does: "Move left (with Shift: far)" },
  { action: "pan-right", codes: ["KeyD"], shown: ["D"], does: "Move right (with Shift: far)" },
  { action: "pan-left-far", codes: ["Shift+KeyA"] },
  { action: "pan-right-far", codes: ["Shift+KeyD"] },
  { action: "interval-back", codes: ["ArrowLeft", "Comma"], shown: ["←", ","], either: true, does: "Interval before, on this row" },
  { action: "interval-forward", codes: ["ArrowRight", "Period"], shown: ["→", "."], either: true, does: "Next interval on this row" },
  { action: "row-up", codes: ["ArrowUp"], shown: ["↑"], does: "Row above" },
  { action: "row-down", codes: ["ArrowDown"], shown: ["↓"], does: "Row below" },
  { action: "centre", codes: ["KeyF"], shown: ["F"], does: "Centre the selection; again: fill the view with it" },
  { action: "details", codes: ["Enter"], shown: ["Enter"], does: "Why the selection began and ended" },
  { action: "clear", codes: ["Escape"], shown: ["Esc"], does: "Clear the selection" },
  { action: "problem-next", codes: ["KeyN"], shown: ["N"], does: "Next problem (with Shift: the one before)" },
  { action: "problem-back", codes: ["Shift+KeyN"] },
  { action: "hide-future", codes: ["KeyH"], shown: ["H"], does: "Hide or show what comes after the clock" },
  { action: "table", codes: ["KeyT"], shown: ["T"], does: "Chart or table" },
  { action: "drawer", codes: ["KeyQ"], shown: ["Q"], does: "Open or close the drawer" },
  { action: "fold-all", keys: ["["], shown: ["["], does: "Fold all pods" },
  { action: "unfold-all", keys: ["]"], shown: ["]"], does: "Unfold all pods" },
  { action: "lens", codes: ["KeyV"], shown: ["V"], does: "Next lens: node, kubelet, API" },
  { action: "search", keys: ["/"], shown: ["/"], does: "Search rows, states and reasons" },
  { action: "intervene", codes: ["KeyI"], shown: ["I"], does: "Intervene at the clock's time", page: "run" },
  { action: "ghost-off", codes: ["KeyX"], shown: ["X"], does: "Hide the run behind", page: "run" },
  { action: "swap", codes: ["KeyX"], shown: ["X"], does: "Swap A and B", page: "compare" },
  { action: "copy-link", codes: ["KeyC"], shown: ["C"], does: "Copy the link to this view" },
  { action: "share", codes: ["Shift+KeyC"], shown: ["Shift", "C"], does: "Share this run", page: "run" },
  { action: "row-of-line", shown: ["Alt", "Enter"], does: "In the editor: select the row of the lines at the cursor", page: "run" },
  { action: "help", keys: ["?"], shown: ["?"], does: "This list" },
];

/** What a page's keys do. */
export function keysOf(page) {
  return KEYS.filter((entry) => !entry.page || entry.page === page);
}

/** The action of a key press, or null. Keys with Ctrl, Alt or Meta belong to the browser. */
export function actionOf({ code, key, shiftKey, ctrlKey, altKey, metaKey }, page = "run") {
  if (ctrlKey || altKey || metaKey) return null;
  const pressed = shiftKey ? `Shift+${code}` : code;
  const keys = keysOf(page);
  const entry = keys.find((each) => each.codes?.includes(pressed)) ?? keys.find((each) => each.keys?.includes(key));
  return entry?.action ?? null;
}
