/** Is a recording that is shown up to an instant a run that has got so far, and nothing more? */

import assert from "node:assert/strict";
import { test } from "node:test";

import { createPalette } from "../../static/js/gantt/palette.js";
import { createModel } from "../../static/js/live/model.js";
import { createWhole, HELD, openRecording, reachOfRun } from "../../static/js/live/recording.js";
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
  const recording = openRecording(model, { whole: createWhole(MESSAGES), onNews: () => (news += 1), onLink() {} });
  recording.showUntil(untilS);
  return { model, recording, news: () => news };
}

test("nothing of what comes later is in the model", () => {
  const { model, recording } = opened(1.15);

  assert.equal(Math.max(...model.records.map(({ t }) => t)), 1.1);
  assert.deepEqual([model.run.status, model.run.verdict, model.run.headS, recording.shownS], [HELD, null, 1.15, 1.15]);
  assert.equal(model.spans.rows.get("default/web/app").spans.at(-1).endS, null);
});

for (const [says, t, reason, reachS] of [
  ["ends where the text says, that end", 130, "until", 130],
  ["ends by itself after nine seconds, a minute", 9, "settled", 60],
  ["ends by itself after fifty, the same minute", 50, "settled", 60],
  ["ends by itself after two minutes, five", 120, "settled", 300],
  ["has too many records, whole days", 90_000, "limit:MAX_RECORDS", 172_800],
]) {
  test(`the axis of a question about a run that ${says}`, () => {
    const { store } = createWhole([["e", 0, [...RECORDS.slice(0, -1), { ...RECORDS.at(-1), t, reason }]]]);

    assert.equal(reachOfRun(store), reachS);
  });
}

test("an axis is not asked for where nothing of a run is known", () => assert.equal(reachOfRun(createWhole().store), 0));

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

/** A stored run whose records come while it is shown up to an instant. */
function followed(untilS) {
  const whole = createWhole();
  const model = createModel(palette);
  let news = null;
  const follow = ({ onNews }) => {
    news = onNews;
    return { close() {} };
  };
  const recording = openRecording(model, { whole, onNews() {}, onLink() {}, follow });
  const come = (...messages) => {
    for (const message of messages) whole.receive(message);
    news();
  };
  recording.showUntil(untilS);
  return { model, recording, whole, come };
}

test("of a finished run whose records come from the server nothing later is in the model, either", () => {
  const { model, recording, come } = followed(1.15);
  come(...MESSAGES.slice(0, 2));
  come(...MESSAGES.slice(2));

  assert.equal(Math.max(...model.records.map(({ t }) => t)), 1.1);
  assert.deepEqual([model.run.status, model.run.verdict, model.run.version, recording.shownS], [HELD, null, "1", 1.15]);
});

test("what was shown to somebody who roamed is not there when it is put anew, and is not asked for again", () => {
  const { model, recording, whole, come } = followed(1.15);
  come(...MESSAGES);
  recording.showUntil(Infinity);
  assert.deepEqual([model.records.length, model.run.status, model.run.verdict], [RECORDS.length, "finished", VERDICT]);
  const anew = createModel(palette);
  openRecording(anew, { whole, onNews() {}, onLink() {}, follow: () => assert.fail("all of it is known") }).showUntil(1.15);

  assert.equal(Math.max(...anew.records.map(({ t }) => t)), 1.1);
});

test("of a run that is being computed whoever sees all of it sees how it fares", () => {
  const { model, come } = followed(Infinity);
  come(["h", { ...MESSAGES[0][1], status: "queued", queue: 3 }]);
  assert.deepEqual([model.run.status, model.run.queue], ["queued", 3]);
  come(["s", "running", {}], ["e", 0, RECORDS.slice(0, 3)], ["p", 2]);

  assert.deepEqual([model.run.status, model.records.length, model.run.headS], ["running", 3, 2]);
});

test("while more is shown in a moment it is a run that goes on", () => {
  const { model, recording } = opened(1.15);
  recording.showUntil(1.2, { goesOn: true });
  assert.equal(model.run.status, "running");
  recording.showUntil(1.2);

  assert.equal(model.run.status, HELD);
});

test("once closed it fills its model in silence", () => {
  const { model, recording, news } = opened(1.2);
  recording.close();
  recording.showUntil(9);

  assert.deepEqual([news(), model.run.status], [1, "finished"]);
});
