/** A phone shows one thing at a time: whoever follows is led to the chart while the clock runs, and back for the answer. */

import { placeOf } from "./slides.js";

/**
 * @param {object} stage  see pages/stage.js
 * @param {{scrollIntoView: () => void}} slide
 */
export function createLeading(stage, slide) {
  const result = document.getElementById("side-result");
  let seen = null;

  return {
    /** @param {object} state of the room  @param {boolean} isFollowing  nobody else is moved */
    draw(state, isFollowing) {
      const place = isFollowing && matchMedia("(max-width: 900px)").matches ? placeOf(seen, state) : null;
      seen = state;
      if (place === "slide") slide.scrollIntoView();
      if (place !== "chart") return;
      stage.showChart();
      result.scrollIntoView();
    },
  };
}
