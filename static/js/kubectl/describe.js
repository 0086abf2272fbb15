/**
 * What does `kubectl describe pod` print? Section by section as describePod does (kubectl 1.36, pkg/describe/describe.go); what is not simulated is left out,
 * and the first line says how instants are written. Pure.
 */

import { t } from "../text/translate.js";
import { containerLines } from "./describe-container.js";
import { volumeLines } from "./describe-volumes.js";
import { inNamespace } from "./get.js";
import { controllerOf, fieldsOf, quantity } from "./spec.js";
import { age, aligned, instant } from "./text.js";

/** The comment above a text: a cluster would print the time of day, IDs and addresses. */
export function headerLine() {
  return t("# Instants are virtual time: {example} is 12.345 s after the start of the scenario. IDs and IPs are not simulated.", { example: instant(12.345) });
}

/**
 * @param {ReturnType<import("./pods.js").createPods>} pods
 * @param {string} key  `namespace/name`
 * @param {object|null} book  of the run; without it, what only the spec says is left out
 * @returns {string[]}
 */
export function describePod(pods, key, nowS, book) {
  const found = pods.one(key, nowS);
  if (!found) return [notFound(key)];
  const { life, pod } = found;
  const fields = fieldsOf(book, life, pods.imagesSet(nowS));
  const lines = [...headLines(life, pod, fields, book, nowS)];
  for (const [title, list, types] of LISTS) lines.push(...containersLines(title, fields.spec[list] ?? [], types, pod, fields.known));
  lines.push(...gateLines(fields.spec.readinessGates ?? [], pod), ...conditionLines(pod));
  if (fields.known) lines.push(...volumeLines(fields.spec.volumes ?? []), `QoS Class:\t${fields.qosClass}`, ...selectorLines(fields.spec));
  return [headerLine(), ...(fields.known ? [] : [leftOut(book)]), ...aligned(lines), ...aligned(eventLines(life.events, nowS))];
}

export function describeCommand(key) {
  const [namespace, name] = key.split("/");
  return `kubectl describe pod ${name}${inNamespace(namespace)}`;
}

/** As the API server says it. */
export function notFound(key) {
  return `Error from server (NotFound): pods "${key.split("/")[1]}" not found`;
}

function leftOut(book) {
  return book ? t("# The fields of this pod's spec are not in the text, or too large to be sent.") : t("# The fields of the spec are being loaded.");
}

const LISTS = [
  ["Init Containers", "initContainers", ["init", "sidecar"]],
  ["Containers", "containers", ["main"]],
  ["Ephemeral Containers", "ephemeralContainers", ["ephemeral"]],
];

function* headLines(life, pod, { metadata, spec, known }, book, nowS) {
  yield `Name:\t${life.name}`;
  yield `Namespace:\t${life.namespace}`;
  if (known) {
    yield `Priority:\t${spec.priority}`;
    if (spec.priorityClassName) yield `Priority Class Name:\t${spec.priorityClassName}`;
    yield `Service Account:\t${spec.serviceAccountName}`;
  }
  const bound = spec.nodeName || pod.startS !== null || pod.conditions.some(({ type, status }) => type === "PodScheduled" && status === "True");
  if (known || !bound) yield `Node:\t${bound ? spec.nodeName || book.node : "<none>"}`;
  if (pod.startS !== null) yield `Start Time:\t${instant(pod.startS)}`;
  if (known) yield* mapLines("Labels", metadata.labels, "=");
  if (known) yield* mapLines("Annotations", metadata.annotations, ": ");
  if (pod.deletion) {
    yield `Status:\tTerminating (lasts ${age(nowS - pod.deletion.untilS)})`;
    yield `Termination Grace Period:\t${pod.deletion.graceS}s`;
  } else yield `Status:\t${pod.phase}`;
  if (pod.reason) yield `Reason:\t${pod.reason}`;
  if (pod.message) yield `Message:\t${pod.message}`;
  const controller = controllerOf(life, metadata.labels);
  if (controller) yield `Controlled By:\t${controller}`;
  if (spec.resources?.limits || spec.resources?.requests) yield "Resources:";
  yield* resourceLines(spec.resources ?? {}, "  ");
}

