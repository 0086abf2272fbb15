/** The buttons, the slider and the reading of the virtual clock. Shows the player; tells the page what was pressed. */

import { setText } from "../text/dom.js";
import { t } from "../text/translate.js";
import { formatInstant } from "./format.js";
import { isAtEnd, isFollowing, SPEEDS } from "./player.js";

/**
 * @param {HTMLElement} bar  the markup of templates/runs/_transport.html
 * @param {(action: string) => void} act an action of keys.js
 * @param {(atS: number) => void} seek
 */
export function createTransport(bar, act, seek) {
  const part = (name) => bar.querySelector(`[data-part="${name}"]`);
  const slider = part("slider");
  const playButton = part("play");
  const [now, head, live] = [part("now"), part("head"), part("live")];
  const speeds = [...bar.querySelectorAll('input[name="speed"]')];

  for (const button of bar.querySelectorAll("button[data-action]")) button.addEventListener("click", () => act(button.dataset.action));
  for (const [index, input] of speeds.entries()) input.addEventListener("change", () => act(`speed-${index}`));
  slider.addEventListener("input", () => seek(Number(slider.value) / 1000));

  return {
    /** @param {object} player see player.js  @param {boolean} isFed records can arrive at this moment */
    draw(player, isFed) {
      playButton.dataset.state = player.playing ? "playing" : "paused";
      playButton.setAttribute("aria-label", player.playing ? t("Pause") : isAtEnd(player) ? t("Play again") : t("Play"));
      const index = SPEEDS.indexOf(player.speed);
      if (speeds[index] && !speeds[index].checked) speeds[index].checked = true;
      slider.max = String(Math.max(1, Math.round(player.headS * 1000)));
      slider.value = String(Math.round(player.nowS * 1000));
      slider.style.setProperty("--filled", `${player.headS ? (player.nowS / player.headS) * 100 : 0}%`);
      slider.setAttribute("aria-valuetext", formatInstant(player.nowS, 1));
      // Standing, it is as exact as the trace: a step may be a millisecond.
      setText(now, formatInstant(player.nowS, player.playing ? 1 : 3));
      setText(head, formatInstant(player.headS, 1));
      live.hidden = player.over;
      live.classList.toggle("on", isFed && isFollowing(player));
    },
  };
}
