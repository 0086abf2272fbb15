/** Does the page's kubectl print what kubectl would? Tables; whole runs are compared with the simulator in tests/simulator/test_kubectl_of_the_page.py. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { changedLines, meaningOf } from "../../static/js/kubectl/changes.js";
import { probeText } from "../../static/js/kubectl/describe-container.js";
import { describeCommand, describePod, foldedEvents } from "../../static/js/kubectl/describe.js";
import { columns, getCommand, getPods } from "../../static/js/kubectl/get.js";
import { createPods } from "../../static/js/kubectl/pods.js";
import { quantity } from "../../static/js/kubectl/spec.js";
import { statusYaml, yamlCommand } from "../../static/js/kubectl/status-yaml.js";
import { age, aligned, instant } from "../../static/js/kubectl/text.js";

const POD = "default/web";
let seq = 0;
const status = (t, field, to, more = {}) => ({ seq: (seq += 1), t, layer: "status", pod: POD, object: "pod", field, from: null, to, ...more });
const ofApp = (t, field, to, more = {}) => status(t, field, to, { object: "app", container_type: "main", attempt: 0, ...more });
const runtime = (t, call, more = {}) => ({ seq: (seq += 1), t, layer: "runtime", pod: POD, object: "app", attempt: 0, call, ...more });
const event = (t, reason, message, more = {}) => ({ seq: (seq += 1), t, layer: "event", pod: POD, object: "pod", type: "Normal", reason, message, count: 1, ...more });
const added = (t, more = {}) => status(t, "watch", "ADDED", { containers: [{ name: "app", container_type: "main" }], ...more });

/** A pod that crashes once, runs again and is deleted. */
const RECORDS = [
  added(0),
  status(0, "phase", "Pending"),
  event(0.01, "Scheduled", "Successfully assigned default/web to node-a"),
  ofApp(0.1, "state", "waiting:ContainerCreating", { reason: "ContainerCreating" }),
  runtime(1.5, "StartContainer returned"),
  event(1.6, "Started", "Container started"),
  status(2, "phase", "Running", { from: "Pending" }),
  status(2, "condition:Ready", "True"),
  ofApp(2, "state", "running"),
  ofApp(2, "ready", true),
  runtime(10, "exit event", { exit_code: 1, reason: "Error" }),
  status(11, "condition:Ready", "False", { from: "True", reason: "ContainersNotReady", message: "containers with unready status: [app]" }),
  ofApp(11, "state", "terminated:Error", { exit_code: 1, reason: "Error" }),
  ofApp(11, "ready", false),
  runtime(12, "StartContainer returned", { attempt: 1 }),
  event(12.1, "Started", "Container started", { count: 2 }),
  status(13, "condition:Ready", "True", { from: "False" }),
  ofApp(13, "state", "running", { attempt: 1 }),
  ofApp(13, "ready", true, { attempt: 1 }),
  ofApp(13, "restartCount", 1, { attempt: 1 }),
  ofApp(13, "lastState", "terminated:Error", { attempt: 1, exit_code: 1, reason: "Error" }),
  status(20, "deletionTimestamp", 50, { message: "deletionGracePeriodSeconds=30" }),
  status(25, "deletionGracePeriodSeconds", 0, { from: 30 }),
  status(26, "watch", "DELETED"),
];

function folded(records = RECORDS) {
  const pods = createPods();
  pods.take(records);
  return pods;
}

for (const [what, atS, expected] of [
  ["before it is made there is none", -1, null],
  ["when it is made it is Pending", 0, ["Pending", "0/1", "0"]],
  ["then its container is created", 0.5, ["ContainerCreating", "0/1", "0"]],
  ["what happened on the node is not known before the patch", 1.9, ["ContainerCreating", "0/1", "0"]],
  ["with the patch it runs", 2, ["Running", "1/1", "0"]],
  ["an end that nobody saw changes nothing", 10.5, ["Running", "1/1", "0"]],
  ["then its reason is shown", 11, ["Error", "0/1", "0"]],
  ["a restart tells how long ago the last end was", 15, ["Running", "1/1", "1 (5s ago)"]],
  ["while it is deleted it is Terminating", 20, ["Terminating", "1/1", "1 (10s ago)"]],
  ["once deleted it is gone", 26, null],
]) {
  test(`get pods: ${what}`, () => {
    const found = folded().one(POD, atS);
    const shown = found && columns(found.pod, atS);

    assert.deepEqual(shown && [shown.status, shown.ready, shown.restarts], expected);
  });
}

