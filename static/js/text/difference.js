/** What has to be replaced in one text to make another of it? Everything between what both begin with and what both end with. Pure. */

/** @returns {{from: number, to: number, insert: string}} places in `before` */
export function differenceOf(before, after) {
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before[start] === after[start]) start += 1;
  let end = 0;
  while (end < most - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end += 1;
  return { from: start, to: before.length - end, insert: after.slice(start, after.length - end) };
}
