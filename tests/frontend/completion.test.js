/** What is offered at the cursor, which is written as ¦ in these texts. */

import assert from "node:assert/strict";
import test from "node:test";

import { completionsAt, wordOf } from "../../static/js/editor/completion.js";
import { placeAt } from "../../static/js/editor/yaml-place.js";

const TABLE = {
  kinds: { Pod: { apiVersion: "v1", type: "Pod" }, Scenario: { apiVersion: "nodeviz.dev/v1alpha1", type: "a Scenario" } },
  types: {
    Pod: { apiVersion: { type: "string" }, kind: { type: "string" }, metadata: { type: "map", of: "ObjectMeta" }, spec: { type: "map", of: "PodSpec" } },
    ObjectMeta: { name: { type: "string" }, labels: { type: "map", values: { type: "string" } } },
    PodSpec: {
      containers: { type: "list", items: { type: "map", of: "Container" } },
      restartPolicy: { type: "string", values: ["Always", "OnFailure", "Never"] },
      hostNetwork: { type: "boolean" },
    },
    Container: {
      name: { type: "string" },
      image: { type: "string" },
      command: { type: "list", items: { type: "string" } },
      livenessProbe: { type: "map", of: "Probe", doc: "Is it alive?" },
    },
    Probe: { exec: { type: "map", of: "Exec" }, periodSeconds: { type: "integer" } },
    Exec: { command: { type: "list", items: { type: "string" } } },
    "a Scenario": { spec: { type: "map", of: "spec" } },
    spec: { behaviors: { type: "map", values: { type: "map", of: "behavior" } } },
    behavior: { liveness: { type: "list", items: { type: "map", of: "window" } } },
    window: { from: { type: "duration" }, result: { type: "string", values: ["success", "failure"] } },
  },
};
const POD = "apiVersion: v1\nkind: Pod\n";

function split(marked) {
  const offset = marked.indexOf("¦");
  return [marked.replace("¦", ""), offset];
}

function offered(marked) {
  const [text, offset] = split(marked);
  return completionsAt(text, offset, TABLE)?.options.map(({ label }) => label) ?? [];
}

const OFFERS = [
  ["keys of the document", `${POD}¦`, ["metadata", "spec"]],
  ["keys of a document that does not say its kind", "¦", ["apiVersion", "kind", "metadata", "spec"]],
  ["kinds", "kind: ¦", ["Pod", "Scenario"]],
  ["the version of the kind", "kind: Scenario\napiVersion: ¦", ["nodeviz.dev/v1alpha1"]],
  ["all versions while there is no kind", "apiVersion: ¦", ["v1", "nodeviz.dev/v1alpha1"]],
  ["keys of a map one level in", `${POD}spec:\n  ¦`, ["containers", "restartPolicy", "hostNetwork"]],
  ["what is there already is not offered again, before or after", `${POD}spec:\n  restartPolicy: Never\n  ¦\n  hostNetwork: true\n`, ["containers"]],
  ["the key that is being written itself is offered", `${POD}spec:\n  restartP¦\n`, ["containers", "restartPolicy", "hostNetwork"]],
  ["the key of an item, behind its dash", `${POD}spec:\n  containers:\n  - ¦`, ["name", "image", "command", "livenessProbe"]],
  ["the second key of an item", `${POD}spec:\n  containers:\n  - name: a\n    ¦`, ["image", "command", "livenessProbe"]],
  ["a second item begins anew", `${POD}spec:\n  containers:\n  - name: a\n  - ¦`, ["name", "image", "command", "livenessProbe"]],
  ["an indented list", `${POD}spec:\n  containers:\n    - name: a\n      ¦`, ["image", "command", "livenessProbe"]],
  ["a dash on a line of its own", `${POD}spec:\n  containers:\n  -\n    name: a\n    ¦`, ["image", "command", "livenessProbe"]],
  ["back to the spec behind a list", `${POD}spec:\n  containers:\n  - name: a\n  ¦`, ["restartPolicy", "hostNetwork"]],
  ["a map in an item", `${POD}spec:\n  containers:\n  - name: a\n    livenessProbe:\n      exec: {command: [a]}\n      ¦`, ["periodSeconds"]],
  ["behind comments and blank lines", `${POD}spec:\n# left\n\n      # right\n  ¦`, ["containers", "restartPolicy", "hostNetwork"]],
  ["few values", `${POD}spec:\n  restartPolicy: ¦`, ["Always", "OnFailure", "Never"]],
  ["few values, one of which is begun", `${POD}spec:\n  restartPolicy: Ne¦\n`, ["Always", "OnFailure", "Never"]],
  ["few values in quotes", `${POD}spec:\n  restartPolicy: "¦"\n`, ["Always", "OnFailure", "Never"]],
  ["true and false", `${POD}spec:\n  hostNetwork: ¦`, ["true", "false"]],
  ["keys in braces", `${POD}spec:\n  containers:\n  - {name: a, ¦}`, ["image", "command", "livenessProbe"]],
  ["keys in empty braces", `${POD}spec: {¦}`, ["containers", "restartPolicy", "hostNetwork"]],
  ["values in braces", `${POD}spec: {restartPolicy: ¦}`, ["Always", "OnFailure", "Never"]],
  ["braces over several lines", `${POD}spec:\n  containers: [\n    {name: a,\n     ¦\n    }]`, ["image", "command", "livenessProbe"]],
  ["JSON", '{"kind": "Pod", "spec": {"containers": [{"name": "a", "¦"}]}}', ["image", "command", "livenessProbe"]],
  ["below a key that is free", "kind: Scenario\nspec:\n  behaviors:\n    web/app:\n      ¦", ["liveness"]],
  ["in braces below a key that is free", "kind: Scenario\nspec: {behaviors: {web/app: {liveness: [{from: 0s, result: ¦}]}}}", ["success", "failure"]],
  ["the document at the cursor counts", `${POD}spec:\n  restartPolicy: Never\n---\nkind: Scenario\n¦`, ["spec"]],
  ["Windows line ends", `${POD}spec:\n  restartPolicy: Never\n  ¦`.replaceAll("\n", "\r\n"), ["containers", "hostNetwork"]],
];
for (const [name, marked, expected] of OFFERS) test(`offered: ${name}`, () => assert.deepEqual(offered(marked), expected));

