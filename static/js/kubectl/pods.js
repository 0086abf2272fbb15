/**
 * Which pods does the API know at an instant, and what does it say of them? Folds the records of a trace into the lives of pods. Pure.
 *
 * Nothing is folded twice: whatever changes a pod makes a new version of it, which shares what did not change, so an instant is found by halving, forwards and
 * backwards alike. What happened on the node (when a process started and ended) is known to the API from the patch on that tells of it.
 */

const SHOWN_BY_KUBELET = /^(state|ready|started|condition:(PodReadyToStartContainers|Initialized|Ready|ContainersReady))$/;

const NEW_POD = { phase: "Pending", reason: "", message: "", conditions: [], containers: [], deletion: null, startS: null };

/** As printed while nothing is known of it; `type` is the contract's word: init, sidecar, main, ephemeral. */
const NEW_CONTAINER = {
  known: false, kind: "", reason: "", message: "", exitCode: 0, startedS: null, finishedS: null,
  ready: false, started: false, restarts: 0, attempt: 0, image: null, last: null,
};

/**
 * @typedef {object} Life  one pod from ADDED to DELETED; another pod of the same name has another
 * @property {{atS: number, pod: object}[]} versions
 * @property {object[]} events  its records of layer `event`
 */

export function createPods() {
  const lives = [];
  const current = new Map();
  const images = [];
  let read = 0;
  let newest = [];

  function begin({ pod: key, t, containers = [], owner = null }) {
    const [namespace, name] = key.split("/");
    const made = containers.map(({ name: container, container_type: type }) => ({ ...NEW_CONTAINER, name: container, type }));
    const life = { key, namespace, name, owner, createdS: t, goneS: null, versions: [], events: [], instances: new Map() };
    life.versions.push({ atS: t, pod: { ...NEW_POD, containers: made } });
    lives.push(life);
    current.set(key, life);
  }

  /** The pod as it is from this instant on: what one patch changes is one version. */
  function draft(life, atS) {
    const last = life.versions[life.versions.length - 1];
    if (last.atS === atS) return last.pod;
    const pod = { ...last.pod };
    life.versions.push({ atS, pod });
    return pod;
  }

  function status(record) {
    const { pod: key, field, t } = record;
    if (field === "watch" && record.to === "ADDED") return begin(record);
    const life = current.get(key);
    if (!life) return;
    if (field === "watch") {
      life.goneS = t;
      return;
    }
    const pod = draft(life, t);
    if (pod.startS === null && (SHOWN_BY_KUBELET.test(field) || (field === "phase" && record.from !== null))) pod.startS = Math.floor(decidedS(record));
    if (field === "phase") Object.assign(pod, { phase: record.to, reason: record.reason ?? "", message: record.message ?? "" });
    else if (field.startsWith("condition:")) pod.conditions = withCondition(pod.conditions, record);
    else if (field === "deletionTimestamp") pod.deletion = { requestedS: t, graceS: Number(/=(\d+)/.exec(record.message)?.[1] ?? 0), untilS: record.to };
    else if (field === "deletionGracePeriodSeconds") pod.deletion = shortened(pod.deletion, t, record.to);
    else if (record.container_type) pod.containers = withContainer(pod.containers, record, life.instances);
  }

  /** The kubelet fills in `startTime`, in whole seconds, when it decides on a status: a moment before the API shows it. */
  function decidedS({ pod: key, because, t }) {
    const cause = newest[because];
    return cause?.layer === "kubelet" && cause.pod === key ? cause.t : t;
  }

  function runtime({ pod: key, object, call, attempt, t, exit_code: exitCode, reason, image }) {
    const life = current.get(key);
    if (!life) return;
    const instance = () => {
      const id = `${object}/${attempt}`;
      if (!life.instances.has(id)) life.instances.set(id, { startedS: null, finishedS: null, exitCode: null, reason: null, image: null });
      return life.instances.get(id);
    };
    if (call === "CreateContainer returned") instance().image = image;
    else if (call === "StartContainer returned") instance().startedS = t;
    else if (call === "exit event") Object.assign(instance(), { finishedS: t, exitCode, reason });
  }

  return {
    /** Take what is new in the records of one run. */
    take(records) {
      newest = records;
      for (; read < records.length; read += 1) {
        const record = records[read];
        if (record.layer === "status") {
          if (record.pod) status(record);
        } else if (record.layer === "runtime") runtime(record);
        else if (record.layer === "event") {
          if (record.pod) current.get(record.pod)?.events.push(record);
        } else if (record.layer === "action" && record.call === "setImage") images.push({ atS: record.t, target: record.object, image: record.options?.image });
      }
    },

    /** The pods that exist at an instant, in the order in which they were made: `{life, pod}` each. */
    at(atS) {
      return lives.filter((life) => exists(life, atS)).map((life) => ({ life, pod: podAt(life, atS) }));
    },

    /** One of them, by `namespace/name`; null while there is none. */
    one(key, atS) {
      const life = lives.findLast((each) => each.key === key && exists(each, atS));
      return life ? { life, pod: podAt(life, atS) } : null;
    },

    /** `namespace/name` of all that ever were, in the order in which they were first made. */
    keys() {
      return [...current.keys()];
    },

    /** The namespaces in which there were pods up to an instant. */
    namespaces(atS) {
      return [...new Set(lives.filter(({ createdS }) => createdS <= atS).map(({ namespace }) => namespace))];
    },

    /** What actions changed in the specs up to an instant: `{target, image}`, oldest first. */
    imagesSet(atS) {
      return images.filter((each) => each.atS <= atS);
    },
  };
}

