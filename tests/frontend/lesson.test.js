/** Does a lesson keep its word: locked answers stay, right is what the pack says, and nothing is given away before? */

import assert from "node:assert/strict";
import { test } from "node:test";

import { placed, wordsOf } from "../../static/js/gantt/flags.js";
import { createCourse, markOf } from "../../static/js/lesson/course.js";
import { barsOf } from "../../static/js/lesson/histogram.js";
import { flagsOf, goalsReached, isAnswer, isRight, reachOf, recordOf } from "../../static/js/lesson/scoring.js";
import { isTimePassing } from "../../static/js/time/passing.js";

const CHOOSE = { kind: "choose", question: "Which?", options: ["proxy", "app", "both"], answer: [2], proof: [{ seq: 4, t: 12.3, object: "app", row: "default/web/app" }] };
const SEVERAL = { ...CHOOSE, options: ["a", "b", "c"], answer: [1, 3] };
const ORDER = { kind: "order", question: "In which order?", items: [{ label: "main" }, { label: "proxy", row: "default/web/proxy" }, { label: "fetch" }], answer: [2, 1, 0], times_s: [1, 2, 3] };
const MOMENT = { kind: "moment", question: "When?", answer_s: 12.3, tolerance_s: 2 };
const BUILD = { kind: "build", question: "Build it.", goals: [{ text: "It is ready.", of: { field: "ready", to: true } }] };
const step = (title, ask) => ({ title, run: ask ? 0 : null, stop_s: 5, until_s: 20, ask });
const PACK = { name: "lesson", title: "A lesson", steps: [step("Read", null), step("Choose", CHOOSE), step("Order", ORDER), step("End", null)], runs: [] };

// -- what is right ---------------------------------------------------------------------------------------------------------------

const JUDGED = {
  "the right option": [CHOOSE, [2], true],
  "another option": [CHOOSE, [1], false],
  "all that are right, in any order": [SEVERAL, [3, 1], true],
  "one of two": [SEVERAL, [1], false],
  "the right ones and another": [SEVERAL, [1, 2, 3], false],
  "the true order": [ORDER, [2, 1, 0], true],
  "two exchanged": [ORDER, [1, 2, 0], false],
  "the very moment": [MOMENT, 12.3, true],
  "as late as is tolerated": [MOMENT, 14.3, true],
  "a millisecond later": [MOMENT, 14.301, false],
  "too early": [MOMENT, 10.2, false],
  "all goals": [BUILD, { reached: true }, true],
  "not all goals": [BUILD, { reached: false }, false],
};
for (const [name, [ask, answer, right]] of Object.entries(JUDGED)) test(`${name}: ${right ? "right" : "wrong"}`, () => assert.equal(isRight(ask, answer), right));

const NO_ANSWERS = { "no option": [CHOOSE, []], "an option that is not there": [CHOOSE, [4]], "an item twice": [ORDER, [0, 0, 1]], "no number": [MOMENT, NaN], "before the start": [MOMENT, -1], "nothing of goals": [BUILD, {}], "nothing": [CHOOSE, undefined] };
for (const [name, [ask, answer]] of Object.entries(NO_ANSWERS)) test(`${name} is no answer`, () => assert.equal(isAnswer(ask, answer), false));

// -- patterns and goals ----------------------------------------------------------------------------------------------------------

const RECORDS = [
  { seq: 0, t: 1, layer: "status", object: "app", field: "ready", to: false },
  { seq: 1, t: 4, layer: "runtime", object: "app", call: "exit event", exit_code: 1 },
  { seq: 2, t: 9, layer: "runtime", object: "app", call: "exit event", exit_code: 0 },
  { seq: 3, t: 10, layer: "status", object: "app", field: "ready", to: true, from: null },
];
const EXIT = { object: "app", call: "exit event" };
const FOUND = {
  "the first that matches": [EXIT, 1],
  "the second": [{ ...EXIT, nth: 2 }, 2],
  "there is no third": [{ ...EXIT, nth: 3 }, null],
  "the last": [{ ...EXIT, last: true }, 2],
  "a number and its digits are equal": [{ ...EXIT, exit_code: "0" }, 2],
  "true as YAML writes it": [{ field: "ready", to: "true" }, 3],
  "null is a value": [{ field: "ready", from: null }, 3],
  "a field that a record does not have": [{ field: "ready", reason: "undefined" }, null],
};
for (const [name, [pattern, seq]] of Object.entries(FOUND)) test(`a pattern: ${name}`, () => assert.equal(recordOf(pattern, RECORDS)?.seq ?? null, seq));

