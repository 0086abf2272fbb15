/**
 * How deep is a text nested? The colours of the editor come from a parser whose recursion overflows on what nobody writes by hand: a hundred thousand open
 * brackets, for one. Such a text is shown without colours. Pure.
 */

/** The server refuses less. */
export const DEEPEST_COLOURED = 300;

const OPEN = 91; // [
const CLOSE = 93; // ]
const OPEN_MAP = 123; // {
const CLOSE_MAP = 125; // }
const DASH = 45; // -
const QUESTION = 63; // ?
const SPACE = 32;
const NEWLINE = 10;

/** The most brackets that are open at once, or the most `- ` and `? ` in a row, whichever is more. Quotes are not looked at: it may only be too much. */
export function deepest(text) {
  let most = 0;
  let open = 0;
  let run = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === OPEN || code === OPEN_MAP) open += 1;
    else if ((code === CLOSE || code === CLOSE_MAP) && open > 0) open -= 1;
    if (code === DASH || code === QUESTION) run += 1;
    else if (code !== SPACE || text.charCodeAt(index - 1) === NEWLINE) run = 0;
    most = Math.max(most, open, run);
  }
  return most;
}
