/** Is a recording that is shown up to an instant a run that has got so far, and nothing more? */

import assert from "node:assert/strict";
import { test } from "node:test";

import { createPalette } from "../../static/js/gantt/palette.js";
import { createModel } from "../../static/js/live/model.js";
import { HELD, openRecording } from "../../static/js/live/recording.js";
import { headlineOf } from "../../static/js/pages/verdict.js";
import { container, started, trace } from "./records.js";

const palette = createPalette({ families: [{ name: "waiting" }], states: { waiting: { family: "waiting" } }, marks: {} });
const app = container("app");
const RECORDS = trace(...started(), app.exit(8, 1, "Error"), { t: 9, layer: "end", reason: "settled" });
const VERDICT = { headline: "It failed.", pods: [] };
const MESSAGES = [
  ["h", { v: 1, scenario: "", version: "1", status: "finished", head: RECORDS.length - 1, queue: null, error: null }],
  ["e", 0, RECORDS.slice(0, 3)],
  ["e", 3, RECORDS.slice(3)],
  ["s", "finished", { verdict: VERDICT }],
];

function opened(untilS) {
  const model = createModel(palette);
  let news = 0;
  const recording = openRecording(model, { messages: MESSAGES, onNews: () => (news += 1), onLink() {} });
  recording.showUntil(untilS);
  return { model, recording, news: () => news };
}

test("nothing of what comes later is in the model", () => {
  const { model, recording } = opened(1.15);

  assert.equal(Math.max(...model.records.map(({ t }) => t)), 1.1);
  assert.deepEqual([model.run.status, model.run.verdict, model.run.headS, recording.shownS, recording.endS], [HELD, null, 1.15, 1.15, 9]);
  assert.equal(model.spans.rows.get("default/web/app").spans.at(-1).endS, null);
});

test("what happens at the very instant is shown", () => assert.equal(opened(1.2).model.records.length, 10));

test("its headline is that of no outcome", () => assert.equal(headlineOf(opened(1.2).model.run, { records: 10 }).text, "What has happened so far"));

test("while its clock runs nobody claims to compute it", () => {
  const { model, recording } = opened(1.2);
  recording.showUntil(5, { goesOn: true });

  assert.equal(model.run.status, "running");
  assert.deepEqual(headlineOf(model.run, { records: 10 }), { tone: "neutral", text: "What has happened so far" });
});

test("it goes on from where it stood, to its last word", () => {
  const { model, recording, news } = opened(1.2);
  recording.showUntil(5);
  recording.showUntil(3);

  assert.deepEqual([model.records.length, recording.shownS, model.run.status], [10, 5, HELD]);

  recording.showUntil(Infinity);

  assert.deepEqual([model.records.length, recording.shownS, model.run.status, model.run.verdict], [RECORDS.length, 9, "finished", VERDICT]);
  assert.deepEqual(model.records.map(({ seq }) => seq), RECORDS.map(({ seq }) => seq));
  assert.equal(news(), 4);
});

test("once closed it fills its model in silence", () => {
  const { model, recording, news } = opened(1.2);
  recording.close();
  recording.showUntil(9);

  assert.deepEqual([news(), model.run.status], [1, "finished"]);
});
