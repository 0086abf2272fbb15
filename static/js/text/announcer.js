/** Problems and milestones for those who cannot see the chart: one polite message at a time, at most one in two seconds. */

import { t } from "./translate.js";

const PAUSE_MS = 2000;
/** What waits longer than this many others is summed up. */
const MOST_WAITING = 3;

export function createAnnouncer(region) {
  let waiting = [];
  let timer = 0;

  function next() {
    timer = 0;
    if (!waiting.length) return;
    const skipped = waiting.length - MOST_WAITING;
    region.textContent = skipped > 0 ? t("{count} changes; the last: {last}", { count: waiting.length, last: waiting[waiting.length - 1] }) : waiting[0];
    waiting = skipped > 0 ? [] : waiting.slice(1);
    timer = setTimeout(next, PAUSE_MS);
  }

  return {
    say(message) {
      waiting.push(message);
      if (!timer) next();
    },
  };
}
