/** What stands behind the bars? One line that says so, with the way back and the way out. */

import { setText } from "../text/dom.js";
import { milestonesOf, sentenceOf } from "../text/milestones.js";
import { formatInstant } from "../time/format.js";
import { t } from "../text/translate.js";

/** Said at once; the rest is in the comparison. */
const MOST_DIFFERENCES = 3;

/**
 * @param {HTMLElement} strip
 * @param {{onHide: () => void, onBack: () => void, onGone: () => void}} on `onGone`: the strip that had the focus is not there any more
 */
export function createGhost(strip, { onHide, onBack, onGone }) {
  const part = (name) => strip.querySelector(`[data-part="${name}"]`);
  for (const [name, act] of [["hide", onHide], ["back", onBack]]) {
    part(name).addEventListener("click", () => {
      act();
      onGone();
    });
  }

  return {
    /** @param {object} session see session.js  @param {boolean} canGoBack */
    draw(session, canGoBack) {
      strip.hidden = !session.ghost;
      if (!session.ghost) return;
      const { divergesS, model, ghost } = session;
      const both = model.run.verdict && ghost.run.verdict;
      const differences = both ? milestonesOf(model.run.verdict, ghost.run.verdict).filter(({ differs }) => differs) : [];
      const same = divergesS === Infinity;
      const where = same ? t("Nothing is different.") : divergesS > 0 ? t("The same until {time}.", { time: formatInstant(divergesS, 3) }) : "";
      setText(part("text"), [t("Thin under the bars: the run before."), where, differences.slice(0, MOST_DIFFERENCES).map(sentenceOf).join(", ")].filter(Boolean).join(" "));
      part("back").hidden = !canGoBack;
      const { id, ghostId } = session;
      part("compare").hidden = !id || !ghostId;
      if (id && ghostId) part("compare").href = `${part("compare").dataset.url}?a=${ghostId}&b=${id}`;
    },
  };
}
