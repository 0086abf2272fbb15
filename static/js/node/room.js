/**
 * What is on the node's disks, which images are there and who uses them, what conditions has the node? A fold over the records, and questions about an instant. Pure.
 *
 * Records of layers `disk`, `image`, `node`, of the node's `status`, and the runtime's of containers (contract, section 4).
 */

import { later, t } from "../text/translate.js";
import { shortName } from "../text/names.js";

export const PARTS = [later("images"), later("writable layers"), later("volumes"), later("logs"), later("other")];
export const CONDITIONS = ["Ready", "DiskPressure", "MemoryPressure", "PIDPressure"];

export function createRoom() {
  return { disks: new Map(), images: new Map(), conditions: new Map(), marks: [], lastS: 0, eventS: 0 };
}

/** Take records in, in their order. */
export function addRoom(room, records) {
  for (const record of records) {
    if (record.layer === "disk") addDisk(room, record);
    else if (record.layer === "image") addImage(room, record);
    else if (record.layer === "runtime" && record.image) entry(room, record.image).history.push({ ...at(record), what: "made", who: whoOf(record) });
    else if (record.layer === "runtime" && record.call === "RemoveContainer") removeContainer(room, record);
    else if (record.layer === "node") room.marks.push({ ...at(record), call: record.call, detail: record.detail ?? "" });
    else if (record.layer === "status" && record.object === "node") addCondition(room, record);
    if (record.t > room.lastS) room.lastS = record.t;
    // What a reader would want to have in sight, although no bar is there.
    if (record.layer === "node" || (record.layer === "status" && record.object === "node")) room.eventS = record.t;
  }
}

const at = ({ t: atS, seq }) => ({ atS, seq });
const whoOf = ({ pod, object, attempt = 0 }) => `${shortName(pod)}/${object}${attempt ? ` #${attempt}` : ""}`;

function addDisk(room, { t: atS, object, used, capacity, by, lines }) {
  const disk = room.disks.get(object) ?? { name: object, capacityBytes: capacity, lines: [], points: [] };
  if (lines) disk.lines = Object.entries(lines).map(([label, bytes]) => ({ label, bytes }));
  disk.points.push({ atS, usedBytes: used, by });
  room.disks.set(object, disk);
}

function entry(room, name) {
  if (!room.images.has(name)) room.images.set(name, { name, sizeBytes: null, pinned: false, detectedS: null, lastUsedS: null, history: [] });
  return room.images.get(name);
}

function addImage(room, record) {
  const image = entry(room, record.image ?? record.object);
  if (record.op === "present") {
    const { bytes, pinned, first_detected: detectedS = null, last_used: lastUsedS = null } = record;
    Object.assign(image, { sizeBytes: bytes, pinned, detectedS, lastUsedS });
  }
  if (record.op === "progress") image.sizeBytes = record.total;
  image.history.push({ ...at(record), what: record.op, who: record.pod ? whoOf(record) : null, bytes: record.bytes, total: record.total, pass: record.pass });
}

function removeContainer(room, record) {
  const who = whoOf(record);
  for (const image of room.images.values()) {
    if (usersOf(image.history).has(who)) image.history.push({ ...at(record), what: "unmade", who });
  }
}

function usersOf(history) {
  const users = new Set();
  for (const { what, who } of history) {
    if (what === "made") users.add(who);
    else if (what === "unmade") users.delete(who);
  }
  return users;
}

function addCondition(room, { t: atS, field, to }) {
  const name = field.replace("condition:", "");
  if (!room.conditions.has(name)) room.conditions.set(name, []);
  room.conditions.get(name).push({ atS, status: to });
}

/** Has anything happened that is worth looking at the node for? */
export function isEventful(room) {
  return room.conditions.size > 0 || [...room.images.values()].some(({ history }) => history.some(({ what }) => what === "removed")) || room.marks.some(({ call }) => call === "image GC" || call === "eviction cycle");
}

/** What a disk has at an instant: the newest point not after it. */
export function diskAt(disk, nowS) {
  let found = disk.points[0];
  for (const point of disk.points) {
    if (point.atS > nowS) break;
    found = point;
  }
  return found;
}

