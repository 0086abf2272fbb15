import assert from "node:assert/strict";
import { test } from "node:test";

import { addRecords, createSpans } from "../../static/js/gantt/spans.js";
import { added, container, deletion, gone, phase, readyCondition, started, trace } from "./records.js";

const app = container("app");

function modelOf(records, lens = "node") {
  const model = createSpans(lens);
  addRecords(model, records);
  return model;
}

/** `state start-end` for each bar of a row. */
function barsOf(records, name = "app", lens = "node") {
  return modelOf(records, lens)
    .rows.get(`default/web${name ? `/${name}` : ""}`)
    .spans.map(({ state, startS, endS }) => `${state} ${startS}-${endS ?? ""}`);
}

const marksOf = (records, name = "app") => modelOf(records).rows.get(`default/web${name ? `/${name}` : ""}`).marks.map(({ kind, atS }) => `${kind} ${atS}`);

const NODE_CASES = {
  "a start goes through waiting, creating, running and ready": [
    started(),
    ["waiting:ContainerCreating 0.03-1", "creating 1-1.1", "running:unreported 1.1-1.2", "running:ready 1.2-"],
  ],
  "a pull stands between the API's waiting": [
    [added(), app.state(0, null, "waiting:ContainerCreating"), app.image(1, "queued"), app.image(3, "started"), app.image(9, "pulled")],
    ["waiting:ContainerCreating 0-1", "pulling:queued 1-3", "pulling 3-9", "waiting:ContainerCreating 9-"],
  ],
  "an exit is seen when it happens, not when the API hears of it": [
    [...started(), app.exit(5, 0, "Completed"), app.state(5.8, "running", "terminated:Completed", { exit_code: 0 })],
    ["waiting:ContainerCreating 0.03-1", "creating 1-1.1", "running:unreported 1.1-1.2", "running:ready 1.2-5", "terminated:Completed 5-"],
  ],
  "a crash loop shows its back-off as soon as the kubelet decides on it": [
    [...started(), app.exit(5, 1, "Error"), app.backoff(5.7, 10), app.runtime(16, "CreateContainer called", { attempt: 1 })],
    [
      "waiting:ContainerCreating 0.03-1",
      "creating 1-1.1",
      "running:unreported 1.1-1.2",
      "running:ready 1.2-5",
      "terminated:Error 5-5.7",
      "backoff:crash-loop-back-off 5.7-16",
      "creating 16-",
    ],
  ],
  "a deletion with a hook goes through preStop, SIGTERM and SIGKILL": [
    [
      ...started(),
      deletion(10, 40),
      app.hook(10, "preStop", "started"),
      app.hook(15, "preStop", "finished"),
      app.runtime(15, "signal", { detail: "SIGTERM" }),
      app.runtime(40, "signal", { detail: "SIGKILL" }),
      app.exit(40.1, 137, "Error"),
      gone(41),
    ],
    [
      "waiting:ContainerCreating 0.03-1",
      "creating 1-1.1",
      "running:unreported 1.1-1.2",
      "running:ready 1.2-10",
      "terminating:pre-stop 10-15",
      "terminating:signalled 15-40",
      "terminating:killed 40-40.1",
      "terminated:Error 40.1-41",
    ],
  ],
  "a sidecar that is told to stop waits for its turn": [
    [...started(), { t: 10, layer: "event", object: "app", container_type: "main", type: "Normal", reason: "Killing", message: "" }],
    ["waiting:ContainerCreating 0.03-1", "creating 1-1.1", "running:unreported 1.1-1.2", "running:ready 1.2-10", "terminating:waiting 10-"],
  ],
  "a pod that is created again under its name starts a new life on the same row": [
    [added(), app.state(0, null, "waiting:ContainerCreating"), gone(5), added(7), app.state(7, null, "waiting:ContainerCreating")],
    ["waiting:ContainerCreating 0-5", "waiting:ContainerCreating 7-"],
  ],
};

for (const [name, [records, expected]] of Object.entries(NODE_CASES)) {
  test(`node lens: ${name}`, () => assert.deepEqual(barsOf(trace(...records)), expected));
}

test("api lens: what has ended stays running until the API is told", () => {
  const records = trace(...started(), app.exit(5, 0, "Completed"), app.state(5.8, "running", "terminated:Completed", { exit_code: 0 }));

  assert.deepEqual(barsOf(records, "app", "api"), ["waiting:ContainerCreating 0.03-1.2", "running:ready 1.2-5.8", "terminated:Completed 5.8-"]);
});

