/** Does a page in a room show what the room shows, and only then? The state machine of following, the driver's pace, and what a browser remembers. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { createPickers } from "../../static/js/lesson/pickers.js";
import { reachedUrl } from "../../static/js/room/code-dialog.js";
import { createDriving, clockPart, EVERY_MS, selectedPart } from "../../static/js/room/driving.js";
import { clockOf, comeBack, createFollowing, differences, hasDrifted, isDriver, isFollowing, isReset, missesQuestion, receive, roam, seenUntilS, slideOf, spoken, wishOf } from "../../static/js/room/following.js";
import { createMemory, tokenIn } from "../../static/js/room/link.js";
import { optionsIn, wrongWith } from "../../static/js/room/poll.js";
import { createSignals } from "../../static/js/room/signals.js";
import { isVeiled, limitOf, nextAction, paceOf, partOf, placeOf, toStep } from "../../static/js/room/slides.js";
import { merged } from "../../static/js/room/teacher.js";

const CLOCK = { at_s: 4, speed: 10, playing: false, age_ms: 0 };
const STATE = { seq: 7, step: 0, phase: "read", clock: CLOCK, shown_until_s: 4, run: null, selected: null, lens: "node", driver: null, poll: null };
const welcome = ({ role = "student", person = "p1", ...state } = {}) => ["welcome", { room: { code: "BCDFGH" }, me: { person, key: "k", nickname: "Ada", role }, state: { ...STATE, ...state }, answers: {}, histograms: {} }];

/** Somebody who has come in, at 1000 ms. */
function inRoom(part) {
  const following = createFollowing();
  receive(following, welcome(part), 1000);
  return following;
}

test("a student follows, and the teacher drives, as long as nobody was given the wheel", () => {
  assert.deepEqual([isFollowing(inRoom()), isDriver(inRoom())], [true, false]);
  assert.deepEqual([isFollowing(inRoom({ role: "teacher" })), isDriver(inRoom({ role: "teacher" }))], [false, true]);
});

test("whoever was given the wheel drives, and the teacher follows meanwhile", () => {
  assert.equal(isDriver(inRoom({ driver: "p1" })), true);
  assert.equal(isDriver(inRoom({ driver: "p2" })), false);
  assert.equal(isFollowing(inRoom({ role: "teacher", driver: "p2" })), true);
});

test("with another class every step is new, and nobody has answered anything", () => {
  const teacher = inRoom({ role: "teacher" });
  const reset = ["set", 9, { ...STATE, seq: undefined, step: 0, phase: "read", driver: null }];
  receive(teacher, ["set", 8, { phase: "revealed" }], 2000);
  receive(teacher, ["histogram", "0", { total: 1 }], 2000);
  assert.deepEqual([teacher.phases, isReset(["set", 8, { driver: "p1" }]), isReset(["set", 8, { step: 1, phase: "read" }])], [{ 0: "revealed" }, false, false]);
  receive(teacher, reset, 3000);

  assert.deepEqual([isReset(reset), teacher.phases, teacher.histograms], [true, { 0: "read" }, {}]);
});

test("before the first welcome nobody follows or drives", () => {
  const following = createFollowing();

  assert.deepEqual([isFollowing(following), isDriver(following), roam(following)], [false, false, false]);
});

test("one roams once, and comes back once", () => {
  const following = inRoom();

  assert.deepEqual([roam(following), isFollowing(following), roam(following)], [true, false, false]);
  assert.deepEqual([comeBack(following), isFollowing(following), comeBack(following)], [true, true, false]);
});