function* mapLines(title, map, between) {
  const entries = Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1));
  if (!entries.length) yield `${title}:\t<none>`;
  for (const [index, [name, value]] of entries.entries()) {
    const [first, ...more] = String(value).trimEnd().split("\n");
    const start = index ? "" : `${title}:`;
    // An annotation of several lines stands below its name.
    yield more.length ? `${start}\t${name}:` : `${start}\t${name}${between}${first}`;
    if (more.length) yield* [first, ...more].map((line) => `\t  ${line}`);
  }
}

function* resourceLines({ limits = {}, requests = {} }, indent) {
  for (const [title, map] of [["Limits", limits], ["Requests", requests]]) {
    const names = Object.keys(map).sort();
    if (names.length) yield `${indent}${title}:`;
    yield* names.map((name) => `${indent}  ${name}:\t${quantity(map[name])}`);
  }
}

/** The spec's containers; where it is not known, those that the records name. An ephemeral one that was added later is in no spec of the text. */
function* containersLines(title, specs, types, pod, known) {
  const named = new Set(specs.map(({ name }) => name));
  const statuses = pod.containers.filter(({ type }) => types.includes(type));
  const added = statuses.filter(({ name }) => !named.has(name)).map(({ name }) => ({ name }));
  const all = known && title !== "Ephemeral Containers" ? specs : [...specs, ...added];
  if (!all.length) return;
  yield `${title}:`;
  for (const spec of all) {
    const status = statuses.find(({ name, known: shown }) => shown && name === spec.name) ?? null;
    yield* containerLines(spec, status, [...resourceLines(spec.resources ?? {}, "    ")]);
  }
}

function* gateLines(gates, { conditions }) {
  if (!gates.length) return;
  yield "Readiness Gates:";
  yield "  Type\tStatus";
  for (const { conditionType } of gates) yield `  ${conditionType} \t${conditions.find(({ type }) => type === conditionType)?.status ?? "<none>"} `;
}

function* conditionLines({ conditions }) {
  if (!conditions.length) return;
  yield "Conditions:";
  yield "  Type\tStatus";
  for (const { type, status } of conditions) yield `  ${type} \t${status} `;
}

function* selectorLines({ nodeSelector = {}, tolerations = [] }) {
  yield* mapLines("Node-Selectors", nodeSelector, "=");
  if (!tolerations.length) yield "Tolerations:\t<none>";
  for (const [index, toleration] of tolerations.entries()) yield `${index ? "" : "Tolerations:"}\t${tolerationText(toleration)}`;
}

function tolerationText({ key = "", value = "", effect = "", operator = "", tolerationSeconds = null }) {
  const lasts = tolerationSeconds === null ? "" : ` for ${tolerationSeconds}s`;
  const op = operator === "Exists" && (key || effect) ? " op=Exists" : operator === "Exists" ? "op=Exists" : "";
  return `${key}${value ? `=${value}` : ""}${effect ? `:${effect}` : ""}${op}${lasts}`;
}

// -- Events ------------------------------------------------------------------------------------------------------------------------

/** Equal ones are one line, with when the last one came; the line of the last one is the lowest. */
function* eventLines(records, nowS) {
  const events = foldedEvents(records, nowS);
  if (!events.length) {
    yield "Events:\t<none>";
    return;
  }
  yield "Events:";
  yield "  Type\tReason\tAge\tFrom\tMessage";
  yield "  ----\t------\t----\t----\t-------";
  for (const { type, reason, firstS, lastS, count, message } of events) {
    const first = age(nowS - firstS);
    const interval = count > 1 ? `${age(nowS - lastS)} (x${count} over ${first})` : first;
    yield `  ${type}\t${reason}\t${interval}\t${sourceOf(reason)}\t${message.trim()}`;
  }
}

const COMBINED = "(combined from similar events): ";

export function foldedEvents(records, nowS) {
  const events = new Map();
  for (const { t: atS, type, reason, message, field_path: path = "", count } of records) {
    if (atS > nowS) break;
    const key = [type, reason, path, message.startsWith(COMBINED) ? COMBINED : message].join("\n");
    const event = events.get(key) ?? { type, reason, firstS: atS };
    // Set anew, so that the map stays in the order of the last ones.
    events.delete(key);
    events.set(key, Object.assign(event, { lastS: atS, count, message }));
  }
  return [...events.values()];
}

const SCHEDULER = new Set(["Scheduled", "FailedScheduling"]);

function sourceOf(reason) {
  return SCHEDULER.has(reason) ? "default-scheduler" : "kubelet";
}
