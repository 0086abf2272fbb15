/** Which lines belong to which container, which of them decided, and which rows the cursor is about. */

import assert from "node:assert/strict";
import test from "node:test";

import { blockAt, blocksOf, decidingLines, rowsOf } from "../../static/js/editor/blocks.js";
import { withSkeleton } from "../../static/js/editor/skeletons.js";

const TEXT = `apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  restartPolicy: Never
  initContainers:
  - {name: fetch,
     image: a}
  containers:
  - name: app
    image: b

    livenessProbe:
      # often
      periodSeconds: 1
      exec: {command: [x]}
    command:
    - |
      a
  - name: log
    image: c
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
spec:
  replicas: 2
  template:
    spec:
      containers:
      - name: app
        image: d
`;
const FILE = "pods.yaml";
const PLACES = {
  "default/web": {
    ":": [FILE, 1, 1],
    ":restartPolicy": [FILE, 5, 18],
    "fetch:": [FILE, 7, 5],
    "app:": [FILE, 10, 5],
    "app:image": [FILE, 11, 12],
    "app:livenessProbe": [FILE, 15, 7],
    "log:": [FILE, 20, 5],
    // It is not written, so the container stands for it.
    "log:livenessProbe": [FILE, 20, 5],
  },
  "Deployment/default/api": { ":": [FILE, 29, 5], "app:": [FILE, 31, 9] },
};
const EXPLANATIONS = {
  image: { says: "", change: "", source: "", field: "container:image" },
  liveness: { says: "", change: "", source: "", field: "container:livenessProbe" },
  never: { says: "", change: "", source: "", field: "pod:restartPolicy" },
};
const BOOK = { places: PLACES, explanations: EXPLANATIONS };

const BLOCKS = [
  ["the kind of a pod", 2, ["default/web", ""]],
  ["an init container in braces", 7, ["default/web", "fetch"]],
  ["its second line", 8, ["default/web", "fetch"]],
  ["between the lists", 9, ["default/web", ""]],
  ["a container", 10, ["default/web", "app"]],
  ["a blank line in it", 12, ["default/web", "app"]],
  ["its probe", 16, ["default/web", "app"]],
  ["its script", 19, ["default/web", "app"]],
  ["the next container", 21, ["default/web", "log"]],
  ["the controller above its template", 27, ["Deployment/default/api", ""]],
  ["the container of a template", 32, ["Deployment/default/api", "app"]],
];
for (const [name, line, expected] of BLOCKS) {
  test(`the cursor on ${name}`, () => {
    const { owner, name: container } = blockAt(blocksOf(TEXT, PLACES), line);

    assert.deepEqual([owner, container], expected);
  });
}

test("a document about nothing that runs has no row", () => {
  const text = `${TEXT}---\nkind: Scenario\n`;

  assert.equal(blockAt(blocksOf(text, PLACES), text.split("\n").length - 1), null);
});

test("places beyond the text do no harm", () => {
  assert.equal(blockAt(blocksOf("", PLACES), 1)?.name ?? "", "");
});

const added = (pod, owner) => ({ layer: "status", field: "watch", to: "ADDED", pod, owner });
const ROWS = ["default/web", "default/api-1", "default/api-2"].flatMap((pod) => [
  { key: pod, pod, type: "pod", name: pod },
  { key: `${pod}/app`, pod, type: "main", name: "app" },
]);
const RECORDS = [added("default/web"), added("default/api-1", "Deployment/default/api"), added("default/api-2", "Deployment/default/api")];

test("a block of a controller is about all of its pods", () => {
  const keys = (owner, name) => rowsOf(ROWS, { owner, name }, RECORDS).map(({ key }) => key);

  assert.deepEqual(keys("Deployment/default/api", "app"), ["default/api-1/app", "default/api-2/app"]);
  assert.deepEqual(keys("Deployment/default/api", ""), ["default/api-1", "default/api-2"]);
  assert.deepEqual(keys("default/web", "app"), ["default/web/app"]);
});

function lines({ object = "app", type = "main", whys = [], mark = null, pod = "default/web" }) {
  const records = [...RECORDS, ...whys.map((why, index) => ({ seq: RECORDS.length + index, pod, object, why }))];
  const spans = whys.map((_, index) => ({ seq: RECORDS.length + index, endS: index + 1 < whys.length ? index + 1 : null }));
  return decidingLines(TEXT, { row: { pod, name: object, type, spans }, span: mark ? null : (spans[0] ?? null), mark }, records, BOOK);
}

const DECIDED = [
  ["a scalar: its line", { whys: ["image"] }, [11]],
  ["a map: its key and all of it", { whys: ["liveness"] }, [13, 14, 15, 16]],
  ["begin and end", { whys: ["image", "never"] }, [5, 11]],
  ["the field that is not written: where it would stand", { object: "log", whys: ["liveness"] }, [20]],
  ["a mark", { whys: ["never"], mark: { seq: RECORDS.length } }, [5]],
  ["no reason: the container", { whys: ["unknown"] }, [10]],
  ["a row: the container", { object: "fetch", type: "init" }, [7]],
  ["a pod: its first line", { object: "pod", type: "pod" }, [1]],
  ["a container that no text has", { object: "debugger" }, []],
  ["a pod of a controller", { pod: "default/api-2" }, [31]],
];
for (const [name, selection, expected] of DECIDED) test(`decided by ${name}`, () => assert.deepEqual(lines(selection), expected));

test("a first document stands alone, or behind what is there", () => {
  assert.match(withSkeleton(" \n", "scenario"), /^apiVersion: nodeviz/);
  assert.match(withSkeleton("kind: Pod", "node"), /^kind: Pod\n---\napiVersion: kubelet/);
  assert.match(withSkeleton("kind: Pod\n", "spec"), /^kind: Pod\n---\napiVersion: v1/);
});
