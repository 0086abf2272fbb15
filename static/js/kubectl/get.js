/** What does `kubectl get pods` print? STATUS, READY and RESTARTS (pkg/printers/internalversion/printers.go, printPod; 1.36), as simulator/kubectl.py. Pure. */

import { age, aligned } from "./text.js";

/** STATUS, READY and RESTARTS of a pod of pods.js at an instant. */
export function columns(pod, nowS) {
  const known = pod.containers.filter((container) => container.known);
  const inits = known.filter(({ type }) => type === "init" || type === "sidecar");
  const mains = known.filter(({ type }) => type === "main");
  const gated = pod.conditions.some(({ type, reason }) => type === "PodScheduled" && reason === "SchedulingGated");
  const first = gated ? "SchedulingGated" : pod.reason || pod.phase;
  const found = afterInits(inits, first);
  let { status, ready } = found;
  let counted = inits;
  let restarts = restartsOf(inits);
  if (!found.stopped || isTrue(pod, "Initialized")) {
    const sidecars = inits.filter(({ type }) => type === "sidecar");
    const passed = found.passed.filter(({ type }) => type === "sidecar");
    counted = [...sidecars, ...mains];
    restarts = restartsOf(passed) + restartsOf(mains);
    const word = mainWord(mains, pod, found.stopped ? pod.reason || pod.phase : status);
    status = word.status;
    ready += word.ready;
  }
  const total = pod.containers.filter(({ type }) => type === "main" || type === "sidecar").length;
  return { status: deletingWord(pod, status), ready: `${ready}/${total}`, restarts: restartsText(restarts, counted, nowS) };
}

/** Go through the inits up to the first that is not done; `passed` are those looked at. */
function afterInits(inits, status) {
  let ready = 0;
  for (const [index, container] of inits.entries()) {
    if (container.kind === "terminated" && container.exitCode === 0) continue;
    if (container.type === "sidecar" && container.started) {
      ready += Number(container.ready);
      continue;
    }
    return { status: initWord(container, index, inits.length), ready, stopped: true, passed: inits.slice(0, index + 1) };
  }
  return { status, ready, stopped: false, passed: inits };
}

function initWord({ kind, reason, exitCode }, index, count) {
  if (kind === "terminated") return reason ? `Init:${reason}` : `Init:ExitCode:${exitCode}`;
  if (kind === "waiting" && reason && reason !== "PodInitializing") return `Init:${reason}`;
  return `Init:${index}/${count}`;
}

/** From last to first: the first main wins. */
function mainWord(mains, pod, before) {
  let [status, ready, hasRunning, error] = [before, 0, false, ""];
  for (const container of [...mains].reverse()) {
    if (container.kind === "waiting" && container.reason) status = container.reason;
    else if (container.kind === "terminated") {
      status = container.reason || `ExitCode:${container.exitCode}`;
      if (container.reason && container.exitCode !== 0) error = container.reason;
    } else if (container.kind === "running") {
      hasRunning = true;
      ready += Number(container.ready);
    }
  }
  if (status === "Completed" && hasRunning) status = isTrue(pod, "Ready") ? "Running" : error || "NotReady";
  return { status, ready };
}

function deletingWord(pod, status) {
  if (!pod.deletion) return status;
  if (pod.reason === "NodeLost") return "Unknown";
  return pod.phase === "Succeeded" || pod.phase === "Failed" ? status : "Terminating";
}

function isTrue({ conditions }, wanted) {
  return conditions.some(({ type, status }) => type === wanted && status === "True");
}

function restartsOf(containers) {
  return containers.reduce((sum, { restarts }) => sum + restarts, 0);
}

/** With how long ago the last one was, as far as the API tells. */
function restartsText(count, containers, nowS) {
  const ends = containers.map(({ last }) => last?.finishedS ?? null).filter((atS) => atS !== null);
  return count && ends.length ? `${count} (${age(nowS - Math.max(...ends))} ago)` : String(count);
}

/**
 * The whole table.
 *
 * @param {ReturnType<import("./pods.js").createPods>} pods
 */
export function getPods(pods, nowS) {
  const listed = pods.at(nowS);
  const namespaces = pods.namespaces(nowS);
  const wide = namespaces.length > 1;
  if (!listed.length) return [wide ? "No resources found" : `No resources found in ${namespaces[0] ?? "default"} namespace.`];
  const rows = listed.map(({ life, pod }) => {
    const { status, ready, restarts } = columns(pod, nowS);
    return [...(wide ? [life.namespace] : []), life.name, ready, status, restarts, age(nowS - life.createdS)];
  });
  const header = [...(wide ? ["NAMESPACE"] : []), "NAME", "READY", "STATUS", "RESTARTS", "AGE"];
  return aligned([header, ...rows].map((cells) => cells.join("\t")), { least: 6, padding: 3 });
}

/** What one would type for it. */
export function getCommand(pods, nowS) {
  const namespaces = pods.namespaces(nowS);
  if (namespaces.length > 1) return "kubectl get pods --all-namespaces";
  return `kubectl get pods${inNamespace(namespaces[0] ?? "default")}`;
}

/** The option of a command for one namespace. */
export function inNamespace(namespace) {
  return namespace === "default" ? "" : ` --namespace ${namespace}`;
}