test("instants may be asked for in any order", () => {
  const pods = folded();
  const forwards = [1, 5, 12, 15, 22].map((atS) => getPods(pods, atS));
  const backwards = [22, 15, 12, 5, 1].map((atS) => getPods(pods, atS)).reverse();

  assert.deepEqual(backwards, forwards);
});

test("records that come later go on where the others ended", () => {
  const growing = [];
  const pods = createPods();
  for (const record of RECORDS) {
    growing.push(record);
    pods.take(growing);
  }

  assert.deepEqual([0, 5, 15, 22, 30].map((atS) => getPods(pods, atS)), [0, 5, 15, 22, 30].map((atS) => getPods(folded(), atS)));
});

test("a pod of the same name is another pod: nothing of the first is left", () => {
  const pods = folded([...RECORDS, added(40), event(40.1, "Scheduled", "again")]);
  const text = describePod(pods, POD, 41, null).join("\n");

  assert.deepEqual(getPods(pods, 41).slice(1), ["web    0/1     Pending   0          1s"]);
  assert.match(text, /again/);
  assert.doesNotMatch(text, /Container started|Last State/);
});

test("a second namespace brings its column, and asks for all of them", () => {
  const pods = folded([added(0), { ...added(1), pod: "shop/till" }]);

  assert.deepEqual(getPods(pods, 0), ["NAME   READY   STATUS    RESTARTS   AGE", "web    0/1     Pending   0          0s"]);
  assert.deepEqual(getPods(pods, 1), ["NAMESPACE   NAME   READY   STATUS    RESTARTS   AGE", "default     web    0/1     Pending   0          1s", "shop        till   0/1     Pending   0          0s"]);
  assert.deepEqual([getCommand(pods, 0), getCommand(pods, 1)], ["kubectl get pods", "kubectl get pods --all-namespaces"]);
});

test("with no pod kubectl says so", () => {
  assert.deepEqual(getPods(createPods(), 0), ["No resources found in default namespace."]);
  assert.deepEqual(describePod(folded(), POD, 30, null), ['Error from server (NotFound): pods "web" not found']);
});

test("commands are what one would type", () => {
  assert.deepEqual([describeCommand(POD), describeCommand("shop/till")], ["kubectl describe pod web", "kubectl describe pod till --namespace shop"]);
  assert.equal(yamlCommand(POD), "kubectl get pod web --output yaml");
});

// -- describe ----------------------------------------------------------------------------------------------------------------------

const PROBE = { exec: { command: ["cat", "/tmp/healthy"] }, initialDelaySeconds: 5, timeoutSeconds: 1, periodSeconds: 5, successThreshold: 1, failureThreshold: 3 };
const APP = {
  name: "app",
  image: "app:1.0",
  ports: [{ containerPort: 80, protocol: "TCP" }, { containerPort: 443, hostPort: 8443, protocol: "TCP" }],
  command: ["sh", "-c", "sleep 1\nexit 1"],
  resources: { limits: { memory: "64Mi", cpu: "0.5" }, requests: { cpu: "100m" } },
  livenessProbe: PROBE,
  env: [{ name: "A", value: "1" }, { name: "KEY", valueFrom: { secretKeyRef: { name: "s", key: "k" } } }],
  volumeMounts: [{ name: "data", mountPath: "/data", readOnly: true }],
};
const SPEC = { priority: 0, serviceAccountName: "default", containers: [APP], volumes: [{ name: "data", emptyDir: { sizeLimit: "1Gi" } }], tolerations: [{ key: "gpu", operator: "Exists", effect: "NoSchedule" }] };
const BOOK = { node: "node-a", pods: { [POD]: { metadata: { labels: { b: "2", a: "1" }, annotations: { note: "x" } }, spec: SPEC, qosClass: "Burstable" } } };

