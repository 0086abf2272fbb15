/** Which documents a text consists of, and to which tab each belongs. */

import assert from "node:assert/strict";
import test from "node:test";

import { documentAt, documentsOf } from "../../static/js/editor/documents.js";

const POD = "apiVersion: v1\nkind: Pod\n";
const SCENARIO = "apiVersion: nodeviz.dev/v1alpha1\nkind: Scenario\n";
const KUBELET = "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n";

const TEXTS = [
  ["nothing", "", []],
  ["blank lines", "\n \n", []],
  ["one document", POD, [["Pod", "spec", POD]]],
  ["three", `${POD}---\n${SCENARIO}---\n${KUBELET}`, [["Pod", "spec", POD], ["Scenario", "scenario", `---\n${SCENARIO}`], ["KubeletConfiguration", "node", `---\n${KUBELET}`]]],
  ["blank lines before the first belong to nobody", `\n\n${POD}`, [["Pod", "spec", POD]]],
  ["comments before the first marker are about what follows", `# web\n---\n${POD}`, [["Pod", "spec", `# web\n---\n${POD}`]]],
  ["comments before a later marker are about what was before", `${POD}# end\n---\n${SCENARIO}`, [["Pod", "spec", `${POD}# end\n`], ["Scenario", "scenario", `---\n${SCENARIO}`]]],
  ["a document with nothing in it belongs to no part", `${POD}---\n# nothing\n---\n${SCENARIO}`, [["Pod", "spec", POD], ["", null, "---\n# nothing\n"], ["Scenario", "scenario", `---\n${SCENARIO}`]]],
  ["a marker at the end", `${POD}---\n`, [["Pod", "spec", POD], ["", null, "---\n"]]],
  ["no kind", "a: 1\n", [["", "spec", "a: 1\n"]]],
  ["no YAML", "{{ helm }}\n}\n---\n]", [["", "spec", "{{ helm }}\n}\n"], ["", "spec", "---\n]"]]],
  ["only the version says what it will be", "apiVersion: nodeviz.dev/v1alpha1\n", [["", "scenario", "apiVersion: nodeviz.dev/v1alpha1\n"]]],
  ["any other kind", "kind: Service\n", [["Service", "spec", "kind: Service\n"]]],
  ["a kind in quotes with a comment", "kind: 'Scenario' # ours\n", [["Scenario", "scenario", "kind: 'Scenario' # ours\n"]]],
  ["a kind deeper in is another's", "items:\n- kind: Scenario\nkind: List\n", [["List", "spec", "items:\n- kind: Scenario\nkind: List\n"]]],
  ["a document that is indented as a whole", "  kind: Node\n  spec: {}\n", [["Node", "node", "  kind: Node\n  spec: {}\n"]]],
  ["three dashes in a block scalar, indented", "data: |\n  ---\n  kind: Scenario\nkind: ConfigMap\n", [["ConfigMap", "spec", "data: |\n  ---\n  kind: Scenario\nkind: ConfigMap\n"]]],
  ["three dashes that are the beginning of a word", "a: |\n---b\nkind: Pod\n", [["Pod", "spec", "a: |\n---b\nkind: Pod\n"]]],
  ["Windows line ends", `${POD}---\n${SCENARIO}`.replaceAll("\n", "\r\n"), [["Pod", "spec", POD.replaceAll("\n", "\r\n")], ["Scenario", "scenario", `---\n${SCENARIO}`.replaceAll("\n", "\r\n")]]],
  ["a byte order mark", `\uFEFF---\n${POD}`, [["Pod", "spec", `\uFEFF---\n${POD}`]]],
  ["content beside the marker", "--- {kind: Node}\n--- # a\nkind: Pod", [["Node", "node", "--- {kind: Node}\n"], ["Pod", "spec", "--- # a\nkind: Pod"]]],
  ["JSON", '{"metadata": {"kind": "Node"}, "kind":\n "Scenario"}', [["Scenario", "scenario", '{"metadata": {"kind": "Node"}, "kind":\n "Scenario"}']]],
  ["JSON with brackets in its texts", '{"a": "}\\"}", "kind": "Node"}', [["Node", "node", '{"a": "}\\"}", "kind": "Node"}']]],
  ["a kind that is no kind", "kind: __proto__\n", [["__proto__", "spec", "kind: __proto__\n"]]],
  ["a kind that is a list", "kind: [Scenario]\n", [["", "spec", "kind: [Scenario]\n"]]],
];
for (const [name, text, expected] of TEXTS) {
  test(name, () => {
    const found = documentsOf(text).map(({ kind, tab, from, to }) => [kind, tab, text.slice(from, to)]);

    assert.deepEqual(found, expected);
  });
}

test("documents lie side by side and reach to the end", () => {
  for (const [, text] of TEXTS) {
    const found = documentsOf(text);
    found.forEach(({ to }, index) => assert.equal(to, found[index + 1]?.from ?? text.length));
  }
});

test("a place belongs to the document that begins at or before it", () => {
  const documents = documentsOf(`\n${POD}---\n${SCENARIO}`);

  assert.deepEqual([0, 1, POD.length, POD.length + 1, 10_000].map((offset) => documentAt(documents, offset).kind), ["Pod", "Pod", "Pod", "Scenario", "Scenario"]);
});

test("what is pasted breaks nothing", () => {
  for (const text of ["[".repeat(100_000), `{${'"'.repeat(99_999)}`, `{"a": "${"\\".repeat(100_000)}`, "---\n".repeat(50_000), "kind: ".repeat(20_000)]) assert.doesNotThrow(() => documentsOf(text));
});
