import assert from "node:assert/strict";
import { test } from "node:test";

import { createPalette } from "../../static/js/gantt/palette.js";
import { retryDelayMs } from "../../static/js/live/socket.js";
import { createStore } from "../../static/js/live/store.js";
import { bannerOf, headlineOf, worst } from "../../static/js/pages/verdict.js";
import { chooseFiles, joinDocuments } from "../../static/js/editor/files.js";
import { deepest } from "../../static/js/editor/nesting.js";
import { placeText } from "../../static/js/editor/problem-list.js";

const records = (from, to) => Array.from({ length: to - from + 1 }, (_, index) => ({ seq: from + index, t: (from + index) / 10 }));
const seqs = (store) => store.records.map(({ seq }) => seq);

test("frames in order add up", () => {
  const store = createStore();
  store.take(0, records(0, 1));
  store.take(2, records(2, 4));

  assert.deepEqual(seqs(store), [0, 1, 2, 3, 4]);
  assert.equal(store.run.headS, 0.4);
});

test("a frame that comes twice, or overlaps, adds only what is new", () => {
  const store = createStore();
  store.take(0, records(0, 3));

  assert.deepEqual(store.take(0, records(0, 3)), []);
  assert.deepEqual(
    store.take(2, records(2, 5)).map(({ seq }) => seq),
    [4, 5],
  );
  assert.deepEqual(seqs(store), [0, 1, 2, 3, 4, 5]);
});

test("a hole changes nothing, and the number to ask for stays", () => {
  const store = createStore();
  store.take(0, records(0, 1));

  assert.equal(store.take(5, records(5, 6)), null);
  assert.equal(store.wanted, 2);
});

test("a run that is over is loading until its last word, which comes after its last record", () => {
  const store = createStore();
  store.hello({ scenario: "abc", version: "1", status: "finished", queue: null, error: null });
  assert.equal(store.run.status, "loading");
  store.status("finished", { verdict: { headline: "Completed after 3 s", pods: [] } });
  assert.equal(store.run.status, "finished");
});

test("pauses between attempts double up to a limit, and are drawn by lot between a half and a whole", () => {
  assert.deepEqual([retryDelayMs(1, 0), retryDelayMs(1, 1), retryDelayMs(3, 1), retryDelayMs(30, 1)], [150, 300, 1200, 8000]);
});

const HEADLINES = {
  "Waiting for a worker …": { status: "queued", queue: 1 },
  "Waiting for a worker: 2 before this one": { status: "queued", queue: 3 },
  "No worker takes it.": { status: "queued", queue: 1, error: "No worker takes it." },
  "Simulating: 12.4 s so far": { status: "running", headS: 12.4 },
  "Nothing is heard from its worker.": { status: "running", headS: 12.4, error: "Nothing is heard from its worker." },
  "The worker died four times.": { status: "failed", error: "The worker died four times." },
  "Completed after 3 s": { status: "finished", verdict: { headline: "Completed after 3 s", pods: [] } },
};
for (const [text, run] of Object.entries(HEADLINES)) {
  test(`headline: ${text}`, () => assert.equal(headlineOf(run, { records: 7 }).text, text));
}

test("the tone of a run is that of its worst pod", () => assert.equal(worst([{ tone: "good" }, { tone: "bad" }, { tone: "neutral" }]), "bad"));

test("a lost connection says as of when the page is, and a finished run needs none", () => {
  assert.equal(bannerOf("lost", { status: "running" }, 12.4), "Reconnecting: showing the state as of 0:12.4.");
  assert.equal(bannerOf("lost", { status: "finished" }, 12.4), "");
  assert.equal(bannerOf("open", { status: "running" }, 12.4), "");
});

test("an unknown reason looks like its state and is called by its name", () => {
  const palette = createPalette({ families: [{ name: "waiting", label: "Waiting" }], states: { waiting: { family: "waiting", label: "", pattern: "" } }, marks: {} });

  assert.equal(palette.state("waiting:SomethingNew").label, "SomethingNew");
  assert.equal(palette.state("waiting:SomethingNew").family.name, "waiting");
});

const file = (name, size = 10) => ({ name, size });
const LIMITS = { bytes: 100, files: 3 };

test("files are taken in the order of their names, others are left out", () => {
  assert.deepEqual(
    chooseFiles([file("b.yaml"), file("notes.txt"), file("A.YML")], LIMITS).map(({ name }) => name),
    ["A.YML", "b.yaml"],
  );
});

for (const [name, files, message] of [
  ["no YAML among them", [file("a.png")], /None of these/],
  ["too many", [1, 2, 3, 4].map((n) => file(`${n}.yaml`)), /4 files are too many: at most 3/],
  ["too much", [file("a.yaml", 101)], /101 B are too much: at most 100 B/],
]) {
  test(`files are refused: ${name}`, () => assert.throws(() => chooseFiles(files, LIMITS), message));
}

test("several files become one text with their names; one stays as it is", () => {
  assert.equal(joinDocuments([{ name: "a.yaml", text: "---\na: 1" }]), "---\na: 1");
  assert.equal(
    joinDocuments([
      { name: "a.yaml", text: "---\na: 1" },
      { name: "b.yaml", text: "b: 2\n" },
    ]),
    "# a.yaml\na: 1\n---\n# b.yaml\nb: 2\n",
  );
});

test("the place of a problem is line and column, or the file", () => {
  assert.deepEqual([placeText({ line: 3, column: 7 }), placeText({ line: 3 }), placeText({ file: "a.yaml" })], ["3:7", "3", "a.yaml"]);
});

for (const [text, depth] of [
  ["a: {b: [1, {c: 2}]}", 3],
  ["a: [1]\nb: [2]\n", 1],
  ["[".repeat(5000), 5000],
  ["- - - - x", 4],
  ["- a\n- b\n- c\n", 1],
  ["]]]]a", 0],
  ["", 0],
]) {
  test(`nesting of ${JSON.stringify(text.slice(0, 24))} is ${depth}`, () => assert.equal(deepest(text), depth));
}
