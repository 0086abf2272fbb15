/** Does the simulator take what the menus write? Every entry, with the values that it proposes. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { onContainer, onNode, onPod } from "../../static/js/text/interventions.js";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const TEXT = `
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  readinessGates: [{conditionType: example.com/ready}]
  containers:
  - name: app
    image: app:1.0
    startupProbe: {httpGet: {path: /, port: 80}}
    readinessProbe: {httpGet: {path: /, port: 80}}
    livenessProbe: {httpGet: {path: /, port: 80}}
---
apiVersion: v1
kind: Pod
metadata: {name: later, annotations: {nodeviz.dev/apply: manual}}
spec: {containers: [{name: app, image: "app:2.0"}]}
`;
const PROGRAM = `
import json, sys, simulator
text, actions = json.load(sys.stdin)
answers = []
for action in actions:
    try:
        answers.append(simulator.actions_in(simulator.with_action(text, action))[-1]["verb"])
    except simulator.ManifestError as error:
        answers.append(str(error))
print(json.dumps(answers))
`;

const entries = [
  ...onPod("web"),
  ...onContainer("web/app", ["startup", "readiness", "liveness"]),
  ...onNode(["nodefs"], { images: ["app:1.0"], manual: ["later"] }),
];
const actions = entries.map(({ fields, action }) => ({ at: "5s", ...action(Object.fromEntries(fields.map(({ name, value }) => [name, value]))) }));
const answers = JSON.parse(execFileSync(join(ROOT, ".venv", "bin", "python"), ["-c", PROGRAM], { cwd: ROOT, encoding: "utf8", input: JSON.stringify([TEXT, actions]) }));

entries.forEach(({ label }, index) => test(`"${label}" is an action`, () => assert.ok(answers[index] in actions[index], answers[index])));

test("every verb of the contract is in a menu", () => {
  const verbs = JSON.parse(execFileSync(join(ROOT, ".venv", "bin", "python"), ["-c", "import json; from simulator.manifest.actions import VERBS; print(json.dumps(list(VERBS)))"], { cwd: ROOT, encoding: "utf8" }));

  assert.deepEqual(verbs.filter((verb) => !answers.includes(verb)), []);
});
