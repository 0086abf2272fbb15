/** What did each pod and container of a run reach, and when; and in what do two runs differ? From the records, so that it is known while they come. Pure. */

import { formatDuration, formatInstant } from "../time/format.js";
import { sentenceOf } from "./milestones.js";
import { later, t } from "./translate.js";
import { shortName } from "./names.js";

/** In the order in which they are told when they come at the same time. */
export const MILESTONES = {
  pulled: { label: later("Image pulled") },
  started: { label: later("Started") },
  ready: { label: later("Ready") },
  ended: { label: later("Ended") },
  gone: { label: later("Gone") },
  restarts: { label: later("Restarts") },
};

/** What a row's difference is said by, if it is large enough: the first of these. */
const TELLING = ["ready", "ended", "gone", "started", "pulled", "restarts"];
/** Differences below that are those of rounding. */
const LEAST_S = 0.0005;

/** Of a run: subjects by the keys of their rows, each { key, pod, name, type, reached: {milestone: seconds}, restarts }. */
export function createReached() {
  return { seen: 0, subjects: new Map() };
}

/** Take what has come since. */
export function addReached(reached, records) {
  for (; reached.seen < records.length; reached.seen += 1) note(reached.subjects, records[reached.seen]);
}

function note(subjects, record) {
  const { layer, pod, object, t: atS } = record;
  if (!pod) return;
  if (layer === "status" && object === "pod") return notePod(subjects, record);
  const subject = subjects.get(`${pod}/${object}`);
  if (!subject) return;
  const { reached } = subject;
  if (layer === "image" && record.op === "pulled") reached.pulled ??= atS;
  if (layer === "runtime" && record.call === "StartContainer returned") {
    reached.started ??= atS;
    // It is only over when it is not started again.
    delete reached.ended;
  }
  if (layer === "runtime" && record.call === "exit event") reached.ended = atS;
  if (layer === "status" && record.field === "ready" && record.to === true) reached.ready ??= atS;
  if (layer === "status" && record.field === "restartCount") setRestarts(subjects, subject, record.to);
}

function notePod(subjects, { pod, field, to, t: atS, containers }) {
  if (field === "watch" && to === "ADDED") {
    subject(subjects, { key: pod, pod, name: shortName(pod), type: "pod" });
    for (const { name, container_type: type } of containers ?? []) subject(subjects, { key: `${pod}/${name}`, pod, name, type });
  }
  const { reached } = subjects.get(pod) ?? subject(subjects, { key: pod, pod, name: pod, type: "pod" });
  if (field === "condition:Ready" && to === "True") reached.ready ??= atS;
  if (field === "phase" && (to === "Succeeded" || to === "Failed")) reached.ended ??= atS;
  if (field === "watch" && to === "DELETED") reached.gone = atS;
}

/** A pod that is made once more under the same name begins anew. */
function subject(subjects, described) {
  const made = { ...described, reached: {}, restarts: 0 };
  subjects.set(made.key, made);
  return made;
}

function setRestarts(subjects, container, count) {
  const pod = subjects.get(container.pod);
  if (pod) pod.restarts += count - container.restarts;
  container.restarts = count;
}

/**
 * @param {object} a see createReached
 * @param {object} b
 * @param {Map<string, string>} twins see gantt/pairs.js
 * @returns {Array<{key: string, pod: string, name: string, type: string, only: "a"|"b"|null, differs: boolean, entries: Array}>} pods, each with its containers behind
 *   it; entries { milestone, a, b, delta, differs } by their time
 */
export function compare(a, b, twins) {
  const others = new Map();
  for (const each of b.subjects.values()) {
    const pod = twins.get(each.pod) ?? each.pod;
    others.set(each.type === "pod" ? pod : `${pod}/${each.name}`, each);
  }
  const pods = new Map();
  const add = (key, pod, pair) => pods.set(pod, [...(pods.get(pod) ?? []), compared(key, pod, pair)]);
  for (const [key, each] of a.subjects) add(key, each.pod, [each, others.get(key)]);
  for (const [key, each] of others) if (!a.subjects.has(key)) add(key, twins.get(each.pod) ?? each.pod, [undefined, each]);
  return [...pods.values()].flat();
}

function compared(key, pod, [one, other]) {
  const { name, type } = one ?? other;
  const entries = Object.keys(MILESTONES)
    .map((milestone) => entryOf(milestone, one, other))
    .filter(({ a, b }) => a !== null || b !== null)
    .sort((x, y) => timeOf(x) - timeOf(y));
  return { key, pod, name, type, only: !other ? "a" : !one ? "b" : null, differs: !one || !other || entries.some(({ differs }) => differs), entries };
}

