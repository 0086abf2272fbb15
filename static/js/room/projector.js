/** The page on a wall: large type, only the step, the chart and the code. The style sheet does it; here is the switch, and what has to be measured anew. */

import { el, setText } from "../text/dom.js";
import { t } from "../text/translate.js";
import { joinUrlOf } from "./code-dialog.js";
import { spoken } from "./following.js";

/** @param {object} room  see code-dialog.js  @param {object} page of pages/run.js */
export function createProjector(room, page) {
  const root = document.documentElement;
  const address = joinUrlOf(room).href.replace(/^https?:\/\//, "");
  const answered = el("span", { class: "num", "data-part": "answered" });
  const bar = el(
    "div",
    { class: "projector-bar", hidden: true },
    el("span", null, t("Join at {address}", { address })),
    el("h1", { class: "projector-code" }, spoken(room.code)),
    answered,
    el("button", { type: "button", class: "button", onclick: () => toggle(false) }, t("Leave (Esc)")),
  );
  document.getElementById("main").prepend(bar);

  function toggle(on = !projector.isOn) {
    root.dataset.projector = on ? "on" : "";
    bar.hidden = !on;
    if (on) bar.querySelector("button").focus();
    else document.querySelector("#room-strip [data-part=projector]").focus();
    page.redraw();
  }

  const projector = {
    get isOn() {
      return root.dataset.projector === "on";
    },
    toggle,
    /** @param {{given: number, of: number}|null} count  how many have answered what is asked; null: nothing is */
    draw(count) {
      setText(answered, count ? t("{given} of {count} answered", { given: count.given, count: count.of }) : "");
    },
  };
  return projector;
}
