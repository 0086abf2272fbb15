/**
 * The tabs over the editor: the specification, the Scenario, the node's configuration, or all of it. They choose what is in sight, not what is there. Each says how
 * many problems its documents have; one without a document says what could be there.
 */

import { createTabs } from "../pages/tabs.js";
import { setText } from "../text/dom.js";
import { lazily } from "../text/lazily.js";
import { t, tn } from "../text/translate.js";
import { documentAt, TABS } from "./documents.js";

const EMPTY = {
  spec: () => [t("Nothing runs yet. Pods go here, and Deployments, Jobs and all else that makes pods; ConfigMaps and Secrets that they need."), t("Add a Pod")],
  scenario: () => [t("No Scenario: the node, the registry and the programs are the usual ones, and nothing happens from outside."), t("Add a Scenario")],
  node: () => [t("No KubeletConfiguration: the kubelet has its defaults."), t("Add a KubeletConfiguration")],
};

/** What a part is called. */
export function nameOf(tab) {
  return { all: t("All"), spec: t("Spec"), scenario: t("Scenario"), node: t("Node configuration") }[tab];
}

/**
 * @param {HTMLFormElement} form  templates/scenarios/_editor.html
 * @param {object} editor         see editor.js; one without `sight` has no tabs
 * @param {string} path           of the page, for which the choice is kept
 */
export function createParts(form, editor, path, storage = guarded(() => globalThis.localStorage)) {
  if (!editor.sight) return { follow() {}, count() {}, afterLoad() {} };
  const list = form.querySelector('[data-part="tabs"]');
  const hint = form.querySelector('[data-part="empty"]');
  const key = `nodeviz.tab:${path}`;
  let shown = "all";
  let places = [];

  const tabs = createTabs(list, choose, { hides: false });
  const skeletons = lazily(
    () => import("./skeletons.js"),
    ({ withSkeleton }) => withSkeleton,
  );
  hint.querySelector("button").addEventListener("click", () => {
    skeletons((withSkeleton) => {
      editor.change(withSkeleton(editor.text, shown));
      editor.goTo({ line: editor.text.slice(0, editor.sight.documents.at(-1).from).split("\n").length + 1, column: 1 });
    });
  });
  list.hidden = false;
  form.querySelector(".editor-area").setAttribute("role", "tabpanel");
  const kept = guarded(() => storage.getItem(key));
  tabs.show(TABS.includes(kept) ? kept : "all");

  function choose(tab) {
    if (tab !== editor.sight.tab) editor.show(tab);
    draw(editor.sight);
  }

  function draw({ tab, documents }) {
    if (tab !== shown) guarded(() => storage.setItem(key, tab));
    shown = tab;
    form.querySelector(".editor-area").setAttribute("aria-labelledby", `part-${tab}`);
    hint.hidden = tab === "all" || documents.some((each) => each.tab === tab);
    if (hint.hidden) return;
    const [text, button] = EMPTY[tab]();
    setText(hint.querySelector("span"), text);
    setText(hint.querySelector("button"), button);
  }

  /** How many of the places (from where each problem is) lie in each part. */
  function drawCounts({ documents }) {
    const counts = { all: places.length };
    for (const at of places) {
      const tab = at < 0 ? null : documentAt(documents, at)?.tab;
      if (tab) counts[tab] = (counts[tab] ?? 0) + 1;
    }
    for (const tab of TABS) {
      const badge = list.querySelector(`[data-tab="${tab}"] .count`);
      setText(badge, counts[tab] ? String(counts[tab]) : "");
      badge.title = counts[tab] ? tn("{count} problem", "{count} problems", counts[tab]) : "";
    }
  }

  return {
    /** Another part came into sight, or the documents are others. */
    follow(sight) {
      if (tabs.current() !== sight.tab) tabs.show(sight.tab);
      else draw(sight);
    },
    /** @param {Array<{line?: number}>} problems those that stop a run */
    count(problems) {
      const starts = lineStarts(editor.text);
      places = problems.map(({ line }) => (line ? (starts[Math.min(line, starts.length) - 1] ?? 0) : -1));
      drawCounts(editor.sight);
    },
    /** A text that was put in place of the whole is to be seen. */
    afterLoad() {
      if (!hint.hidden) tabs.show("all");
    },
  };
}

function lineStarts(text) {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

/** A storage may be full or forbidden; then the choice is lost with the page. */
function guarded(act) {
  try {
    return act();
  } catch {
    return null;
  }
}