function entryOf(milestone, one, other) {
  const [a, b] = [one, other].map((each) => valueOf(milestone, each, one, other));
  const delta = a === null || b === null ? null : b - a;
  return { milestone, a, b, delta, differs: delta === null || Math.abs(delta) > LEAST_S };
}

/** Restarts are worth a line only if one of the two has any. */
function valueOf(milestone, each, one, other) {
  if (!each) return null;
  if (milestone !== "restarts") return each.reached[milestone] ?? null;
  return one?.restarts || other?.restarts ? each.restarts : null;
}

const timeOf = ({ milestone, a, b }) => (milestone === "restarts" ? Infinity : Math.min(a ?? Infinity, b ?? Infinity));

/**
 * A difference in words and as a sign, so that it does not need its colour: { text: "−12.4 s", word: "earlier in B", tone: "less"|"more"|"one"|"same" }.
 * @param {{a: boolean, b: boolean}} over a run that goes on may still get there
 */
export function wordsOf({ milestone, a, b, delta, differs }, over) {
  if (!differs) return { text: t("same"), word: "", tone: "same" };
  if (b === null) return over.b ? { text: t("only in A"), word: "", tone: "one" } : { text: t("not yet in B"), word: "", tone: "same" };
  if (a === null) return over.a ? { text: t("only in B"), word: "", tone: "one" } : { text: t("not yet in A"), word: "", tone: "same" };
  const sign = delta < 0 ? "−" : "+";
  if (milestone === "restarts") return { text: `${sign}${Math.abs(delta)}`, word: delta < 0 ? t("fewer in B") : t("more in B"), tone: delta < 0 ? "less" : "more" };
  return { text: `${sign}${formatDuration(Math.abs(delta))}`, word: delta < 0 ? t("earlier in B") : t("later in B"), tone: delta < 0 ? "less" : "more" };
}

/** What stands beside a row's name: `Ready −12.4 s`, the most telling of its differences. */
export function tellingOf({ only, entries }, over) {
  if (only === "a" ? over.b : only === "b" && over.a) return { text: only === "a" ? t("only in A") : t("only in B"), tone: "one" };
  const different = entries.filter(({ differs }) => differs);
  const largest = Math.max(0, ...different.map(sizeOf));
  const found = TELLING.map((name) => different.find(({ milestone }) => milestone === name)).find((entry) => entry && sizeOf(entry) >= largest / 2);
  if (!found) return { text: entries.length ? "=" : "", tone: "same" };
  const { text, tone } = wordsOf(found, over);
  return { text: `${t(MILESTONES[found.milestone].label)} ${text}`, tone };
}

/** What only one of the two reaches differs more than any time; a restart counts as a second. */
const sizeOf = ({ delta }) => (delta === null ? Infinity : Math.abs(delta));

/** An instant or a number, as it stands in the table. */
export function valueWords(milestone, value, over) {
  if (value === null) return over ? t("never") : t("not yet");
  return milestone === "restarts" ? String(value) : formatInstant(value, 3);
}

const MOST_SAID = 3;

/** What is to be said of two runs in a line: until when they are the same, and how the pods of B fared against those of A. */
export function summaryOf(subjects, over, divergesS) {
  if (divergesS === Infinity) return t("Nothing is different: both runs are the same, record by record, from their beginning to their end.");
  const said = [];
  for (const { type, name, entries } of subjects) {
    if (type !== "pod") continue;
    for (const { milestone, a, b, delta, differs } of entries) {
      if (!differs || milestone === "restarts" || (a === null && !over.a) || (b === null && !over.b)) continue;
      said.push({ size: sizeOf({ delta }), sentence: sentenceOf({ pod: name, milestone: `${milestone}_s`, nowS: b, beforeS: a, deltaS: delta }) });
    }
  }
  // The largest first; Infinity minus itself is no number.
  said.sort((one, other) => (one.size === other.size ? 0 : other.size - one.size));
  const where = divergesS ? t("The same until {time}.", { time: formatInstant(divergesS, 3) }) : "";
  const rest = said.length > MOST_SAID ? t("and {count} more", { count: said.length - MOST_SAID }) : "";
  const isInDetails = over.a && over.b && subjects.length > 0 && !subjects.some(({ differs }) => differs);
  if (isInDetails) return [where, t("Every milestone comes at the same time in both; only details of the records differ.")].filter(Boolean).join(" ");
  const list = [...said.slice(0, MOST_SAID).map(({ sentence }) => sentence), rest].filter(Boolean).join(", ");
  return [where, list && t("In B: {list}.", { list })].filter(Boolean).join(" ");
}