test("describe prints section by section", () => {
  const lines = describePod(folded(), POD, 21, BOOK);

  assert.match(lines[0], /^# Instants are virtual time: \+0:12\.345 is 12\.345 s after/);
  assert.deepEqual(lines.slice(1), `
Name:                      web
Namespace:                 default
Priority:                  0
Service Account:           default
Node:                      node-a
Start Time:                +0:00.000
Labels:                    a=1
                           b=2
Annotations:               note: x
Status:                    Terminating (lasts <invalid>)
Termination Grace Period:  30s
Containers:
  app:
    Image:       app:1.0
    Ports:       80/TCP, 443/TCP
    Host Ports:  0/TCP, 8443/TCP
    Command:
      sh
      -c
      sleep 1
      exit 1
    State:          Running
      Started:      +0:12.000
    Last State:     Terminated
      Reason:       Error
      Exit Code:    1
      Started:      +0:01.500
      Finished:     +0:10.000
    Ready:          True
    Restart Count:  1
    Limits:
      cpu:     500m
      memory:  64Mi
    Requests:
      cpu:     100m
    Liveness:  exec [cat /tmp/healthy] delay=5s timeout=1s period=5s #success=1 #failure=3
    Environment:
      A:    1
      KEY:  <set to the key 'k' in secret 's'>  Optional: false
    Mounts:
      /data from data (ro)
Conditions:
  Type    Status
  Ready   True${" "}
Volumes:
  data:
    Type:        EmptyDir (a temporary directory that shares a pod's lifetime)
    Medium:${"      "}
    SizeLimit:   1Gi
QoS Class:       Burstable
Node-Selectors:  <none>
Tolerations:     gpu:NoSchedule op=Exists
Events:
  Type    Reason     Age               From               Message
  ----    ------     ----              ----               -------
  Normal  Scheduled  20s               default-scheduler  Successfully assigned default/web to node-a
  Normal  Started    8s (x2 over 19s)  kubelet            Container started`.slice(1).split("\n"));
});

test("without the book only what the records tell is printed", () => {
  const text = describePod(folded(), POD, 3, null).join("\n");

  assert.match(text, /fields of the spec are being loaded/);
  assert.match(text, /State: +Running/);
  assert.doesNotMatch(text, /Image:|Volumes:|QoS Class:|Labels:|undefined/);
});

for (const [what, atS, expected] of [
  ["none before the first", 0, []],
  ["one that came once", 1.7, ["Scheduled 0.01 0.01 1", "Started 1.6 1.6 1"]],
  ["equal ones are counted", 13, ["Scheduled 0.01 0.01 1", "Started 1.6 12.1 2"]],
]) {
  test(`Events: ${what}`, () => {
    const { life } = folded().one(POD, atS);

    assert.deepEqual(foldedEvents(life.events, atS).map(({ reason, firstS, lastS, count }) => `${reason} ${firstS} ${lastS} ${count}`), expected);
  });
}

test("Events: similar ones that the recorder combined are one line, with the newest message", () => {
  const combined = [1, 2, 3].map((n) => event(n, "Failed", `(combined from similar events): Error ${n}`, { count: 9 + n }));

  assert.deepEqual(foldedEvents(combined, 3).map(({ message, count, firstS }) => [message, count, firstS]), [["(combined from similar events): Error 3", 12, 1]]);
});

for (const [what, handler, expected] of [
  ["http", { httpGet: { scheme: "HTTP", port: "web", path: "/healthz" } }, "http-get http://:web/healthz"],
  ["tcp", { tcpSocket: { port: 80 } }, "tcp-socket :80"],
  ["grpc", { grpc: { port: 9000, service: "" } }, "grpc <pod>:9000 "],
]) {
  test(`a probe over ${what} in kubectl's notation`, () => {
    const probe = { ...PROBE, exec: undefined, ...handler };

    assert.equal(probeText(probe), `${expected} delay=5s timeout=1s period=5s #success=1 #failure=3`);
  });
}

for (const [given, expected] of [["0.5", "500m"], ["1000m", "1"], ["1.5", "1500m"], [2, "2"], ["100m", "100m"], ["64Mi", "64Mi"], ["2.0", "2"]]) {
  test(`a quantity of ${given} is kept as ${expected}`, () => assert.equal(quantity(given), expected));
}

// -- YAML --------------------------------------------------------------------------------------------------------------------------

test("the status as YAML", () => {
  const records = [added(0), status(0, "phase", "Failed", { from: "Pending", reason: "Evicted", message: "The node was low: 'x'\nand more" }), ofApp(0, "state", "waiting:CrashLoopBackOff", { reason: "CrashLoopBackOff" })];

  assert.deepEqual(statusYaml(folded(records), POD, 1, BOOK).slice(1), `
metadata:
  creationTimestamp: "+0:00.000"
  name: web
  namespace: default
status:
  containerStatuses:
  - image: app:1.0
    lastState: {}
    name: app
    ready: false
    restartCount: 0
    started: false
    state:
      waiting:
        reason: CrashLoopBackOff
  message: |-
    The node was low: 'x'
    and more
  phase: Failed
  qosClass: Burstable
  reason: Evicted
  startTime: "+0:00.000"`.slice(1).split("\n"));
});

test("a condition keeps its moment of transition while only its reason changes", () => {
  const records = [added(0), status(1, "condition:Ready", "False", { reason: "A" }), status(5, "condition:Ready", "False", { from: "False", reason: "B" })];
  const text = statusYaml(folded(records), POD, 6, BOOK).join("\n");

  assert.match(text, /lastTransitionTime: "\+0:01\.000"\n    reason: B\n    status: "False"/);
});

test("the deletion stands in the metadata, and a shorter period moves it", () => {
  const at = (atS) => statusYaml(folded(), POD, atS, BOOK).filter((line) => /deletion/.test(line)).map((line) => line.trim());

  assert.deepEqual(at(19), []);
  assert.deepEqual(at(21), ["deletionGracePeriodSeconds: 30", 'deletionTimestamp: "+0:50.000"']);
  assert.deepEqual(at(25), ["deletionGracePeriodSeconds: 0", 'deletionTimestamp: "+0:20.000"']);
});

// -- writing -----------------------------------------------------------------------------------------------------------------------

for (const [seconds, expected] of [[-5, "<invalid>"], [-1, "0s"], [0.9, "0s"], [119, "119s"], [120, "2m"], [125, "2m5s"], [600, "10m"], [10_800, "3h"], [12_000, "3h20m"], [172_800, "2d"], [200_000, "2d7h"], [900_000, "10d"]]) {
  test(`an age of ${seconds} s is ${expected}`, () => assert.equal(age(seconds), expected));
}

test("instants begin with a sign", () => assert.deepEqual([0, 12.345, 3725].map(instant), ["+0:00.000", "+0:12.345", "+1:02:05.000"]));

test("a column ends where a line does not have it", () => {
  assert.deepEqual(aligned(["a\tb", "long\tc", "no column", "x\ty"]), ["a     b", "long  c", "no column", "x  y"]);
});

// -- what is new -------------------------------------------------------------------------------------------------------------------

for (const [what, before, after, expected] of [
  ["nothing, when nothing changed", ["a", "b"], ["a", "b"], []],
  ["a line that was replaced", ["a", "b", "c"], ["a", "x", "c"], [1]],
  ["a line that came in between", ["a", "c"], ["a", "b", "c"], [1]],
  ["nothing, when a line only went", ["a", "b", "c"], ["a", "c"], []],
  ["the one of two equal lines that is new", ["s:", "ready", "t:"], ["s:", "ready", "t:", "ready"], [3]],
]) {
  test(`marked is ${what}`, () => assert.deepEqual([...changedLines(before, after)], expected));
}

test("an age that goes on is no news, one more restart is", () => {
  assert.equal(meaningOf("web   1/1   Running   1 (5s ago)   15s"), meaningOf("web   1/1   Running   1 (65s ago)   2m5s"));
  assert.notEqual(meaningOf("web   1/1   Running   1 (5s ago)   15s"), meaningOf("web   1/1   Running   2 (1s ago)   15s"));
});
