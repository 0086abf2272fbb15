/** When does it happen? A moment that is picked on the chart's time axis, by pointer or keys, or typed as a number. */

import { el, setText } from "../text/dom.js";
import { t } from "../text/translate.js";
import { formatInstant } from "../time/format.js";

/** The longest run. */
const MOST_S = 7 * 24 * 3600;

/** See question.js. The answer: seconds. */
export function createMoment(ask, { stage, onChange, reachS = null, axisS = reachS }) {
  const mostS = reachS ?? MOST_S;
  const field = el("input", { type: "number", min: "0", max: String(mostS), step: "any", inputmode: "decimal", autocomplete: "off", oninput: typed });
  const reading = el("output", { class: "num" });
  const onAxis = el("button", { type: "button", class: "button", onclick: toAxis }, t("Pick on the axis"));
  const hint = el("p", { class: "hint" }, t("Click on the chart or on its time axis, or type the seconds."));
  /** The chart may be asked by another question meanwhile. */
  const owner = {};
  const mark = el("p", { class: "option-mark" });

  function valueOf() {
    const value = Number(field.value);
    return field.value.trim() !== "" && Number.isFinite(value) && value >= 0 && value <= mostS ? value : null;
  }

  function draw() {
    const value = valueOf();
    const isBeyond = Number(field.value) > mostS;
    setText(reading, isBeyond ? t("at most {time}", { time: formatInstant(mostS, 1) }) : value === null ? t("nothing picked yet") : formatInstant(value, 1));
  }

  function typed() {
    draw();
    if (valueOf() !== null) askOnAxis(valueOf());
    onChange();
  }

  function picked(atS) {
    field.value = String(atS);
    draw();
    onChange();
    stage.say(t("Picked: {time}", { time: formatInstant(atS, 1) }));
  }

  function askOnAxis(atS) {
    stage.pickMoment(owner, picked, { reachS: axisS, ...(atS === undefined ? {} : { atS }) });
  }

  function toAxis() {
    askOnAxis(valueOf() ?? undefined);
    stage.showChart();
    stage.focusPicker();
  }

  function show(answer) {
    stage.pickMoment(owner, null);
    field.value = String(answer);
    field.disabled = onAxis.disabled = true;
    hint.hidden = true;
    draw();
  }

  askOnAxis();
  draw();
  return {
    element: el("div", { class: "moment" }, hint, el("div", { class: "moment-row" }, el("label", null, field, " ", t("seconds")), reading, onAxis), mark),
    answer: valueOf,
    show,
    reveal(answer) {
      if (answer !== null) show(answer);
      const values = { time: formatInstant(ask.answer_s, 1), tolerance: ask.tolerance_s };
      setText(mark, t("It was at {time}; {tolerance} s before or after count as right.", values));
    },
    close: () => stage.pickMoment(owner, null),
  };
}
