/**
 * When is a page drawn? At most once an animation frame, and only what there is cause for: news of the run, a wish of the reader, the clock that moves, the view that
 * follows it.
 */

import * as viewport from "../gantt/viewport.js";
import * as player from "./player.js";

/** A tab that was in the background does not catch up. */
const LONGEST_FRAME_S = 0.25;
/** Lists that grow are written so often while a run goes on; the chart follows every frame. */
const LISTS_EVERY_MS = 200;

/**
 * @param {object} page
 * @param {object} page.clock  see player.js
 * @param {object} page.view   see gantt/viewport.js
 * @param {() => {headS: number, lastS: number, over: boolean}|null} page.facts  how far the run is computed, when anything last happened in it, whether more
 *   will come; null while nothing can be drawn yet
 * @param {() => void} page.takeIn  what changes only with news; a few times a second while the run goes on
 * @param {(isWanted: boolean) => void} page.drawScene  the bars; `isWanted`: not only because the view moved
 * @param {() => void} page.drawClock  what moves while it is played
 */
export function createFrames({ clock, view, facts, takeIn, drawScene, drawClock }) {
  let isNews = false;
  let isWanted = false;
  let asked = false;
  let frameMs = 0;
  let takenInMs = -Infinity;

  function ask() {
    if (!asked) requestAnimationFrame(frame);
    asked = true;
  }

  function frame(nowMs) {
    asked = false;
    const known = facts();
    if (!known) return;
    const { headS, lastS, over } = known;
    const elapsedS = frameMs ? Math.min((nowMs - frameMs) / 1000, LONGEST_FRAME_S) : 0;
    player.headMoved(clock, headS, over);
    const moved = player.tick(clock, elapsedS);
    frameMs = clock.playing ? nowMs : 0;
    if (isNews && (over || nowMs - takenInMs > LISTS_EVERY_MS)) {
      takenInMs = nowMs;
      isNews = false;
      isWanted = true;
      takeIn();
    }
    const shifted = viewport.settle(view, { lastS, clockS: clock.nowS, over });
    if (isWanted || shifted) drawScene(isWanted);
    if (isWanted || shifted || moved) drawClock();
    isWanted = false;
    if (isNews || (clock.playing && !player.isFollowing(clock))) ask();
  }

  const frames = {
    /** Draw everything anew in the next frame. */
    redraw() {
      isWanted = true;
      ask();
    },

    /** Do something, and draw what came of it. */
    change(act) {
      act();
      frames.redraw();
    },

    /** Something came; `now`: it is another run, whose lists do not wait. */
    news({ now = false } = {}) {
      isNews = true;
      if (now) takenInMs = -Infinity;
      frames.redraw();
    },
  };
  return frames;
}
