/** What a link says is in sight: time range, clock, selection, lens. It is taken up when the run has come so far, and given back for a link of one's own. */

import * as viewport from "../gantt/viewport.js";
import { decodeView, encodeView, selectionIn } from "../text/view-link.js";
import * as player from "../time/player.js";

/**
 * @param {object} page session, state, clock, view, lenses, select(row, span, mark, {open})
 */
export function createSharedView({ session, state, clock, view, lenses, select }) {
  let wanted = decodeView(location.hash);

  if (wanted.range) viewport.show(view, wanted.range);
  if (wanted.lens) lenses.show({ lens: wanted.lens, under: "" });
  if (wanted.atS !== null) Object.assign(clock, { nowS: wanted.atS, playing: false });

  return {
    /** Records came: what the link points to may be there now. */
    takeUp() {
      if (wanted.atS !== null && clock.headS >= wanted.atS) {
        player.seek(clock, wanted.atS);
        wanted = { ...wanted, atS: null };
      }
      const found = selectionIn(session.model.spans, wanted.selected);
      if (!found || (wanted.selected.seq !== null && !found.span && !found.mark)) return;
      wanted = { ...wanted, selected: null };
      select(found.row, found.span, found.mark, { open: true });
    },

    /** The fragment of a link to what is in sight now. */
    link() {
      const { selected } = state;
      return encodeView({
        range: view.mode === "fit" ? null : { startS: view.startS, endS: view.endS },
        atS: player.isAtEnd(clock) || player.isFollowing(clock) ? null : clock.nowS,
        selected: selected && { key: selected.row.key, seq: selected.mark?.seq ?? selected.span?.seq ?? null },
        lens: lenses.current().lens === "node" ? null : lenses.current().lens,
      });
    },
  };
}
