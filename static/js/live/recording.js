/**
 * A run that is shown only up to an instant, however much of it is known. What lies behind it is not in the model, so nothing on the page can give it away: to chart,
 * tables, search and exports it is a run that has got so far. Pure.
 */

import { createStore, isOver } from "./store.js";

/** Its state while no more of it is to be seen. */
export const HELD = "held";

const DAY_S = 24 * 3600;
/** A run whose text does not say how long it is ends by itself, after an hour at the latest (DEFAULT_UNTIL_MS in simulator/limits.py). */
const BOUNDS_S = [60, 300, 900, 3600];

/**
 * How far does an axis reach on which every instant of a run can be picked, and that says as little as can be of how long it is? To the end that its text gives
 * it; else to a bound that many runs share. 0: nothing is known of it.
 */
export function reachOfRun({ records, run: { headS } }) {
  const { layer, reason } = records.at(-1) ?? {};
  if (headS === 0 || (layer === "end" && reason === "until")) return headS;
  return BOUNDS_S.find((boundS) => boundS >= headS) ?? Math.ceil(headS / DAY_S) * DAY_S;
}

/**
 * All that is known of a run, shown or not.
 * @param {Array} [messages]  as on the wire (nodeviz/runs/frames.py); of a run that is at hand
 */
export function createWhole(messages = []) {
  const store = createStore();
  const whole = { store, receive: (message) => store.receive(message).wish };
  for (const message of messages) whole.receive(message);
  return whole;
}

/**
 * @param {object} model  see model.js; a new one
 * @param {object} options
 * @param {object} options.whole  see createWhole
 * @param {() => void} options.onNews
 * @param {(link: string) => void} options.onLink
 * @param {(on: {onNews: () => void, onLink: (link: string) => void}) => {close: () => void}} [options.follow]  asks for what is not yet known of it (openRun)
 */
export function openRecording(model, { whole, onNews, onLink, follow }) {
  const { records, run } = whole.store;
  let shown = 0;
  let shownS = 0;
  let untilS = 0;
  let goesOn = false;
  let open = true;

  model.receive(["h", { version: run.version ?? "", status: HELD, isRecorded: true }]);
  const source = follow && !isOver(run.status) ? follow({ onNews: take, onLink }) : null;
  if (!source) onLink("open");

  /** As much of what is known as may be seen. */
  function take() {
    const first = shown;
    while (shown < records.length && records[shown].t <= untilS) shown += 1;
    if (!model.run.version && run.version) model.receive(["h", { version: run.version, status: HELD, isRecorded: true }]);
    if (shown > first) model.receive(["e", first, records.slice(first, shown)]);
    shownS = Math.max(shownS, Math.min(untilS, run.headS));
    model.receive(["p", shownS]);
    model.receive(["s", ...statusNow()]);
    if (open) onNews();
  }

  /** Where nothing is kept back it is what it is. */
  function statusNow() {
    if (shown === records.length && (isOver(run.status) || untilS > run.headS)) return [run.status, run];
    return [goesOn ? "running" : HELD, {}];
  }

  return {
    /** Everything up to and at this instant. What has been shown cannot be taken back. `goesOn`: more is shown in a moment, so the clock runs. */
    showUntil(atS, { goesOn: isMoving = false } = {}) {
      untilS = Math.max(untilS, atS);
      goesOn = isMoving;
      take();
    },
    get shownS() {
      return shownS;
    },
    /** How far it may be seen, if there is as much. */
    get untilS() {
      return untilS;
    },
    get reachS() {
      return reachOfRun(whole.store);
    },
    close() {
      open = false;
      source?.close();
    },
  };
}
