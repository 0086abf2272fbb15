/**
 * A run that is known to its end, shown only up to an instant. What lies behind it is not in the model, so nothing on the page can give it away: to chart, tables,
 * search and exports it is a run that has got so far. Pure.
 */

/** Its state while no more of it is to be seen. */
export const HELD = "held";

/**
 * @param {object} model  see model.js; a new one
 * @param {object} options
 * @param {Array} options.messages  the whole run, as on the wire (nodeviz/runs/frames.py)
 * @param {() => void} options.onNews
 * @param {(link: string) => void} options.onLink
 * @returns {{showUntil: (atS: number, options?: {goesOn?: boolean}) => void, shownS: number, endS: number, close: () => void}}
 */
export function openRecording(model, { messages, onNews, onLink }) {
  const hello = messages.find(([kind]) => kind === "h");
  const records = messages.filter(([kind]) => kind === "e").flatMap(([, , some]) => some);
  const last = messages.findLast(([kind]) => kind === "s");
  const endS = records.at(-1)?.t ?? 0;
  let shown = 0;
  let shownS = 0;
  let open = true;

  onLink("open");
  model.receive(["h", { scenario: null, version: "", queue: null, error: null, ...hello?.[1], status: HELD, isRecorded: true }]);

  return {
    /** Everything up to and at this instant. What has been shown cannot be taken back. `goesOn`: more is shown in a moment, so the clock runs. */
    showUntil(atS, { goesOn = false } = {}) {
      const first = shown;
      while (shown < records.length && records[shown].t <= atS) shown += 1;
      if (shown > first) model.receive(["e", first, records.slice(first, shown)]);
      shownS = Math.max(shownS, Math.min(atS, endS));
      model.receive(["p", shownS]);
      model.receive(shown === records.length && last ? last : ["s", goesOn ? "running" : HELD, {}]);
      if (open) onNews();
    },
    get shownS() {
      return shownS;
    },
    endS,
    close() {
      open = false;
    },
  };
}
