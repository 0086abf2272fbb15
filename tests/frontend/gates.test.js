/** What is a gate in a version, and what must the text say after a switch? */

import assert from "node:assert/strict";
import { test } from "node:test";

import { matching, rowsOf, sentence } from "../../static/js/editor/gates.js";
import { differenceOf } from "../../static/js/text/difference.js";

const alpha = { stage: "alpha", default: false, locked: false };
const beta = { stage: "beta", default: true, locked: false };
const locked = { stage: "stable, locked", default: true, locked: true };
const planned = { stage: "not yet in Kubernetes", default: false, locked: false };
const TABLE = {
  gates: [
    { name: "Sidecars", effect: "init containers that stay", versions: { 1.28: alpha, 1.29: beta, 1.33: locked } },
    { name: "Plan", effect: "lifecycle.plan", versions: { 1.28: planned, 1.29: planned, 1.33: planned } },
  ],
};
const row = (kubernetes, gates, name = "Sidecars") => rowsOf(TABLE, { kubernetes, gates }).find((each) => each.name === name);
const pick = ({ on, isChanged, isSet, isFixed, next }) => ({ on, isChanged, isSet, isFixed, next });

const CASES = [
  ["an alpha is off and can be switched on", "1.28", {}, { on: false, isChanged: false, isSet: false, isFixed: false, next: true }],
  ["an alpha that is on is a change, and goes back by being taken out", "1.28", { Sidecars: true }, { on: true, isChanged: true, isSet: true, isFixed: false, next: null }],
  ["a beta is on and can be switched off", "1.29", {}, { on: true, isChanged: false, isSet: false, isFixed: false, next: false }],
  ["what the text says like the default is no change", "1.29", { Sidecars: true }, { on: true, isChanged: false, isSet: true, isFixed: false, next: false }],
  ["what is locked cannot be switched", "1.33", {}, { on: true, isChanged: false, isSet: false, isFixed: true, next: null }],
  ["what is locked but named can be taken out of the text", "1.33", { Sidecars: false }, { on: true, isChanged: false, isSet: true, isFixed: false, next: null }],
  ["AllAlpha switches an alpha on", "1.28", { AllAlpha: true }, { on: true, isChanged: true, isSet: false, isFixed: false, next: false }],
  ["AllBeta switches a beta off", "1.29", { AllBeta: false }, { on: false, isChanged: true, isSet: false, isFixed: false, next: true }],
  ["a gate named by itself wins over AllAlpha", "1.28", { AllAlpha: true, Sidecars: false }, { on: false, isChanged: false, isSet: true, isFixed: false, next: null }],
  ["a gate that the version lacks can only be taken out", "1.27", { Sidecars: true }, { on: true, isChanged: true, isSet: true, isFixed: false, next: null }],
];
for (const [words, kubernetes, gates, expected] of CASES) test(words, () => assert.deepEqual(pick(row(kubernetes, gates)), expected));

test("a gate that the version lacks is not listed", () => assert.equal(row("1.27", {}), undefined));
test("and says so where the text names it", () => assert.match(row("1.27", { Sidecars: true }).reason, /1\.27 does not know this gate/));
test("what is locked says why", () => assert.match(row("1.33", {}).reason, /locked on in Kubernetes 1\.33/));
test("a plan is marked as one", () => assert.equal(row("1.33", {}, "Plan").isPlanned, true));

test("the search takes every word in any order, in names, stages and effects", () => {
  const found = (query) => matching(rowsOf(TABLE, { kubernetes: "1.28", gates: {} }), query).map(({ name }) => name);

  assert.deepEqual(found(""), ["Sidecars", "Plan"]);
  assert.deepEqual(found("  stay ALPHA"), ["Sidecars"]);
  assert.deepEqual(found("not yet"), ["Plan"]);
  assert.deepEqual(found("alpha plan"), []);
});

test("an effect begins like a sentence, the name of a field stays", () => {
  assert.deepEqual(["sleep of zero seconds", "lifecycle.stopSignal", "gRPC probes"].map(sentence), ["Sleep of zero seconds", "lifecycle.stopSignal", "gRPC probes"]);
});

for (const [before, after, expected] of [
  ["same", "same", { from: 4, to: 4, insert: "" }],
  ["", "new", { from: 0, to: 0, insert: "new" }],
  ["old", "", { from: 0, to: 3, insert: "" }],
  ["a: 1.36\nb", "a: 1.28\nb", { from: 5, to: 7, insert: "28" }],
  ["aa", "aaa", { from: 2, to: 2, insert: "a" }],
  ["aaa", "aa", { from: 2, to: 3, insert: "" }],
]) {
  test(`only what differs is replaced: ${JSON.stringify(before)} to ${JSON.stringify(after)}`, () => {
    const { from, to, insert } = differenceOf(before, after);

    assert.deepEqual({ from, to, insert }, expected);
    assert.equal(before.slice(0, from) + insert + before.slice(to), after);
  });
}
