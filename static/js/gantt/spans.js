/**
 * Which bars does a trace make? One pass over the records, in order; what it has said once it never changes, but for the end of an open bar. Pure.
 *
 * A row is a pod or a container. Its spans follow each other without overlap; the last one is open (`endS` null) as long as its row lives.
 */

import { applyRecord, newPod } from "./facts.js";
import { LENSES } from "./lenses.js";
import { markOf } from "./marks.js";
import { shortName } from "../text/names.js";

/**
 * @typedef {object} Span
 * @property {string} state   state key, see lenses.js
 * @property {number} startS
 * @property {number|null} endS  null while it lasts
 * @property {number} seq     number of the record that began it
 * @property {number} attempt 0: first instance of the container
 * @property {number|null} exitCode
 */

export function createSpans(lens = "node") {
  return {
    lens: LENSES[lens],
    pods: new Map(),
    /** Row key -> row, in the order in which the trace names them. A key never goes away. */
    rows: new Map(),
    /** State keys that occur. */
    states: new Set(),
    /** When anything was last recorded of any pod. */
    lastS: 0,
  };
}

/** Take consecutive records. */
export function addRecords(model, records) {
  for (const record of records) addRecord(model, record);
}

function addRecord(model, record) {
  if (!record.pod) return;
  model.lastS = record.t;
  let pod = model.pods.get(record.pod);
  if (!pod) {
    pod = newPod(record.pod);
    model.pods.set(record.pod, pod);
  }
  const container = applyRecord(pod, record);
  // A record of the pod may change all of its containers (deletion, end); one of a container may not change another.
  const touched = container ? [container] : record.layer === "status" ? [...pod.containers.values()] : [];
  for (const each of touched) follow(model, rowOfContainer(model, pod, each), model.lens.container(each, pod), each, pod, record);
  if (!container) follow(model, rowOfPod(model, pod), model.lens.pod(pod), pod, pod, record);
  const mark = markOf(record, container, pod);
  if (mark) {
    const row = container ? rowOfContainer(model, pod, container) : rowOfPod(model, pod);
    row.marks.push({ kind: mark, atS: record.t, seq: record.seq });
  }
}

function rowOfPod(model, pod) {
  return rowFor(model, pod.name, () => ({ pod: pod.name, name: shortName(pod.name), type: "pod" }));
}

function rowOfContainer(model, pod, container) {
  return rowFor(model, `${pod.name}/${container.name}`, () => ({ pod: pod.name, name: container.name, type: container.type }));
}

function rowFor(model, key, describe) {
  let row = model.rows.get(key);
  if (!row) {
    row = { key, ...describe(), spans: [], ready: [], started: [], failing: [], bands: [], marks: [], restarts: 0 };
    model.rows.set(key, row);
  }
  return row;
}

/** The subject of this row is in `state` from this record on. */
function follow(model, row, state, subject, pod, record) {
  const living = pod.gone ? null : state;
  if (living !== null) model.states.add(living);
  extend(row.spans, living, record.t, () => ({
    state: living,
    startS: record.t,
    endS: null,
    seq: record.seq,
    attempt: subject.attempt ?? 0,
    exitCode: subject.exit?.code ?? subject.exitCode ?? null,
  }));
  if (row.type === "pod") {
    followGrace(row, pod, record.t);
  } else {
    extend(row.started, subject.started && !pod.gone ? "started" : null, record.t);
    extend(row.failing, pod.gone || subject.process !== "running" ? null : subject.failing, record.t);
    row.restarts = subject.restarts;
  }
  extend(row.ready, subject.ready && !pod.gone ? "ready" : null, record.t);
}

/** Close the open interval and open another, unless nothing changed. `state` null: none is open afterwards. */
function extend(intervals, state, nowS, make = () => ({ state, startS: nowS, endS: null })) {
  const last = intervals[intervals.length - 1];
  const open = last && last.endS === null ? last : null;
  if (open?.state === state) return;
  if (open && open.startS === nowS) {
    // Two changes at the same instant: the first was never to be seen.
    intervals.pop();
    const before = intervals[intervals.length - 1];
    if (before && before.endS === nowS && before.state === state) {
      before.endS = null;
      return;
    }
  } else if (open) {
    open.endS = nowS;
  }
  if (state !== null) intervals.push(make());
}

/** The grace period, from the deletion to its deadline, or to the pod's end if that comes first. */
function followGrace(row, pod, nowS) {
  const band = row.bands[row.bands.length - 1];
  if (pod.deleting && pod.graceEndS !== null && (!band || band.endS !== null)) {
    if (!pod.gone) row.bands.push({ startS: nowS, deadlineS: pod.graceEndS, endS: null, deadlines: [{ atS: nowS, deadlineS: pod.graceEndS }] });
  } else if (band && band.endS === null) {
    if (pod.graceEndS !== null && pod.graceEndS !== band.deadlineS) {
      band.deadlineS = pod.graceEndS;
      band.deadlines.push({ atS: nowS, deadlineS: pod.graceEndS });
    }
    if (pod.gone) band.endS = nowS;
  }
}
