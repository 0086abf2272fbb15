/** Which examples does a choice mean, and which address means the choice? */

import assert from "node:assert/strict";
import { test } from "node:test";

import { choiceOf, countsOf, matcherOf, searchOf } from "../../static/js/gallery/choice.js";

const KNOWN = ["sidecars", "jobs", "pulls"];
const CARDS = [
  { text: "serial-pulls Five megabytes in the queue", tags: ["pulls"] },
  { text: "job A Job that finishes", tags: ["sidecars", "jobs"] },
  { text: "proxy The proxy leaves last", tags: ["sidecars"] },
];
const found = (query, ...tags) => CARDS.filter(matcherOf({ query, tags })).map(({ text }) => text.split(" ")[0]);

const CHOICES = [
  ["nothing chosen is all", [""], ["serial-pulls", "job", "proxy"]],
  ["a word is found in any case, as a part of a word too", ["MEGA"], ["serial-pulls"]],
  ["all words must be there, in any order", ["last proxy"], ["proxy"]],
  ["one that is missing is enough to go", ["proxy queue"], []],
  ["spaces are no words", ["   "], ["serial-pulls", "job", "proxy"]],
  ["a subject", ["", "sidecars"], ["job", "proxy"]],
  ["all subjects must be there", ["", "sidecars", "jobs"], ["job"]],
  ["words and subjects", ["proxy", "jobs"], []],
];
for (const [name, choice, expected] of CHOICES) test(`choice: ${name}`, () => assert.deepEqual(found(...choice), expected));

test("each subject has the number of cards that it would leave", () => {
  assert.deepEqual([...countsOf(CARDS, { query: "", tags: ["sidecars"] }, KNOWN)], [["sidecars", 2], ["jobs", 1], ["pulls", 0]]);
});

const ADDRESSES = [
  ["", { query: "", tags: [] }],
  ["?q=slow+start", { query: "slow start", tags: [] }],
  ["?q=%C3%BC%26&tag=jobs&tag=pulls", { query: "ü&", tags: ["jobs", "pulls"] }],
];
for (const [search, choice] of ADDRESSES) {
  test(`address: ${search || "empty"}, there and back`, () => {
    assert.deepEqual(choiceOf(search, KNOWN), choice);
    assert.equal(searchOf(choice), search);
  });
}

test("an address with a subject that there is not means the others", () => assert.deepEqual(choiceOf("?tag=magic&tag=jobs&tag=jobs", KNOWN), { query: "", tags: ["jobs"] }));
test("what else an address says stays in it", () => assert.equal(searchOf({ query: " a ", tags: [] }, "?x=1&q=old&tag=jobs"), "?x=1&q=a"));
