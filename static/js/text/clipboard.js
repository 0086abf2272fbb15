/** Copying, also where the browser has no clipboard to give: without TLS, or without permission. */

import { el } from "./dom.js";

/** @returns {Promise<boolean>} whether it could be copied */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

/** Inside an open dialog if there is one: what stands behind it cannot be selected. */
function copyBySelection(text) {
  const focused = document.activeElement;
  const field = el("textarea", { class: "visually-hidden", "aria-hidden": "true", tabindex: "-1" });
  field.value = text;
  (document.querySelector("dialog[open]") ?? document.body).append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  focused?.focus();
  return done;
}