/** Spans of a condition being True (of Ready: not True), up to `endS`: [{startS, endS}]. */
export function conditionSpans(changes, endS, wanted = "True") {
  const spans = [];
  for (const [index, { atS, status }] of changes.entries()) {
    if (status === wanted) spans.push({ startS: atS, endS: changes[index + 1]?.atS ?? endS });
  }
  return spans;
}

/**
 * One image at an instant.
 * @returns {{state: string, done: number|null, users: string[], unusedS: number|null, removed: object|null, waiting: string[]}|null} null: nothing is known of it yet.
 *   `state`: present, queued, downloading, unpacking, absent
 */
export function imageAt(image, nowS) {
  const past = image.history.filter(({ atS }) => atS <= nowS);
  if (!past.length) return null;
  const waiting = new Set();
  let [here, pulling, bytes, total, unusedS, removed] = [false, false, 0, 0, image.lastUsedS, null];
  for (const step of past) {
    if (step.what === "present") here = true;
    if (step.what === "queued") waiting.add(step.who);
    if (step.what === "started") [pulling, bytes, total] = [true, 0, 0];
    if (step.what === "progress") ({ bytes, total } = step);
    if (step.what === "pulled") [here, pulling, removed] = [true, false, null];
    if (step.what === "pulled" || step.what === "failed") waiting.delete(step.who);
    if (step.what === "failed") pulling = waiting.size > 0 && pulling;
    if (step.what === "unused") unusedS = step.atS;
    if (step.what === "removed") [here, removed] = [false, { atS: step.atS, pass: step.pass }];
  }
  const users = [...usersOf(past)];
  const busy = waiting.size > 0 || pulling;
  const state = here && !busy ? "present" : pulling ? (total && bytes >= total ? "unpacking" : "downloading") : waiting.size ? "queued" : here ? "present" : "absent";
  return { state, done: pulling && total ? bytes / total : null, users, unusedS, removed, waiting: [...waiting] };
}

/**
 * The pulls of an image: [{queuedS, startedS, layers: [{fromS, toS, bytes}], downloadedS, endS, failed}]. A layer ends with the progress that names more bytes;
 * what comes after the last one is unpacking. `endS` null: still under way.
 */
export function pullsOf(image) {
  const pulls = [];
  let open = null;
  for (const { what, atS, bytes, total } of image.history) {
    if (what === "queued" && !open) pulls.push((open = { queuedS: atS, startedS: null, layers: [], downloadedS: null, endS: null, failed: false }));
    if (!open) continue;
    if (what === "started" && open.startedS === null) open.startedS = atS;
    if (what === "progress" && bytes > 0) {
      const last = open.layers[open.layers.length - 1];
      open.layers.push({ fromS: last ? last.toS : open.startedS, toS: atS, bytes });
      if (bytes >= total) open.downloadedS = atS;
    }
    if (what === "pulled" || what === "failed") {
      Object.assign(open, { endS: atS, failed: what === "failed" });
      open = null;
    }
  }
  return pulls;
}

/** Would garbage collection take it now, and why? In words. */
export function fateOf(image, now) {
  if (now.state === "absent") return now.removed ? t("Removed ({pass})", { pass: passText(now.removed.pass) }) : t("Not on the node");
  if (now.state !== "present") return t("Being pulled");
  if (image.pinned) return t("Stays: pinned by the runtime");
  if (now.users.length) return t("Stays: in use");
  if (now.unusedS === null) return t("Goes first: never seen in use");
  return t("May go: unused");
}

export function passText(pass) {
  return t({ age: later("by age"), space: later("for space"), reclaim: later("by an eviction cycle"), manual: later("by hand") }[pass] ?? pass);
}

/** `1.2 GiB`. */
export function formatBytes(bytes) {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let [value, unit] = [bytes, 0];
  while (value >= 1024 && unit < units.length - 1) [value, unit] = [value / 1024, unit + 1];
  return `${value >= 100 || unit === 0 ? Math.round(value) : Number(value.toFixed(1))} ${units[unit]}`;
}
