/** What the tools around the chart decide: search, interventions, milestones, knobs, the grace that is left. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { matcherOf } from "../../static/js/gantt/filter.js";
import { graceLeft } from "../../static/js/gantt/grace.js";
import { hitTest } from "../../static/js/gantt/hit.js";
import { createPalette } from "../../static/js/gantt/palette.js";
import { addressOf, describeAction, momentOf, onContainer, onNode, onPod, probesOf, targetOf } from "../../static/js/text/interventions.js";
import { placeOf, valueAt, wordsOf } from "../../static/js/text/knobs.js";
import { milestonesOf, sentenceOf } from "../../static/js/text/milestones.js";

const palette = createPalette({
  families: [{ name: "failed" }],
  states: { running: { family: "failed", label: "Running" }, "backoff:crash": { family: "failed", label: "CrashLoopBackOff" } },
  marks: { oom: { label: "OOMKilled", glyph: "x" } },
});

// -- search ----------------------------------------------------------------------------------------------------------------------

const row = { key: "default/web/app", pod: "default/web", name: "app", type: "main", spans: [{ state: "backoff:crash" }], marks: [{ kind: "oom" }] };
const SEARCHES = { app: true, WEB: true, crashloop: true, oomkilled: true, "web oom": true, "web ready": false, sidecar: false, backoff: true };

for (const [query, expected] of Object.entries(SEARCHES)) test(`search: ${query} ${expected ? "finds" : "does not find"} the row`, () => assert.equal(matcherOf(query, palette)(row), expected));
test("a query without a word is none", () => assert.equal(matcherOf("  ", palette), null));

// -- interventions ---------------------------------------------------------------------------------------------------------------

const made = (pod, owner, seq) => ({ seq, t: 0, layer: "status", pod, object: "pod", field: "watch", to: "ADDED", ...(owner ? { owner } : {}) });
const records = [made("default/web", null, 0), made("prod/api-x1", "Deployment/prod/api", 1), made("prod/api-x2", "Deployment/prod/api", 2)];

test("a pod of one's own goes by its name, a controller's by its number", () => {
  assert.deepEqual(["default/web", "prod/api-x1", "prod/api-x2"].map((pod) => addressOf(pod, records)), ["default/web", "Deployment/api#1", "Deployment/api#2"]);
});

test("what the server knows of a pod is better than what the trace has shown; of a pod that it does not know, the trace tells", () => {
  const targets = { pods: [{ key: "default/web", address: "web", containers: [{ name: "app", probes: ["liveness"] }] }] };
  const [known, unknown] = ["default/web", "prod/api-x2"].map((pod) => targetOf(pod, records, targets));

  assert.deepEqual([known.address, known.probesOf("app"), unknown.address, unknown.probesOf("app")], ["web", ["liveness"], "Deployment/api#2", []]);
});

test("where two controllers are called the same, a pod goes by its own name", () => {
  const both = [...records, made("test/api-y1", "Deployment/test/api", 3)];

  assert.deepEqual(["prod/api-x2", "test/api-y1"].map((pod) => addressOf(pod, both)), ["prod/api-x2", "test/api-y1"]);
});

const actionOf = (entries, label, values) => entries.find((entry) => entry.label.startsWith(label)).action(values ?? {});
const ACTIONS = {
  "delete now": [actionOf(onPod("web"), "Delete now"), { delete: "web" }],
  "delete with a grace period": [actionOf(onPod("web"), "Delete with", { seconds: "5" }), { delete: "web", gracePeriodSeconds: 5 }],
  "delete by force": [actionOf(onPod("web"), "Delete by force"), { delete: "web", gracePeriodSeconds: 0, force: true }],
  kill: [actionOf(onContainer("web/app", []), "Kill (SIGKILL)"), { kill: "web/app" }],
  exit: [actionOf(onContainer("web/app", []), "Let it exit", { exitCode: "3" }), { exit: "web/app", exitCode: 3 }],
  "fail readiness": [actionOf(onContainer("web/app", ["readiness"]), "Fail readiness"), { probe: "web/app", type: "readiness", result: "failure", for: "30s" }],
  "change the image": [actionOf(onContainer("web/app", []), "Change the image", { image: "b:2" }), { setImage: "web/app", image: "b:2" }],
  "fill the disk": [actionOf(onNode(["nodefs"]), "Fill nodefs", { to: "92%" }), { fillDisk: "nodefs", to: "92%" }],
  "restart the kubelet": [actionOf(onNode([]), "Restart the kubelet", { downFor: "5s" }), { restartKubelet: "node", downFor: "5s" }],
  "shut the node down": [actionOf(onNode([]), "Shut the node down"), { shutdownNode: "node" }],
  "break the registry": [actionOf(onNode([]), "Break the registry", { image: "*", reason: "Timeout", for: "9s" }), { registry: "*", error: { reason: "Timeout" }, for: "9s" }],
  "slow the registry down": [actionOf(onNode([]), "Slow", { bandwidth: "1Mi/s", for: "9s" }), { registry: "*", bandwidth: "1Mi/s", for: "9s" }],
  "remove an image": [actionOf(onNode([], { images: ["a:1"] }), "Remove an image", { image: "a:1" }), { removeImage: "a:1" }],
  "apply what waits for it": [actionOf(onNode([], { manual: ["Deployment/web"] }), "Apply Deployment/web"), { apply: "Deployment/web" }],
  "add an ephemeral container": [actionOf(onPod("web"), "Add", { name: "d", image: "b:1" }), { addEphemeral: "web", container: { name: "d", image: "b:1" } }],
  "set a condition": [actionOf(onPod("web"), "Set", { condition: "a/b", status: "True" }), { setCondition: "web", condition: "a/b", status: "True" }],
  "create an object": [actionOf(onNode([]), "Create", { object: "Secret/x" }), { createObject: "Secret/x" }],
  "a number that is none is left to the server to refuse": [actionOf(onContainer("web/app", []), "Let it exit", { exitCode: "x" }), { exit: "web/app", exitCode: "x" }],
};

for (const [name, [action, expected]] of Object.entries(ACTIONS)) test(`intervention: ${name}`, () => assert.deepEqual(action, expected));
test("a container without a probe is not offered to fail it", () => assert.equal(onContainer("web/app", []).some(({ label }) => label.startsWith("Fail")), false));
test("probes are those that the trace tells of", () => assert.deepEqual(probesOf("p", "c", [{ layer: "probe", pod: "p", object: "c", probe: "liveness" }, { layer: "probe", pod: "q", object: "c", probe: "startup" }]), ["liveness"]));
test("a moment is exact to the millisecond", () => assert.deepEqual([0, 12.3456, 25, -1].map(momentOf), ["0s", "12.346s", "25s", "0s"]));
test("an action in a line", () => {
  assert.equal(describeAction({ index: 0, at: "5s", line: 9, verb: "delete", value: "web", gracePeriodSeconds: 5 }), "delete web, gracePeriodSeconds 5");
  assert.equal(describeAction({ verb: "registry", value: "*", error: { reason: "Timeout" } }), 'registry *, error {"reason":"Timeout"}');
});

// -- milestones ------------------------------------------------------------------------------------------------------------------

const verdict = (...pods) => ({ pods: pods.map(([pod, ready_s, ended_s = null, gone_s = null]) => ({ pod, ready_s, ended_s, gone_s })) });
const said = (now, before) => milestonesOf(now, before).filter(({ differs }) => differs).map(sentenceOf);
const MILESTONES = {
  "the same is not said": [verdict(["default/web", 3]), verdict(["default/web", 3]), []],
  earlier: [verdict(["default/web", 3]), verdict(["default/web", 15.4]), ["web ready 12.4 s earlier"]],
  "later, of another namespace": [verdict(["prod/web", 3, 9]), verdict(["prod/web", 3, 8]), ["prod/web ends 1 s later"]],
  gained: [verdict(["default/web", 3]), verdict(["default/web", null]), ["web becomes ready"]],
  lost: [verdict(["default/web", null]), verdict(["default/web", 3]), ["web is never ready"]],
  "a pod that only one has": [verdict(), verdict(["default/web", 3, null, 5]), ["web is never ready", "web stays"]],
  "a run without a verdict": [null, verdict(["default/web", 3]), ["web is never ready"]],
};

for (const [name, [now, before, expected]] of Object.entries(MILESTONES)) test(`milestones: ${name}`, () => assert.deepEqual(said(now, before), expected));

// -- knobs -----------------------------------------------------------------------------------------------------------------------

const LINEAR = { min: 0, max: 100, scale: "linear", steps: 1 };
const LOG = { min: 0.5, max: 1000, scale: "log" };

test("a linear knob has whole steps, a logarithmic one two digits, and both reach their ends", () => {
  assert.deepEqual([0, 0.333, 1].map((share) => valueAt(LINEAR, share)), [0, 33, 100]);
  assert.deepEqual([0, 0.5, 1].map((share) => valueAt(LOG, share)), [0.5, 22, 1000]);
});
test("a value goes to its place and back", () => {
  for (const value of [0, 7, 50, 100]) assert.equal(valueAt(LINEAR, placeOf(LINEAR, value)), value);
  for (const value of [0.5, 0.73, 25, 1000]) assert.equal(valueAt(LOG, placeOf(LOG, value)), value);
});
test("a linear knob may have half steps", () => assert.equal(valueAt({ min: 0, max: 120, scale: "linear", steps: 0.5 }, 0.0125), 1.5));
test("values beyond the ends stand at them", () => assert.deepEqual([placeOf(LINEAR, -5), placeOf(LINEAR, 500), placeOf(LOG, 0)], [0, 1, 0]));
test("a value has its unit", () => assert.deepEqual([wordsOf({ unit: "Mi/s" }, 2.5), wordsOf({ unit: "s" }, 1.5), wordsOf({ unit: "%" }, 85), wordsOf({ unit: "s" }, "forever")], ["2.5 MiB/s", "1.5 s", "85 %", "forever"]));

// -- bands and what stands under the bars ----------------------------------------------------------------------------------------

const bands = [{ startS: 10, deadlineS: 29, endS: 30, deadlines: [{ atS: 10, deadlineS: 40 }, { atS: 28.5, deadlineS: 29 }] }];
const LEFT = [[9, null], [10, 30], [28, 12], [28.75, 0.25], [29.5, null], [30, null], [41, null]];

for (const [atS, expected] of LEFT) test(`at ${atS} s ${expected ?? "nothing"} is left of the grace period`, () => assert.equal(graceLeft(bands, atS), expected));

test("the lower part of a row answers for what stands under the bars, from where that begins", () => {
  const span = (state) => ({ state, startS: 0, endS: 100, seq: 0 });
  const under = { rows: new Map([[row.key, { spans: [span("under")] }]]), ghost: true, fromS: 50, nowS: 100 };
  const scene = { rows: [{ ...row, spans: [span("over")], marks: [] }], view: { startS: 0, endS: 100, widthPx: 100 }, scrollPx: 0, nowS: 100, under };
  const at = (x, y) => [hitTest(scene, x, y).span?.state ?? null, hitTest(scene, x, y).under];

  assert.deepEqual([at(70, 5), at(70, 16), at(20, 16)], [["over", null], ["under", "ghost"], [null, "ghost"]]);
});
