/** Which keys does a room have, besides those of the run's page? */

import { el } from "../text/dom.js";
import { t } from "../text/translate.js";

/** The list of keys has those of a room first. @param {HTMLElement} help */
export function listKeys(help) {
  const keys = { B: t("Back to what the room shows"), P: t("Large type for the projector, and back"), "Page Down": t("On the projector, for who drives: go on (Page Up: the step before)") };
  const lines = Object.entries(keys).flatMap(([key, does]) => [el("dt", null, el("kbd", null, key)), el("dd", null, does)]);
  help.querySelector("[data-part=keys]").prepend(...lines);
}
