/**
 * Where in its document does the cursor stand? The path of keys and list items to it, whether a key or a value is written there, and which keys are there
 * already. By indentation and brackets, line by line: the text is unfinished while somebody writes, so there is nothing to parse. Pure.
 */

import { documentAt, documentsOf } from "./documents.js";

/** A step of a path that goes into a list. */
export const ITEM = "[]";

const WORD = /^[\w./-]*$/;
const WORD_CHARACTER = /[\w./-]/;

/**
 * @typedef {object} Place
 * @property {string} kind           of the document
 * @property {string[]} path         to the map in which a key is written, or to the value
 * @property {"key"|"value"} what
 * @property {Set<string>} siblings  the other keys of that map, before and after the cursor
 * @property {number} from           where the word under the cursor begins; a quote before it is not part of it
 * @property {number} to             where it ends, its closing quote included
 * @property {number} column         of that word, from 0
 * @property {string} quote          the quote before it, or one that it needs because all keys around have one
 * @property {boolean} isOpen        the quote is there already
 * @property {boolean} isFlow        in braces or brackets
 * @property {boolean} hasColon      there is one behind the word
 */

/** @returns {Place|null} null in comments, in the text of block scalars, and where no word can stand */
export function placeAt(text, offset) {
  const own = documentAt(documentsOf(text), offset);
  const scan = createScan(text, offset);
  for (let start = own?.from ?? 0; start <= (own?.to ?? text.length); ) {
    const end = endOfLine(text, start);
    if (start === own?.to && end !== offset) break;
    scan.line(start, end);
    start = end + 1;
  }
  return scan.found && { kind: own?.kind ?? "", ...scan.found };
}

function endOfLine(text, from) {
  const newline = text.indexOf("\n", from);
  const end = newline < 0 ? text.length : newline;
  return text[end - 1] === "\r" && end > from ? end - 1 : end;
}

