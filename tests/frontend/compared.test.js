/** In what do two runs differ, row by row? */

import assert from "node:assert/strict";
import { test } from "node:test";

import { counterpartOf, pairedRows, twinsOf } from "../../static/js/gantt/pairs.js";
import { addReached, compare, createReached, summaryOf, tellingOf, valueWords, wordsOf } from "../../static/js/text/compared.js";
import { container, gone, phase, readyCondition, status, trace } from "./records.js";

const OVER = { a: true, b: true };
const app = container("app");
const added = (t = 0) => status(t, "pod", "watch", null, "ADDED", { containers: [{ name: "app", container_type: "main" }] });
const restarts = (t, to) => status(t, "app", "restartCount", to - 1, to, { container_type: "main" });

function reached(...records) {
  const found = createReached();
  addReached(found, trace(...records));
  return found;
}

const life = (startS, readyS) => [added(), app.image(startS - 1, "pulled"), app.runtime(startS, "StartContainer returned"), app.ready(readyS, true), readyCondition(readyS, "False", "True")];
/** `milestone: a b words` of everything that differs. */
const said = (a, b, over = OVER) =>
  compare(a, b, new Map()).flatMap(({ name, entries }) => entries.filter(({ differs }) => differs).map((entry) => [name, entry.milestone, Object.values(wordsOf(entry, over)).slice(0, 2).join(" ").trim()].join(" ")));

const DIFFERENCES = {
  "the same differs in nothing": [reached(...life(2, 3)), reached(...life(2, 3)), []],
  "what comes earlier has a minus, a word, and is sorted by time": [
    reached(...life(12, 15.4)),
    reached(...life(2, 3)),
    ["web ready −12.4 s earlier in B", "app pulled −10 s earlier in B", "app started −10 s earlier in B", "app ready −12.4 s earlier in B"],
  ],
  "what only one reaches": [reached(...life(2, 3)), reached(...life(2, 3), app.exit(9, 0, "Completed"), phase(9.5, "Running", "Succeeded"), gone(11)), ["web ended only in B", "web gone only in B", "app ended only in B"]],
  "an exit that was followed by a start is no end": [reached(...life(2, 3)), reached(...life(2, 3), app.exit(5, 1, "Error"), app.runtime(6, "StartContainer returned"), restarts(6, 1)), ["web restarts +1 more in B", "app restarts +1 more in B"]],
  "a thousandth of a second is one": [reached(...life(2, 3)), reached(...life(2, 3.001)), ["web ready +1 ms later in B", "app ready +1 ms later in B"]],
};
for (const [name, [a, b, expected]] of Object.entries(DIFFERENCES)) test(`difference: ${name}`, () => assert.deepEqual(said(a, b), expected));

test("a run that goes on may still get there", () => {
  assert.deepEqual(said(reached(...life(2, 3)), reached(...life(2, 3).slice(0, 3)), { a: true, b: false }), ["web ready not yet in B", "app ready not yet in B"]);
});

test("records may come in pieces", () => {
  const records = trace(...life(2, 3));
  const found = createReached();
  for (let length = 0; length <= records.length; length += 1) addReached(found, records.slice(0, length));

  assert.deepEqual(found.subjects, reached(...life(2, 3)).subjects);
});

test("a pod that only one has is marked, and stands behind the others", () => {
  const both = reached(...life(2, 3), { ...added(), pod: "default/extra" });

  assert.deepEqual(compare(reached(...life(2, 3)), both, new Map()).map(({ key, only }) => [key, only]), [
    ["default/web", null],
    ["default/web/app", null],
    ["default/extra", "b"],
    ["default/extra/app", "b"],
  ]);
});

test("a pod that is made once more begins anew", () => assert.deepEqual(reached(...life(2, 3), gone(5), added(6)).subjects.get("default/web").reached, {}));

const entry = (milestone, a, b) => ({ milestone, a, b, delta: a === null || b === null ? null : b - a, differs: a !== b });
const TELLING = {
  "Ready −12 s": [entry("started", 2, 1), entry("ready", 15, 3)],
  "Ended +40 s": [entry("ready", 3, 3.1), entry("ended", 20, 60)],
  "Ended only in B": [entry("ready", 3, 1), entry("ended", null, 60)],
  "Restarts −2": [entry("restarts", 3, 1)],
  "=": [entry("ready", 3, 3)],
  "": [],
};
for (const [expected, entries] of Object.entries(TELLING)) test(`beside the name: "${expected}"`, () => assert.equal(tellingOf({ only: null, entries }, OVER).text, expected));
test("a row of one run alone says so, once the other is over", () => {
  const row = { only: "b", entries: [entry("ready", null, 3)] };

  assert.deepEqual([tellingOf(row, OVER).text, tellingOf(row, { a: false, b: true }).text], ["only in B", "Ready not yet in A"]);
});

