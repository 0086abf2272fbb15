/** What did the server put into the page for its scripts? The reader's language comes first: nothing may be drawn before it is known. */

import { jsonBlock } from "./dom.js";
import { useCatalogue } from "./translate.js";

/** For a page without data of its own. One in English has no catalogue. */
export function useLanguage() {
  if (document.getElementById("catalogue")) {
    const { messages, plurals } = jsonBlock("catalogue");
    useCatalogue(messages, plurals);
  }
}

/** The page's data. */
export function pageConfig() {
  useLanguage();
  return jsonBlock("page-config");
}
