/**
 * A trace with as many bars as wanted: 110 pods of two containers, 330 rows, in which everything crashes again and again. Always the same.
 *
 * A life has seven states in the chart's own words (created, running and not yet reported, not started, not ready, ready, ended, waiting for its restart), with
 * the lines under the bars and the marks that belong to them.
 */

import { addRecords, createSpans } from "/static/js/gantt/spans.js";

const PODS = 110;
const CONTAINERS = ["app", "log"];
export const ROWS = PODS * (1 + CONTAINERS.length);

/** Numbers from 0 to 1 that are the same every time. */
function chance(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function lifeOf(pod, object, attempt, startS, draw) {
  const records = [];
  let t = startS;
  const add = (record) => records.push({ t, pod, object, container_type: "main", ...record });
  add({ layer: "runtime", call: "CreateContainer called", attempt });
  t += 0.2 + 0.5 * draw();
  add({ layer: "runtime", call: "StartContainer returned", attempt });
  t += 0.2 + 0.8 * draw();
  add({ layer: "status", field: "state", to: "running" });
  t += 1 + 4 * draw();
  add({ layer: "status", field: "started", to: true });
  t += 1 + 2 * draw();
  add({ layer: "status", field: "ready", to: true });
  const readyS = t;
  t += 5 + 30 * draw();
  add({ layer: "runtime", call: "exit event", exit_code: 1, reason: "Error", attempt });
  t += 0.2 + 0.8 * draw();
  add({ layer: "status", field: "state", to: "waiting:CrashLoopBackOff", exit_code: 1 });
  add({ layer: "status", field: "ready", to: false });
  add({ layer: "status", field: "started", to: false });
  add({ layer: "kubelet", call: "backoff", why: "crash-loop-back-off" });
  return { records, readyS, notReadyS: t, endS: t + 5 + 10 * draw() };
}

/** Records of one pod until an instant, not in order. */
function podUntil(name, untilS, draw) {
  const pod = `default/${name}`;
  const status = (t, field, from, to) => ({ t, pod, layer: "status", object: "pod", field, from, to });
  const records = [status(0, "watch", null, "ADDED"), status(0, "phase", null, "Pending"), status(0.5, "phase", "Pending", "Running")];
  for (const object of CONTAINERS) {
    let t = 0.5 + draw();
    for (let attempt = 0; t < untilS; attempt += 1) {
      const life = lifeOf(pod, object, attempt, t, draw);
      records.push(...life.records);
      if (object === "app") records.push(status(life.readyS, "condition:Ready", "False", "True"), status(life.notReadyS, "condition:Ready", "True", "False"));
      t = life.endS;
    }
  }
  return records;
}

export function countBars(model) {
  let count = 0;
  for (const row of model.rows.values()) count += row.spans.length;
  return count;
}

/**
 * @param {number} bars at least one a row
 * @param {number} more so many bars can be added afterwards
 * @returns {{records: Array, chunks: Array<Array>}} those that make so many bars, and then the records that make one more bar at a time
 */
export function createTrace(bars, more) {
  const draw = chance(6);
  // A life takes 36 s and makes 16 bars of its pod.
  const untilS = 60 + ((bars + more) / PODS / 16) * 45;
  const records = Array.from({ length: PODS }, (_, index) => podUntil(`web-${String(index).padStart(3, "0")}`, untilS, draw)).flat();
  records.sort((a, b) => a.t - b.t);
  records.forEach((record, seq) => (record.seq = seq));
  const ends = endsOfBars(records);
  const chunks = Array.from({ length: more }, (_, index) => records.slice(ends[bars + index], ends[bars + index + 1]));
  return { records: records.slice(0, ends[bars]), chunks };
}

/** After how many records are there so many bars? */
function endsOfBars(records) {
  const model = createSpans("node");
  const ends = [0];
  let count = 0;
  for (const [index, record] of records.entries()) {
    const keys = [`${record.pod}/${record.object}`, record.pod];
    const length = () => keys.reduce((sum, key) => sum + (model.rows.get(key)?.spans.length ?? 0), 0);
    const before = length();
    addRecords(model, [record]);
    count += length() - before;
    while (ends.length <= count) ends.push(index + 1);
  }
  return ends;
}
