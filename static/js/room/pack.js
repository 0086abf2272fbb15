/** The lesson of a room, with its runs: loaded once, before anything is shown. */

import { t } from "../text/translate.js";

/**
 * @param {string} url
 * @param {(text: string) => void} say  what went wrong
 * @returns {Promise<object|null>}
 */
export async function loadPack(url, say) {
  try {
    const response = await fetch(url);
    if (!response.ok) throw new TypeError(response.statusText);
    return await response.json();
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof SyntaxError)) throw error;
    say(t("The lesson could not be loaded. Load the page again when the server can be reached."));
    return null;
  }
}