test("who roams keeps the step at which they left, with its question as it goes on, and hears of a new one", () => {
  const at = (phase, ...parts) => {
    const following = inRoom({ phase });
    roam(following);
    for (const [nth, part] of parts.entries()) receive(following, ["set", 8 + nth, part], 2000);
    return [slideOf(following), missesQuestion(following)];
  };

  assert.deepEqual(at("asked"), [{ step: 0, phase: "asked" }, false]);
  assert.deepEqual(at("asked", { phase: "locked" }, { phase: "revealed" }), [{ step: 0, phase: "revealed" }, false]);
  assert.deepEqual(at("asked", { phase: "locked" }, { step: 1, phase: "read" }), [{ step: 0, phase: "locked" }, false]);
  assert.deepEqual(at("asked", { step: 1, phase: "read" }, { phase: "asked" }), [{ step: 0, phase: "asked" }, true]);
  assert.deepEqual(at("read", { phase: "asked" }), [{ step: 0, phase: "read" }, true]);
});

test("of two that ask for a moment the later has the chart, and then the other goes on where it was", () => {
  const shown = [];
  let pick = null;
  const ask = createPickers((fn, options) => shown.push([(pick = fn) !== null, options]));
  const [slide, poll] = [{}, {}];
  const picked = [];
  ask(slide, (atS) => picked.push(["slide", atS]), { reachS: 30 });
  pick(7);
  ask(poll, (atS) => picked.push(["poll", atS]), { atS: 1 });
  pick(2);
  for (let nth = 0; nth < 3; nth += 1) ask(poll, null);
  pick(8);
  ask(slide, null);

  assert.deepEqual(picked, [["slide", 7], ["poll", 2], ["slide", 8]]);
  assert.deepEqual(shown, [[true, { reachS: 30 }], [true, { atS: 1 }], [true, { reachS: 30, atS: 7 }], [false, undefined]]);
});

test("a question that is closed while another has the chart leaves it alone", () => {
  const shown = [];
  const ask = createPickers((fn) => shown.push(fn !== null));
  const [slide, poll] = [{}, {}];
  ask(slide, () => {});
  ask(poll, () => {});
  ask(slide, null);
  ask(poll, null);

  assert.deepEqual(shown, [true, true, false]);
});

test("the driver does not roam: what the driver does moves the room", () => {
  assert.equal(roam(inRoom({ role: "teacher" })), false);
});

test("who roams when the wheel is handed over drives from where the room is", () => {
  const following = inRoom();
  roam(following);
  const said = receive(following, ["set", 8, { driver: "p1" }], 2000);

  assert.deepEqual([following.roaming, isDriver(following)], [false, true]);
  assert.deepEqual(said, ["You drive now: what you do moves everyone who follows."]);
});

test("a clock that stands is where it was said to be, however long ago", () => {
  assert.deepEqual(clockOf(inRoom(), 91_000), { atS: 4, speed: 10, playing: false });
});

test("a clock that plays has gone on since it was heard, and by how old it was then", () => {
  const following = inRoom({ clock: { at_s: 4, speed: 10, playing: true, age_ms: 500 } });

  assert.equal(clockOf(following, 1000).atS, 9);
  assert.equal(clockOf(following, 2500).atS, 24);
});

test("a clock at full speed is at the end", () => {
  assert.deepEqual(clockOf(inRoom({ clock: { at_s: 4, speed: null, playing: true, age_ms: 0 } }), 1000), { atS: Infinity, speed: Infinity, playing: true });
});

test("another part of the state leaves the clock as it was heard", () => {
  const following = inRoom({ clock: { at_s: 0, speed: 1, playing: true, age_ms: 0 } });
  receive(following, ["set", 8, { lens: "api" }], 3000);

  assert.equal(clockOf(following, 4000).atS, 3);
});

test("what the room has seen grows with its clock, and does not shrink when it goes back", () => {
  const following = inRoom({ clock: { at_s: 4, speed: 1, playing: true, age_ms: 0 } });
  assert.equal(seenUntilS(following, 3000), 6);
  receive(following, ["set", 8, { clock: { ...CLOCK, at_s: 1 }, shown_until_s: 6 }], 3000);

  assert.equal(seenUntilS(following, 9000), 6);
});

