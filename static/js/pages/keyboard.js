/** When does a key belong to the page? Not while somebody writes or a menu is open, and not where the element that has the focus answers it itself. */

import { actionOf } from "../time/keys.js";

const WRITING = "input:not([type=range], [type=radio]), textarea, select, .editor-host, dialog[open], [popover]";
const ANSWERING = "button, a, summary, [role=tab], [role=row], input[type=range], input[type=radio]";
const ANSWERED = /^(Space|Enter|Arrow|Home|End)/;

/**
 * @param {(action: string) => void} act
 * @param {{keysAreOff: boolean}} help
 * @param {string} [page] whose keys they are
 */
export function listenToKeys(act, help, page = "run") {
  document.addEventListener("keydown", (event) => {
    const { target } = event;
    if (help.keysAreOff || event.defaultPrevented || target.closest(WRITING)) return;
    if (target.closest(ANSWERING) && ANSWERED.test(event.code)) return;
    const action = actionOf(event, page);
    if (!action) return;
    event.preventDefault();
    act(action);
  });
}
