/**
 * What is a text called in the reader's language? English is the key and the fallback. Every text that a reader sees goes through here, so that another
 * language is a table (see `useCatalogue`) and no change of a module. Pure.
 */

/** A text with a plural has its forms under itself and a line break. */
const FORMS = "\n";

let catalogue = {};
let plurals = "";

/**
 * @param {Object<string, string|string[]>} messages  English -> the other language; `{names}` in braces stay
 * @param {string} forms  a digit for each count from 0: which form of a plural it takes
 */
export function useCatalogue(messages, forms = "") {
  catalogue = messages;
  plurals = forms;
}

/** A text, with `{name}` replaced by values. */
export function t(text, values = {}) {
  return filled(catalogue[text] ?? text, values);
}

/** One of two texts by a count, which is `{count}` in them; other languages may have more forms. */
export function tn(one, many, count, values = {}) {
  // Rules of plurals repeat after a hundred, with exceptions for the first few.
  const form = plurals[count < plurals.length ? count : 100 + (count % 100)];
  return filled(catalogue[one + FORMS]?.[form] ?? (count === 1 ? one : many), { count, ...values });
}

/** Marks a text of a table, which is translated by `t` where it is shown. */
export function later(text) {
  return text;
}

function filled(text, values) {
  return text.replace(/\{(\w+)\}/g, (braces, name) => (name in values ? String(values[name]) : braces));
}
