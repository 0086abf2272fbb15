/** What is a pod called, and what stands before a container's name? Pure. */

import { later, t } from "./translate.js";

/** A pod's name, without the namespace that goes without saying. */
export function shortName(pod) {
  return pod.replace(/^default\//, "");
}

/** A main container needs no word. */
const CHIPS = { init: later("init"), sidecar: later("side"), ephemeral: later("eph") };

/** The word before the name of a row; empty for none. */
export function chipOf({ type }) {
  return CHIPS[type] ? t(CHIPS[type]) : "";
}