const GOALS = {
  "happened": [{ of: EXIT }, false, true],
  "happened in time": [{ of: EXIT, before_s: 5 }, false, true],
  "happened too late": [{ of: { field: "ready", to: true }, before_s: 10 }, false, false],
  "has not happened": [{ of: { object: "proxy" } }, true, false],
  "did not happen, at the end": [{ absent: { object: "proxy" } }, true, true],
  "has not happened yet": [{ absent: { object: "proxy" } }, false, false],
  "happened and must not": [{ absent: EXIT }, true, false],
  "the last is known at the end": [{ of: { ...EXIT, last: true }, before_s: 60 }, false, false],
  "the last was in time": [{ of: { ...EXIT, last: true }, before_s: 60 }, true, true],
};
for (const [name, [goal, isOver, reached]] of Object.entries(GOALS)) test(`a goal that ${name}`, () => assert.deepEqual(goalsReached([{ text: "", ...goal }], RECORDS, isOver), [reached]));

// -- the course ------------------------------------------------------------------------------------------------------------------

function at(index) {
  const course = createCourse(PACK);
  for (const answer of [null, [2], [2, 1, 0], null].slice(0, index)) {
    if (answer) course.lock(answer);
    course.reveal();
    course.next();
  }
  return course;
}

test("a step with a question is asked, locked, revealed; only then one goes on", () => {
  const course = at(1);
  const seen = [course.phase];
  course.next();
  course.lock([1]);
  seen.push(course.phase);
  course.next();
  course.reveal();
  seen.push(course.phase, course.step);
  course.next();

  assert.deepEqual([...seen, course.step], ["asked", "locked", "revealed", 1, 2]);
});

test("what is locked stays", () => {
  const course = at(1);

  assert.deepEqual([course.lock([1]), course.lock([2]), course.answerOf(1)], [true, false, [1]]);
});

test("what is no answer is not locked", () => assert.equal(at(1).lock([]), false));

test("nobody jumps over a question, everybody may go back", () => {
  const course = at(2);
  course.goTo(3);
  const stayed = course.step;
  course.goTo(0);

  assert.deepEqual([stayed, course.step, course.furthest], [2, 0, 2]);
});

test("the score counts what was revealed", () => {
  const course = at(1);
  course.lock([1]);
  const before = course.score();
  course.reveal();
  course.next();
  course.lock([2, 1, 0]);
  course.reveal();

  assert.deepEqual([before, course.score()], [{ right: 0, asked: 2 }, { right: 1, asked: 2 }]);
  assert.deepEqual(course.results().map(({ right }) => right), [false, true]);
});

test("a reload comes back to the same place", () => {
  const course = at(2);
  course.lock([0, 1, 2]);
  const again = createCourse(PACK, JSON.parse(JSON.stringify(course.kept())));

  assert.deepEqual([again.step, again.phase, again.answerOf(2), again.kept()], [2, "locked", [0, 1, 2], course.kept()]);
});

test("the end is kept, too, and left by going back", () => {
  const course = createCourse(PACK, at(4).kept());
  const { ended } = course;
  course.goTo(0);

  assert.deepEqual([ended, course.ended], [true, false]);
});

const FORGOTTEN = {
  "of a lesson that asks something else now": { ...at(2).kept(), of: "1.x" },
  "of nothing": null,
};
for (const [name, kept] of Object.entries(FORGOTTEN)) test(`progress ${name} is none`, () => assert.equal(createCourse(PACK, kept).step, 0));

test("what somebody wrote into the store jumps over nothing", () => {
  const kept = { ...at(1).kept(), step: 3, furthest: 3, answers: { 1: [9] }, revealed: [1], ended: true };
  const course = createCourse(PACK, kept);

  assert.deepEqual([course.step, course.phase, course.ended], [1, "asked", false]);
});

test("to start again forgets everything", () => {
  const course = at(3);
  course.reset();

  assert.deepEqual(course.kept(), createCourse(PACK).kept());
});

test("another answer makes another mark", () => assert.notEqual(markOf(PACK), markOf({ ...PACK, steps: [step("Choose", { ...CHOOSE, answer: [1] })] })));

// -- on the chart ----------------------------------------------------------------------------------------------------------------

const shown = (ask, answer) => flagsOf(step("", ask), answer).map(({ kind, atS, label }) => `${kind} ${atS} ${label}`);
const FLAGS = {
  "a choice stands where it was made, the proof where it is": [CHOOSE, [1], ["mine 5 You: proxy", "truth 12.3 The proof"]],
  "a moment stands beside the true one": [MOMENT, 8, ["mine 8 You", "truth 12.3 True"]],
  "each item says its place and one's own": [ORDER, [1, 2, 0], ["mine 1 1. fetch (you: 2)", "mine 2 2. proxy (you: 1)", "truth 3 3. main"]],
  "the truth alone": [MOMENT, null, ["truth 12.3 True"]],
  "goals have no instant": [BUILD, { reached: true }, []],
};
for (const [name, [ask, answer, flags]] of Object.entries(FLAGS)) test(`flags: ${name}`, () => assert.deepEqual(shown(ask, answer), flags));

test("a flag in words", () => assert.equal(wordsOf({ label: "True", atS: 62.5, row: "default/web/app" }), "True: 1:02.5, web/app"));

