/** Under what name does somebody come in? Asked once a room; nobody signs up. */

import { setText } from "../text/dom.js";

/**
 * @param {HTMLDialogElement} dialog  templates/classroom/_enter.html
 * @param {(nickname: string) => void} onName
 */
export function createEntering(dialog, onName) {
  const form = dialog.querySelector("form");
  const wrong = dialog.querySelector("[data-part=wrong]");

  // There is nothing behind it before one has a name.
  dialog.addEventListener("cancel", (event) => event.preventDefault());
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const nickname = form.elements.nickname.value.trim();
    if (!nickname) return form.elements.nickname.focus();
    onName(nickname);
    return undefined;
  });

  return {
    /** @param {string} [message] why the name before was not taken */
    ask(message = "") {
      setText(wrong, message);
      wrong.hidden = !message;
      if (!dialog.open) dialog.showModal();
      form.elements.nickname.focus();
    },
    close: () => dialog.close(),
    get isOpen() {
      return dialog.open;
    },
  };
}