function exists({ createdS, goneS }, atS) {
  return createdS <= atS && (goneS === null || atS < goneS);
}

/** The last version that is not later. */
function podAt({ versions }, atS) {
  let [low, high] = [0, versions.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (versions[middle].atS <= atS) low = middle;
    else high = middle - 1;
  }
  return versions[low].pod;
}

function withCondition(conditions, { field, to, reason = "", message = "", from, t }) {
  const type = field.slice("condition:".length);
  const before = conditions.find((each) => each.type === type);
  // A new reason alone is no transition.
  const condition = { type, status: to, reason, message, changedS: before && from === to ? before.changedS : t };
  return before ? conditions.map((each) => (each === before ? condition : each)) : [...conditions, condition];
}

/** A second, shorter period counts from the first request (pkg/registry/rest, BeforeDelete). */
function shortened(deletion, t, graceS) {
  const requestedS = deletion?.requestedS ?? t;
  return { requestedS, graceS, untilS: requestedS + graceS };
}

function withContainer(containers, record, instances) {
  const index = containers.findIndex(({ name }) => name === record.object);
  const before = index < 0 ? { ...NEW_CONTAINER, name: record.object, type: record.container_type } : containers[index];
  const after = { ...before, known: true, ...changeOf(before, record, instances) };
  return index < 0 ? [...containers, after] : containers.with(index, after);
}

function changeOf(container, record, instances) {
  const { field, to, attempt } = record;
  const instance = instances.get(`${record.object}/${attempt}`) ?? null;
  if (field === "ready") return { ready: to };
  if (field === "started") return { started: to };
  if (field === "restartCount") return { restarts: to };
  if (field === "lastState") return { last: to ? lastOf(container, record, instances) : null };
  if (field !== "state") return {};
  const [kind, reason = ""] = to.split(/:(.*)/s);
  const shared = { kind, reason, message: record.message ?? "", attempt, exitCode: 0, startedS: null, finishedS: null, image: instance?.image ?? container.image };
  if (kind === "waiting") return shared;
  if (kind === "running") return { ...shared, startedS: instance?.startedS ?? null };
  return { ...shared, ...ended(record, reason, instance) };
}

/** Times belong to the end that is told of: one that the runtime lost has none. */
function ended({ exit_code: exitCode, message }, reason, instance) {
  const same = instance?.reason === reason;
  return { reason, exitCode, message: message ?? "", startedS: same ? instance.startedS : null, finishedS: same ? instance.finishedS : null };
}

/** While the container waits, its last state is that of its newest instance; else that of the one before. */
function lastOf({ kind }, record, instances) {
  const { object, attempt, reason } = record;
  const own = instances.get(`${object}/${attempt}`);
  return ended(record, reason, kind === "waiting" && own?.reason === reason ? own : instances.get(`${object}/${attempt - 1}`));
}
