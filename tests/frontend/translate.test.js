/** Does a text become another language's, with its values at their places? */

import assert from "node:assert/strict";
import { test } from "node:test";

import { t, tn, useCatalogue } from "../../static/js/text/translate.js";

test("English is what the modules say", () => assert.equal(t("Ready after {time}", { time: "3 s" }), "Ready after 3 s"));
test("what has no value stays in its braces", () => assert.equal(t("{a} of {b}", { a: 1 }), "1 of {b}"));
test("a value that looks like a placeholder is not replaced again", () => assert.equal(t("{a} {b}", { a: "{b}", b: 2 }), "{b} 2"));
test("one and many", () => assert.deepEqual([tn("{count} row", "{count} rows", 1), tn("{count} row", "{count} rows", 2)], ["1 row", "2 rows"]));
test("a catalogue changes the words and their order; what it lacks stays English", () => {
  useCatalogue({ "{a} of {b}": "{b}: {a}" });
  assert.deepEqual([t("{a} of {b}", { a: 1, b: 2 }), t("Play")], ["2: 1", "Play"]);
  useCatalogue({});
});
