import assert from "node:assert/strict";
import { test } from "node:test";

import { nextChange, nextRow, nextSpan, nextTrouble } from "../../static/js/gantt/navigate.js";
import { indexAt, orderedRows, restartsAt, spanAt } from "../../static/js/gantt/rows.js";
import { addRecords, createSpans } from "../../static/js/gantt/spans.js";
import { createTroubles } from "../../static/js/gantt/troubles.js";
import { added, container, started, trace } from "./records.js";

function modelOf(records) {
  const model = createSpans();
  addRecords(model, records);
  return model;
}

const waiting = (name, type) => container(name, type).state(0, null, "waiting:PodInitializing");

test("under a pod stand init containers and sidecars as the spec has them, then the mains, then ephemeral ones", () => {
  const model = modelOf(trace(added(), waiting("late", "ephemeral"), waiting("main", "main"), waiting("fetch", "init"), waiting("proxy", "sidecar"), waiting("migrate", "init")));

  assert.deepEqual(
    orderedRows(model).map(({ name }) => name),
    ["web", "fetch", "proxy", "migrate", "main", "late"],
  );
});

test("pods stand in the order in which the trace names them, whatever happens to them later", () => {
  const second = { ...added(), pod: "default/second" };
  const model = modelOf(trace(added(), second, waiting("main", "main")));

  assert.deepEqual(
    orderedRows(model).map(({ key }) => key),
    ["default/web", "default/web/main", "default/second"],
  );
});

test("a collapsed pod keeps its own row", () => {
  const model = modelOf(trace(added(), waiting("main", "main")));

  assert.deepEqual(
    orderedRows(model, new Set(["default/web"])).map(({ key }) => key),
    ["default/web"],
  );
});

test("the last item at or before an instant", () => {
  const items = [0, 2, 2, 5].map((startS) => ({ startS }));

  assert.deepEqual(
    [-1, 0, 1, 2, 4, 5, 9].map((atS) => indexAt(items, atS)),
    [-1, 0, 0, 2, 2, 3, 3],
  );
});

test("a bar holds its beginning and not its end", () => {
  const row = { spans: [{ startS: 1, endS: 2 }, { startS: 2, endS: null }] };

  assert.deepEqual(
    [0.5, 1, 2, 99].map((atS) => row.spans.indexOf(spanAt(row, atS))),
    [-1, 0, 1, 1],
  );
});

test("restarts are counted up to the clock", () => {
  const row = { marks: [{ kind: "restart", atS: 5 }, { kind: "pull", atS: 6 }, { kind: "restart", atS: 9 }] };

  assert.deepEqual(
    [4, 5, 9].map((atS) => restartsAt(row, atS)),
    [0, 1, 2],
  );
});

test("keys lead to the neighbours of a bar, and stop at the ends of its row", () => {
  const row = { spans: [{ startS: 0, endS: 2 }, { startS: 2, endS: 4 }, { startS: 4, endS: null }] };
  const [first, second, third] = row.spans;

  assert.equal(nextSpan({ row, span: null }, 1, 3), second, "without a selection: the bar at the clock");
  assert.equal(nextSpan({ row, span: first }, 1, 0), second);
  assert.equal(nextSpan({ row, span: third }, 1, 0), third);
  assert.equal(nextSpan({ row, span: first }, -1, 0), first);
});

test("the row below is entered at the time of the selected bar", () => {
  const rows = [{ spans: [{ startS: 0, endS: 4 }] }, { spans: [{ startS: 0, endS: 1 }, { startS: 1, endS: null }] }];

  assert.equal(nextRow(rows, { row: rows[0], span: rows[0].spans[0] }, 1, 3).span, rows[1].spans[1]);
});

test("stepping goes from change to change over all rows", () => {
  const model = modelOf(trace(...started()));
  const forward = [];
  for (let atS = -1; atS !== null; atS = nextChange(model, atS, 1)) forward.push(atS);
  const back = [];
  for (let atS = 99; atS !== null; atS = nextChange(model, atS, -1)) back.push(atS);

  assert.deepEqual(forward.slice(1), [0, 0.03, 1, 1.1, 1.2]);
  assert.deepEqual(back.slice(1), [1.2, 1.1, 1, 0.03, 0]);
});

test("problems are gone through from the clock, then from the one that is selected", () => {
  const [early, late] = [{ atS: 2, span: {}, mark: null }, { atS: 8, span: null, mark: { seq: 7 } }];

  assert.equal(nextTrouble([early, late], null, 5, 1), late);
  assert.equal(nextTrouble([early, late], null, 5, -1), early);
  assert.equal(nextTrouble([early, late], early, 5, 1), late);
  assert.equal(nextTrouble([early, late], { span: null, mark: { seq: 7 } }, 5, 1), null);
});

test("troubles are the same whether asked for once or after every record", () => {
  const app = container("app");
  const palette = {
    state: (key) => ({ trouble: key.startsWith("terminated") || key.startsWith("backoff"), label: key }),
    mark: (kind) => ({ trouble: kind === "exit-error", label: kind }),
  };
  const records = trace(...started(), app.exit(5, 1, "Error"), app.backoff(5, 10), app.runtime(15, "CreateContainer called", { attempt: 1 }), app.exit(16, 1, "Error"));
  const model = createSpans();
  const troubles = createTroubles(model, palette);
  for (const record of records) {
    addRecords(model, [record]);
    troubles();
  }

  const found = troubles().map(({ label, atS }) => `${label} ${atS}`);
  assert.deepEqual(found, ["exit-error 5", "backoff:crash-loop-back-off 5", "exit-error 16"]);
  assert.deepEqual(found, createTroubles(model, palette)().map(({ label, atS }) => `${label} ${atS}`));
});
