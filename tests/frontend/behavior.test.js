/** What does a container do, as the fields of a form, and back? */

import assert from "node:assert/strict";
import { test } from "node:test";

import { behaviorOf, fieldsOf, summaryOf } from "../../static/js/editor/behavior.js";

const byRole = {
  address: "web/app",
  behavior: { runs: [{ duration: "forever", exitCode: 0 }], onSIGTERM: { exitAfter: "500ms", exitCode: 0 } },
  sources: { runs: "role", on_sigterm: "role", liveness: "role", pre_stop: "role" },
  parts: ["liveness", "pre_stop"],
};
const script = { ...byRole, sources: { ...byRole.sources, runs: "command", on_sigterm: "command" } };
const said = {
  ...byRole,
  behavior: { runs: [{ duration: "5s", exitCode: 1, reason: "OOMKilled" }], onSIGTERM: "ignore", liveness: [{ from: "0s", result: "success" }], disk: { logs: "1Ki/s" } },
  sources: { runs: "scenario", on_sigterm: "scenario", liveness: "scenario", disk: "scenario" },
};

test("a form that nobody touched says nothing new", () => {
  assert.deepEqual(behaviorOf(fieldsOf(byRole), byRole), {});
  assert.deepEqual(behaviorOf(fieldsOf(script), script), {});
});

test("what the Scenario says is kept, with what the form has no fields for", () => assert.deepEqual(behaviorOf(fieldsOf(said), said), said.behavior));

test("a script stays a script while only a probe is changed", () => {
  const fields = fieldsOf(script);
  fields.probes.liveness.push({ from: "30s", result: "failure" });

  assert.deepEqual(behaviorOf(fields, script), { liveness: [{ from: "30s", result: "failure" }] });
});

test("a run that is changed brings the reaction to SIGTERM along, because they go together", () => {
  const fields = fieldsOf(byRole);
  Object.assign(fields.runs[0], { duration: "5s", exitCode: "3" });

  assert.deepEqual(behaviorOf(fields, byRole), { runs: [{ duration: "5s", exitCode: 3 }], onSIGTERM: { exitAfter: "500ms", exitCode: 0 } });
});

test("what is no number goes to the server as it is, which says what is wrong with it", () => {
  const fields = fieldsOf(byRole);
  fields.runs[0].exitCode = "three";

  assert.equal(behaviorOf(fields, byRole).runs[0].exitCode, "three");
});

test("a hook without a time is not written; one with a time is", () => {
  const fields = fieldsOf(byRole);
  assert.deepEqual(fields.hooks, { preStop: { duration: "", result: "success" } });
  fields.hooks.preStop.duration = "2s";

  assert.deepEqual(behaviorOf(fields, byRole), { preStop: { duration: "2s", result: "success" } });
});

test("only probes and hooks that the container has are asked for", () => {
  const fields = fieldsOf({ ...byRole, parts: ["startup"] });

  assert.deepEqual([Object.keys(fields.probes), Object.keys(fields.hooks)], [["startup"], []]);
});

test("a line says what it does", () => {
  assert.deepEqual([byRole, script, said].map(summaryOf), ["runs for ever", "runs its script", "ends after 5s with 1, ignores SIGTERM"]);
  assert.equal(summaryOf({ ...said, behavior: { runs: [{ duration: "1s" }, { duration: "2s" }] } }), "ends after 1s with 0, then 1 more run");
});
