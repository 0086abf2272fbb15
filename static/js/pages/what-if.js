/**
 * What if a number were another? Sliders for the numbers of the text: each change goes into the text, the run is computed again at once and without a link, and the
 * run that has one stays behind it. Run makes a link of what has become of it.
 */

import { edited, Unreachable } from "../editor/server.js";
import { describeProblems } from "../text/describe.js";
import { el, setText } from "../text/dom.js";
import { t, tn } from "../text/translate.js";
import { placeOf, valueAt, wordsOf } from "../text/knobs.js";

/** A slider that is dragged sends many values; the last one in so long counts. */
const SETTLED_MS = 60;
const STEPS = 200;

/**
 * @param {object} page
 * @param {HTMLElement} page.panel
 * @param {(text: string) => void} page.show  another text is to be run in place of this one
 */
export function createWhatIf({ panel, session, config, workbench, announcer, show }) {
  const part = (name) => panel.querySelector(`[data-part="${name}"]`);
  const list = part("knobs");
  let listed = null;
  let timer = 0;
  let asking = Promise.resolve();

  part("reset").addEventListener("click", reset);

  /** The knobs of the text that is in the editor, asked of the server once for each text. */
  async function draw() {
    const { text } = workbench().editor;
    if (listed === text) return;
    listed = text;
    const answer = await ask({ text });
    if (answer && listed === text) fill(answer);
  }

  async function ask(wish) {
    try {
      const answer = await edited(workbench().form, config.knobs_url, wish);
      say(describeProblems(answer.problems ?? []));
      return answer.problems ? null : answer;
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      say(error.message);
      return null;
    }
  }

  function say(text) {
    setText(part("message"), text);
    part("message").hidden = !text;
  }

  function fill({ knobs, more = 0 }) {
    const groups = new Map();
    for (const knob of knobs) groups.set(knob.group, [...(groups.get(knob.group) ?? []), knob]);
    part("empty").hidden = knobs.length > 0;
    setText(part("more"), more ? tn("{count} more number is not listed.", "{count} more numbers are not listed.", more) : "");
    part("reset").hidden = session.origin === null;
    list.replaceChildren(...[...groups].map(([name, each]) => el("fieldset", { class: "knobs" }, el("legend", null, name), ...each.map(control))));
  }

  /** A slider, and a switch for what is no number: `forever`, `ignore`. */
  function control(knob) {
    const number = typeof knob.value === "number" ? knob.value : knob.min;
    const output = el("output", null, wordsOf(knob, knob.value));
    const name = `${knob.group} ${knob.label}`;
    const slider = el("input", { type: "range", min: "0", max: String(STEPS), step: "1", value: String(Math.round(placeOf(knob, number) * STEPS)), "aria-label": name, disabled: knob.value !== number });
    const shown = () => valueAt(knob, Number(slider.value) / STEPS);
    const set = (value, waitMs) => {
      setText(output, wordsOf(knob, value));
      slider.setAttribute("aria-valuetext", wordsOf(knob, value));
      turn(knob, value, waitMs);
    };
    slider.setAttribute("aria-valuetext", wordsOf(knob, knob.value));
    slider.addEventListener("input", () => set(shown(), SETTLED_MS));
    const switches = knob.words.map((word) => {
      const box = el("input", { type: "checkbox", checked: knob.value === word, "aria-label": `${name}: ${word}` });
      box.addEventListener("change", () => {
        slider.disabled = box.checked;
        set(box.checked ? word : shown(), 0);
      });
      return el("label", { class: "knob-word" }, box, ` ${word}`);
    });
    return el("div", { class: "knob" }, el("span", { title: knob.label }, knob.label), slider, el("span", { class: "knob-value" }, output, ...switches));
  }

  function turn(knob, value, waitMs) {
    clearTimeout(timer);
    timer = setTimeout(() => (asking = asking.then(() => change(knob, value))), waitMs);
  }

  async function change(knob, value) {
    const { text } = workbench().editor;
    const answer = await ask({ text, id: knob.id, value });
    if (!answer || workbench().editor.text !== text) return;
    // The sliders stay as they are under the hand; they say what the text says.
    listed = answer.text;
    show(answer.text);
    part("reset").hidden = session.origin === null;
    announcer.say(t("{label}: {value}", { label: knob.label, value: wordsOf(knob, value) }));
  }

  /** Back to the run that was there before the first change. */
  function reset() {
    if (!session.origin) return;
    listed = null;
    workbench().editor.change(session.origin.text);
    session.toOrigin();
    part("reset").hidden = true;
    panel.focus();
  }

  return { draw, reset };
}
