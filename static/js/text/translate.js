/**
 * What is a text called in the reader's language? English is the key and the fallback. Every text that a reader sees goes through here, so that another
 * language is a table (see `useCatalogue`) and no change of a module. Pure.
 */

let catalogue = {};

/** @param {Object<string, string>} messages  English -> the other language; `{names}` in braces stay */
export function useCatalogue(messages) {
  catalogue = messages;
}

/** A text, with `{name}` replaced by values. */
export function t(text, values = {}) {
  return (catalogue[text] ?? text).replace(/\{(\w+)\}/g, (braces, name) => (name in values ? String(values[name]) : braces));
}

/** One of two texts by a count, which is `{count}` in them. */
export function tn(one, many, count, values = {}) {
  return t(count === 1 ? one : many, { count, ...values });
}
