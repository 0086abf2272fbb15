/** What the page knows of disks, images and conditions at an instant. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { addRoom, conditionSpans, createRoom, diskAt, fateOf, formatBytes, imageAt, isEventful, pullsOf } from "../../static/js/node/room.js";
import { trace } from "./records.js";

const IMAGE = "docker.io/library/app:1";
const pull = (t, op, more = {}) => ({ t, layer: "image", object: "app", op, image: IMAGE, ...more });
const store = (t, op, more = {}) => ({ t, layer: "image", object: IMAGE, op, pod: undefined, ...more });
const made = (t, attempt = 0) => ({ t, layer: "runtime", object: "app", call: "CreateContainer returned", attempt, image: IMAGE });
const removed = (t, attempt = 0) => ({ t, layer: "runtime", object: "app", call: "RemoveContainer", attempt });

function roomOf(...records) {
  const room = createRoom();
  addRoom(room, trace(...records));
  return room;
}

const stateAt = (room, nowS) => imageAt(room.images.get(IMAGE), nowS);

test("a pull is queued, downloads, unpacks, and then the image is there", () => {
  const room = roomOf(
    pull(1, "queued"),
    pull(2, "started"),
    store(2, "progress", { bytes: 0, total: 100 }),
    store(4, "progress", { bytes: 40, total: 100 }),
    store(6, "progress", { bytes: 100, total: 100 }),
    pull(8, "pulled"),
  );

  assert.equal(stateAt(room, 0.5), null);
  assert.equal(stateAt(room, 1).state, "queued");
  assert.deepEqual([stateAt(room, 4).state, stateAt(room, 4).done], ["downloading", 0.4]);
  assert.equal(stateAt(room, 7).state, "unpacking");
  assert.equal(stateAt(room, 8).state, "present");
  assert.equal(room.images.get(IMAGE).sizeBytes, 100);
});

test("a pull has a part for each layer, and what comes after the last is unpacking", () => {
  const room = roomOf(
    pull(1, "queued"),
    pull(2, "started"),
    store(2, "progress", { bytes: 0, total: 100 }),
    store(4, "progress", { bytes: 40, total: 100 }),
    store(6, "progress", { bytes: 100, total: 100 }),
    pull(8, "pulled"),
  );

  assert.deepEqual(pullsOf(room.images.get(IMAGE)), [
    {
      queuedS: 1,
      startedS: 2,
      layers: [
        { fromS: 2, toS: 4, bytes: 40 },
        { fromS: 4, toS: 6, bytes: 100 },
      ],
      downloadedS: 6,
      endS: 8,
      failed: false,
    },
  ]);
});

test("a container uses its image until it is removed, not until it ends", () => {
  const room = roomOf(store(0, "present", { bytes: 5, pinned: false }), made(1), { t: 2, layer: "runtime", object: "app", call: "exit event", attempt: 0 }, removed(9), store(9, "unused"));
  const image = room.images.get(IMAGE);

  assert.deepEqual(stateAt(room, 5).users, ["web/app"]);
  assert.equal(fateOf(image, stateAt(room, 5)), "Stays: in use");
  assert.deepEqual(stateAt(room, 9).users, []);
  assert.equal(fateOf(image, stateAt(room, 9)), "May go: unused");
});

test("what garbage collection would do is said for every kind of image", () => {
  const never = roomOf(store(0, "present", { bytes: 5, pinned: false }));
  const pinned = roomOf(store(0, "present", { bytes: 5, pinned: true }));
  const gone = roomOf(store(0, "present", { bytes: 5, pinned: false }), store(3, "removed", { pass: "age" }));
  const fate = (room, nowS) => fateOf(room.images.get(IMAGE), stateAt(room, nowS));

  assert.equal(fate(never, 1), "Goes first: never seen in use");
  assert.equal(fate(pinned, 1), "Stays: pinned by the runtime");
  assert.equal(fate(gone, 2), "Goes first: never seen in use");
  assert.equal(fate(gone, 3), "Removed (by age)");
});

test("a disk has at an instant what the newest record before it said, and the first one brings the thresholds", () => {
  const room = roomOf(
    { t: 0, layer: "disk", object: "nodefs", used: 10, capacity: 100, by: { images: 10 }, lines: { "high 85 %": 85 }, pod: undefined },
    { t: 5, layer: "disk", object: "nodefs", used: 60, capacity: 100, by: { images: 60 }, pod: undefined },
  );
  const disk = room.disks.get("nodefs");

  assert.deepEqual(disk.lines, [{ label: "high 85 %", bytes: 85 }]);
  assert.deepEqual([0, 4.9, 5, 99].map((nowS) => diskAt(disk, nowS).usedBytes), [10, 10, 60, 60]);
});

test("a condition of the node makes spans, and the node eventful", () => {
  const pressure = (t, from, to) => ({ t, layer: "status", object: "node", field: "condition:DiskPressure", from, to, pod: undefined });
  const room = roomOf(pressure(3, "False", "True"), pressure(9, "True", "False"), pressure(12, "False", "True"));

  assert.ok(isEventful(room));
  assert.ok(!isEventful(createRoom()));
  assert.deepEqual(conditionSpans(room.conditions.get("DiskPressure"), 20), [
    { startS: 3, endS: 9 },
    { startS: 12, endS: 20 },
  ]);
});

for (const [bytes, text] of [[0, "0 B"], [1023, "1023 B"], [1536, "1.5 KiB"], [200 * 2 ** 20, "200 MiB"], [20 * 2 ** 30, "20 GiB"]]) {
  test(`${bytes} bytes are written as ${text}`, () => assert.equal(formatBytes(bytes), text));
}
