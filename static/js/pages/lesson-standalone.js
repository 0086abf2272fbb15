/**
 * A lesson as one file that needs no server: its pack and its steps stand in the page. `npm run pages` makes one script of this and all that it imports, and
 * nodeviz/classroom/lesson_file.py puts that into the file. Where the lesson lets one build, the file shows the run of the solution.
 */

import { playLesson } from "../lesson/playing.js";
import { jsonBlock, setText } from "../text/dom.js";
import { createViewerStage } from "../viewer/stage.js";
import { createTabs } from "./tabs.js";

async function begin() {
  const { palette } = jsonBlock("page-config");
  const pack = jsonBlock("pack");
  const sides = createTabs(document.getElementById("side-switch"), (side) => (document.querySelector(".run-layout").dataset.side = side), { hides: false });
  const text = document.querySelector("#side-spec pre");
  const stage = await createViewerStage(palette, (shown) => setText(text, shown));
  playLesson({ pack, stage, key: `nodeviz.lesson:${pack.name}`, on: { side: (name) => sides.show(name) } });
  document.documentElement.dataset.ready = "true";
}

// A script that is no module cannot await at its top, and a module cannot be loaded from a file.
begin();
