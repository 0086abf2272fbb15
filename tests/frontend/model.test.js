/** What is known of a run, and of the run behind it? */

import assert from "node:assert/strict";
import { test } from "node:test";

import { createPalette } from "../../static/js/gantt/palette.js";
import { orderedRows } from "../../static/js/gantt/rows.js";
import { createModel, divergenceOf } from "../../static/js/live/model.js";
import { linesOf } from "../../static/js/live/source.js";
import { added, container, started, trace } from "./records.js";

const palette = createPalette({ families: [{ name: "waiting" }], states: { waiting: { family: "waiting" } }, marks: {} });
const app = container("app");
const hello = (version) => ["h", { scenario: "x", version, status: "running", queue: null, error: null }];

function modelOf(records, looks) {
  const model = createModel(palette, looks);
  model.receive(hello("1"));
  model.receive(["e", 0, records]);
  return model;
}

test("messages become records, bars and the run's state", () => {
  const model = modelOf(trace(...started()));

  assert.equal(model.receive(["s", "finished", { verdict: { headline: "Ready", pods: [] } }]), "over");
  assert.deepEqual([model.records.length, model.run.status, model.run.verdict.headline, [...model.spans.rows.keys()]], [10, "finished", "Ready", ["default/web", "default/web/app"]]);
});

test("a hole is asked for, and another version is another run", () => {
  const model = modelOf(trace(...started()));

  assert.equal(model.receive(["e", 99, [{ seq: 99, t: 9 }]]), "rejoin");
  assert.equal(model.receive(hello("2")), "reload");
});

test("another lens sees the same records", () => {
  const model = modelOf(trace(...started()));
  const bars = () => model.spans.rows.get("default/web/app").spans.map(({ state }) => state);
  const byNode = bars();
  model.look({ lens: "api", under: "node" });

  assert.notDeepEqual(bars(), byNode);
  assert.deepEqual(model.underSpans.rows.get("default/web/app").spans.map(({ state }) => state), byNode);
});

test("a lens does not stand under itself", () => assert.equal(modelOf([], { lens: "api", under: "api" }).underSpans, null));

test("records that come after a look are seen by both lenses", () => {
  const model = modelOf(trace(added()), { lens: "node", under: "api" });
  model.receive(["e", 1, trace(...started()).slice(1)]);

  assert.equal(model.underSpans.rows.get("default/web/app").spans.at(-1).state, "running:ready");
});

const DIVERGENCES = {
  "the same records never differ": [[{ t: 1, seq: 0 }], [{ t: 1, seq: 0 }], Infinity],
  "numbers and causes do not count": [[{ t: 1, seq: 0, because: 4 }], [{ t: 1, seq: 7, because: 5 }], Infinity],
  "the first other value counts": [[{ t: 1, seq: 0 }, { t: 2, to: "a" }], [{ t: 1, seq: 0 }, { t: 3, to: "a" }], 2],
  "a list is compared by what is in it": [[{ t: 1, list: [1] }], [{ t: 1, list: [2] }], 1],
  "what only one has counts from its beginning": [[{ t: 1 }], [{ t: 1 }, { t: 5 }], 5],
};

for (const [name, [one, other, expected]] of Object.entries(DIVERGENCES)) {
  test(`divergence: ${name}`, () => {
    assert.equal(divergenceOf(one, other), expected);
    assert.equal(divergenceOf(other, one), expected);
  });
}

test("rows that only the run behind has stand with their pod, and are the same each time", () => {
  const now = modelOf(trace(...started())).spans;
  const before = modelOf(trace(...started(), container("old").state(2, null, "running"))).spans;
  const rows = orderedRows(now, new Set(), { behind: before });

  assert.deepEqual(rows.map(({ key, absent }) => [key, Boolean(absent)]), [
    ["default/web", false],
    ["default/web/app", false],
    ["default/web/old", true],
  ]);
  assert.equal(orderedRows(now, new Set(), { behind: before })[2], rows[2]);
});

test("a search keeps a container's pod, and all of a pod that it finds itself", () => {
  const { spans } = modelOf(trace(...started(), app.state(2, "running", "running"), container("log", "sidecar").state(2, null, "running")));
  const found = (matches) => orderedRows(spans, new Set(), { matches }).map(({ name }) => name);

  assert.deepEqual(found(({ name }) => name === "log"), ["web", "log"]);
  assert.deepEqual(found(({ type }) => type === "pod"), ["web", "log", "app"]);
  assert.deepEqual(found(() => false), []);
});

test("lines of a stream come as they are complete, wherever it is cut", async () => {
  const chunks = ['["h"', ",1]\n", '["e","ü', '"]\n["s"]'].map((text) => new TextEncoder().encode(text));
  const lines = [];
  for await (const line of linesOf(ReadableStream.from(chunks))) lines.push(line);

  assert.deepEqual(lines, ['["h",1]', '["e","ü"]', '["s"]']);
});
