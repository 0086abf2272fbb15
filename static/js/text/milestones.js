/** In what do two runs of the same pods differ? By the milestones of their verdicts. Pure. */

import { formatDuration } from "../time/format.js";
import { later, t } from "./translate.js";
import { shortName } from "./names.js";

/** What a verdict says of a pod (simulator/verdict.py), and its words. */
const MILESTONES = {
  ready_s: { earlier: later("{name} ready {time} earlier"), later: later("{name} ready {time} later"), gained: later("{name} becomes ready"), lost: later("{name} is never ready") },
  ended_s: { earlier: later("{name} ends {time} earlier"), later: later("{name} ends {time} later"), gained: later("{name} ends"), lost: later("{name} does not end") },
  gone_s: { earlier: later("{name} gone {time} earlier"), later: later("{name} gone {time} later"), gained: later("{name} is gone"), lost: later("{name} stays") },
};

/** Differences below that are those of rounding. */
const LEAST_S = 0.0005;

/**
 * @param {object|null} now     a verdict
 * @param {object|null} before  the one it is compared with
 * @returns {Array<{pod: string, milestone: string, nowS: number|null, beforeS: number|null, deltaS: number|null, differs: boolean}>}
 *   each milestone that one of the two has, of each pod that one of the two has
 */
export function milestonesOf(now, before) {
  const [here, there] = [now, before].map((verdict) => new Map((verdict?.pods ?? []).map((pod) => [pod.pod, pod])));
  const found = [];
  for (const pod of new Set([...here.keys(), ...there.keys()])) {
    for (const milestone of Object.keys(MILESTONES)) {
      const [nowS, beforeS] = [here.get(pod)?.[milestone] ?? null, there.get(pod)?.[milestone] ?? null];
      if (nowS === null && beforeS === null) continue;
      const deltaS = nowS === null || beforeS === null ? null : nowS - beforeS;
      found.push({ pod, milestone, nowS, beforeS, deltaS, differs: deltaS === null || Math.abs(deltaS) > LEAST_S });
    }
  }
  return found;
}

/** `web ready 12.4 s earlier`, of a milestone that differs. */
export function sentenceOf({ pod, milestone, nowS, beforeS, deltaS }) {
  const words = MILESTONES[milestone];
  const name = shortName(pod);
  if (deltaS !== null) return t(deltaS < 0 ? words.earlier : words.later, { name, time: formatDuration(Math.abs(deltaS)) });
  return t(nowS !== null && beforeS === null ? words.gained : words.lost, { name });
}
