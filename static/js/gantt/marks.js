/** Which instants deserve a mark? Each kind has its name and shape in the server's palette. Pure. */

/** The kind of mark that this record makes on its row; null for none. `container` is null when it is about the pod. */
export function markOf(record, container, pod) {
  const kind = container ? KINDS[record.layer]?.(record) : podMark(record, pod);
  return kind ?? null;
}

const KINDS = {
  runtime({ call, detail, attempt, exit_code, reason }) {
    if (call === "exit event") return reason === "OOMKilled" ? "oom" : exit_code === 0 ? "exit-zero" : "exit-error";
    if (call === "signal") return detail === "SIGKILL" ? "sigkill" : "sigterm";
    if (call === "StartContainer returned" && attempt > 0) return "restart";
    return null;
  },

  probe({ probe, result, count }) {
    if (result === "success") return "probe-passed";
    // The change of the stored result is recorded besides the failures that led to it, without a count.
    if (count === undefined) return null;
    // A startup probe is there to fail for a while.
    return probe === "startup" ? "startup-failed" : "probe-failed";
  },

  hook: ({ call }) => (call === "failed" || call === "timed out" ? "hook-failed" : null),

  image: ({ op }) => (op === "started" ? "pull" : op === "failed" ? "pull-failed" : null),
};

function podMark({ layer, field, from, to }, pod) {
  if (layer !== "status") return null;
  if (field === "deletionTimestamp" && from === null) return "deletion";
  if (field === "condition:Ready" && to === "True" && pod.timesReady === 1) return "ready";
  return null;
}