const KUBELET_CASES = {
  "a start is known when the PLEG has seen it": [
    [...started(), app.pleg(1.7, "ContainerStarted")],
    ["waiting:ContainerCreating 0.03-1", "creating 1-1.1", "running:unseen 1.1-1.7", "running:ready 1.7-"],
  ],
  "an end is known when the PLEG has seen it, before the API hears of it": [
    [...started(), app.pleg(1.7, "ContainerStarted"), app.exit(5, 0, "Completed"), app.pleg(5.6, "ContainerDied"), app.state(5.8, "running", "terminated:Completed")],
    ["waiting:ContainerCreating 0.03-1", "creating 1-1.1", "running:unseen 1.1-1.7", "running:ready 1.7-5.6", "terminated:Completed 5.6-"],
  ],
  "what the API shows the kubelet knows": [
    [...started(), app.pleg(1.7, "ContainerStarted"), app.exit(5, 0, "Completed"), app.state(5.3, "running", "terminated:Completed")],
    ["waiting:ContainerCreating 0.03-1", "creating 1-1.1", "running:unseen 1.1-1.7", "running:ready 1.7-5.3", "terminated:Completed 5.3-"],
  ],
  "a failure counts when it is stored, not each time": [
    [
      ...started(),
      app.pleg(1.2, "ContainerStarted"),
      app.probe(3, "readiness", "failure", { count: 1 }),
      app.probe(4, "readiness", "failure"),
      app.ready(4.2, false),
      app.probe(9, "readiness", "success"),
      app.ready(9.3, true),
    ],
    ["waiting:ContainerCreating 0.03-1", "creating 1-1.1", "running:unseen 1.1-1.2", "running:ready 1.2-4", "running:not-ready 4-9", "running:ready 9-"],
  ],
};

for (const [name, [records, expected]] of Object.entries(KUBELET_CASES)) {
  test(`kubelet lens: ${name}`, () => assert.deepEqual(barsOf(trace(...records), "app", "kubelet"), expected));
}

test("a pod's row has its phase, with ready and terminating in it", () => {
  const records = trace(...started(), readyCondition(5, "True", "False"), deletion(10, 40), phase(12, "Running", "Succeeded"), gone(13));

  assert.deepEqual(barsOf(records, ""), ["pod:Pending 0-1.2", "pod:Ready 1.2-5", "pod:Running 5-10", "pod:Terminating 10-12", "pod:Succeeded 12-13"]);
});

test("the grace period lasts until its deadline, and a second deletion can only shorten it", () => {
  const shorter = { t: 15, layer: "status", object: "pod", field: "deletionGracePeriodSeconds", from: 30, to: 5 };
  const model = modelOf(trace(...started(), deletion(10, 40), shorter));

  assert.deepEqual(model.rows.get("default/web").bands, [{ startS: 10, deadlineS: 20, endS: null, deadlines: [{ atS: 10, deadlineS: 40 }, { atS: 15, deadlineS: 20 }] }]);
});

test("the lines under the bars are the API's started and ready", () => {
  const row = modelOf(trace(...started(), app.ready(5, false), app.started(6, false))).rows.get("default/web/app");

  assert.deepEqual([row.ready, row.started], [[{ state: "ready", startS: 1.2, endS: 5 }], [{ state: "started", startS: 1.2, endS: 6 }]]);
});

const MARK_CASES = {
  "an exit with 0": [[app.exit(5, 0, "Completed")], ["exit-zero 5"]],
  "an exit with another code": [[app.exit(5, 3, "Error")], ["exit-error 5"]],
  "an exit for lack of memory": [[app.exit(5, 137, "OOMKilled")], ["oom 5"]],
  "both signals": [[app.runtime(5, "signal", { detail: "SIGTERM" }), app.runtime(9, "signal", { detail: "SIGKILL" })], ["sigterm 5", "sigkill 9"]],
  "a restart, but no first start": [
    [app.runtime(5, "StartContainer returned"), app.runtime(9, "StartContainer returned", { attempt: 1 })],
    ["restart 9"],
  ],
  "a failed probe, but not the change of its result": [
    [app.probe(5, "readiness", "failure", { count: 1, threshold: 3 }), app.probe(5, "readiness", "failure")],
    ["probe-failed 5"],
  ],
  "a startup probe that fails is no trouble": [[app.probe(5, "startup", "failure", { count: 1, threshold: 3 })], ["startup-failed 5"]],
  "a pull and its failure": [[app.image(5, "started"), app.image(9, "failed")], ["pull 5", "pull-failed 9"]],
};

for (const [name, [records, expected]] of Object.entries(MARK_CASES)) {
  test(`marks: ${name}`, () => assert.deepEqual(marksOf(trace(added(), app.state(0, null, "waiting:ContainerCreating"), ...records)), expected));
}

test("marks of the pod: its first readiness and its deletion", () => {
  const records = trace(...started(), readyCondition(5, "True", "False"), readyCondition(6, "False", "True"), deletion(10, 40));

  assert.deepEqual(marksOf(records, ""), ["ready 1.2", "deletion 10"]);
});

test("records in one piece and one by one make the same", () => {
  const records = trace(...started(), app.exit(5, 1, "Error"), app.backoff(5.7, 10), deletion(10, 40), gone(12));
  const whole = modelOf(records);
  const pieces = createSpans();
  for (const record of records) addRecords(pieces, [record]);

  assert.deepEqual([...pieces.rows.values()], [...whole.rows.values()]);
});
