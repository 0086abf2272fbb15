/** The drawer's kubectl and YAML at the clock's instant. What folds and prints is loaded when one of them is opened first. */

import { setText } from "../text/dom.js";
import { t } from "../text/translate.js";

/** While the clock runs nobody reads faster; when it is moved by hand the text is there at once. */
const PLAYING_EVERY_MS = 200;
const RETRY_MS = 5000;

/** @param {{kubectl: HTMLElement, yaml: HTMLElement}} roots  the panels, by the names of their tabs */
export function createKubectl(roots, { onLoaded }) {
  let panels = null;
  let asked = false;
  let drawnMs = -Infinity;
  let drawnTab = null;
  let later = 0;

  async function load() {
    asked = true;
    try {
      panels = (await import("../kubectl/panel.js")).createPanels(roots);
      onLoaded();
    } catch {
      for (const root of Object.values(roots)) setText(root.querySelector("[data-part=empty]"), t("This part of the page could not be loaded. It is tried again by itself."));
      setTimeout(() => {
        asked = false;
        onLoaded();
      }, RETRY_MS);
    }
  }

  return {
    tabs: Object.keys(roots),

    /**
     * @param {object} now
     * @param {object[]} now.records  of one run; another array is another run
     * @param {number} now.clockS
     * @param {boolean} now.playing
     * @param {{row: {pod: string}}|null} now.selected
     * @param {() => object|null} now.book  asked for only when it is needed
     * @param {string} now.tab  the drawer's
     */
    draw({ playing, ...now }) {
      clearTimeout(later);
      const root = roots[now.tab];
      if (!root || root.parentElement.hidden) {
        drawnTab = null;
        return;
      }
      if (!panels) {
        if (!asked) load();
        return;
      }
      const waitMs = playing && now.tab === drawnTab ? drawnMs + PLAYING_EVERY_MS - performance.now() : 0;
      if (waitMs > 0) {
        later = setTimeout(() => this.draw({ playing: false, ...now }), waitMs);
        return;
      }
      [drawnMs, drawnTab] = [performance.now(), now.tab];
      panels.draw(now);
    },
  };
}
