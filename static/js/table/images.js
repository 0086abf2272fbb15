/** The images on the node at the clock's instant, in the drawer. */

import { fateOf, formatBytes, imageAt, passText } from "../node/room.js";
import { el } from "../text/dom.js";
import { later, t } from "../text/translate.js";
import { formatInstant } from "../time/format.js";

const STATES = { present: later("On the node"), queued: later("Queued"), downloading: later("Downloading"), unpacking: later("Unpacking"), absent: later("Not on the node") };
const MOST = 500;

export function createImages(panel) {
  const body = panel.querySelector("tbody");
  const empty = panel.querySelector("[data-part=empty]");
  let shown = "";

  function stateOf(now) {
    const text = t(STATES[now.state]);
    if (now.state !== "downloading" || now.done === null) return [text];
    const percent = Math.round(now.done * 100);
    return [`${text} `, el("progress", { max: 100, value: percent, "aria-label": t("{percent} percent", { percent }) }), ` ${percent} %`];
  }

  function when(atS) {
    if (atS === null) return t("never seen");
    return atS < 0 ? t("before the start") : formatInstant(atS, 1);
  }

  function row(image, now) {
    const used = now.users.length ? now.users.join(", ") : now.waiting.length ? t("waiting: {who}", { who: now.waiting.join(", ") }) : "–";
    const fate = now.removed && now.state === "absent" ? t("Removed at {time}, {pass}", { time: formatInstant(now.removed.atS, 1), pass: passText(now.removed.pass) }) : fateOf(image, now);
    return el(
      "tr",
      { "data-state": now.state },
      el("th", { scope: "row" }, image.name.replace(/^docker\.io\/(library\/)?/, ""), image.pinned ? el("span", { class: "tag" }, t("pinned")) : null),
      el("td", { class: "num" }, image.sizeBytes === null ? "?" : formatBytes(image.sizeBytes)),
      el("td", null, ...stateOf(now)),
      el("td", null, used),
      el("td", { class: "num" }, now.users.length ? t("now") : when(now.unusedS)),
      el("td", null, fate),
    );
  }

  return {
    update(room, nowS) {
      const rows = [];
      for (const image of room.images.values()) {
        const now = imageAt(image, nowS);
        if (now) rows.push([image, now]);
      }
      const key = JSON.stringify(rows.map(([{ name, sizeBytes }, now]) => [name, sizeBytes, now]));
      if (key === shown) return;
      shown = key;
      body.replaceChildren(...rows.slice(0, MOST).map(([image, now]) => row(image, now)));
      empty.hidden = rows.length > 0;
    },
  };
}
