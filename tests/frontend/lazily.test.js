/** Is a part loaded once, when it is needed, and again after it could not be had? */

import assert from "node:assert/strict";
import { test } from "node:test";

import { lazily } from "../../static/js/text/lazily.js";

const offline = () => Promise.reject(new TypeError("Failed to fetch dynamically imported module: x.js"));

test("a part is loaded and made once, by the first who needs it", async () => {
  const made = [];
  const part = lazily(
    async () => (made.push("loaded"), { name: "x" }),
    ({ name }) => (made.push("made"), name),
  );
  assert.deepEqual(made, []);
  await Promise.all([part((name) => made.push(name)), part((name) => made.push(name))]);

  assert.deepEqual(made, ["loaded", "made", "x", "x"]);
});

test("what does not arrive is said, and tried again", async () => {
  const said = [];
  let online = false;
  const part = lazily(() => (online ? Promise.resolve({}) : offline()), () => "part");
  await part(() => said.push("used"), () => said.push("missing"));
  online = true;
  await part((made) => said.push(made));

  assert.deepEqual(said, ["missing", "part"]);
});

test("a mistake in a part is not taken for a lost connection", async () => {
  const part = lazily(async () => ({}), () => undefined.x);

  await assert.rejects(part(() => {}), TypeError);
});
