/**
 * Is an answer right, and what does the chart show of it? Answers are plain data: the chosen options, counted from 1; the items in their order, counted from 0; an
 * instant in seconds; whether all goals were reached. Pure.
 */

import { t } from "../text/translate.js";

/** Of a pattern, what is no field of a record. */
const CHOICE = new Set(["nth", "last"]);
/** Pictures of the proof that a chart can bear. */
const MOST_PROOFS = 4;

/** A field's value as the trace writes it. */
function written(value) {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Does a record have these values? Compared as they are written; the same rule as the server's (nodeviz/classroom/patterns.py). */
export function matches(pattern, record) {
  return Object.entries(pattern).every(([name, value]) => CHOICE.has(name) || (name in record && written(record[name]) === written(value)));
}

/** The record that a pattern means: the first that matches, the `nth` (counted from 1) or the `last`; null without one. */
export function recordOf(pattern, records) {
  if (pattern.last) return records.findLast((record) => matches(pattern, record)) ?? null;
  let left = pattern.nth ?? 1;
  for (const record of records) {
    if (!matches(pattern, record)) continue;
    left -= 1;
    if (left === 0) return record;
  }
  return null;
}

/**
 * Which goals does a run reach? What must not happen, and what is to be the last of its kind, is known at the end only.
 *
 * @param {Array<{of?: object, before_s?: number|null, absent?: object}>} goals
 * @param {object[]} records
 * @param {boolean} isOver  no more records will come
 * @returns {boolean[]}
 */
export function goalsReached(goals, records, isOver) {
  return goals.map(({ of: wanted, before_s: beforeS = null, absent = null }) => {
    if (absent) return isOver && recordOf(absent, records) === null;
    if (wanted.last && !isOver) return false;
    const record = recordOf(wanted, records);
    return record !== null && (beforeS === null || record.t < beforeS);
  });
}

/** How far beyond a step's end the axis reaches while a moment is asked for, so that the end of the axis says nothing. */
const REACH = 1.3;

/** The last instant that can be picked at a step. */
export function reachOf({ until_s: untilS, stop_s: stopS }) {
  return Math.max(untilS ?? 0, 2 * (stopS ?? 0), 1) * REACH;
}

/** Do several options have to be chosen? Of a poll nobody knows. */
export function isMany({ answer }) {
  return (answer?.length ?? 0) > 1;
}

export function isRight(ask, answer) {
  switch (ask.kind) {
    case "choose":
      return [...answer].sort().join() === [...ask.answer].sort().join();
    case "order":
      return answer.join() === ask.answer.join();
    case "moment":
      // To the millisecond, as instants are.
      return Math.abs(answer - ask.answer_s) <= ask.tolerance_s + 0.0005;
    default:
      return answer.reached;
  }
}

/** Is it an answer to this question at all? What was kept may be of a question that has been rewritten. */
export function isAnswer(ask, answer) {
  switch (ask.kind) {
    case "choose":
      return Array.isArray(answer) && answer.length > 0 && answer.every((option) => Number.isInteger(option) && option >= 1 && option <= ask.options.length);
    case "order":
      return Array.isArray(answer) && [...answer].sort((a, b) => a - b).join() === ask.items.map((_, index) => index).join();
    case "moment":
      return Number.isFinite(answer) && answer >= 0;
    default:
      return typeof answer?.reached === "boolean";
  }
}

/**
 * Own answer and truth as flags of the chart, see gantt/flags.js. A choice has no instant of its own: it stands where it was made, at the step's stop.
 *
 * @param {object} step  of the pack
 * @param {*} answer  null: only the truth
 */
export function flagsOf({ ask, stop_s: stopS }, answer) {
  switch (ask?.kind) {
    case "choose": {
      const said = answer?.map((option) => ask.options[option - 1]).join(", ");
      const proofs = ask.proof.slice(0, MOST_PROOFS).map(({ t: atS, row }, index, { length }) => ({ atS, row, kind: "truth", label: length > 1 ? t("Proof {number}", { number: index + 1 }) : t("The proof") }));
      return answer ? [{ atS: stopS, kind: "mine", label: t("You: {answer}", { answer: said }) }, ...proofs] : proofs;
    }
    case "order":
      return ask.answer.map((item, index) => {
        const mine = answer ? answer.indexOf(item) : index;
        const label = `${index + 1}. ${ask.items[item].label}`;
        const place = { atS: ask.times_s[index], row: ask.items[item].row };
        return mine === index ? { ...place, kind: "truth", label } : { ...place, kind: "mine", label: t("{label} (you: {number})", { label, number: mine + 1 }) };
      });
    case "moment": {
      const truth = { atS: ask.answer_s, row: ask.row, kind: "truth", label: t("True") };
      return answer === null ? [truth] : [{ atS: answer, kind: "mine", label: t("You") }, truth];
    }
    default:
      return [];
  }
}
