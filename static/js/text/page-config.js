/** What did the server put into the page for its scripts? The reader's language comes first: nothing may be drawn before it is known. */

import { jsonBlock } from "./dom.js";
import { useCatalogue } from "./translate.js";

/** The page's data. A page in English has no catalogue. */
export function pageConfig() {
  if (document.getElementById("catalogue")) {
    const { messages, plurals } = jsonBlock("catalogue");
    useCatalogue(messages, plurals);
  }
  return jsonBlock("page-config");
}