test("a value is an instant, a number, or the word for none", () => {
  assert.deepEqual([valueWords("ready", 3.5, true), valueWords("restarts", 2, true), valueWords("ended", null, true), valueWords("ended", null, false)], ["0:03.500", "2", "never", "not yet"]);
});

// -- which row is which ----------------------------------------------------------------------------------------------------------

const made = (pod, owner) => ({ layer: "status", object: "pod", field: "watch", to: "ADDED", pod, owner });

test("pods of a controller are paired by their number, unless they have the same name", () => {
  const ours = [made("default/api-x1", "Deployment/default/api"), made("default/api-x2", "Deployment/default/api"), made("default/db-0", "StatefulSet/default/db"), made("default/web")];
  const theirs = [made("default/api-y1", "Deployment/default/api"), made("default/api-x2", "Deployment/default/api"), made("default/db-0", "StatefulSet/default/db"), made("default/api-y3", "Deployment/default/api")];

  assert.deepEqual([...twinsOf(ours, theirs)], [["default/api-y1", "default/api-x1"]]);
});

test("paired rows stand under the keys of the other run, and are the same objects each time", () => {
  const row = { key: "default/b/app", pod: "default/b", name: "app", type: "main", spans: [] };
  const rows = new Map([[row.key, row]]);
  const twins = new Map([["default/b", "default/a"]]);
  const [key, paired] = [...pairedRows(rows, twins)][0];

  assert.deepEqual([key, paired.pod, paired.own === row, paired.spans === row.spans], ["default/a/app", "default/a", true, true]);
  assert.equal(pairedRows(rows, twins).get(key), paired);
  assert.equal(pairedRows(rows, new Map()).get(row.key), row);
});

const span = (state, startS, endS) => ({ state, startS, endS });
const here = { spans: [span("waiting", 0, 2), span("running", 2, 9), span("backoff", 9, 12), span("running", 12, null)] };
const there = { spans: [span("waiting", 0, 5), span("running", 5, 20), span("gone", 20, null)] };
const COUNTERPARTS = { "the first of its state": [1, 1], "without one: what is there then": [2, 1], "without a second: what is there then": [3, 1] };
for (const [name, [from, to]] of Object.entries(COUNTERPARTS)) test(`counterpart: ${name}`, () => assert.equal(counterpartOf(here.spans[from], here, there), there.spans[to]));
test("nothing has no counterpart", () => assert.deepEqual([counterpartOf(null, here, there), counterpartOf(here.spans[0], here, undefined)], [null, null]));

// -- in a line -------------------------------------------------------------------------------------------------------------------

const pod = (name, ...entries) => ({ type: "pod", name, differs: true, entries });
const SUMMARIES = {
  "nothing differs": [[pod("web", entry("ready", 3, 3))], Infinity, "Nothing is different: both runs are the same, record by record, from their beginning to their end."],
  "only records differ": [[{ ...pod("web", entry("ready", 3, 3)), differs: false }], 2, "The same until 0:02.000. Every milestone comes at the same time in both; only details of the records differ."],
  "the largest difference first": [[pod("web", entry("ready", 3, 4), entry("ended", null, 9), entry("gone", 20, 15))], 2, "The same until 0:02.000. In B: web ends, web gone 5 s earlier, web ready 1 s later."],
  "three are enough": [["a", "b", "c", "d", "e"].map((name) => pod(name, entry("ready", 3, 4))), null, "In B: a ready 1 s later, b ready 1 s later, c ready 1 s later, and 2 more."],
  "containers are in the table": [[{ ...pod("app", entry("ready", 3, 4)), type: "main" }], 0, ""],
};
for (const [name, [subjects, divergesS, expected]] of Object.entries(SUMMARIES)) test(`summary: ${name}`, () => assert.equal(summaryOf(subjects, OVER, divergesS), expected));
