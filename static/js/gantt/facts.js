/**
 * What is known of each pod and container after each record of the trace? Pure.
 *
 * Facts are what the records said last, layer by layer, without judgement; what they come to is a lens's business (lenses.js).
 */

export function newPod(name) {
  return { name, phase: null, reason: null, ready: false, timesReady: 0, deleting: false, graceEndS: null, gone: false, containers: new Map() };
}

export function newContainer(name, type) {
  return {
    name,
    type,
    /** As in the API: `waiting:REASON`, `running`, `terminated:REASON`; null before the first. */
    state: null,
    exitCode: null,
    ready: false,
    started: false,
    restarts: 0,
    /** The node's truth. process: null, "creating", "running", "exited". */
    attempt: 0,
    process: null,
    exit: null,
    /** The API has shown something since the process ended. */
    exitSeen: false,
    pull: null,
    hook: null,
    stopping: false,
    signal: null,
    backoff: null,
    /** What the kubelet knows: whether the PLEG saw it run (`running`) or end (`died`), and the results that its probes have stored. */
    seen: null,
    probed: {},
    /** The probe whose failures are being counted towards its threshold. */
    failing: null,
  };
}

/** Take one record of this pod into its facts. Returns the container it is about, or null when it is about the pod. */
export function applyRecord(pod, record) {
  if (record.layer === "status" && (record.object === "pod" || !record.container_type)) {
    applyToPod(pod, record);
    return null;
  }
  const container = pod.containers.get(record.object) ?? adopt(pod, record);
  if (!container) return null;
  APPLY[record.layer]?.(container, record);
  return container;
}

/** A container is known from the first record that gives its type. */
function adopt(pod, record) {
  if (!record.container_type) return null;
  const container = newContainer(record.object, record.container_type);
  pod.containers.set(record.object, container);
  return container;
}

function applyToPod(pod, { field, from, to, t, reason }) {
  if (field === "watch" && to === "ADDED") Object.assign(pod, newPod(pod.name), { containers: new Map() });
  if (field === "watch" && to === "DELETED") pod.gone = true;
  if (field === "phase") Object.assign(pod, { phase: to, reason: reason ?? null });
  if (field === "condition:Ready") {
    pod.ready = to === "True";
    pod.timesReady += pod.ready && from !== to ? 1 : 0;
  }
  if (field === "deletionTimestamp") Object.assign(pod, { deleting: to !== null, graceEndS: typeof to === "number" ? to : null });
  // A second deletion can only shorten the grace period.
  if (field === "deletionGracePeriodSeconds" && typeof to === "number") pod.graceEndS = Math.min(pod.graceEndS ?? Infinity, t + to);
}

const APPLY = {
  status(container, { field, to, exit_code }) {
    if (field === "state") Object.assign(container, { state: to, exitCode: exit_code ?? null, exitSeen: true });
    if (field === "ready") container.ready = to;
    if (field === "started") container.started = to;
    if (field === "restartCount") container.restarts = to;
  },

  runtime(container, { call, detail, attempt, exit_code, reason }) {
    if (call === "CreateContainer called") {
      Object.assign(container, { process: "creating", attempt: attempt ?? 0, exit: null, pull: null, hook: null, stopping: false, signal: null, backoff: null, seen: null, probed: {}, failing: null });
    }
    if (call === "StartContainer returned") Object.assign(container, { process: "running", exitSeen: false });
    if (call === "signal") Object.assign(container, { signal: detail, stopping: true });
    if (call === "exit event") Object.assign(container, { process: "exited", exit: { code: exit_code, reason }, exitSeen: false });
  },

  hook(container, { hook, call }) {
    container.hook = call === "started" ? hook : null;
    if (hook === "preStop" && call === "started") container.stopping = true;
  },

  image(container, { op }) {
    container.pull = op === "queued" || op === "started" ? op : null;
  },

  kubelet(container, { call, why }) {
    if (call === "backoff") container.backoff = why ?? "";
    if (call === "PLEG ContainerStarted") container.seen = "running";
    if (call === "PLEG ContainerDied") container.seen = "died";
  },

  probe(container, { probe, result, count }) {
    // A failure with a count is one of several that it takes; the stored result changes with the record that has none.
    container.failing = count === undefined ? null : probe;
    if (count === undefined) container.probed = { ...container.probed, [probe]: result };
  },

  event(container, { reason }) {
    // The kubelet has decided to end it; the signal may have to wait for a hook or for its turn.
    if (reason === "Killing" && container.process === "running") container.stopping = true;
  },
};
