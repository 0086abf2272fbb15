/**
 * What do the facts come to, seen from one side? A lens turns facts into a *state key*, which the server's palette gives a name and a colour. Pure.
 *
 * - `node`: what the processes really do (layers runtime, hook, image), with the API's word only where the node has none (why it waits, whether it is
 *   ready). It is the page's default: exits, signals and hooks stand where they happen. The API hears of an exit up to a second later, and of most of
 *   what happens during a deletion only at its end.
 * - `kubelet`: what the kubelet knows and decides (layers kubelet, probe, hook, image). A process has ended for it when its PLEG has seen that, up to a second
 *   after it did; a probe's result counts for it when it is stored, before the API hears of it.
 * - `api`: what `kubectl get` shows, and when.
 */

export const LENSES = {
  node: { container: nodeState, pod: podState },
  kubelet: { container: kubeletState, pod: podState },
  api: { container: apiState, pod: podState },
};

function nodeState(container) {
  if (container.process === "running") return runningState(container);
  if (container.pull) return container.pull === "queued" ? "pulling:queued" : "pulling";
  if (container.process === "creating") return "creating";
  if (container.backoff !== null) return `backoff:${container.backoff}`;
  if (container.process === "exited" && !(container.exitSeen && isWaiting(container))) return `terminated:${container.exit.reason}`;
  return container.state;
}

function runningState({ state, type, ready, started, stopping, signal, hook }) {
  if (signal === "SIGKILL") return "terminating:killed";
  if (signal) return "terminating:signalled";
  if (stopping) return hook === "preStop" ? "terminating:pre-stop" : "terminating:waiting";
  if (hook === "postStart") return "running:post-start";
  if (type === "init") return "running:init";
  if (state !== "running") return "running:unreported";
  if (ready) return "running:ready";
  return started ? "running:not-ready" : "running:not-started";
}

function kubeletState(container) {
  const { process, seen, exitSeen, pull, backoff, exit } = container;
  if (process === "running" && !seen) return "running:unseen";
  // What the API shows, the kubelet has told it.
  if (process === "running" || (process === "exited" && seen !== "died" && !exitSeen)) return believedState(container);
  if (pull) return pull === "queued" ? "pulling:queued" : "pulling";
  if (process === "creating") return "creating";
  if (backoff !== null) return `backoff:${backoff}`;
  if (process === "exited") return `terminated:${exit.reason}`;
  return container.state;
}

/** Of a container that runs as far as the kubelet knows. */
function believedState(container) {
  const { probed, started, ready } = container;
  const hasStarted = probed.startup ? probed.startup === "success" : started;
  const isReady = hasStarted && (probed.readiness ? probed.readiness === "success" : ready);
  return runningState({ ...container, state: "running", started: hasStarted, ready: isReady });
}

function apiState({ state, type, ready, started }, pod) {
  if (state !== "running") return state;
  if (pod.deleting) return "terminating";
  return runningState({ state, type, ready, started });
}

function isWaiting({ state }) {
  return state !== null && state.startsWith("waiting");
}

function podState({ phase, ready, deleting }) {
  if (phase === null) return null;
  if (deleting && (phase === "Pending" || phase === "Running")) return "pod:Terminating";
  if (phase === "Running" && ready) return "pod:Ready";
  return `pod:${phase}`;
}