const SILENCE = [
  ["in a comment", `${POD}# ¦`],
  ["in a comment behind a value", `${POD}spec:\n  restartPolicy: Never # ¦`],
  ["in a block scalar", `${POD}spec:\n  containers:\n  - command:\n    - |\n      ¦\n`],
  ["in a block scalar of a key", `${POD}metadata:\n  name: |\n    a\n    ¦\n`],
  ["in a text in quotes over two lines", `${POD}metadata:\n  name: "a\n    ¦"\n`],
  ["where values are free", `${POD}metadata:\n  name: ¦`],
  ["where keys are free", `${POD}metadata:\n  labels:\n    ¦`],
  ["below a field that nobody knows", `${POD}spec:\n  nonsense:\n    ¦`],
  ["before the words of a line", `${POD}spec:\n¦  restartPolicy: Never\n`],
  ["at the marker of a document", `${POD}---¦`],
  ["directly behind a colon", `${POD}spec:\n  restartPolicy:¦`],
  ["directly behind a dash", `${POD}spec:\n  containers:\n  -¦`],
  ["in words", `${POD}spec:\n  restartPolicy: one two¦`],
  ["below __proto__", `${POD}__proto__:\n  ¦`],
];
for (const [name, marked] of SILENCE) test(`nothing is offered ${name}`, () => assert.deepEqual(offered(marked), []));

/** The text after a completion, with the cursor. */
function taken(marked, label) {
  const [text, offset] = split(marked);
  const { from, to, options } = completionsAt(text, offset, TABLE);
  const { insert, cursor } = options.find((option) => option.label === label);
  return `${text.slice(0, from)}${insert.slice(0, cursor)}¦${insert.slice(cursor)}${text.slice(to)}`;
}

const INSERTIONS = [
  ["a scalar gets a space", `${POD}spec:\n  rest¦`, "restartPolicy", `${POD}spec:\n  restartPolicy: ¦`],
  ["a map goes on below", `${POD}spec:\n  containers:\n  - live¦`, "livenessProbe", `${POD}spec:\n  containers:\n  - livenessProbe:\n      ¦`],
  ["a list goes on with a dash", `${POD}spec:\n  cont¦`, "containers", `${POD}spec:\n  containers:\n  - ¦`],
  ["a key with a colon stays a key", `${POD}spec:\n  restart¦: Never`, "restartPolicy", `${POD}spec:\n  restartPolicy¦: Never`],
  ["the rest of the word goes", `${POD}spec:\n  re¦start`, "restartPolicy", `${POD}spec:\n  restartPolicy: ¦`],
  ["braces for a map in braces", `${POD}spec: {containers: [{live¦}]}`, "livenessProbe", `${POD}spec: {containers: [{livenessProbe: {¦}}]}`],
  ["brackets for a list in braces", `${POD}spec: {cont¦}`, "containers", `${POD}spec: {containers: [¦]}`],
  ["quotes in JSON", '{"kind": "Pod", "spec": {"rest¦"}}', "restartPolicy", '{"kind": "Pod", "spec": {"restartPolicy": ¦}}'],
  ["quotes in JSON that are not there yet", '{"kind": "Pod", "spec": {¦}}', "restartPolicy", '{"kind": "Pod", "spec": {"restartPolicy": ¦}}'],
  ["a value in place of another", `${POD}spec:\n  restartPolicy: Alw¦ays # why\n`, "Never", `${POD}spec:\n  restartPolicy: Never¦ # why\n`],
  ["a value in quotes", `${POD}spec:\n  restartPolicy: "Al¦"\n`, "Never", `${POD}spec:\n  restartPolicy: "Never"¦\n`],
];
for (const [name, marked, label, expected] of INSERTIONS) test(`taken: ${name}`, () => assert.equal(taken(marked, label), expected));

test("types in words", () => {
  assert.deepEqual([{ type: "string" }, { type: "list", items: { type: "map" } }, { type: "map", values: { type: "quantity" } }, { type: "list", items: { type: "anything" } }].map(wordOf), [
    "string",
    "list of maps",
    "map of quantities",
    "list of anything",
  ]);
});

const HOSTILE = ["[".repeat(50_000), "{a: ".repeat(20_000), "- ".repeat(20_000), '"'.repeat(9_999), `a: ${"x ".repeat(100_000)}`, ": ".repeat(50_000), "a:\n".repeat(20_000), "\u0000\uFEFF---\n\r\r\n#"];
test("nothing that is pasted breaks it, wherever the cursor stands", () => {
  for (const text of HOSTILE) for (const share of [0, 0.5, 1]) assert.doesNotThrow(() => placeAt(text, Math.floor(text.length * share)));
});
