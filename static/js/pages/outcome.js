/** What can be done about a run that waits, is computed, has failed or is gone? Cancel it, have it computed again, report it. */

import { edited, run as askForRun, Unreachable } from "../editor/server.js";
import { copyText } from "../text/clipboard.js";
import { setText } from "../text/dom.js";
import { t } from "../text/translate.js";

/** The token of a run that was made in this browser; empty without one. */
export function tokenOfRun(id) {
  try {
    return localStorage.getItem(`nodeviz.token:${id}`) ?? "";
  } catch {
    return "";
  }
}

/** Everything that somebody needs who looks for the mistake. Pure. */
export function reportOf({ link, version, error, text }) {
  const seed = /\bseed:\s*(\d+)/.exec(text)?.[1] ?? t("1 (the default)");
  return [t("Run: {link}", { link }), t("Simulator: {version}", { version }), t("Seed: {seed}", { seed }), t("Error: {error}", { error })].join("\n");
}

/**
 * @param {HTMLElement} bar  buttons with `data-part`: cancel, again, report; and a message
 * @param {object} page      config, session, workbench(), showStored()
 */
export function createOutcome(bar, { config, session, workbench, showStored }) {
  const teach = document.querySelector("#teach button");
  const part = (name) => bar.querySelector(`[data-part="${name}"]`);

  part("cancel").addEventListener("click", () => guarded(cancel));
  part("again").addEventListener("click", () => guarded(again));
  part("report").addEventListener("click", () => guarded(report));

  async function guarded(act) {
    setText(part("message"), "");
    try {
      await act();
      // The button may be gone with what it did.
      if (document.activeElement === document.body) document.getElementById("gantt").focus();
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      setText(part("message"), error.message);
    }
  }

  async function cancel() {
    if (session.isTry) return session.cancel();
    const { problems } = await edited(workbench().form, session.urlOf("cancel_url"), { token: tokenOfRun(session.id) });
    if (problems) setText(part("message"), problems[0].message);
  }

  /** The same text under the same link; a run that is gone gets another one, and one without a link gets none. */
  async function again() {
    if (session.isTry) return session.tryText(session.text);
    // A room or a lesson is not left for the page of a run.
    if (config.any_run) return showStored(session.text, { instead: true });
    const { form } = workbench();
    const answer = await askForRun(form, config.run_url, { text: session.text, name: form.elements.name.value, parent: session.id ?? "" });
    if (answer.problems) return workbench().refuse(answer.problems);
    workbench().keepToken(answer);
    location.assign(answer.url);
  }

  async function report() {
    const { version, error } = session.model.run;
    const copied = await copyText(reportOf({ link: location.href.split("#")[0], version, error, text: session.text }));
    setText(part("message"), copied ? t("Copied. Paste it where you report the mistake.") : t("This browser does not allow copying."));
  }

  return {
    draw() {
      const { status, error } = session.model.run;
      const gone = session.link === "gone" || (session.isTry && session.link === "lost");
      const open = !gone && !session.isRecording && (status === "queued" || status === "running");
      part("cancel").hidden = !(open && (session.isTry || tokenOfRun(session.id)));
      // Nobody is busy with it, and the server says so.
      part("again").hidden = !(gone || status === "failed" || (open && error));
      // A class follows a run that has a link.
      if (teach) [teach.hidden, teach.value] = [session.isTry, session.id ?? ""];
      part("report").hidden = status !== "failed";
      bar.hidden = part("cancel").hidden && part("again").hidden && !part("message").textContent;
    },
  };
}
