/**
 * The page of a private link: the whole text is in the address's fragment, which browsers send to nobody. It is posted to be computed, and forgotten; Run makes
 * another private link.
 */

import { decodePrivate, encodePrivate } from "../text/private-link.js";

/** The text of this page's link; null where there is none, or it cannot be read. */
export async function privateText() {
  try {
    return await decodePrivate(location.hash);
  } catch {
    return null;
  }
}

/** Put a text into the address, as a step of the history. */
export async function keepPrivately(text) {
  history.pushState(null, "", (await encodePrivate(text)).replace(/^#?/, "#"));
}
