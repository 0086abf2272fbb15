/**
 * The page of a private link: the whole text is in the address's fragment, which browsers send to nobody. It is posted to be computed, and forgotten; Run makes
 * another private link.
 */

import { decodePrivate, encodePrivate, UnreadableLink } from "../text/private-link.js";

/** The text of this page's link, or why it cannot be read. */
export async function privateText() {
  try {
    return { text: await decodePrivate(location.hash), unreadable: "" };
  } catch (error) {
    if (!(error instanceof UnreadableLink)) throw error;
    return { text: "", unreadable: error.message };
  }
}

/** Put a text into the address, as a step of the history. */
export async function keepPrivately(text) {
  history.pushState({ private: true }, "", await encodePrivate(text));
}
