/**
 * Does a text hold secrets that somebody is about to show to others? Looks for data of Secrets, private keys, tokens of known forms, and literal values of names
 * such as PASSWORD. A warning and no proof: it reads lines, not YAML, so that it also sees what a text that is not valid would show. Pure.
 */

import { looksLikeNone, namesSecret, TOKENS } from "./secret-forms.js";
import { later } from "./translate.js";

/** Beyond this, base64 in data is a file and not a word. */
const LONG_BASE64 = 64;
/** Of a line without blanks at its end: `.*?` before `\s*$` would look at each run of blanks anew for each of its characters. */
const KEY_LINE = /^(\s*(?:-\s+)*)(["']?)([\w./-]+)\2\s*:(?:\s+(\S.*))?$/;
const SECRET_KIND = /^(\s*(?:-\s+)*)["']?kind["']?\s*:\s*["']?Secret["']?\s*,?\s*$/;
const DATA = new Set(["data", "stringData", "binaryData"]);

/**
 * @typedef {object} Finding
 * @property {number} line   counts from 1
 * @property {number} from   column, counts from 0
 * @property {number} to
 * @property {"secret" | "key" | "token" | "value" | "blob"} kind
 * @property {string} name   what it is the value of, or which form it has; may be empty
 */

/** @returns {Array<Finding>} in the order of the text, none over another */
export function findSecrets(text) {
  const lines = text.split("\n");
  const found = [...privateKeys(lines), ...dataOfSecrets(lines), ...lines.flatMap((line, index) => [...tokens(line), ...namedValues(lines, index)].map((each) => ({ line: index + 1, ...each })))];
  found.sort((a, b) => a.line - b.line || a.from - b.from || b.to - a.to);
  return found.filter((finding, index) => !found.slice(0, index).some((before) => before.line === finding.line && before.to > finding.from));
}

/** The same text with an `x` for each letter of what was found. Lines keep their numbers and their lengths; base64 stays base64. */
export function redact(text) {
  const lines = text.split("\n");
  for (const { line, from, to } of findSecrets(text)) {
    const old = lines[line - 1];
    lines[line - 1] = old.slice(0, from) + "x".repeat(to - from) + old.slice(to);
  }
  return lines.join("\n");
}

/** The findings as a person reads them: neighbouring lines of one name together. @returns {Array<{first: number, last: number, kind: string, name: string}>} */
export function inGroups(findings) {
  const groups = [];
  for (const { line, kind, name } of findings) {
    const before = groups.at(-1);
    // A blank line in a script does not make another secret of it.
    if (before && before.kind === kind && before.name === name && line - before.last <= 3) before.last = line;
    else groups.push({ first: line, last: line, kind, name });
  }
  return groups;
}

// -- what is looked for ----------------------------------------------------------------------------------------------------------

/** From the line that begins a key to the one that ends it. */
function privateKeys(lines) {
  const found = [];
  let inside = false;
  for (const [index, line] of lines.entries()) {
    const begins = line.search(/-----BEGIN [A-Z ]*PRIVATE KEY-----/);
    if (!inside && begins < 0) continue;
    const from = inside ? line.length - line.trimStart().length : begins;
    const to = line.replace(/(?<!["',\s])["',\s]+$/, "").length;
    if (to > from) found.push({ line: index + 1, from, to, kind: "key", name: later("private key") });
    inside = !/-----END [A-Z ]*PRIVATE KEY-----/.test(line) && (inside || !/\\n/.test(line));
  }
  return found;
}

function dataOfSecrets(lines) {
  const found = [];
  for (const [index, line] of lines.entries()) {
    const kind = SECRET_KIND.exec(line);
    if (!kind) continue;
    const column = kind[1].length;
    const [first, last] = mappingAround(lines, index, column);
    for (let at = first; at <= last; at += 1) {
      const key = keyOf(lines[at]);
      if (key?.column === column && DATA.has(key.name)) found.push(...valuesUnder(lines, at, column, last));
    }
  }
  return found;
}

/** The first and last line of the mapping that has this line's key. */
function mappingAround(lines, index, column) {
  const ends = (line) => /^(---|\.\.\.)/.test(line) || (line.trim() !== "" && !line.trimStart().startsWith("#") && columnOf(line) < column);
  let [first, last] = [index, index];
  // The item's dash stands before its first key, and the key itself is in the column.
  while (first > 0 && !/^\s*-\s/.test(lines[first].slice(0, column)) && !ends(lines[first - 1])) first -= 1;
  while (last + 1 < lines.length && !ends(lines[last + 1]) && !(column > 0 && /^\s*-\s/.test(lines[last + 1].slice(0, column)))) last += 1;
  return [first, last];
}

/** Everything that stands as a value below `data:`, and in braces beside it. */
function valuesUnder(lines, at, column, last) {
  const found = [];
  const add = (line, from, value, name) => {
    const { start, text } = unquoted(value);
    if (text && !looksLikeNone(text) && !looksLikeNone(fromBase64(text))) found.push({ line: line + 1, from: from + start, to: from + start + text.length, kind: "secret", name });
  };
  const beside = keyOf(lines[at]);
  for (const [whole, , name, value] of beside.value.matchAll(/(["']?)(?<![\w.-])([\w.-]+)\1\s*:\s*("[^"]*"|'[^']*'|[^,{}]+)/g)) {
    add(at, lines[at].indexOf(whole) + whole.length - value.length, value, name);
  }
  let block = null;
  for (let index = at + 1; index <= last && (lines[index].trim() === "" || columnOf(lines[index]) > column); index += 1) {
    const line = lines[index];
    if (line.trim() === "") continue;
    if (block && columnOf(line) > block.column) {
      add(index, columnOf(line), line.trim(), block.name);
      continue;
    }
    const key = keyOf(line);
    block = key && /^[|>][-+0-9]*$/.test(key.value) ? key : null;
    if (key && !block) add(index, key.valueAt, key.value.replace(/,$/, ""), key.name);
  }
  return found;
}

function* tokens(line) {
  for (const { name, form } of TOKENS) {
    for (const match of line.matchAll(form)) {
      const value = match[1] ?? match[0];
      const from = match.index + match[0].lastIndexOf(value);
      if (!looksLikeNone(value)) yield { from, to: from + value.length, kind: "token", name };
    }
  }
}

/** A literal beside a name that says that it is one, and long base64 under `data`. */
function* namedValues(lines, index) {
  const line = lines[index];
  const key = keyOf(line);
  const give = function* (name, value, from, kind = "value") {
    const { start, text } = unquoted(value);
    if (text && !looksLikeNone(text)) yield { from: from + start, to: from + start + text.length, kind, name };
  };
  if (key) {
    const value = key.value.replace(/,$/, "").replace(/(?<!\s)\s+#.*$/, "");
    const isWord = !/^[[{|>&*!]/.test(value);
    const name = key.name === "value" ? nameBeside(lines, index, key.column) : key.name;
    if (isWord && namesSecret(name)) yield* give(name, value, key.valueAt);
    else if (isWord && isBlob(unquoted(value).text)) yield* give(key.name, value, key.valueAt, "blob");
  }
  for (const match of line.matchAll(/name["']?\s*:\s*["']?([\w.-]+)["']?\s*,\s*["']?value["']?\s*:\s*("[^"]*"|'[^']*'|[^,}\s]+)/g)) {
    if (namesSecret(match[1])) yield* give(match[1], match[2], match.index + match[0].length - match[2].length);
  }
  for (const match of line.matchAll(/(?<![\w-])([\w-]+)=("[^"]*"|'[^']*'|[^\s"',;&|)\]}]+)/g)) {
    const name = match[1].replace(/^[^A-Za-z]+/, "");
    if (namesSecret(name)) yield* give(name, match[2], match.index + match[0].length - match[2].length);
  }
}

/** `name:` of the same item as this `value:`, which stands beside it. */
function nameBeside(lines, index, column) {
  for (const at of [index - 1, index + 1, index - 2]) {
    const key = keyOf(lines[at] ?? "");
    if (key?.column === column && key.name === "name") return unquoted(key.value.replace(/,$/, "")).text;
  }
  return "";
}

// -- lines -----------------------------------------------------------------------------------------------------------------------

/** `{ name, value, column, valueAt }` of a line that has a key; null for others. */
function keyOf(line) {
  const match = KEY_LINE.exec(line.trimEnd());
  if (!match) return null;
  const [, before, , name, value = ""] = match;
  return { name, value, column: before.length, valueAt: value ? line.trimEnd().length - value.length : line.length };
}

function columnOf(line) {
  return line.length - line.trimStart().length;
}

function unquoted(value) {
  const quoted = /^(["'])(.*)\1$/.exec(value);
  return quoted ? { start: 1, text: quoted[2] } : { start: 0, text: value };
}

function isBlob(value) {
  if (value.length < LONG_BASE64 || !/^[A-Za-z0-9+/_-]+={0,2}$/.test(value)) return false;
  // A digest is hexadecimal; a certificate is there to be shown.
  return /[A-Z]/.test(value) && /[a-z]/.test(value) && /[0-9]/.test(value) && !/^-----BEGIN CERTIFICATE/.test(fromBase64(value));
}

function fromBase64(value) {
  try {
    return atob(value.replace(/-/g, "+").replace(/_/g, "/")).trim();
  } catch {
    return value;
  }
}
