/** Which Kubernetes Events were there? What `kubectl describe` and `kubectl get events` would have shown, by virtual time. */

import { el } from "../text/dom.js";
import { DECIMALS } from "../text/describe.js";
import { t } from "../text/translate.js";
import { formatInstant } from "../time/format.js";
import { shortName } from "../text/names.js";

/** Rows beyond this are left out until asked for: a page must stay quick. */
const PAGE_ROWS = 500;

export function createEvents(panel, { onSeek }) {
  const body = panel.querySelector("tbody");
  const empty = panel.querySelector("[data-part=empty]");
  const more = panel.querySelector("[data-part=more]");
  const events = [];
  let known = null;
  let read = 0;
  let shown = 0;
  let limit = PAGE_ROWS;
  let lastPassed = -1;
  more.addEventListener("click", () => {
    limit = Infinity;
    append();
  });

  /** Another run is shown. */
  function reset(records) {
    known = records;
    events.length = read = shown = 0;
    lastPassed = -1;
    body.replaceChildren();
  }

  function append() {
    const until = Math.min(events.length, limit);
    body.append(...events.slice(shown, until).map(row));
    shown = until;
    more.hidden = shown >= events.length;
    more.textContent = t("Show {count} more", { count: events.length - shown });
    empty.hidden = events.length > 0;
  }

  function row({ t: atS, type, reason, pod, object, message, count }) {
    const subject = [pod && shortName(pod), object === "pod" ? null : object].filter(Boolean).join("/");
    const time = el("button", { type: "button", class: "time-link", title: t("Move the clock here"), onclick: () => onSeek(atS) }, formatInstant(atS, DECIMALS));
    return el(
      "tr",
      { class: type === "Warning" ? "warning" : null },
      el("td", { class: "num" }, time),
      el("td", null, type),
      el("td", null, reason),
      el("td", null, subject),
      el("td", { class: "message" }, message),
      el("td", { class: "num" }, count > 1 ? `×${count}` : ""),
    );
  }

  return {
    get count() {
      return events.length;
    },

    /** Take what is new in the records. */
    update(records) {
      if (records !== known) reset(records);
      for (; read < records.length; read += 1) if (records[read].layer === "event") events.push(records[read]);
      append();
    },

    /** Grey what the clock has not reached. */
    drawClock(clockS) {
      let passed = 0;
      while (passed < shown && events[passed].t <= clockS) passed += 1;
      if (passed === lastPassed) return;
      const [from, to] = [Math.max(0, Math.min(passed, lastPassed)), Math.max(passed, lastPassed, 0)];
      for (let index = lastPassed < 0 ? 0 : from; index < (lastPassed < 0 ? shown : Math.min(to, shown)); index += 1) {
        body.rows[index].classList.toggle("future", index >= passed);
      }
      lastPassed = passed;
    },
  };
}