test("a part that was heard before, or comes late, changes nothing", () => {
  const following = inRoom();
  receive(following, ["set", 7, { lens: "api" }], 2000);
  receive(following, ["set", 3, { lens: "api" }], 2000);

  assert.equal(following.state.lens, "node");
});

test("a welcome after a lost connection puts everything right, and who roamed roams on", () => {
  const following = inRoom();
  roam(following);
  receive(following, welcome({ seq: 40, step: 3, lens: "api" }), 60_000);

  assert.equal(following.roaming, true);
  assert.deepEqual([wishOf(following, 60_000).step, wishOf(following, 60_000).lens], [3, "api"]);
});

test("after the end nobody follows or drives, and it is said once", () => {
  const following = inRoom();
  const said = receive(following, ["end", {}], 2000);

  assert.deepEqual([isFollowing(following), comeBack(following), roam(following)], [false, false, false]);
  assert.deepEqual([said.length, receive(following, ["end", {}], 2000)], [1, []]);
});

for (const [part, expected] of [
  [{ clock: { ...CLOCK, at_s: 9 } }, []],
  [{ selected: { row: "web/app", at_s: 1 } }, []],
  [{ phase: "asked" }, ["There is a question: answer it before it is locked."]],
  [{ phase: "locked" }, ["Answers are locked."]],
  [{ step: 1, phase: "read", clock: CLOCK }, ["The room goes on to step 2."]],
  [{ run: { id: "abc" } }, ["The room shows another run."]],
  [{ driver: "p2" }, ["Somebody else drives now."]],
]) {
  test(`of ${JSON.stringify(part)} is said: ${expected.join(" ") || "nothing"}`, () => assert.deepEqual(receive(inRoom(), ["set", 8, part], 2000), expected));
}

const wish = (part = {}, nowMs = 1000) => wishOf(inRoom(part), nowMs);
const needed = (shown, wanted) => Object.entries(differences(shown, wanted)).filter(([, isNeeded]) => isNeeded).map(([name]) => name);

test("a page that shows nothing of the room yet is shown all of it", () => assert.deepEqual(needed(null, wish()), ["run", "clock", "selected", "lens"]));
test("a page that shows all of it is left alone", () => assert.deepEqual(needed(wish(), wish()), []));
test("a clock that plays on is left alone", () => {
  const playing = { clock: { at_s: 0, speed: 1, playing: true, age_ms: 0 }, shown_until_s: 60 };

  assert.deepEqual(needed(wish(playing, 1000), wish(playing, 9000)), []);
});
test("a scrub moves the clock alone", () => assert.deepEqual(needed(wish(), wish({ clock: { ...CLOCK, at_s: 3 } })), ["clock"]));
test("another run is another chart, with its clock and selection", () => assert.deepEqual(needed(wish(), wish({ run: { id: "abc" } })), ["run", "clock", "selected"]));
test("another step of the lesson likewise", () => assert.deepEqual(needed(wish(), wish({ step: 1 })), ["run", "clock", "selected"]));

for (const [why, clock, wanted, endS, expected] of [
  ["a little behind", { atS: 9.8 }, { atS: 10, speed: 1, playing: true }, 60, false],
  ["far behind", { atS: 8 }, { atS: 10, speed: 1, playing: true }, 60, true],
  ["far behind, but fast", { atS: 90 }, { atS: 100, speed: 60, playing: true }, 600, false],
  ["at the end, where the room's is beyond it", { atS: 60 }, { atS: 75, speed: 1, playing: true }, 60, false],
  ["standing elsewhere", { atS: 9 }, { atS: 10, speed: 1, playing: false }, 60, true],
  ["standing at the end, where the room's is beyond it", { atS: 60 }, { atS: 75, speed: 1, playing: false }, 60, false],
]) {
  test(`a clock ${why} ${expected ? "is put right" : "is left alone"}`, () => assert.equal(hasDrifted(clock, wanted, endS), expected));
}

