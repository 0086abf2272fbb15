/** One good trace to begin with: a pod `default/web` with records as the contract writes them. A test states only what differs. */

/** Numbers records that come without `seq`, and gives them the pod. */
export function trace(...records) {
  return records.map((record, seq) => ({ seq, pod: "default/web", ...record }));
}

export const status = (t, object, field, from, to, more = {}) => ({ t, layer: "status", object, field, from, to, ...more });
export const container = (name, container_type = "main") => ({
  state: (t, from, to, more = {}) => status(t, name, "state", from, to, { container_type, ...more }),
  ready: (t, to) => status(t, name, "ready", !to, to, { container_type }),
  started: (t, to) => status(t, name, "started", !to, to, { container_type }),
  runtime: (t, call, more = {}) => ({ t, layer: "runtime", object: name, container_type, attempt: 0, call, ...more }),
  exit: (t, exit_code, reason, more = {}) => ({ t, layer: "runtime", object: name, container_type, attempt: 0, call: "exit event", exit_code, reason, ...more }),
  hook: (t, hook, call) => ({ t, layer: "hook", object: name, container_type, attempt: 0, hook, call }),
  image: (t, op) => ({ t, layer: "image", object: name, op, image: "docker.io/library/app:1" }),
  probe: (t, probe, result, more = {}) => ({ t, layer: "probe", object: name, container_type, probe, result, ...more }),
  pleg: (t, call) => ({ t, layer: "kubelet", object: name, call: `PLEG ${call}` }),
  backoff: (t, delay) => ({ t, layer: "kubelet", object: name, container_type, call: "backoff", delay, until: t + delay, why: "crash-loop-back-off" }),
});

export const added = (t = 0) => status(t, "pod", "watch", null, "ADDED");
export const phase = (t, from, to) => status(t, "pod", "phase", from, to);
export const readyCondition = (t, from, to) => status(t, "pod", "condition:Ready", from, to);
export const deletion = (t, deadlineS) => status(t, "pod", "deletionTimestamp", null, deadlineS);
export const gone = (t) => status(t, "pod", "watch", null, "DELETED");

/** `app` waits, is created, runs and becomes ready. */
export function started(app = container("app")) {
  return [
    added(),
    phase(0, null, "Pending"),
    app.state(0.03, null, "waiting:ContainerCreating"),
    app.runtime(1, "CreateContainer called"),
    app.runtime(1.1, "StartContainer returned"),
    app.state(1.2, "waiting:ContainerCreating", "running"),
    app.ready(1.2, true),
    app.started(1.2, true),
    phase(1.2, "Pending", "Running"),
    readyCondition(1.2, "False", "True"),
  ];
}
