/** What does `kubectl describe pod` print of a container? (kubectl 1.36, pkg/describe/describe.go, describeContainers.) Pure. */

import { instant } from "./text.js";

const [AT_2, AT_3] = ["    ", "      "];

/**
 * @param {object} spec  the container's fields; only its name is certain to be there
 * @param {object|null} status  of pods.js, once the API has one
 * @param {string[]} resources  the lines of its limits and requests
 */
export function* containerLines(spec, status, resources) {
  yield `  ${spec.name}:`;
  if (spec.image) {
    yield `${AT_2}Image:\t${spec.image}`;
    yield* portLines(spec.ports ?? []);
  }
  yield* wordLines("Command", spec.command ?? []);
  yield* wordLines("Args", spec.args ?? []);
  if (status) yield* stateLines(status);
  yield* resources;
  for (const [title, field] of [["Liveness", "livenessProbe"], ["Readiness", "readinessProbe"], ["Startup", "startupProbe"]]) {
    if (spec[field]) yield `${AT_2}${title}:\t${probeText(spec[field])}`;
  }
  if (!spec.image) return;
  yield* environmentLines(spec);
  yield* mountLines(spec.volumeMounts ?? []);
}

function* portLines(ports) {
  const several = ports.length > 1 ? "s" : "";
  yield `${AT_2}Port${several}:\t${ports.map(({ containerPort, protocol }) => `${containerPort}/${protocol}`).join(", ") || "<none>"}`;
  yield `${AT_2}Host Port${several}:\t${ports.map(({ hostPort = 0, protocol }) => `${hostPort}/${protocol}`).join(", ") || "<none>"}`;
}

function* wordLines(title, words) {
  if (words.length) yield `${AT_2}${title}:`;
  for (const word of words) yield* word.split("\n").map((line) => `${AT_3}${line}`);
}

function* stateLines(status) {
  yield* oneState("State", status);
  if (status.last) yield* oneState("Last State", { kind: "terminated", ...status.last });
  yield `${AT_2}Ready:\t${status.ready ? "True" : "False"}`;
  yield `${AT_2}Restart Count:\t${status.restarts}`;
}

function* oneState(title, { kind, reason, message, exitCode, startedS, finishedS }) {
  const word = kind ? kind[0].toUpperCase() + kind.slice(1) : "Waiting";
  yield `${AT_2}${title}:\t${word}`;
  if (kind !== "running" && reason) yield `${AT_3}Reason:\t${reason}`;
  if (kind === "terminated") {
    if (message) yield `${AT_3}Message:\t${message}`;
    yield `${AT_3}Exit Code:\t${exitCode}`;
  }
  if (kind !== "waiting" && startedS !== null) yield `${AT_3}Started:\t${instant(startedS)}`;
  if (kind === "terminated" && finishedS !== null) yield `${AT_3}Finished:\t${instant(finishedS)}`;
}

/** kubectl's notation, such as `exec [cat /tmp/healthy] delay=5s timeout=1s period=5s #success=1 #failure=3`. */
export function probeText(probe) {
  const numbers = `delay=${probe.initialDelaySeconds ?? 0}s timeout=${probe.timeoutSeconds}s period=${probe.periodSeconds}s`;
  return `${handlerText(probe)} ${numbers} #success=${probe.successThreshold} #failure=${probe.failureThreshold}`;
}

function handlerText({ exec, httpGet, tcpSocket, grpc }) {
  if (exec) return `exec [${(exec.command ?? []).join(" ")}]`;
  if (httpGet) return `http-get ${httpGet.scheme.toLowerCase()}://${httpGet.host ?? ""}:${httpGet.port}/${httpGet.path.replace(/^\//, "")}`;
  if (tcpSocket) return `tcp-socket ${tcpSocket.host ?? ""}:${tcpSocket.port}`;
  return `grpc <pod>:${grpc?.port ?? ""} ${grpc?.service ?? ""}`;
}

function* environmentLines({ env = [], envFrom = [] }) {
  if (envFrom.length) yield `${AT_2}Environment Variables from:`;
  for (const { prefix, configMapRef, secretRef } of envFrom) {
    const ref = configMapRef ?? secretRef ?? {};
    const between = prefix ? ` with prefix '${prefix}'\t` : "\t";
    yield `${AT_3}${ref.name ?? ""}\t${configMapRef ? "ConfigMap" : "Secret"}${between}Optional: ${ref.optional ?? false}`;
  }
  yield `${AT_2}Environment:${env.length ? "" : "\t<none>"}`;
  for (const { name, value = "", valueFrom } of env) {
    const [first, ...more] = valueFrom ? [sourceText(valueFrom)] : String(value).split("\n");
    yield `${AT_3}${name}:\t${first}`;
    yield* more.map((line) => `${AT_3}\t${line}`);
  }
}

/** Values that only a node or the pod's own status could tell are left out. */
function sourceText({ fieldRef, resourceFieldRef, secretKeyRef, configMapKeyRef }) {
  if (fieldRef) return ` (${fieldRef.apiVersion}:${fieldRef.fieldPath})`;
  if (resourceFieldRef) return ` (${resourceFieldRef.resource})`;
  if (secretKeyRef) return `<set to the key '${secretKeyRef.key}' in secret '${secretKeyRef.name}'>\tOptional: ${secretKeyRef.optional ?? false}`;
  if (configMapKeyRef) return `<set to the key '${configMapKeyRef.key}' of config map '${configMapKeyRef.name}'>\tOptional: ${configMapKeyRef.optional ?? false}`;
  return "";
}

function* mountLines(mounts) {
  yield `${AT_2}Mounts:${mounts.length ? "" : "\t<none>"}`;
  const sorted = [...mounts].sort((a, b) => (a.mountPath < b.mountPath ? -1 : 1));
  for (const { mountPath, name, readOnly, subPath } of sorted) yield `${AT_3}${mountPath} from ${name} (${readOnly ? "ro" : "rw"}${subPath ? `,path="${subPath}"` : ""})`;
}
