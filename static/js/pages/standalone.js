/**
 * The run as one file that needs no server: its records stand in the page. `npm run pages` makes one script of this and all that it imports, and
 * nodeviz/runs/standalone.py puts that into the file.
 */

import { jsonBlock } from "../text/dom.js";
import { createViewer } from "../viewer/viewer.js";

async function show() {
  const { palette, verdict, scenario, version } = jsonBlock("page-config");
  const viewer = await createViewer(palette);
  viewer.model.receive(["h", { scenario, version, status: "finished" }]);
  viewer.model.receive(["e", 0, jsonBlock("records")]);
  viewer.model.receive(["s", "finished", { verdict }]);
  viewer.news();
}

// A script that is no module cannot await at its top, and a module cannot be loaded from a file.
show();
