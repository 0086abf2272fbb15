/** The images on the node at the clock's instant, in the drawer. */

import { fateOf, formatBytes, imageAt, passText } from "../node/room.js";
import { el, setText } from "../text/dom.js";
import { formatInstant } from "../time/format.js";

const STATES = { present: "On the node", queued: "Queued", downloading: "Downloading", unpacking: "Unpacking", absent: "Not on the node" };
const MOST = 500;

export function createImages(panel) {
  const body = panel.querySelector("tbody");
  const empty = panel.querySelector("[data-part=empty]");
  let shown = "";

  function stateOf(now) {
    const text = STATES[now.state];
    if (now.state !== "downloading" || now.done === null) return [text];
    const percent = Math.round(now.done * 100);
    return [`${text} `, el("progress", { max: 100, value: percent, "aria-label": `${percent} percent` }), ` ${percent} %`];
  }

  function when(atS) {
    if (atS === null) return "never seen";
    return atS < 0 ? "before the start" : formatInstant(atS, 1);
  }

  function row(image, now) {
    const used = now.users.length ? now.users.join(", ") : now.waiting.length ? `waiting: ${now.waiting.join(", ")}` : "–";
    const fate = now.removed && now.state === "absent" ? `Removed at ${formatInstant(now.removed.atS, 1)}, ${passText(now.removed.pass)}` : fateOf(image, now);
    return el(
      "tr",
      { "data-state": now.state },
      el("th", { scope: "row" }, image.name.replace(/^docker\.io\/(library\/)?/, ""), image.pinned ? el("span", { class: "tag" }, "pinned") : null),
      el("td", { class: "num" }, image.sizeBytes === null ? "?" : formatBytes(image.sizeBytes)),
      el("td", null, ...stateOf(now)),
      el("td", null, used),
      el("td", { class: "num" }, now.users.length ? "now" : when(now.unusedS)),
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
      setText(empty, "No image is on the node yet.");
    },
  };
}