/** A driver whose time passes by hand. */
function driver() {
  const sent = [];
  const timers = [];
  let now = 5000;
  const driving = createDriving({ send: (part) => sent.push(part), nowMs: () => now, later: (act, ms) => timers.push({ act, dueMs: now + ms }) });
  const pass = (ms) => {
    now += ms;
    for (const { act } of timers.splice(0, timers.length)) act();
  };
  return { driving, sent, pass };
}

test("of a scrub the room hears the first place at once, and the last of each tenth of a second", () => {
  const { driving, sent, pass } = driver();
  for (const atS of [1, 2, 3, 4]) driving.drive({ clock: atS });
  assert.deepEqual(sent, [{ clock: 1 }]);
  pass(EVERY_MS);

  assert.deepEqual(sent, [{ clock: 1 }, { clock: 4 }]);
});

test("a press of a button does not wait, and takes with it what waits", () => {
  const { driving, sent } = driver();
  driving.drive({ clock: 1 });
  driving.drive({ clock: 2 });
  driving.drive({ phase: "asked" }, { now: true });

  assert.deepEqual(sent, [{ clock: 1 }, { clock: 2, phase: "asked" }]);
});

test("a press hears whether it could be sent", () => {
  const said = [true, false].map((isOpen) => createDriving({ send: () => isOpen, nowMs: () => 0, later() {} }).drive({ poll: null }, { now: true }));

  assert.deepEqual(said, [true, false]);
});

test("what waits when the wheel is taken away is not sent", () => {
  const { driving, sent, pass } = driver();
  driving.drive({ clock: 1 });
  driving.drive({ clock: 2 });
  driving.forget();
  pass(EVERY_MS);

  assert.deepEqual(sent, [{ clock: 1 }]);
});

test("clock and selection travel in the room's words", () => {
  assert.deepEqual(clockPart({ atS: 1.23456, speed: Infinity, playing: true }), { at_s: 1.235, speed: null, playing: true });
  assert.deepEqual(selectedPart({ row: "web/app", atS: 2 }), { row: "web/app", at_s: 2 });
  assert.equal(selectedPart(null), null);
});

/** As a browser's, or one that keeps nothing. */
function storage({ full = false } = {}) {
  const kept = new Map();
  return {
    getItem: (key) => kept.get(key) ?? null,
    setItem(key, value) {
      if (full) throw new Error("full");
      kept.set(key, value);
    },
  };
}

test("a browser remembers who it was in each room", () => {
  const kept = storage();
  createMemory("BCDFGH", kept).put({ person: "p1" });
  createMemory("BCDFGH", kept).put({ nickname: "Ada" });
  createMemory("XXXXXX", kept).put({ person: "p9" });

  assert.deepEqual(createMemory("BCDFGH", kept).get(), { person: "p1", nickname: "Ada" });
});

test("the room that was not entered for longest is forgotten first", () => {
  const kept = storage();
  for (let room = 0; room < 25; room += 1) createMemory(`R${room}`, kept).put({ person: "p" });

  assert.deepEqual([createMemory("R4", kept).get(), createMemory("R5", kept).get()], [{}, { person: "p" }]);
});

test("a browser that keeps nothing remembers until the page is loaded anew", () => {
  const kept = storage({ full: true });
  const memory = createMemory("BCDFGH", kept);
  memory.put({ person: "p1" });

  assert.deepEqual([memory.get(), createMemory("BCDFGH", kept).get()], [{ person: "p1" }, {}]);
});

test("a driver's link has a token, and nothing else is taken for one", () => {
  assert.equal(tokenIn("#driver=AbCdEfGhIjKlMnOpQrStUv"), "AbCdEfGhIjKlMnOpQrStUv");
  assert.deepEqual([tokenIn(""), tokenIn("#driver="), tokenIn("#t=1,2"), tokenIn("#driver=<script>alert(1)</script>")], [null, null, null, null]);
});

test("a code is read out in two halves", () => assert.equal(spoken("BCDFGH"), "BCD FGH"));

