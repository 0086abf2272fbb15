/**
 * Which key does what? One table, from which the page acts and the help dialog is written. Pure.
 *
 * An entry with a `page` is for that page alone; the page of a run is "run".
 *
 * Letters are physical keys (KeyboardEvent.code), so that W A S D lie under the left hand on every layout; `?`, `+` and brackets are what is printed on them.
 */

import { later } from "../text/translate.js";

export const KEYS = [
  { action: "toggle-play", codes: ["Space"], shown: ["Space"], does: later("Play or pause") },
  { action: "speed-0", codes: ["Digit1"], shown: ["1"], does: later("Speed: 1×") },
  { action: "speed-1", codes: ["Digit2"], shown: ["2"], does: later("Speed: 10×") },
  { action: "speed-2", codes: ["Digit3"], shown: ["3"], does: later("Speed: 60×") },
  { action: "speed-3", codes: ["Digit4"], shown: ["4"], does: later("Speed: as fast as it comes") },
  { action: "step-back", keys: ["<"], codes: ["Shift+Comma"], shown: ["Shift", ","], does: later("Step to the change before") },
  { action: "step-forward", keys: [">"], codes: ["Shift+Period"], shown: ["Shift", "."], does: later("Step to the next change") },
  { action: "follow", codes: ["End"], shown: ["End"], does: later("Jump to now and follow") },
  { action: "fit", codes: ["Home", "Digit0"], shown: ["0", "Home"], either: true, does: later("Show the whole run") },
  { action: "zoom-in", codes: ["KeyW", "NumpadAdd"], keys: ["+"], shown: ["W", "+"], either: true, does: later("Zoom in") },
  { action: "zoom-out", codes: ["KeyS", "NumpadSubtract"], keys: ["-"], shown: ["S", "−"], either: true, does: later("Zoom out") },
  { action: "pan-left", codes: ["KeyA"], shown: ["A"], does: later("Move left (with Shift: far)") },
  { action: "pan-right", codes: ["KeyD"], shown: ["D"], does: later("Move right (with Shift: far)") },
  { action: "pan-left-far", codes: ["Shift+KeyA"] },
  { action: "pan-right-far", codes: ["Shift+KeyD"] },
  { action: "interval-back", codes: ["ArrowLeft", "Comma"], shown: ["←", ","], either: true, does: later("Interval before, on this row") },
  { action: "interval-forward", codes: ["ArrowRight", "Period"], shown: ["→", "."], either: true, does: later("Next interval on this row") },
  { action: "row-up", codes: ["ArrowUp"], shown: ["↑"], does: later("Row above") },
  { action: "row-down", codes: ["ArrowDown"], shown: ["↓"], does: later("Row below") },
  { action: "centre", codes: ["KeyF"], shown: ["F"], does: later("Centre the selection; again: fill the view with it") },
  { action: "details", codes: ["Enter"], shown: ["Enter"], does: later("Why the selection began and ended") },
  { action: "clear", codes: ["Escape"], shown: ["Esc"], does: later("Clear the selection") },
  { action: "problem-next", codes: ["KeyN"], shown: ["N"], does: later("Next problem (with Shift: the one before)") },
  { action: "problem-back", codes: ["Shift+KeyN"] },
  { action: "hide-future", codes: ["KeyH"], shown: ["H"], does: later("Hide or show what comes after the clock") },
  { action: "table", codes: ["KeyT"], shown: ["T"], does: later("Chart or table") },
  { action: "drawer", codes: ["KeyQ"], shown: ["Q"], does: later("Open or close the drawer") },
  { action: "fold-all", keys: ["["], shown: ["["], does: later("Fold all pods") },
  { action: "unfold-all", keys: ["]"], shown: ["]"], does: later("Unfold all pods") },
  { action: "lens", codes: ["KeyV"], shown: ["V"], does: later("Next lens: node, kubelet, API") },
  { action: "search", keys: ["/"], shown: ["/"], does: later("Search rows, states and reasons") },
  { action: "intervene", codes: ["KeyI"], shown: ["I"], does: later("Intervene at the clock's time"), page: "run" },
  { action: "ghost-off", codes: ["KeyX"], shown: ["X"], does: later("Hide the run behind"), page: "run" },
  { action: "swap", codes: ["KeyX"], shown: ["X"], does: later("Swap A and B"), page: "compare" },
  { action: "copy-link", codes: ["KeyC"], shown: ["C"], does: later("Copy the link to this view") },
  { action: "share", codes: ["Shift+KeyC"], shown: ["Shift", "C"], does: later("Share this run"), page: "run" },
  { action: "row-of-line", shown: ["Alt", "Enter"], does: later("In the editor: select the row of the lines at the cursor"), page: "run" },
  { action: "help", keys: ["?"], shown: ["?"], does: later("This list") },
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
