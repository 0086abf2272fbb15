/** A link for a text that was only tried, so that others can see it. */

import { run as askForRun, Unreachable } from "../editor/server.js";

/**
 * @param {object} page  of pages/run.js
 * @param {(why: string) => void} say
 * @returns {(text: string) => Promise<string|null>}  null: it got none, and why is said
 */
export function createStoring({ config, workbench }, say) {
  return async (text) => {
    try {
      const answer = await askForRun(workbench.form, config.run_url, { text, name: workbench.form.elements.name.value, parent: "" });
      if (answer.problems) {
        say(answer.problems[0].message);
        return null;
      }
      workbench.keepToken(answer);
      return answer.url.split("/").pop();
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      say(error.message);
      return null;
    }
  };
}
