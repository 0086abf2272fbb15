/** Why did a bar begin, and why did it end? */

import assert from "node:assert/strict";
import { test } from "node:test";

import { reasonOf, reasonsOf, wayOf } from "../../static/js/text/why.js";

const book = {
  explanations: {
    "process-runs": { says: "", change: "", source: "", field: "", passes: true },
    "first-start": { says: "{object} starts.", change: "Faster inits.", source: "a.go", field: "container:", passes: false },
    "liveness-probe-failed": { says: "The probe of {object} failed.", change: "A larger threshold.", source: "b.go", field: "container:livenessProbe", passes: false },
    "restart-policy-always": { says: "Always.", change: "", source: "c.go", field: "pod:restartPolicy", passes: false },
  },
  places: { "default/web": { "app:": ["x.yaml", 7, 5], "app:livenessProbe": ["x.yaml", 9, 7], ":restartPolicy": ["x.yaml", 5, 3] }, "Job/default/j": { "app:": ["x.yaml", 20, 9] } },
};
const records = [
  { seq: 0, layer: "status", field: "watch", to: "ADDED", pod: "default/web", why: "pod-created" },
  { seq: 1, layer: "runtime", pod: "default/web", object: "app", why: "first-start", because: 0 },
  { seq: 2, layer: "runtime", pod: "default/web", object: "app", why: "process-runs", because: 1 },
  { seq: 3, layer: "runtime", pod: "default/web", object: "app", why: "liveness-probe-failed", because: 2 },
  { seq: 4, layer: "runtime", pod: "default/web", object: "app", why: "restart-policy-always", because: 3 },
  { seq: 5, layer: "status", field: "watch", to: "ADDED", pod: "default/j-1", owner: "Job/default/j", why: "pod-created" },
  { seq: 6, layer: "runtime", pod: "default/j-1", object: "app", why: "first-start", because: 5 },
];

test("a record that only leads on has the reason of its cause", () => {
  const { says, change, source, place, field, record } = reasonOf(records, 2, book);

  assert.deepEqual({ says, change, source, place, field, seq: record.seq }, { says: "app starts.", change: "Faster inits.", source: "a.go", place: { file: "x.yaml", line: 7, column: 5 }, field: "app", seq: 1 });
});

test("a bar begins for one reason and ends for that of the next one", () => {
  const row = { spans: [{ seq: 2, endS: 9 }, { seq: 3, endS: null }] };
  const { began, ended } = reasonsOf(records, row, row.spans[0], book);

  assert.equal(began.says, "app starts.");
  assert.equal(ended.says, "The probe of app failed.");
  assert.equal(ended.place.line, 9);
  assert.equal(reasonsOf(records, row, row.spans[1], book).ended, null);
});

test("a field of the pod", () => assert.deepEqual([reasonOf(records, 4, book).field, reasonOf(records, 4, book).place.line], ["restartPolicy", 5]));
test("a pod of a controller: the line of its template", () => assert.equal(reasonOf(records, 6, book).place.line, 20));
test("a code without an explanation has no reason", () => assert.equal(reasonOf(records, 0, book), null));
test("a record that is not there has no reason", () => assert.equal(reasonOf(records, 99, book), null));

test("the way to Ready, the most first, one kind together", () => {
  const way = wayOf([["starting", 1], ["pulling a", 6], ["starting", 1]]);

  assert.deepEqual(way, [["pulling a", 6, 0.75], ["starting", 2, 0.25]]);
  assert.deepEqual(wayOf([]), []);
});
