/** Which texts stand in a module, and in the brackets of which call? A lexer that knows strings, templates, comments and regular expressions; enough for ours. */

/** What may stand before a regular expression; after anything else a slash divides. */
const BEFORE_PATTERN = /^(?:[=(,:[!&|?{};>]|return|)$/;

/**
 * @param {string} source
 * @returns {Array<{text: string, call: string, key: string, line: number}>} a template has `${}` for each value; `call`: the function whose brackets are the
 *   innermost around it; `key`: the attribute of which it is the value
 */
export function literalsOf(source) {
  const found = [];
  const calls = [];
  let at = 0;
  let before = "";

  function take(text, start) {
    const key = /([\w-]+)"?:\s*$/.exec(source.slice(Math.max(0, start - 60), start))?.[1] ?? "";
    found.push({ text, call: calls.at(-1) ?? "", key, line: source.slice(0, start).split("\n").length });
    before = "text";
  }

  function string(quote) {
    const start = at;
    at += 1;
    while (source[at] !== quote) at += source[at] === "\\" ? 2 : 1;
    at += 1;
    take(source.slice(start + 1, at - 1), start);
  }

  function template() {
    const start = at;
    let text = "";
    at += 1;
    while (source[at] !== "`") {
      if (source.startsWith("${", at)) {
        at += 2;
        text += "${}";
        code(true);
      } else {
        const length = source[at] === "\\" ? 2 : 1;
        text += source.slice(at, at + length);
        at += length;
      }
    }
    at += 1;
    take(text, start);
  }

  function pattern() {
    let inClass = false;
    for (at += 1; inClass || source[at] !== "/"; at += 1) {
      if (source[at] === "\\") at += 1;
      else if (source[at] === "[") inClass = true;
      else if (source[at] === "]") inClass = false;
    }
    at += 1;
    before = "text";
  }

  /** Until the end, or until the brace that closes a template's value. */
  function code(inTemplate) {
    let depth = 0;
    while (at < source.length) {
      const sign = source[at];
      const word = /^[\w$]+/.exec(source.slice(at, at + 60))?.[0];
      if (source.startsWith("/*", at)) at = source.indexOf("*/", at) + 2;
      else if (source.startsWith("//", at)) at = source.indexOf("\n", at);
      else if (sign === '"' || sign === "'") string(sign);
      else if (sign === "`") template();
      else if (sign === "/" && BEFORE_PATTERN.test(before)) pattern();
      else if (word) [at, before] = [at + word.length, word];
      else {
        if (sign === "(") calls.push(/[\w$]*$/.exec(source.slice(Math.max(0, at - 60), at))[0]);
        if (sign === ")") calls.pop();
        if (sign === "{") depth += 1;
        if (sign === "}") depth -= 1;
        at += 1;
        if (depth < 0 && inTemplate) return;
        if (sign.trim()) before = sign;
      }
    }
  }

  code(false);
  return found;
}
