/** Prints the rows that the page's Node lens makes of a trace (JSON lines on standard input), for tests/nodeviz/test_spans.py. */

import { readFileSync } from "node:fs";

import { orderedRows } from "../../static/js/gantt/rows.js";
import { addRecords, createSpans } from "../../static/js/gantt/spans.js";

const model = createSpans("node");
addRecords(model, readFileSync(0, "utf8").trim().split("\n").map((line) => JSON.parse(line)));
const rows = orderedRows(model).map(({ pod, name, type, spans, marks }) => ({
  pod,
  name,
  type,
  spans: spans.map(({ state, startS, endS, seq }) => ({ state, start_s: startS, end_s: endS, seq })),
  marks: marks.map(({ kind, atS, seq }) => ({ kind, at_s: atS, seq })),
}));
process.stdout.write(JSON.stringify(rows));
