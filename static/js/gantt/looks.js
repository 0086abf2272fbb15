/**
 * Which bars of a frame look alike? By state, and whether it is a block of small ones: { family, pattern }, and the rectangles of this frame. They are kept
 * from frame to frame, so that a frame makes no objects.
 */

/** A bar that is wider has round corners. */
const ROUND_ABOVE_PX = 6;
const RADIUS_PX = 2;

/** @returns {(state: string, merged: number) => object} with `add(x, y, width, height)`, `eachPath(ctx, paint)` and `count`, which the painter sets back to 0 */
export function createLooks(palette) {
  const byKey = new Map();
  const byState = [new Map(), new Map()];

  return function lookOf(state, merged) {
    const known = byState[merged ? 1 : 0];
    let look = known.get(state);
    if (!look) {
      const { family, pattern } = palette.state(state);
      const shown = merged ? "merged" : pattern;
      const key = `${family.name}/${shown}`;
      if (!byKey.has(key)) byKey.set(key, createLook(family, shown));
      look = byKey.get(key);
      known.set(state, look);
    }
    return look;
  };
}

function createLook(family, pattern) {
  let boxes = new Float64Array(256);
  return {
    family,
    pattern,
    count: 0,

    add(x, y, width, height) {
      const at = this.count * 4;
      if (at === boxes.length) {
        const larger = new Float64Array(boxes.length * 2);
        larger.set(boxes);
        boxes = larger;
      }
      boxes[at] = x;
      boxes[at + 1] = y;
      boxes[at + 2] = width;
      boxes[at + 3] = height;
      this.count += 1;
    },

    /** Paint them, a path for the bars of a row. */
    eachPath(ctx, paint) {
      let y = NaN;
      ctx.beginPath();
      for (let at = 0; at < this.count * 4; at += 4) {
        if (at && boxes[at + 1] !== y) {
          paint();
          ctx.beginPath();
        }
        y = boxes[at + 1];
        if (boxes[at + 2] > ROUND_ABOVE_PX) ctx.roundRect(boxes[at], y, boxes[at + 2], boxes[at + 3], RADIUS_PX);
        else ctx.rect(boxes[at], y, boxes[at + 2], boxes[at + 3]);
      }
      paint();
    },
  };
}
