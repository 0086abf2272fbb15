/**
 * Where is somebody in a lesson, what have they answered, and how well? An answer that is locked stays: that is what makes it a prediction. Pure; what is kept is
 * plain data, and the page says where.
 *
 * A step with a question is *asked*, then *locked*, then *revealed*; one without is *read*.
 */

import { isAnswer, isRight } from "./scoring.js";

/**
 * @typedef {object} Kept
 * @property {string} of  which lesson, and which version of its questions
 * @property {number} step
 * @property {number} furthest
 * @property {Object<number, *>} answers  of the steps that are locked
 * @property {number[]} revealed
 * @property {boolean} ended
 */

/** Two packs with the same questions and the same answers have the same mark. */
export function markOf({ name, steps }) {
  const text = JSON.stringify([name, ...steps.map(({ ask }) => ask && [ask.kind, ask.question, ask.options, ask.items, ask.answer, ask.answer_s, ask.goals])]);
  let hash = 0;
  for (let index = 0; index < text.length; index += 1) hash = (Math.imul(hash, 31) + text.charCodeAt(index)) | 0;
  return `${steps.length}.${(hash >>> 0).toString(36)}`;
}

/**
 * @param {object} pack
 * @param {Kept|null} [kept]  what `kept()` gave before; of another version of the lesson it counts as nothing
 */
export function createCourse(pack, kept = null) {
  const mark = markOf(pack);
  const count = pack.steps.length;
  let state = start();
  if (kept?.of === mark) take(kept);

  function start() {
    return { step: 0, furthest: 0, answers: {}, revealed: new Set(), ended: false };
  }

  function take({ step, furthest, answers, revealed, ended }) {
    const inside = (index) => Number.isInteger(index) && index >= 0 && index < count;
    for (const [key, answer] of Object.entries(answers ?? {})) {
      const { ask } = pack.steps[key] ?? {};
      if (ask && isAnswer(ask, answer)) state.answers[key] = answer;
    }
    for (const index of revealed ?? []) if (index in state.answers) state.revealed.add(index);
    // As far as one can come: no question is passed over.
    while (state.furthest < count - 1 && isDone(state.furthest) && state.furthest < furthest) state.furthest += 1;
    state.step = inside(step) ? Math.min(step, state.furthest) : 0;
    state.ended = ended === true && state.furthest === count - 1 && isDone(count - 1);
  }

  function phaseOf(index) {
    if (!pack.steps[index].ask) return "read";
    if (!(index in state.answers)) return "asked";
    return state.revealed.has(index) ? "revealed" : "locked";
  }

  function isDone(index) {
    return ["read", "revealed"].includes(phaseOf(index));
  }

  return {
    get step() {
      return state.step;
    },
    get furthest() {
      return state.furthest;
    },
    /** The last step is behind one. */
    get ended() {
      return state.ended;
    },
    get phase() {
      return phaseOf(state.step);
    },
    phaseOf,
    /** Of a step whose answer is locked; null else. */
    answerOf: (index) => state.answers[index] ?? null,
    get canGoOn() {
      return isDone(state.step);
    },

    /** @returns {boolean} whether it was taken: a locked one stays */
    lock(answer) {
      const { ask } = pack.steps[state.step];
      if (phaseOf(state.step) !== "asked" || !isAnswer(ask, answer)) return false;
      state.answers[state.step] = answer;
      return true;
    },
    reveal() {
      if (phaseOf(state.step) === "locked") state.revealed.add(state.step);
    },
    next() {
      if (!isDone(state.step)) return;
      if (state.step === count - 1) state.ended = true;
      else state.step += 1;
      state.furthest = Math.max(state.furthest, state.step);
    },
    /** To a step that one has come to before. */
    goTo(index) {
      if (index < 0 || index > state.furthest) return;
      state.step = index;
      state.ended = false;
    },
    reset() {
      state = start();
    },

    /** One entry a question: { step, title, right }; right is null before its answer is revealed. */
    results() {
      return pack.steps.flatMap(({ ask, title }, step) => (ask ? [{ step, title, right: phaseOf(step) === "revealed" ? isRight(ask, state.answers[step]) : null }] : []));
    },
    score() {
      const results = this.results();
      return { right: results.filter(({ right }) => right).length, asked: results.length };
    },

    /** @returns {Kept} */
    kept: () => ({ of: mark, step: state.step, furthest: state.furthest, answers: { ...state.answers }, revealed: [...state.revealed], ended: state.ended }),
  };
}
