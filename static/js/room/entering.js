/** Under what name does somebody come in? Asked once a room; nobody signs up. */

import { setText } from "../text/dom.js";

/**
 * @param {HTMLDialogElement} dialog  templates/classroom/_enter.html
 * @param {(nickname: string) => void} onName
 */
export function createEntering(dialog, onName) {
  const form = dialog.querySelector("form");
  const wrong = dialog.querySelector("[data-part=wrong]");

  let isAsking = false;

  // There is nothing behind it before one has a name, and a browser lets nobody refuse its being closed twice.
  dialog.addEventListener("close", () => isAsking && open());
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const nickname = form.elements.nickname.value.trim();
    if (!nickname) return form.elements.nickname.focus();
    onName(nickname);
    return undefined;
  });

  function open() {
    if (!dialog.open) dialog.showModal();
    form.elements.nickname.focus();
  }

  return {
    /** @param {string} [message] why the name before was not taken */
    ask(message = "") {
      setText(wrong, message);
      wrong.hidden = !message;
      isAsking = true;
      open();
    },
    close() {
      isAsking = false;
      dialog.close();
    },
  };
}
