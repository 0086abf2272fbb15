/** Do the browser's regular expressions take no longer for a hostile line than for another one of its length? A link's text is somebody else's. */

import assert from "node:assert/strict";
import test from "node:test";

import { documentsOf } from "../../static/js/editor/documents.js";
import { placeAt } from "../../static/js/editor/yaml-place.js";
import { meaningOf } from "../../static/js/kubectl/changes.js";
import { describeRecord } from "../../static/js/text/describe.js";
import { findSecrets, redact } from "../../static/js/text/secrets.js";
import { decodeView } from "../../static/js/text/view-link.js";

/** What takes more than a minute at this length in quadratic time takes less than a second in linear. */
const LONG = 200_000;
const LINEAR_MS = 30_000;

const LINES = {
  blanks: `key: a${" ".repeat(LONG)}b`,
  "blanks alone": " ".repeat(LONG),
  "blanks before a comment": `key: a${" #".repeat(LONG / 2)}`,
  dashes: "- ".repeat(LONG / 2),
  quotes: `key: ${"'".repeat(LONG)}x`,
  "double quotes": `key: ${'"'.repeat(LONG)}x`,
  backslashes: `key: "${"\\".repeat(LONG)}`,
  colons: `a${":".repeat(LONG)}`,
  "colons and blanks": "a: ".repeat(LONG / 3),
  brackets: "[".repeat(LONG),
  braces: "{a: ".repeat(LONG / 4),
  commas: `x${",".repeat(LONG)}y`,
  letters: `${"a".repeat(LONG)}!`,
  digits: `${"1".repeat(LONG)}!`,
  equals: "a=".repeat(LONG / 2),
  slashes: `${"a/".repeat(LONG / 2)}!`,
  "base64 that is none": `key: ${"A".repeat(LONG)}!`,
  tags: `key: ${"!a ".repeat(LONG / 3)}`,
  "a name and no value": "name: x, value ".repeat(LONG / 15),
  "words and dots": "a.".repeat(LONG / 2),
  "words and dashes": "eyJ-".repeat(LONG / 4),
  "addresses that are none": "a://b:c".repeat(LONG / 7),
  "a Secret on one line": `kind: Secret\n  data: {a: ${"a".repeat(LONG)}!`,
  templates: "{{".repeat(LONG / 2),
  "nothing hostile, only much of it": "  - name: a\n    image: b\n    command: [a, 'b', \"c\"]\n".repeat(LONG / 10),
};

const READERS = {
  findSecrets,
  redact,
  documentsOf,
  meaningOf,
  decodeView,
  "placeAt its end": (text) => placeAt(text, text.length),
  "placeAt its middle": (text) => placeAt(text, text.length / 2),
  describeRecord: (text) => describeRecord({ layer: "event", reason: text, message: text }),
};

test("hostile lines are read to their end", async (context) => {
  for (const [reader, read] of Object.entries(READERS)) {
    for (const [name, line] of Object.entries(LINES)) {
      await context.test(`${reader}: ${name}`, () => {
        const startedMs = performance.now();
        read(line);
        read(`spec:\n  ${line}\n`);
        const tookMs = performance.now() - startedMs;

        assert.ok(tookMs < LINEAR_MS, `it took ${Math.round(tookMs)} ms`);
      });
    }
  }
});
