/** What became of the pods, in a sentence? And until that is known: how far the run is, or why there is nothing to see. */

import { el, setText } from "../text/dom.js";
import { t } from "../text/translate.js";
import { formatDuration, formatInstant } from "../time/format.js";
import { shortName } from "../text/names.js";

/**
 * What the line says, and in which tone. Pure.
 * @param {object} run   see store.js
 * @param {{link: string, records: number}} live
 */
export function headlineOf(run, { records }) {
  switch (run.status) {
    case "connecting":
    case "loading":
      return { tone: "busy", text: t("Opening the run …") };
    case "queued":
      // Nobody takes it, and the server says so.
      if (run.error) return { tone: "bad", text: run.error };
      return { tone: "busy", text: run.queue > 1 ? t("Waiting for a worker: {count} before this one", { count: run.queue - 1 }) : t("Waiting for a worker …") };
    case "running":
      // Nothing is computed: more of what was computed is shown.
      if (run.isRecorded) return { tone: "neutral", text: t("What has happened so far") };
      // Its worker is silent, and the server says so.
      if (run.error) return { tone: "bad", text: run.error };
      return { tone: "busy", text: records ? t("Simulating: {time} so far", { time: formatDuration(run.headS) }) : t("Simulating …") };
    case "held":
      return { tone: "neutral", text: t("What has happened so far") };
    case "failed":
      return { tone: "bad", text: run.error || t("This run failed, and it is our fault.") };
    default:
      return run.verdict ? { tone: worst(run.verdict.pods), text: run.verdict.headline } : { tone: "neutral", text: t("The run is over.") };
  }
}

/** The tone of a run is that of its worst pod. Pure. */
export function worst(pods) {
  return ["bad", "neutral", "good"].find((tone) => pods.some((pod) => pod.tone === tone)) ?? "neutral";
}

/** What the banner says while the connection is not what it should be; empty when it is. Pure. */
export function bannerOf(link, run, headS, isTry = false) {
  if (link === "open" || run.status === "finished" || run.status === "failed") return "";
  if (link === "gone") return t("This run is not on the server any more. Run the text again to have it computed anew.");
  if (isTry && link === "lost") return t("The connection is lost, and this run has no link to come back to. Run it again.");
  if (headS > 0) return t("Reconnecting: showing the state as of {time}.", { time: formatInstant(headS, 1) });
  return link === "lost" ? t("The connection is lost; trying again …") : "";
}

export function createVerdict(section, { onPod }) {
  const headline = section.querySelector("[data-part=headline]");
  const list = section.querySelector("[data-part=pods]");
  let shown = null;

  return {
    draw(run, live) {
      const { tone, text } = headlineOf(run, live);
      section.dataset.tone = tone;
      setText(headline, text);
      const pods = run.status === "finished" ? (run.verdict?.pods ?? []) : [];
      // One pod's sentence is the headline already.
      if (pods === shown) return;
      shown = pods;
      list.hidden = pods.length < 2;
      list.replaceChildren(...(pods.length < 2 ? [] : pods).map(podLine));
    },
  };

  function podLine({ pod, sentence, tone }) {
    const name = shortName(pod);
    const button = el("button", { type: "button", class: "pod-verdict", "data-tone": tone, onclick: () => onPod(pod) }, el("b", null, name), ` ${sentence}`);
    return el("li", null, button);
  }
}
