/**
 * Why did a bar begin, and why did it end? From the records, and the book of reasons that the server has: for each code a rule, its source, the field that
 * decides, what would change it, and the lines on which the fields stand. Pure.
 */

/**
 * @typedef {object} Reason
 * @property {string} says
 * @property {string} change
 * @property {string} source
 * @property {{file: string, line: number, column: number}|null} place  the line that decided it
 * @property {string} field    as in the pod's spec; empty without a place
 * @property {object} record   the record that says it
 */

/**
 * The reason of a record. A record whose code only leads on has that of its cause.
 * @returns {Reason|null} null where the record says all there is
 */
export function reasonOf(records, seq, book) {
  let record = records[seq];
  while (record && book.explanations[record.why]?.passes) record = records[record.because];
  const rule = record ? book.explanations[record.why] : null;
  if (!rule) return null;
  return { says: filled(rule.says, record), change: filled(rule.change, record), source: rule.source, record, ...placeOf(records, record, rule.field, book) };
}

/** The reasons for which a bar began and ended; null each where there is none. */
export function reasonsOf(records, row, span, book) {
  const next = span.endS === null ? null : row.spans[row.spans.indexOf(span) + 1];
  return { began: reasonOf(records, span.seq, book), ended: next ? reasonOf(records, next.seq, book) : null };
}

function filled(text, record) {
  return text.replace(/\{(\w+)\}/g, (_, name) => String(record[name] ?? ""));
}

function placeOf(records, record, field, book) {
  const [where, name] = field.split(":");
  const places = placesOf(records, record.pod, book);
  const spot = where && places?.[`${where === "pod" ? "" : record.object}:${name}`];
  if (!spot) return { place: null, field: "" };
  const [file, line, column] = spot;
  return { place: { file, line, column }, field: name || record.object };
}

/** Where the fields of a pod stand, as `object:field` to [file, line, column]; undefined for a pod that no text describes. */
export function placesOf(records, pod, book) {
  return book.places[ownerOf(records, pod)] ?? book.places[pod];
}

/** `Kind/namespace/name` of the controller that made a pod. */
function ownerOf(records, pod) {
  return records.find((record) => record.pod === pod && record.field === "watch" && record.to === "ADDED")?.owner;
}

/** What took the time until a pod was ready, the most first, as [what, seconds, share of all]. Neighbouring steps of one kind are together. */
export function wayOf(steps) {
  const sums = new Map();
  for (const [what, seconds] of steps) sums.set(what, (sums.get(what) ?? 0) + seconds);
  const whole = [...sums.values()].reduce((sum, seconds) => sum + seconds, 0);
  return [...sums].map(([what, seconds]) => [what, seconds, whole ? seconds / whole : 0]).sort((a, b) => b[1] - a[1]);
}