function createScan(text, offset) {
  /** From the outside to where the scan is: `{column, list, key, keys}`. */
  const frames = [];
  /** The same in brackets: `{open, key, keys, inValue, done, quoted}`. */
  const flow = [];
  /** Lines that are indented further than this are the text of a block scalar. */
  let scalarColumn = -1;
  let inScalar = false;
  /** The quote of a scalar that goes on in the next line. */
  let openQuote = "";
  const scan = { found: null, line };
  return scan;

  function line(start, end) {
    const here = offset >= start && offset <= end;
    const raw = text.slice(start, end);
    let column = raw.length - raw.trimStart().length;
    if (inScalar && (column > scalarColumn || !raw.trim())) return;
    inScalar = false;
    if (openQuote) return closeQuote(start, end);
    if (flow.length) return brackets(start, end);
    const isMarker = /^---(\s|$)/.test(raw);
    if (here && isMarker && offset <= start + 3) return;
    if (isMarker) column = /^---\s*/.exec(raw)[0].length;
    // The cursor stands in the space before the words of a line.
    if (here && offset < start + column && raw.trim()) return;
    if (!raw.trim()) {
      if (here) key(offset - start, { from: offset, to: offset, hasColon: false });
      return;
    }
    for (let dash; (dash = /^-(\s+|$)/.exec(raw.slice(column))); column += dash[0].length) {
      leave(column, true);
      if (!frames.at(-1)?.list || frames.at(-1).column !== column) frames.push({ column, list: true });
      if (here && (offset < start + column + dash[0].length || dash[0] === "-")) return;
    }
    content(start, end, column, here);
  }

  /** What stands behind the indentation and the dashes. */
  function content(start, end, column, here) {
    const rest = text.slice(start + column, end);
    if (rest.startsWith("#")) return;
    const colon = colonOf(rest);
    if (colon < 0) {
      if (here && WORD.test(rest)) key(column, { from: start + column, to: end, hasColon: false });
      return value(start + column, end, frames.at(-1)?.column ?? -1);
    }
    leave(column, false);
    if (frames.at(-1)?.column !== column) frames.push({ column, list: false, key: "", keys: new Set() });
    const frame = frames.at(-1);
    const name = unquoted(rest.slice(0, colon).trim());
    const quote = /^["']/.exec(rest)?.[0] ?? "";
    frame.key = name;
    if (here && offset <= start + column + colon) return found("key", frames.slice(0, -1), frame.keys, { from: start + column + quote.length, to: start + column + colon, column, quote, hasColon: true });
    frame.keys.add(name);
    const gap = /^\s*(?:[&!]\S*\s+)*/.exec(rest.slice(colon + 1))[0].length;
    const at = start + column + colon + 1 + gap;
    if (here && gap && offset >= at - gap + 1) scalar(at, end, frames);
    value(at, end, column);
  }

  /** A value that may go on in the lines below. */
  function value(at, end, column) {
    const first = text[at];
    if ((first === "{" || first === "[") && at < end) return brackets(at, end);
    if (/^[|>][-+0-9]*\s*(#.*)?$/.test(text.slice(at, end))) [inScalar, scalarColumn] = [true, column];
    else if ((first === '"' || first === "'") && !closedBy(text.slice(at + 1, end), first)) openQuote = first;
  }

  /** Is a single word being written as a value? */
  function scalar(at, end, around) {
    const written = text.slice(at, end).replace(/(?<!\s)\s+(#.*)?$/, "");
    const quote = /^["']/.exec(written)?.[0] ?? "";
    const bare = quote ? written.slice(1).replace(new RegExp(`${quote}$`), "") : written;
    const from = Math.min(at, offset);
    if (offset > at + written.length + (written ? 0 : end - at) || !WORD.test(bare)) return;
    found("value", around, new Set(), { from: from + (written ? quote.length : 0), to: written ? at + written.length : offset, column: 0, quote, hasColon: false });
  }

  function key(column, word) {
    leave(column, false);
    const top = frames.at(-1);
    if (!top || top.list || top.column < column) frames.push({ column, list: false, key: "", keys: new Set() });
    found("key", frames.slice(0, -1), frames.at(-1).keys, { ...word, column, quote: "" });
  }

  /** Close what does not reach to this column; a dash may stand as far left as the key of its list. */
  function leave(column, isDash) {
    while (frames.length && (frames.at(-1).column > column || (frames.at(-1).column === column && frames.at(-1).list && !isDash))) frames.pop();
  }

  function found(what, around, siblings, word) {
    scan.found ??= { what, path: around.map((frame) => (frame.list ? ITEM : frame.key)), siblings, isFlow: false, isOpen: word.quote !== "", ...word };
  }

  // -- in brackets -----------------------------------------------------------------------------------------------------------------

  function brackets(start, end) {
    for (let at = start; at < end || (at === end && flow.length && offset === end); at += 1) {
      const character = at < end ? text[at] : "";
      const top = flow.at(-1);
      if (character === "#" && /\s/.test(text[at - 1] ?? " ")) return;
      const isWord = character && !/[\s{}[\],:]/.test(character);
      if (offset === at && top && !isWord && !top.done) inFlow(at, at, "");
      if (at >= end) return;
      if (character === "{" || character === "[") flow.push({ open: character, key: "", keys: new Set(), inValue: character === "[", done: false, quoted: false });
      else if (character === "}" || character === "]") {
        flow.pop();
        if (!flow.length) return;
        flow.at(-1).done = true;
      } else if (character === ",") Object.assign(top, { key: "", inValue: top.open === "[", done: false });
      else if (character === ":") Object.assign(top, { inValue: true, done: false });
      else if (isWord) at = word(at, end) - 1;
    }
  }

  /** A key or a value in brackets. @returns where it ends */
  function word(at, end) {
    const top = flow.at(-1);
    const quote = /["']/.test(text[at]) ? text[at] : "";
    const to = quote ? endOfQuoted(at, end, quote) : at + /^(?:[^\s{}[\],:#]|:(?=[^\s{}[\],])|[ \t]+(?=[^\s{}[\],:#])|#)+/.exec(text.slice(at, end))[0].length;
    const isKey = top.open === "{" && !top.inValue;
    const here = offset > at - (quote ? 0 : 1) && offset <= to;
    if (here) {
      const from = at + quote.length;
      let until = offset;
      while (until < to && WORD_CHARACTER.test(text[until])) until += 1;
      if (WORD.test(text.slice(from, Math.min(offset, until)))) inFlow(from, text[until] === quote && until < to ? until + 1 : until, quote);
    }
    if (isKey) {
      top.key = unquoted(text.slice(at, to));
      if (!here) top.keys.add(top.key);
    }
    top.quoted ||= isKey && quote === '"';
    top.done = true;
    return to;
  }

  function endOfQuoted(at, end, quote) {
    const length = closedBy(text.slice(at + 1, end), quote);
    return length ? at + 1 + length : end;
  }

  function inFlow(from, to, quote) {
    const top = flow.at(-1);
    const isKey = top.open === "{" && !top.inValue;
    const inside = flow.slice(0, isKey ? -1 : undefined).map((frame) => (frame.open === "[" ? ITEM : frame.key));
    const outside = frames.map((frame) => (frame.list ? ITEM : frame.key));
    const needed = isKey && flow.some((frame) => frame.quoted) ? '"' : "";
    const hasColon = isKey && /^\s*:/.test(text.slice(to, to + 20));
    scan.found ??= { what: isKey ? "key" : "value", path: [...outside, ...inside], siblings: top.keys, from, to, column: 0, quote: quote || needed, isOpen: Boolean(quote), isFlow: true, hasColon };
  }

  function closeQuote(start, end) {
    const length = closedBy(text.slice(start, end), openQuote);
    if (!length) return;
    openQuote = "";
    if (flow.length) brackets(start + length, end);
  }
}

/** How many characters until a quote is closed, itself included; 0 if it is not. */
function closedBy(text, quote) {
  const found = (quote === '"' ? /^[^"\\]*(?:\\.[^"\\]*)*"/ : /^[^']*(?:''[^']*)*'/).exec(text);
  return found ? found[0].length : 0;
}

/** Where the colon behind the key of a line stands; -1 if there is none. */
function colonOf(rest) {
  if (/^[{[|>]/.test(rest)) return -1;
  const quoted = /^["']/.test(rest) ? closedBy(rest.slice(1), rest[0]) + 1 : 0;
  if (/^["']/.test(rest) && quoted === 1) return -1;
  const colon = /^[^]*?:(?=\s|$)/.exec(rest.slice(quoted));
  if (!colon || / #/.test(colon[0]) || (quoted && colon[0].trim() !== ":")) return -1;
  return quoted + colon[0].length - 1;
}

function unquoted(text) {
  return text.replace(/^(["'])([^]*)\1$/, "$2");
}
