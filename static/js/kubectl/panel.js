/** The two panels of the drawer that print what kubectl would: a choice, the command as one would type it, the text with what is new marked, a button to copy. */

import { el, setText } from "../text/dom.js";
import { t } from "../text/translate.js";
import { changedLines, meaningOf } from "./changes.js";
import { describeCommand, describePod } from "./describe.js";
import { getCommand, getPods } from "./get.js";
import { createPods } from "./pods.js";
import { statusYaml, yamlCommand } from "./status-yaml.js";
import { copyText } from "../text/clipboard.js";
import { shortName } from "../text/names.js";

const COPIED_MS = 1500;

/** `get pods`, and `describe` of each pod. */
const KUBECTL = {
  choices: (keys) => [["", "get pods"], ...keys.map((key) => [key, `describe pod ${shortName(key)}`])],
  command: (pods, key, clockS) => (key ? describeCommand(key) : getCommand(pods, clockS)),
  lines: (pods, key, clockS, book) => (key ? describePod(pods, key, clockS, book) : getPods(pods, clockS)),
  needsBook: (key) => key !== "",
  /** Who looks at all pods goes on to look at all of them. */
  follows: (key) => key !== "",
};

const YAML = {
  choices: (keys) => keys.map((key) => [key, shortName(key)]),
  command: (pods, key) => yamlCommand(key),
  lines: (pods, key, clockS, book) => statusYaml(pods, key, clockS, book),
  needsBook: () => true,
  follows: () => true,
};

/** Both panels over one fold of the records. */
export function createPanels(panels) {
  const parts = { kubectl: createPanel(panels.kubectl, KUBECTL), yaml: createPanel(panels.yaml, YAML) };
  let known = null;
  let pods = null;

  return {
    /** @param {{records: object[], clockS: number, selected: object|null, book: () => object|null, tab: string}} now */
    draw({ records, tab, ...now }) {
      // Another run, or the same one with another action: nothing that was folded holds.
      if (records !== known) [known, pods] = [records, createPods()];
      pods.take(records);
      parts[tab].draw({ pods, ...now });
    },
  };
}

function createPanel(panel, view) {
  const part = (name) => panel.querySelector(`[data-part=${name}]`);
  const [choice, command, text, copy, empty] = ["choice", "command", "text", "copy", "empty"].map(part);
  /** What is on the screen: lines, their meanings, and which of them are new. */
  let shown = { command: "", book: null, lines: [], meanings: [], changed: new Set() };
  let listed = "";
  let followed = null;
  let last = null;

  choice.addEventListener("change", () => render());
  copy.addEventListener("click", async () => {
    const copied = await copyText(`${shown.lines.join("\n")}\n`);
    setText(copy, copied ? t("Copied") : t("Not allowed: select the text"));
    setTimeout(() => setText(copy, t("Copy")), COPIED_MS);
  });

  function list(keys) {
    const choices = view.choices(keys);
    const wanted = JSON.stringify(choices);
    if (wanted === listed) return;
    listed = wanted;
    const chosen = choice.value;
    choice.replaceChildren(...choices.map(([value, label]) => el("option", { value }, label)));
    if (choices.some(([value]) => value === chosen)) choice.value = chosen;
  }

  function follow(selected) {
    const pod = selected?.row.pod ?? null;
    if (pod === followed) return;
    followed = pod;
    if (pod && view.follows(choice.value) && [...choice.options].some(({ value }) => value === pod)) choice.value = pod;
  }

  function render() {
    const { pods, clockS, book } = last;
    const there = choice.options.length > 0;
    copy.disabled = !there;
    empty.hidden = there;
    setText(empty, t("No pod has been made yet."));
    const known = there && view.needsBook(choice.value) ? book() : null;
    if (there) show(view.command(pods, choice.value, clockS), known, view.lines(pods, choice.value, clockS, known));
    else show("", null, []);
  }

  /** The marks stay until something changes again; another question has none, nor has what only the book knew. */
  function show(typed, book, lines) {
    if (typed === shown.command && lines.length === shown.lines.length && lines.every((line, index) => line === shown.lines[index])) return;
    const meanings = lines.map(meaningOf);
    const asked = typed === shown.command && book === shown.book;
    const same = asked && meanings.length === shown.meanings.length && meanings.every((line, index) => line === shown.meanings[index]);
    const changed = same ? shown.changed : asked ? changedLines(shown.meanings, meanings) : new Set();
    setText(command, typed);
    write(lines, changed);
    shown = { command: typed, book, lines, meanings, changed };
  }

  /** Lines keep their elements: a selection that the reader made in one that did not change stays. */
  function write(lines, changed) {
    while (text.children.length > lines.length) text.lastChild.remove();
    for (const [index, line] of lines.entries()) {
      const element = text.children[index] ?? text.appendChild(el("span"));
      setText(element, line);
      element.className = [line.startsWith("# ") ? "comment" : "", changed.has(index) ? "changed" : ""].join(" ").trim();
    }
  }

  return {
    draw(now) {
      last = now;
      list(now.pods.keys());
      follow(now.selected);
      render();
    },
  };
}
