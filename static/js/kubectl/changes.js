/** Which lines of a text are new since the last one? Pure. */

/** Pairs of lines beyond which a table of all would take too long. */
const MOST_PAIRS = 250_000;

/** An age that goes on is no news, nor is a column that became wider: `12s (x3 over 40s)` and `15s (x3 over 43s)` say the same. */
export function meaningOf(line) {
  return line.replace(/\b\d+[ydhms](?:\d+[dhms])?\b/g, "…").replace(/\s+/g, " ").trim();
}

/**
 * The indexes of the lines of `after` that are not in the longest text that both have in common.
 *
 * @param {string[]} before
 * @param {string[]} after
 * @returns {Set<number>}
 */
export function changedLines(before, after) {
  let first = 0;
  while (first < Math.min(before.length, after.length) && before[first] === after[first]) first += 1;
  let [beforeEnd, afterEnd] = [before.length, after.length];
  while (beforeEnd > first && afterEnd > first && before[beforeEnd - 1] === after[afterEnd - 1]) {
    beforeEnd -= 1;
    afterEnd -= 1;
  }
  const [old, fresh] = [before.slice(first, beforeEnd), after.slice(first, afterEnd)];
  const same = old.length * fresh.length > MOST_PAIRS ? known(old, fresh) : common(old, fresh);
  return new Set(fresh.map((_, index) => index).filter((index) => !same.has(index)).map((index) => index + first));
}

function known(old, fresh) {
  const lines = new Set(old);
  return new Set(fresh.map((_, index) => index).filter((index) => lines.has(fresh[index])));
}

/** The indexes of `fresh` in a longest common subsequence. */
function common(old, fresh) {
  const width = fresh.length + 1;
  const lengths = new Uint16Array((old.length + 1) * width);
  for (let i = old.length - 1; i >= 0; i -= 1) {
    for (let j = fresh.length - 1; j >= 0; j -= 1) {
      lengths[i * width + j] = old[i] === fresh[j] ? lengths[(i + 1) * width + j + 1] + 1 : Math.max(lengths[(i + 1) * width + j], lengths[i * width + j + 1]);
    }
  }
  const found = new Set();
  for (let i = 0, j = 0; i < old.length && j < fresh.length; ) {
    if (old[i] === fresh[j]) {
      found.add(j);
      i += 1;
      j += 1;
    } else if (lengths[(i + 1) * width + j] >= lengths[i * width + j + 1]) i += 1;
    else j += 1;
  }
  return found;
}
