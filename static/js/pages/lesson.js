/**
 * The page of a lesson: that of a run, with the lesson beside it (lesson/playing.js).
 *
 * While a question is open its text may be read and the chart be looked at from all sides, but nothing can be run: a prediction that was looked up teaches nothing,
 * and whoever wants to cheat is one copy and paste away from it anyway. In all other phases everything of the page is open; the lesson's run is one button away.
 */

import { playLesson } from "../lesson/playing.js";
import { setText } from "../text/dom.js";
import { keepForOffline } from "../text/offline.js";
import { t } from "../text/translate.js";
import { page } from "./run.js";
import { createStage } from "./stage.js";

const { config } = page;
/** What was in the editor before the lesson put its text there: the draft of who reloaded the page while building. */
const draft = page.workbench.editor.text;
const stage = createStage(page);
const pack = await load();
if (pack) begin();
keepForOffline("/lessons/");

async function load() {
  try {
    const response = await fetch(config.lesson.pack_url);
    if (!response.ok) throw new TypeError(response.statusText);
    return await response.json();
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof SyntaxError)) throw error;
    setText(document.querySelector("#side-lesson [data-part=where]"), t("The lesson could not be loaded. Load the page again when the server can be reached."));
    return null;
  }
}

function begin() {
  playLesson({
    ...{ pack, stage, key: `nodeviz.lesson:${config.lesson.name}` },
    on: {
      side: showSide,
      edit() {
        showSide("spec");
        page.workbench.editor.focus();
      },
      build: () => draft && page.workbench.editor.change(draft),
    },
  });
}

function showSide(name) {
  document.querySelector(`#side-switch [data-tab="${name}"]`).click();
}
