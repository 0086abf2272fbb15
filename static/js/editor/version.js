/**
 * The switch of Kubernetes version and feature gates in the editor's bar. The text is the truth: a choice changes the text, through the server, as one step that
 * can be undone; what is written by hand comes back here with the next check.
 */

import { setText } from "../text/dom.js";
import { lazily } from "../text/lazily.js";
import { t } from "../text/translate.js";
import { edit, gates, Unreachable } from "./server.js";

/**
 * @param {HTMLFormElement} form  templates/scenarios/_editor.html
 * @param {{edit_url: string, gates_url: string}} config
 * @param {{textOf: () => string, change: (text: string) => void, refuse: (problems: Array) => void, say: (text: string) => void}} editor
 */
export function createSwitch(form, config, { textOf, change, refuse, say }) {
  const bar = form.querySelector('[data-part="switch"]');
  const select = bar.querySelector("select");
  const count = bar.querySelector('[data-part="count"]');
  /** Loaded when it is opened for the first time. */
  let dialog = null;
  const load = lazily(
    () => import("./gates-dialog.js"),
    ({ createGatesDialog }) => createGatesDialog(document.getElementById("gates"), { onSwitch: (name, value) => ask({ gates: { [name]: value } }) }),
  );
  let chosen = { kubernetes: select.value, gates: {} };
  let table = null;
  /** Choices one after another, each upon the text that the one before made. */
  let last = Promise.resolve();

  function ask(wanted) {
    last = last.then(() => apply(wanted));
  }

  async function apply(wanted) {
    dialog?.say("");
    try {
      for (;;) {
        const text = textOf();
        const answer = await edit(form, config.edit_url, { text, ...wanted });
        // Somebody wrote on meanwhile: the choice is for the new text.
        if (textOf() !== text) continue;
        if (answer.problems) return refused(answer.problems);
        change(answer.text);
        return show(answer);
      }
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      say(error.message);
      dialog?.say(error.message);
      draw();
    }
  }

  function refused(problems) {
    refuse(problems);
    dialog?.say(problems[0].message);
    draw();
  }

  /** Of an answer; where the text is no YAML, what was chosen before stays in sight. */
  function show({ kubernetes, gates: named }) {
    if (kubernetes) chosen = { kubernetes, gates: named };
    draw();
  }

  function draw() {
    select.value = chosen.kubernetes;
    const named = Object.keys(chosen.gates).length;
    setText(count, named ? String(named) : "");
    dialog?.update(table, chosen);
  }

  async function open() {
    dialog.open();
    try {
      table ??= await gates(config.gates_url);
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      dialog.say(error.message);
    }
    draw();
  }

  select.addEventListener("change", () => ask({ kubernetes: select.value }));
  bar.querySelector('[data-part="gates"]').addEventListener("click", () =>
    load(
      (loaded) => {
        dialog = loaded;
        open();
      },
      () => say(t("The server cannot be reached. Try again in a moment.")),
    ),
  );
  bar.hidden = false;
  return { show };
}