test("a room that nobody has driven yet has seen nothing but what its clock stands on", () => {
  assert.deepEqual([0, 4].map((atS) => seenUntilS(inRoom({ shown_until_s: null, clock: { ...CLOCK, at_s: atS } }), 1000)), [0, 4]);
});

// -- slides ----------------------------------------------------------------------------------------------------------------------

const STEPS = [
  { run: 0, stop_s: 5, until_s: 65, ask: { kind: "choose" } },
  { run: 0, stop_s: 0, until_s: 20, ask: null },
  { run: null, ask: { kind: "choose" } },
];
const at = (step, phase, clock = { atS: 0, playing: false }) => nextAction({ steps: STEPS, step, phase, clock });

test("a question is asked, locked, watched and revealed, and then it goes on", () => {
  assert.deepEqual([at(0, "read"), at(0, "asked"), at(0, "locked", { atS: 5, playing: false }), at(0, "locked", { atS: 65, playing: false }), at(0, "revealed")], ["ask", "lock", "run", "reveal", "next"]);
});
test("while the clock runs the answer can be revealed", () => assert.equal(at(0, "locked", { atS: 9, playing: true }), "reveal"));
test("a step without a question goes on", () => assert.equal(at(1, "read"), "next"));
test("a question without a run is revealed at once, and after the last step nothing comes", () => assert.deepEqual([at(2, "locked"), at(2, "revealed")], ["reveal", null]));
test("a room without a lesson has no steps", () => assert.equal(nextAction({ steps: [], step: 0, phase: "read", clock: { atS: 0, playing: false } }), null));

test("what a question asks for lies behind its stop until answers are locked", () => {
  assert.deepEqual(["read", "asked", "locked", "revealed"].map((phase) => limitOf(STEPS[0], phase)), [5, 5, 65, 65]);
  assert.deepEqual([limitOf(STEPS[1], "read"), limitOf(STEPS[2], "read"), limitOf(undefined, "read")], [20, Infinity, Infinity]);
});
test("another step shows what its phase allows, and leaves the phase to the room", () => {
  assert.deepEqual(toStep(STEPS, 0), { step: 0, run: null, selected: null, clock: { at_s: 5, speed: 1, playing: false }, shown_until_s: 5 });
  assert.equal(toStep(STEPS, 0, "revealed").shown_until_s, 65);
  assert.equal("phase" in toStep(STEPS, 0), false);
});
test("the clock runs from stop to end in twelve seconds, and never slower than it is", () => {
  assert.deepEqual(partOf("run", STEPS[0]), { run: null, clock: { at_s: 5, speed: 5, playing: true }, shown_until_s: 5 });
  assert.equal(paceOf(0, 4), 1);
});
test("a reveal unveils the step to its end", () => {
  assert.deepEqual(partOf("reveal", STEPS[0]), { phase: "revealed", run: null, clock: { at_s: 65, speed: 1, playing: false }, shown_until_s: 65 });
});
test("a step that was revealed before is unveiled again, but not while somebody plays it", () => {
  const state = { phase: "revealed", shown_until_s: 5, run: null, clock: { playing: false } };

  assert.deepEqual([isVeiled(STEPS[0], state), isVeiled(STEPS[0], { ...state, shown_until_s: 65 }), isVeiled(STEPS[0], { ...state, phase: "asked" })], [true, false, false]);
});

// -- what the teacher knows of the class -----------------------------------------------------------------------------------------

test("of people only what has changed is told, and the rest stays", () => {
  const known = [{ person: "a", nickname: "Ada", lost: false }, { person: "b", nickname: "Grace", lost: false }];

  assert.deepEqual(merged(known, [{ person: "b", lost: true }, { person: "c", nickname: "Alan", lost: false }], "person"), [
    { person: "a", nickname: "Ada", lost: false },
    { person: "b", nickname: "Grace", lost: true },
    { person: "c", nickname: "Alan", lost: false },
  ]);
  assert.deepEqual(merged(known, undefined, "person"), known);
});
test("the options of a poll are the lines on which something stands", () => assert.deepEqual(optionsIn(" Go \n\nRust\n"), ["Go", "Rust"]));

