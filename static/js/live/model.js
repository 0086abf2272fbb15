/**
 * Everything that is known of one run: its records, and the bars, the node and the troubles that they make. A page may hold several, and look at one of them
 * through another lens at any time. Pure: where the messages come from is a source's business (source.js).
 */

import { addRecords, createSpans } from "../gantt/spans.js";
import { createTroubles } from "../gantt/troubles.js";
import { addRoom, createRoom } from "../node/room.js";
import { createStore } from "./store.js";

/**
 * @param {object} palette see gantt/palette.js
 * @param {{lens?: string, under?: string|null}} [looks] the lens of the bars, and that of the thin line under them
 */
export function createModel(palette, looks = {}) {
  const model = {
    store: createStore(),
    room: createRoom(),
    lens: null,
    under: null,
    /** Bars by the lens, see gantt/spans.js. */
    spans: null,
    /** The same by the lens of the thin line; null without one. */
    underSpans: null,
    /** () => what went wrong so far, see gantt/troubles.js */
    troubles: null,

    get records() {
      return model.store.records;
    },

    get run() {
      return model.store.run;
    },

    /** See the same records through other lenses. The rows are new ones, with the same keys. */
    look({ lens = model.lens ?? "node", under = model.under }) {
      model.lens = lens;
      model.under = under === lens ? null : under;
      model.spans = filled(createSpans(lens), model.records);
      model.underSpans = model.under ? filled(createSpans(model.under), model.records) : null;
      model.troubles = createTroubles(model.spans, palette);
    },

    /** Take a message of the wire. @returns {"rejoin"|"reload"|"over"|null} see store.js */
    receive(message) {
      const { wish, fresh } = model.store.receive(message);
      addRecords(model.spans, fresh);
      if (model.underSpans) addRecords(model.underSpans, fresh);
      addRoom(model.room, fresh);
      return wish;
    },
  };
  model.look(looks);
  return model;
}

function filled(spans, records) {
  addRecords(spans, records);
  return spans;
}

function text(value) {
  return typeof value === "object" ? JSON.stringify(value) : value;
}

/** The instant from which two runs differ; Infinity if one has only what the other has, too. What numbers records, and what led to them, may differ. */
export function divergenceOf(one, other) {
  const length = Math.min(one.length, other.length);
  for (let index = 0; index < length; index += 1) {
    if (!isSame(one[index], other[index])) return Math.min(one[index].t, other[index].t);
  }
  if (one.length === other.length) return Infinity;
  return (one[length] ?? other[length]).t;
}

function isSame(one, other) {
  if (one.t !== other.t || one.layer !== other.layer || one.object !== other.object || one.pod !== other.pod) return false;
  const keys = Object.keys(one);
  return keys.length === Object.keys(other).length && keys.every((key) => key === "because" || key === "seq" || text(one[key]) === text(other[key]));
}
