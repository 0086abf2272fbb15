/** What do the pods' own fields say? The book of the run (nodeviz/runs/book.py) holds what was written; the rest follows from who made the pod. Pure. */

const NO_FIELDS = { metadata: { labels: {}, annotations: {} }, spec: {}, qosClass: "" };

/**
 * `{metadata, spec, qosClass, known}` of a pod at an instant.
 *
 * @param {object|null} book
 * @param {{key: string, namespace: string, name: string, owner: string|null}} life
 * @param {{target: string, image: string}[]} imagesSet  what actions changed so far
 */
export function fieldsOf(book, life, imagesSet = []) {
  const found = book?.pods?.[life.key] ?? book?.pods?.[life.owner] ?? null;
  if (!found) return { ...NO_FIELDS, known: false };
  return { ...found, metadata: { ...found.metadata, labels: labelsOf(found.metadata.labels, life) }, spec: withImages(found.spec, life, imagesSet), known: true };
}

/** The owner's kind, namespace and name; null for a pod that nobody made. */
function ownerOf({ owner }) {
  if (!owner) return null;
  const [kind, , name] = owner.split("/");
  return { kind, name };
}

/** The object that made the pod, as its ownerReferences name it: not the Deployment, but the ReplicaSet between them. */
export function controllerOf(life, labels) {
  const owner = ownerOf(life);
  if (!owner) return null;
  if (owner.kind === "Deployment") return `ReplicaSet/${life.name.replace(/-[^-]*$/, "")}`;
  if (owner.kind === "CronJob") return `Job/${labels["job-name"]}`;
  return `${owner.kind}/${owner.name}`;
}

/** The labels of the first pod that the controller made hold for all, but for those that tell the pod's own name. */
function labelsOf(labels, life) {
  const owner = ownerOf(life);
  const own = {};
  if (owner?.kind === "Deployment") own["pod-template-hash"] = life.name.split("-").at(-2);
  if (owner?.kind === "StatefulSet") Object.assign(own, { "statefulset.kubernetes.io/pod-name": life.name, "apps.kubernetes.io/pod-index": life.name.split("-").at(-1) });
  const indexed = "batch.kubernetes.io/job-completion-index";
  if (indexed in labels) own[indexed] = life.name.split("-").at(-2);
  if (owner?.kind === "CronJob") {
    const minute = life.name.slice(owner.name.length + 1).split("-")[0];
    own["batch.kubernetes.io/job-name"] = own["job-name"] = `${owner.name}-${minute}`;
  }
  return { ...labels, ...own };
}

function withImages(spec, life, imagesSet) {
  const changed = new Map();
  const owner = ownerOf(life);
  const addresses = [life.name, life.key, owner ? `${owner.kind}/${owner.name}` : ""];
  for (const { target, image } of imagesSet) {
    const cut = target.lastIndexOf("/");
    if (addresses.includes(target.slice(0, cut))) changed.set(target.slice(cut + 1), image);
  }
  if (!changed.size) return spec;
  const replaced = (containers = []) => containers.map((each) => (changed.has(each.name) ? { ...each, image: changed.get(each.name) } : each));
  return { ...spec, containers: replaced(spec.containers), initContainers: replaced(spec.initContainers) };
}

/** A quantity as the API keeps it: no fraction, `0.5` is `500m`. */
export function quantity(value) {
  const text = String(value);
  return /^\d*\.\d+$/.test(text) ? `${Math.ceil(Number(text) * 1000)}m`.replace(/000m$/, "") : text.replace(/^(\d+)000m$/, "$1");
}