test("the form of a poll refuses what the room would refuse", () => {
  const rules = readFileSync(new URL("../../nodeviz/classroom/room_commands.py", import.meta.url), "utf8");
  const [, most, characters] = /^MAX_OPTIONS, MAX_OPTION_CHARACTERS = (\d+), (\d+)$/m.exec(rules);
  const options = (count, length) => Array(count).fill("😀".repeat(length));

  assert.deepEqual([wrongWith(options(2, 1)), wrongWith(options(Number(most), Number(characters)))], ["", ""]);
  assert.match(wrongWith(options(1, 1)), /^Write 2 to 8 options/);
  assert.match(wrongWith(options(Number(most) + 1, 1)), /^Write 2 to 8 options/);
  assert.match(wrongWith(["Go", ..."x".repeat(Number(characters) + 1).split(" ")]), /^Option 2 is too long/);
});

const OWN = "http://localhost:8000/r/BCDFGH";
const REACHED = {
  "the teacher's own address, where others reach it": [{ urls: ["http://nodeviz.example/r/BCDFGH"], only_here: false }, "http://nodeviz.example/join"],
  "the computer's on the network, for a teacher on localhost": [{ urls: ["http://192.0.2.7:8000/r/BCDFGH"], only_here: false }, "http://192.0.2.7:8000/join"],
  "none that refuses, where the server listens for this computer alone": [{ urls: ["http://192.0.2.7:8000/r/BCDFGH"], only_here: true }, "http://localhost:8000/join"],
  "the page's, where the computer knows no other": [{ urls: [], only_here: true }, "http://localhost:8000/join"],
};
for (const [name, [addresses, url]] of Object.entries(REACHED)) test(`a class is shown ${name}`, () => assert.equal(reachedUrl("http://localhost:8000/join", addresses, OWN).href, url));

const SHOWN = { ...STATE, step: 1, phase: "locked" };
const RUNNING = { ...CLOCK, playing: true };
const PLACES = {
  "at the chart when the clock begins to run": [SHOWN, { ...SHOWN, clock: RUNNING }, "chart"],
  "at the answer when it is revealed": [{ ...SHOWN, clock: RUNNING }, { ...SHOWN, phase: "revealed" }, "slide"],
  "at the next step": [{ ...SHOWN, phase: "revealed" }, { ...SHOWN, step: 2, phase: "read" }, "slide"],
  "nowhere else while it runs": [{ ...SHOWN, clock: RUNNING }, { ...SHOWN, clock: { ...RUNNING, at_s: 5 } }, null],
  "nowhere else while the driver plays before the question": [{ ...SHOWN, phase: "read" }, { ...SHOWN, phase: "read", clock: RUNNING }, null],
  "nowhere else on coming in": [null, SHOWN, null],
};
for (const [name, [before, now, place]] of Object.entries(PLACES)) test(`a phone looks ${name}`, () => assert.equal(placeOf(before, now), place));

test("the teacher hears of roaming once, and of its end whatever ends it", () => {
  const said = [];
  const signals = createSignals(({ op, on }) => said.push([op, on]) > 0);
  signals.roams(false);
  signals.roams(true);
  signals.roams(true);
  signals.roams(false);

  assert.deepEqual(said, [["roam", true], ["roam", false]]);
});

test("after a reload the page says what the teacher sees, and what is not so any more", () => {
  const said = [];
  const signals = createSignals(({ op, on }) => said.push([op, on]) > 0);
  signals.welcome({ lost: true, roaming: true });
  signals.roams(false);

  assert.deepEqual([signals.isLost, said], [true, [["roam", false]]]);
  signals.welcome({});
  assert.equal(signals.isLost, false);
});

test("what could not be sent was not said", () => {
  const signals = createSignals(() => false);
  signals.lost(true);

  assert.equal(signals.isLost, false);
});
