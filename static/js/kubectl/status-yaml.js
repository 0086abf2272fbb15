/** What does `kubectl get pod -o yaml` show of a pod's status? With the metadata that a deletion sets. Pure. */

import { headerLine, notFound } from "./describe.js";
import { inNamespace } from "./get.js";
import { fieldsOf } from "./spec.js";
import { instant } from "./text.js";

/**
 * @param {ReturnType<import("./pods.js").createPods>} pods
 * @returns {string[]}
 */
export function statusYaml(pods, key, nowS, book) {
  const found = pods.one(key, nowS);
  if (!found) return [`# ${notFound(key)}`];
  return [headerLine(), ...yamlLines(objectOf(found.life, found.pod, fieldsOf(book, found.life, pods.imagesSet(nowS))))];
}

export function yamlCommand(key) {
  const [namespace, name] = key.split("/");
  return `kubectl get pod ${name}${inNamespace(namespace)} --output yaml`;
}

/** The object that is written; a member that is undefined is left out. */
export function objectOf(life, pod, { spec, qosClass }) {
  const { deletion } = pod;
  const images = new Map([...(spec.initContainers ?? []), ...(spec.containers ?? []), ...(spec.ephemeralContainers ?? [])].map(({ name, image }) => [name, image]));
  const statuses = (...types) => {
    const listed = pod.containers.filter(({ known, type }) => known && types.includes(type)).map((container) => statusOf(container, images));
    return listed.length ? listed : undefined;
  };
  return {
    metadata: {
      creationTimestamp: instant(life.createdS),
      deletionGracePeriodSeconds: deletion ? deletion.graceS : undefined,
      deletionTimestamp: deletion ? instant(deletion.untilS) : undefined,
      name: life.name,
      namespace: life.namespace,
    },
    status: {
      conditions: pod.conditions.length ? pod.conditions.map(conditionOf) : undefined,
      // The kubelet sorts mains by name and leaves the others in the order of the spec.
      containerStatuses: statuses("main")?.sort((a, b) => (a.name < b.name ? -1 : 1)),
      ephemeralContainerStatuses: statuses("ephemeral"),
      initContainerStatuses: statuses("init", "sidecar"),
      message: pod.message || undefined,
      phase: pod.phase,
      qosClass: qosClass || undefined,
      reason: pod.reason || undefined,
      startTime: pod.startS === null ? undefined : instant(pod.startS),
    },
  };
}

function conditionOf({ type, status, reason, message, changedS }) {
  return { lastProbeTime: null, lastTransitionTime: instant(changedS), message: message || undefined, reason: reason || undefined, status, type };
}

function statusOf(container, images) {
  const { name, type, ready, restarts, started, last, image } = container;
  return {
    image: image ?? images.get(name),
    lastState: last ? stateOf({ kind: "terminated", ...last }) : {},
    name,
    ready,
    restartCount: restarts,
    started: type === "ephemeral" ? undefined : started,
    state: stateOf(container),
  };
}

function stateOf({ kind, reason, message, exitCode, startedS, finishedS }) {
  const at = (instantS) => (instantS === null ? undefined : instant(instantS));
  if (kind === "running") return { running: { startedAt: at(startedS) } };
  if (kind === "waiting") return { waiting: { message: message || undefined, reason: reason || undefined } };
  if (kind !== "terminated") return {};
  return { terminated: { exitCode, finishedAt: at(finishedS), message: message || undefined, reason, startedAt: at(startedS) } };
}

// -- YAML, as kubectl writes it: keys are sorted already, lists stand at the edge of their key -------------------------------------------

function* yamlLines(value, indent = "") {
  for (const [key, member] of Object.entries(value)) {
    if (member === undefined) continue;
    if (Array.isArray(member)) {
      yield `${indent}${key}:`;
      for (const item of member) {
        const lines = [...yamlLines(item, `${indent}  `)];
        yield* lines.map((line, index) => (index ? line : `${indent}- ${line.trimStart()}`));
      }
    } else if (member !== null && typeof member === "object") {
      const lines = [...yamlLines(member, `${indent}  `)];
      if (lines.length) yield `${indent}${key}:`;
      yield* lines.length ? lines : [`${indent}${key}: {}`];
    } else if (typeof member === "string" && /\n/.test(member)) {
      yield `${indent}${key}: ${member.endsWith("\n") ? "|" : "|-"}`;
      yield* member.replace(/\n$/, "").split("\n").map((line) => (line ? `${indent}  ${line}` : ""));
    } else yield `${indent}${key}: ${scalar(member)}`;
  }
}

const PLAIN = /^[A-Za-z_/][\w./@-]*(?: [\w./@()-]+)*$/;
/** What YAML would not take for text: these stand in double quotes, all else that needs some in single ones. */
const OTHER_TYPE = /^(?:true|false|yes|no|on|off|y|n|null|~)$|^[+-]?\d/i;

function scalar(value) {
  if (typeof value !== "string") return String(value);
  if (OTHER_TYPE.test(value) || /[\x00-\x1f\x7f]/.test(value)) return JSON.stringify(value);
  // A colon between letters, as in an image's name, is text.
  return PLAIN.test(value.replace(/(?<=\w):(?=\w)/g, "_")) ? value : `'${value.replaceAll("'", "''")}'`;
}
