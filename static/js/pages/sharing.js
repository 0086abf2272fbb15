/**
 * How does a run leave the page? The Share button, and the menu of what it can be saved as. What most readers never open, the dialog and the drawing of pictures,
 * is loaded when it is asked for.
 */

import { currentTheme } from "../gantt/theme.js";
import { isOver } from "../live/store.js";
import { setText } from "../text/dom.js";
import { t } from "../text/translate.js";
import { lazily } from "../text/lazily.js";

const byId = (id) => document.getElementById(id);

/** @param {object} page what pages/run.js holds: config, palette, session, state, view, clock, tools, announcer, workbench() */
export function createSharing({ config, palette, session, state, view, clock, tools, announcer, workbench }) {
  const menu = byId("export");
  const message = menu.querySelector("[data-part=message]");
  const nameOf = () => session.id ?? "run";
  const share = lazily(
    () => import("./share.js"),
    ({ createShare }) => createShare(byId("share"), byId("projector"), { config, session, workbench, viewFragment: () => new URL(tools.linkToView()).hash }),
  );
  const drawing = lazily(
    () => Promise.all([import("../export/picture.js"), import("../export/download.js")]),
    ([{ pictureOf }, files]) => ({ pictureOf, files }),
  );
  const unreachable = () => t("The server cannot be reached. Try again in a moment.");

  byId("share-button").addEventListener("click", () => share((dialog) => dialog.open(), () => announcer.say(unreachable())));

  // -- export --------------------------------------------------------------------------------------------------------------------

  menu.addEventListener("toggle", () => {
    setText(message, "");
    for (const link of menu.querySelectorAll("a[data-url]")) {
      link.closest("li").hidden = session.isTry;
      if (!session.isTry) link.href = session.urlOf(link.dataset.url);
    }
    // Of a run that is stored nowhere, the page alone has the records and the text.
    for (const item of menu.querySelectorAll("[data-part=own]")) item.hidden = !session.isTry;
  });
  menu.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && menu.open) {
      event.stopPropagation();
      close();
    }
  });
  document.addEventListener("pointerdown", ({ target }) => {
    if (menu.open && !menu.contains(target)) menu.open = false;
  });
  menu.addEventListener("click", (event) => {
    const item = event.target.closest("a[data-url], button[data-form]");
    if (!item) return;
    const { status, error } = session.model.run;
    if (item.dataset.url && item.dataset.early === undefined && status !== "finished") {
      event.preventDefault();
      setText(message, status === "failed" ? error || t("This run failed, so there is nothing to save.") : t("When the run is over, it can be saved in this form."));
      return;
    }
    if (item.dataset.form) drawing((parts) => save(item.dataset.form, parts), () => setText(message, unreachable()));
    else close();
  });

  function close() {
    menu.open = false;
    menu.querySelector("summary").focus();
  }

  async function save(form, { pictureOf, files }) {
    try {
      if (form === "jsonl") files.save(`${nameOf()}.jsonl`, session.model.records.map((record) => `${JSON.stringify(record)}\n`).join(""), "application/x-ndjson");
      if (form === "yaml") files.save(`${nameOf()}.yaml`, session.text, "application/yaml");
      if (form === "svg") files.save(`${nameOf()}.svg`, pictureOf(scene()), "image/svg+xml");
      if (form === "png") files.save(`${nameOf()}.png`, await files.pngOf(pictureOf(scene())));
      close();
    } catch {
      setText(message, t("This browser could not draw the picture; take the SVG."));
    }
  }

  /** What is in sight; with the future hidden, nothing that comes after the clock. */
  function scene() {
    const link = session.isTry ? "" : new URL(session.urlOf("page_url"), location.href).href;
    const nowS = state.hidden ? clock.nowS : clock.headS;
    const { run } = session.model;
    const headline = isOver(run.status) && run.verdict ? run.verdict.headline : byId("verdict").querySelector("[data-part=headline]").textContent;
    return { rows: state.rows, view, nowS, palette, theme: currentTheme(), title: document.querySelector(".topbar h1").textContent, headline, link };
  }
}
