/**
 * What may a reader do to the run, and how is that written as an action of the scenario (contract, section 3.2)? Pure.
 *
 * An *intervention* is { label, fields, action }: `fields` are what it asks for first ([] for none; { name, label, value, choices? }), `action` makes the
 * action's verb and options from their values. The moment is added by whoever carries it out.
 */

import { t } from "./translate.js";

/** How long a probe is made to fail, where nobody says otherwise. */
const FAILS_FOR = "30s";

const field = (name, label, value, choices) => ({ name, label, value, choices });
const now = (label, action) => ({ label, fields: [], action: () => action });

/**
 * What actions may name, of the server's answer (nodeviz/scenarios/interventions.py): the address of a pod and the probes of its containers. A pod that the text
 * does not make by itself (a replacement) is counted among those of its controller, in the order in which they were made.
 */
export function targetOf(pod, records, targets) {
  const known = targets?.pods.find(({ key }) => key === pod);
  const address = known?.address ?? addressOf(pod, records);
  return { address, probesOf: (name) => known?.containers.find((container) => container.name === name)?.probes ?? probesOf(pod, name, records) };
}

export function addressOf(pod, records) {
  const made = records.filter(({ layer, field: name, to }) => layer === "status" && name === "watch" && to === "ADDED");
  const { owner } = made.find((record) => record.pod === pod) ?? {};
  if (!owner) return pod;
  const [kind, , controller] = owner.split("/");
  // That says no namespace: where another controller is called the same, only the pod's own name is its alone.
  const isShared = made.some(({ owner: other }) => other && other !== owner && other.startsWith(`${kind}/`) && other.endsWith(`/${controller}`));
  const siblings = made.filter((record) => record.owner === owner);
  return isShared ? pod : `${kind}/${controller}#${siblings.findIndex((record) => record.pod === pod) + 1}`;
}

/** Probes of a container, as far as the trace has told. */
export function probesOf(pod, container, records) {
  return [...new Set(records.filter((record) => record.layer === "probe" && record.pod === pod && record.object === container).map(({ probe }) => probe))];
}

/** @param {string} address of a pod */
export function onPod(address) {
  return [
    now(t("Delete now"), { delete: address }),
    {
      label: t("Delete with a grace period …"),
      fields: [field("seconds", t("terminationGracePeriodSeconds"), "5")],
      action: ({ seconds }) => ({ delete: address, gracePeriodSeconds: whole(seconds) }),
    },
    now(t("Delete by force"), { delete: address, gracePeriodSeconds: 0, force: true }),
    now(t("Evict through the API"), { evict: address }),
    {
      label: t("Add an ephemeral container …"),
      fields: [field("name", t("Name"), "debugger"), field("image", t("Image"), "busybox:1.37")],
      action: ({ name, image }) => ({ addEphemeral: address, container: { name, image } }),
    },
    {
      label: t("Set a condition …"),
      fields: [field("condition", t("Condition"), "example.com/ready"), field("status", t("Status"), "True", ["True", "False", "Unknown"])],
      action: ({ condition, status }) => ({ setCondition: address, condition, status }),
    },
    now(t("Remove its dead init containers"), { forgetContainers: address }),
  ];
}

/** @param {string} address of a container  @param {string[]} probes those that it is known to have */
export function onContainer(address, probes) {
  return [
    now(t("Kill (SIGKILL)"), { kill: address }),
    now(t("Kill for its memory (OOMKilled)"), { kill: address, reason: "OOMKilled" }),
    { label: t("Let it exit …"), fields: [field("exitCode", t("Exit code"), "1")], action: ({ exitCode }) => ({ exit: address, exitCode: whole(exitCode) }) },
    ...probes.map((probe) => now(t("Fail {probe} for 30 s", { probe }), { probe: address, type: probe, result: "failure", for: FAILS_FOR })),
    { label: t("Change the image …"), fields: [field("image", t("Image"), "app:2.0")], action: ({ image }) => ({ setImage: address, image }) },
  ];
}

/**
 * @param {string[]} filesystems as the trace names them
 * @param {{images?: string[], manual?: string[]}} [targets] see nodeviz/scenarios/interventions.py
 */
export function onNode(filesystems, { images = [], manual = [] } = {}) {
  return [
    ...manual.map((name) => now(t("Apply {name}", { name }), { apply: name })),
    ...filesystems.map((name) => ({
      label: t("Fill {name} …", { name }),
      fields: [field("to", t("Up to"), "92%")],
      action: ({ to }) => ({ fillDisk: name, to }),
    })),
    ...filesystems.map((name) => ({
      label: t("Free {name} …", { name }),
      fields: [field("to", t("Down to"), "50%")],
      action: ({ to }) => ({ freeDisk: name, to }),
    })),
    { label: t("Use up memory …"), fields: [field("memory", t("Memory"), "1Gi")], action: ({ memory }) => ({ loseRoom: "node", memory }) },
    { label: t("Restart the kubelet …"), fields: [field("downFor", t("Down for"), "5s")], action: ({ downFor }) => ({ restartKubelet: "node", downFor }) },
    now(t("Stop the kubelet"), { stopKubelet: "node" }),
    now(t("Start the kubelet"), { startKubelet: "node" }),
    { label: t("Reboot the node …"), fields: [field("downFor", t("Down for"), "60s")], action: ({ downFor }) => ({ rebootNode: "node", downFor }) },
    now(t("Shut the node down"), { shutdownNode: "node" }),
    now(t("Cordon the node"), { cordon: "node" }),
    now(t("Drain the node"), { drain: "node" }),
    {
      label: t("Break the registry …"),
      fields: [
        field("image", t("Image"), "*"),
        field("reason", t("Error"), "Unavailable", ["Unavailable", "NotFound", "Unauthorized", "Timeout"]),
        field("for", t("For"), "60s"),
      ],
      action: ({ image, reason, for: length }) => ({ registry: image, error: { reason }, for: length }),
    },
    {
      label: t("Slow the registry down …"),
      fields: [field("bandwidth", t("Bandwidth"), "1Mi/s"), field("for", t("For"), "60s")],
      action: ({ bandwidth, for: length }) => ({ registry: "*", bandwidth, for: length }),
    },
    ...(images.length ? [onImage(t("Pull an image …"), "pull", images), onImage(t("Remove an image …"), "removeImage", images)] : []),
    { label: t("Create a ConfigMap or Secret …"), fields: [field("object", t("Object"), "ConfigMap/settings")], action: ({ object }) => ({ createObject: object }) },
  ];
}

function onImage(label, verb, images) {
  return { label, fields: [field("image", t("Image"), images[0], images)], action: ({ image }) => ({ [verb]: image }) };
}

/** The moment of an action, as the contract writes it: to the millisecond. */
export function momentOf(atS) {
  return `${Math.max(0, Math.round(atS * 1000)) / 1000}s`;
}

/** An action in a line: `delete web, gracePeriodSeconds 5`. */
export function describeAction({ verb, value, ...options }) {
  const details = Object.entries(options)
    .filter(([name]) => !["index", "at", "after", "line", "plus"].includes(name))
    .map(([name, option]) => `${name} ${typeof option === "object" ? JSON.stringify(option) : option}`);
  return [[verb, typeof value === "string" ? value : (value?.metadata?.name ?? "")].join(" ").trim(), ...details].join(", ");
}

/** A number where it is one; the server says what is wrong with anything else. */
function whole(text) {
  return /^-?\d+$/.test(text.trim()) ? Number(text) : text;
}
