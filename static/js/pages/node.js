/** The node's part of the page: its line of words, its tracks under the bars, its images in the drawer. What draws them is loaded when it is opened. */

import { diskAt, formatBytes, isEventful } from "../node/room.js";
import { setText } from "../text/dom.js";
import { t } from "../text/translate.js";

/** Room for names when there are no bars beside which to stand. */
const NAMES_PX = 120;

/**
 * @param {HTMLDetailsElement} root
 * @param {HTMLElement} panel  of the images
 */
export function createNode(root, panel, palette, { onOpen }) {
  const words = root.querySelector("[data-part=now]");
  const plot = root.querySelector("[data-part=plot]");
  let tracks = null;
  let images = null;
  let loading = false;
  let opened = false;

  root.addEventListener("toggle", () => {
    if (root.open && !tracks) load(async () => (tracks = (await import("../node/tracks.js")).createTracks(plot, palette)));
    else onOpen();
  });

  function load(part) {
    if (loading) return;
    loading = true;
    part().finally(() => {
      loading = false;
      onOpen();
    });
  }

  function describe(room, clockS) {
    const disks = [...room.disks.values()].map((disk) => {
      const { usedBytes } = diskAt(disk, clockS);
      return t("{disk} {share} % of {size}", { disk: disk.name, share: Math.round((usedBytes / disk.capacityBytes) * 100), size: formatBytes(disk.capacityBytes) });
    });
    const pressures = [...room.conditions].filter(([, changes]) => changes.filter(({ atS }) => atS <= clockS).pop()?.status === "True").map(([name]) => name);
    return [...disks, ...pressures].join(" · ");
  }

  return {
    draw({ room, view, endS, clockS, theme, imagesOpen }) {
      root.hidden = room.disks.size === 0;
      setText(words, describe(room, clockS));
      if (!opened && isEventful(room)) opened = root.open = true;
      if (root.open && tracks) {
        // The same place on the page for the same instant: the tracks take the edges of the bars' plot.
        const [box, bars] = [root.getBoundingClientRect(), document.querySelector(".gantt-plot").getBoundingClientRect()];
        const [leftPx, rightPx] = bars.width ? [bars.left - box.left, box.right - bars.right] : [NAMES_PX, 0];
        tracks.draw({ room, view, leftPx, rightPx, widthPx: root.clientWidth, endS, clockS, theme });
      }
      if (!imagesOpen) return;
      if (images) images.update(room, clockS);
      else load(async () => (images = (await import("../table/images.js")).createImages(panel)));
    },
  };
}
