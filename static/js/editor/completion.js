/**
 * What can be written at the cursor? From the place in the text and the server's table of fields (nodeviz/scenarios/fields.py): the fields that are not there
 * yet, each with what is put in and what is said about it; or the values of a field that has few. Pure.
 */

import { later, t } from "../text/translate.js";
import { ITEM, placeAt } from "./yaml-place.js";

/** Before something is known of a document. */
const ANY_DOCUMENT = {
  apiVersion: { type: "string" },
  kind: { type: "string" },
  metadata: { type: "map", of: "ObjectMeta" },
  spec: { type: "map" },
};
const INDENT = "  ";

/**
 * @typedef {object} Option
 * @property {string} label
 * @property {"key"|"value"} what
 * @property {string} type     of the field, in a word; empty for a value
 * @property {object} about    the field's row of the table
 * @property {string} insert   what is put in place of the word
 * @property {number} cursor   where in it the cursor goes
 * @property {boolean} opens   there is more to choose behind it
 */

/**
 * @param {string} text
 * @param {number} offset
 * @param {{kinds: object, types: object}} table
 * @returns {{from: number, to: number, word: string, what: string, options: Option[]}|null} null where there is nothing to choose
 */
export function completionsAt(text, offset, table) {
  const place = placeAt(text, offset);
  if (!place || offset < place.from) return null;
  const about = resolve(place, table);
  // A word behind a dash looks like a key, and may be one of few values.
  const options = place.what === "key" && !Array.isArray(about?.values) ? keysOf(place, about, table) : valuesOf(place, about, table);
  return options.length ? { from: place.from, to: place.to, word: text.slice(place.from, offset), what: place.what, options } : null;
}

/** The row of what stands at the end of the place's path; undefined where the table does not lead. */
function resolve({ kind, path }, { kinds, types }) {
  let about = Object.hasOwn(kinds, kind) ? { of: kinds[kind].type } : { fields: ANY_DOCUMENT };
  for (const step of path) {
    if (!about) return undefined;
    const fields = about.fields ?? types[about.of];
    if (step === ITEM) about = about.items;
    else if (fields) about = Object.hasOwn(fields, step) ? fields[step] : undefined;
    else about = Array.isArray(about.values) ? undefined : about.values;
  }
  return about;
}

// -- keys ------------------------------------------------------------------------------------------------------------------------

function keysOf(place, about, { types }) {
  const fields = about?.fields ?? types[about?.of] ?? {};
  return Object.entries(fields)
    .filter(([name]) => !place.siblings.has(name))
    .map(([name, field]) => ({ label: name, what: "key", type: wordOf(field), about: field, ...insertion(name, field, place) }));
}

/** What a field holds, when it holds many. */
const MANY = {
  string: later("strings"),
  integer: later("integers"),
  number: later("numbers"),
  boolean: later("booleans"),
  quantity: later("quantities"),
  duration: later("durations"),
  anything: later("anything"),
  map: later("maps"),
  list: later("lists"),
};

/** `string`, or `list of maps`. */
export function wordOf({ type, items, values }) {
  if (type === "list") return items?.type ? t("list of {type}", { type: t(MANY[items.type] ?? items.type) }) : t("list");
  return type === "map" && values?.type ? t("map of {type}", { type: t(MANY[values.type] ?? values.type) }) : t(type);
}

/** A field with what must stand behind it: a space, or the next line with its indentation; in braces a pair of brackets. */
function insertion(name, { type }, { quote, isOpen, isFlow, hasColon, column }) {
  const key = `${isOpen ? "" : quote}${name}${quote}`;
  if (hasColon) return { insert: key, cursor: key.length, opens: false };
  const opens = type === "map" || type === "list";
  if (isFlow) {
    const insert = `${key}: ${{ map: "{}", list: "[]" }[type] ?? ""}`;
    return { insert, cursor: insert.length - (opens ? 1 : 0), opens };
  }
  const indent = " ".repeat(column);
  const insert = { map: `${key}:\n${indent}${INDENT}`, list: `${key}:\n${indent}- ` }[type] ?? `${key}: `;
  return { insert, cursor: insert.length, opens: true };
}

// -- values ----------------------------------------------------------------------------------------------------------------------

function valuesOf(place, about, table) {
  return choicesOf(place, about, table).map((label) => {
    const insert = `${label}${place.isOpen ? place.quote : ""}`;
    return { label, what: "value", type: "", about: {}, insert, cursor: insert.length, opens: false };
  });
}

function choicesOf({ kind, path }, about, { kinds }) {
  if (path.length === 1 && path[0] === "kind") return Object.keys(kinds);
  if (path.length === 1 && path[0] === "apiVersion") return Object.hasOwn(kinds, kind) ? [kinds[kind].apiVersion] : [...new Set(Object.values(kinds).map(({ apiVersion }) => apiVersion))];
  if (about?.type === "boolean") return ["true", "false"];
  return Array.isArray(about?.values) ? about.values : [];
}
