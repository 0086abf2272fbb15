/** The run in a frame of somebody else's page: follows it through the socket, and shows it. */

import { openRun } from "../live/source.js";
import { setText } from "../text/dom.js";
import { pageConfig } from "../text/page-config.js";
import { createViewer } from "../viewer/viewer.js";
import { bannerOf } from "./verdict.js";

const config = pageConfig();
const banner = document.getElementById("banner");

// Without a choice in the address the frame follows the reader's system, also when that changes.
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => document.dispatchEvent(new CustomEvent("themechange")));

const viewer = await createViewer(config.palette);
openRun(viewer.model, {
  path: config.ws_path,
  onNews: viewer.news,
  onReload: () => location.reload(),
  onLink(link) {
    const { run } = viewer.model;
    const text = bannerOf(link, run, run.headS);
    banner.hidden = !text;
    setText(banner.querySelector("span"), text);
    document.documentElement.dataset.link = link;
  },
});
