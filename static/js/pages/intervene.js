/**
 * What the reader does to the run, at the clock's time: the action is written into the scenario, and the run is computed again. The past stays as it was, the old
 * future stands behind the new one. The list of actions is part of the text, and so of the link.
 */

import { edited, Unreachable } from "../editor/server.js";
import { describeProblems } from "../text/describe.js";
import { el, setText } from "../text/dom.js";
import { describeAction, momentOf, onContainer, onNode, onPod, targetOf } from "../text/interventions.js";
import { formatInstant } from "../time/format.js";
import { t } from "../text/translate.js";
import { createMenu } from "./menu.js";
import { shortName } from "../text/names.js";

/**
 * @param {object} page
 * @param {HTMLElement} page.panel   the drawer's list of actions
 * @param {HTMLElement} page.menu
 * @param {object} page.session      see session.js
 * @param {object} page.clock
 * @param {() => object} page.workbench
 * @param {(text: string) => Promise<void>} page.show  another text is to be run in place of this one
 */
export function createIntervene({ panel, menu, session, clock, config, workbench, show, announcer }) {
  const list = panel.querySelector("ol");
  const empty = panel.querySelector("[data-part=empty]");
  const message = panel.querySelector("[data-part=message]");
  const opened = createMenu(menu);
  /** The answer about a text, asked of the server once. */
  let asked = { text: null, answer: null };
  /** The text whose actions are listed. */
  let drawn = null;
  let busy = false;

  /** @param {object|null} row a row of the chart; null: only the node */
  async function openMenu(row, { x, y, from }) {
    const { records, room } = session.model;
    // What the menu says is what is written, however long it stays open.
    const atS = clock.nowS;
    const time = formatInstant(atS, 3);
    const { targets } = (await answerAbout(session.text)) ?? {};
    const groups = [];
    if (row) {
      const { address: pod, probesOf } = targetOf(row.pod, records, targets);
      if (row.type !== "pod") {
        groups.push({ heading: t("{container}, at {time}", { container: row.name, time }), entries: onContainer(`${pod}/${row.name}`, probesOf(row.name)) });
      }
      groups.push({ heading: t("{pod}, at {time}", { pod: shortName(row.pod), time }), entries: onPod(pod) });
    }
    groups.push({ heading: t("The node, at {time}", { time }), entries: onNode([...room.disks.keys()], targets) });
    opened.open(groups, { x, y, from, onChosen: (action) => change({ action: { at: momentOf(atS), ...action } }, t("Done at {time}: {action}", { time, action: verbOf(action) })) });
  }

  /** Have the text changed by the server, and run what comes out. */
  async function change(wanted, done) {
    if (busy) return;
    busy = true;
    say("");
    try {
      const { text } = workbench().editor;
      const answer = await edited(workbench().form, config.intervene_url, { text, ...wanted });
      if (answer.problems) return say(describeProblems(answer.problems));
      if (workbench().editor.text !== text) return say(t("The text was changed meanwhile, so nothing was done. Try again."));
      await show(answer.text);
      announcer.say(done);
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      say(error.message);
    } finally {
      busy = false;
    }
  }

  function say(text) {
    setText(message, text);
    message.hidden = !text;
    if (text) announcer.say(text);
  }

  /** null if the server cannot be reached: then the trace has to do. */
  async function answerAbout(text) {
    if (asked.text !== text) asked = { text, answer: edited(workbench().form, config.intervene_url, { text }) };
    try {
      return await asked.answer;
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      asked = { text: null, answer: null };
      return null;
    }
  }

  /** The actions of the text that is shown. */
  async function draw() {
    const { text } = session;
    if (drawn === text) return;
    drawn = text;
    const answer = await answerAbout(text);
    if (!answer) return (drawn = null);
    if (drawn !== text) return;
    const { actions = [] } = answer;
    empty.hidden = actions.length > 0;
    list.replaceChildren(...actions.map(item));
  }

  function item(action) {
    const words = describeAction(action);
    const line = action.line ? el("button", { type: "button", class: "text-button", onclick: () => workbench().editor.goTo({ line: action.line, column: 1 }) }, t("line {line}", { line: action.line })) : null;
    const remove = { type: "button", class: "button quiet", "aria-label": t("Take out: {action}", { action: words }), onclick: () => change({ remove: action.index }, t("The action is taken out.")).then(() => panel.focus()) };
    return el("li", null, el("span", { class: "num" }, action.at ?? action.after ?? ""), el("code", null, words), line, el("button", remove, t("Take out")));
  }

  return { openMenu, draw, say };
}

function verbOf(action) {
  const [verb, target] = Object.entries(action).find(([name]) => name !== "at") ?? [];
  return `${verb} ${target}`;
}