test("labels that would cover each other stand above each other", () => {
  const labels = [{ x: 10, widthPx: 50 }, { x: 200, widthPx: 50 }, { x: 30, widthPx: 50 }, { x: 290, widthPx: 50 }];

  assert.deepEqual(placed(labels, 300), [{ leftPx: 10, lane: 0 }, { leftPx: 200, lane: 0 }, { leftPx: 30, lane: 1 }, { leftPx: 250, lane: 1 }]);
});

// -- the class -------------------------------------------------------------------------------------------------------------------

const bars = (...given) => barsOf(...given).map(({ label, count, isMine, isRight }) => [label, count, isMine && "mine", isRight && "right"].filter((part) => part !== false).join(" "));
const HISTOGRAMS = {
  "options, before the reveal": [[CHOOSE, { counts: [3, 0, 1] }, [1]], ["proxy 3 mine", "app 0", "both 1"]],
  "options, revealed": [[CHOOSE, { counts: [3, 0, 1] }, [1], true], ["proxy 3 mine", "app 0 right", "both 1"]],
  "orders, the most frequent first": [[ORDER, { counts: { "0,1,2": 1, "2,1,0": 4 } }, [0, 1, 2], true], ["fetch → proxy → main 4 right", "main → proxy → fetch 1 mine"]],
  "moments in bins": [[MOMENT, { times_s: [11.5, 12.4, 12.6, 14] }, 12.4, true], ["0:11.5 to 0:12.0 1", "0:12.0 to 0:12.5 1 mine right", "0:12.5 to 0:13.0 1", "0:13.0 to 0:13.5 0", "0:13.5 to 0:14.0 0", "0:14.0 to 0:14.5 1"]],
  "goals": [[BUILD, { reached: 3, total: 5 }, { reached: false }, true], ["all goals 3 right", "not all 2 mine"]],
};
for (const [name, [given, expected]] of Object.entries(HISTOGRAMS)) test(`a histogram of ${name}`, () => assert.deepEqual(bars(...given), expected));

test("every moment is in one bin", () => {
  const times = [0, 0.1, 3, 59.99, 60, 61, 200];

  assert.equal(barsOf(MOMENT, { times_s: times }).reduce((sum, { count }) => sum + count, 0), times.length);
});

test("nobody answered", () => assert.deepEqual(barsOf({ kind: "moment" }, { times_s: [] }), []));

// -- the reader or the time ------------------------------------------------------------------------------------------------------

const clock = (atS, playing = true, speed = 1) => ({ atS, playing, speed });
const PASSING = {
  "the clock goes on": [clock(5), clock(5.2), true],
  "it stands": [clock(5, false), clock(5, false), true],
  "it comes to the end of what there is": [clock(5), clock(5.1, false), true, true],
  "it follows the newest": [clock(5, true, null), clock(500, true, null), true],
  "pause": [clock(5), clock(5.1, false), false],
  "play": [clock(5, false), clock(5, true), false],
  "another speed": [clock(5), clock(5.1, true, 10), false],
  "a jump": [clock(5), clock(50), false],
  "back": [clock(5), clock(1), false],
  "moved while it stands": [clock(5, false), clock(6, false), false],
};
for (const [name, [before, now, passing, isAtEnd = false]] of Object.entries(PASSING)) {
  test(`${name}: ${passing ? "time passes" : "the reader did it"}`, () => assert.equal(isTimePassing(before, now, { elapsedS: 0.2, isAtEnd }), passing));
}

const countsOf = (ask, times, mine, reachS) => barsOf(ask, { times_s: times }, mine, false, reachS).map(({ label, count, isMine }) => [label, count, isMine]).filter(([label, count, isMine]) => count || isMine || label === "later");
test("an answer beyond the axis has a bar of its own and leaves the others theirs", () => {
  assert.equal(countsOf(MOMENT, [8, 12, 1e9], 12, 30).at(-1).join(), "later,1,false");
  assert.ok(countsOf(MOMENT, [8, 12, 1e9], 12, 30).length === 3);
  assert.deepEqual(countsOf(MOMENT, [8, 12], 12, 30).map(([label]) => label).includes("later"), false);
});
test("of a poll, whose axis has no end, what is far behind the others is later", () => {
  const poll = { kind: "moment", question: "When?" };
  assert.deepEqual(countsOf(poll, [8, 12, 16, 1e9], 1e9, null).map(([, count, isMine]) => [count, isMine]), [[1, false], [1, false], [1, false], [1, true]]);
  assert.deepEqual(countsOf(poll, [500], null, null).map(([, count]) => count), [1]);
});
test("the axis reaches beyond what is asked for, and never to nowhere", () => {
  assert.equal(reachOf({ until_s: 20, stop_s: 5 }), 26);
  assert.equal(reachOf({ until_s: 20, stop_s: 15 }), 39);
  assert.equal(reachOf({ until_s: null, stop_s: null }), 1.3);
});
