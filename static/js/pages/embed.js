/** The run in a frame of somebody else's page: follows it through the socket, and shows it. */

import { openSocket } from "../live/socket.js";
import { jsonBlock, setText } from "../text/dom.js";
import { createViewer } from "../viewer/viewer.js";
import { bannerOf } from "./verdict.js";

const config = jsonBlock("page-config");
const banner = document.getElementById("banner");

// Without a choice in the address the frame follows the reader's system, also when that changes.
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => document.dispatchEvent(new CustomEvent("themechange")));

const viewer = await createViewer(config.palette);
const socket = openSocket({
  path: config.ws_path,
  wanted: () => viewer.store.wanted,
  onMessage(message) {
    const answer = viewer.receive(message);
    if (answer === "join") socket.join();
    if (answer === "over") socket.close();
  },
  onLink(link) {
    const text = bannerOf(link, viewer.store.run, viewer.store.run.headS);
    banner.hidden = !text;
    setText(banner.querySelector("span"), text);
    document.documentElement.dataset.link = link;
  },
});
