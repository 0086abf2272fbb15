import assert from "node:assert/strict";
import { test } from "node:test";

import { formatDuration, formatInstant, ticks } from "../../static/js/time/format.js";
import { actionOf, keysOf } from "../../static/js/time/keys.js";
import * as player from "../../static/js/time/player.js";

for (const [atS, decimals, expected] of [
  [0, 1, "0:00.0"],
  [5.26, 1, "0:05.3"],
  [59.96, 1, "1:00.0"],
  [725.3, 0, "12:05"],
  [3725, 0, "1:02:05"],
  [183_845.5, 1, "2d 3:04:05.5"],
  [0.0005, 3, "0:00.001"],
  [-2, 0, "−0:02"],
]) {
  test(`instant ${atS} with ${decimals} decimals is ${expected}`, () => assert.equal(formatInstant(atS, decimals), expected));
}

for (const [lengthS, expected] of [
  [0, "0 ms"],
  [0.34, "340 ms"],
  [0.9996, "1 s"],
  [1.234, "1.23 s"],
  [12.44, "12.4 s"],
  [119.96, "2 min"],
  [125, "2 min 5 s"],
  [3720, "1 h 2 min"],
  [273_600, "3 d 4 h"],
]) {
  test(`duration ${lengthS} is ${expected}`, () => assert.equal(formatDuration(lengthS), expected));
}

test("ticks are round, far enough apart to be read, and reach beyond the view for a drag", () => {
  const { values, texts } = ticks({ startS: 100, endS: 160, widthPx: 600 });

  assert.deepEqual(values.slice(0, 3), [40, 50, 60]);
  assert.equal(values[values.length - 1], 220);
  assert.equal(texts[2], "1:00");
});

test("ticks of a millisecond have three decimals", () => assert.equal(ticks({ startS: 1, endS: 1.005, widthPx: 500 }).texts[10], "0:01.005"));

test("nothing is ticked before the beginning", () => assert.equal(ticks({ startS: -5, endS: 10, widthPx: 500 }).values[0], 0));

function playerAt(nowS, headS, over, more = {}) {
  return { ...player.createPlayer(), nowS, headS, over, ...more };
}

test("a new clock follows what is computed", () => {
  const clock = player.createPlayer();
  player.headMoved(clock, 12, false);

  assert.equal(clock.nowS, 12);
});

test("at 10x a second is ten, and the clock never passes the head", () => {
  const clock = playerAt(0, 14, false, { speed: 10 });
  player.tick(clock, 1);
  assert.equal(clock.nowS, 10);
  player.tick(clock, 1);
  assert.equal(clock.nowS, 14);
  assert.equal(clock.playing, true, "more may come");
});

test("at the end of a finished run the clock stands", () => {
  const clock = playerAt(9, 10, true, { speed: 10 });
  player.tick(clock, 1);

  assert.deepEqual([clock.nowS, clock.playing], [10, false]);
});

for (const [headS, speed] of [
  [20, 1],
  [200, 10],
  [5000, 60],
]) {
  test(`play at the end of ${headS} s plays it again from the start, at ${speed}x if it was at full speed`, () => {
    const clock = playerAt(headS, headS, true, { playing: false });
    player.play(clock);

    assert.deepEqual([clock.nowS, clock.speed, clock.playing], [0, speed, true]);
  });
}

test("who goes to an instant stays there, while the run goes on", () => {
  const clock = playerAt(50, 50, false);
  player.seek(clock, 20);
  player.headMoved(clock, 60, false);

  assert.deepEqual([clock.nowS, player.isFollowing(clock)], [20, false]);
});

test("jump to now follows again", () => {
  const clock = playerAt(20, 50, false, { playing: false, speed: 10 });
  player.followHead(clock);
  player.headMoved(clock, 60, false);

  assert.equal(clock.nowS, 60);
});

const press = (code, more = {}) => actionOf({ code, key: "", shiftKey: false, ctrlKey: false, altKey: false, metaKey: false, ...more });

test("letters are physical keys: on a French keyboard the key at W says z and still zooms", () => assert.equal(press("KeyW", { key: "z" }), "zoom-in"));
test("Shift makes a long step", () => assert.equal(press("KeyD", { shiftKey: true, key: "D" }), "pan-right-far"));
test("the question mark is where the layout has it", () => assert.equal(press("Minus", { shiftKey: true, key: "?" }), "help"));
test("so is the slash: what lies there on a German keyboard is a minus", () => assert.deepEqual([press("Digit7", { shiftKey: true, key: "/" }), press("Slash", { key: "-" })], ["search", "zoom-out"]));
test("keys with Ctrl are the browser's", () => assert.equal(press("KeyD", { ctrlKey: true }), null));
test("an unknown key does nothing", () => assert.equal(press("KeyZ", { key: "y" }), null));

for (const page of ["run", "compare"]) {
  test(`no key of the page ${page} has two actions`, () => {
    const codes = keysOf(page).flatMap(({ codes = [] }) => codes);

    assert.equal(new Set(codes).size, codes.length);
  });
}
test("a key may do something else on another page", () => {
  const event = { code: "KeyX", key: "x", shiftKey: false, ctrlKey: false, altKey: false, metaKey: false };

  assert.deepEqual([actionOf(event), actionOf(event, "compare")], ["ghost-off", "swap"]);
});
