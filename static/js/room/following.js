/**
 * What of the room's state holds for this page now? One follows, or roams and comes back, or drives; the room's clock is counted on from when it was heard. Pure: the
 * time of this computer is an argument, and only differences of it count, so nobody needs the server's time of day.
 */

import { t, tn } from "../text/translate.js";

/** A follower's clock that is so far from the room's is put right; frames come and go by less. In seconds of the reader's time. */
const DRIFT_S = 0.4;

export const PHASES = ["read", "asked", "locked", "revealed"];

export function createFollowing() {
  return {
    room: null,
    me: null,
    /** The room's state as the server says it; null before the first welcome. */
    state: null,
    /** When its clock was heard, by the clock of this computer. */
    heardMs: 0,
    roaming: false,
    /** The step and its phase at which one began to roam. */
    left: null,
    ended: false,
    here: 0,
    /** Nickname of who drives; null: the teacher. */
    driver: null,
    /** Step -> own answer. */
    answers: {},
    /** Step -> what the class answered. */
    histograms: {},
    /** Step -> the phase in which this page has seen it last. */
    phases: {},
  };
}

/** Has another class begun? A driver never sets who drives; whoever begins anew sets everything. */
export function isReset([kind, , part]) {
  return kind === "set" && "driver" in part && "step" in part;
}

/**
 * Take a message of the room's socket.
 *
 * @returns {string[]} what a reader who does not see the page is told of it
 */
export function receive(following, [kind, first, second], nowMs) {
  const before = snapshot(following);
  switch (kind) {
    case "welcome":
      Object.assign(following, { room: first.room, me: first.me, state: first.state, heardMs: nowMs, answers: first.answers ?? {}, histograms: first.histograms ?? {}, phases: {} });
      break;
    case "set":
      // A repeated or late one changes nothing; after a welcome everything before it is known.
      if (!following.state || first <= following.state.seq) return [];
      if (isReset([kind, first, second])) Object.assign(following, { answers: {}, histograms: {}, phases: {} });
      following.state = { ...following.state, ...second, seq: first };
      if (second.clock) following.heardMs = nowMs;
      break;
    case "answered":
      following.answers = { ...following.answers, [first]: second };
      break;
    case "histogram":
      following.histograms = { ...following.histograms, [first]: second };
      break;
    case "people":
      Object.assign(following, { here: first.here, driver: first.driver });
      break;
    case "end":
      following.ended = true;
      break;
  }
  if (following.state) following.phases = { ...following.phases, [following.state.step]: following.state.phase };
  // Whoever gets the wheel drives from where the room is.
  if (isDriver(following)) following.roaming = false;
  return saidOf(before, snapshot(following));
}

export function isTeacher({ me }) {
  return me?.role === "teacher";
}

/** Does this page move the others? */
export function isDriver({ me, state, ended }) {
  if (!me || !state || ended) return false;
  return state.driver === null ? me.role === "teacher" : state.driver === me.person;
}

/** Does the room move this page? */
export function isFollowing(following) {
  return Boolean(following.state) && !following.ended && !following.roaming && !isDriver(following);
}

/** The reader did something of their own. @returns {boolean} whether that is news */
export function roam(following) {
  if (!isFollowing(following)) return false;
  const { step, phase } = following.state;
  Object.assign(following, { roaming: true, left: { step, phase } });
  return true;
}

/** Which step does the slide show, and in which phase? Whoever roams keeps theirs: it goes on, but no new question is put on a chart that is their own. */
export function slideOf({ state, roaming, left, phases }) {
  if (!roaming) return { step: state.step, phase: state.phase };
  return left.phase === "read" ? left : { step: left.step, phase: phases[left.step] ?? left.phase };
}

/** Is the class asked something that this page, which roams, does not show? */
export function missesQuestion(following) {
  const { state, roaming, answers, ended } = following;
  if (!roaming || ended || state.phase !== "asked" || answers[state.step] !== undefined) return false;
  const slide = slideOf(following);
  return slide.step !== state.step || slide.phase !== "asked";
}

/** Back to the room. @returns {boolean} whether that is news */
export function comeBack(following) {
  const was = following.roaming && !following.ended;
  if (was) following.roaming = false;
  return was;
}

// -- the room's clock ------------------------------------------------------------------------------------------------------------

/** Where the room's clock is: { atS, speed, playing }. At full speed it is wherever the run's end is: Infinity. */
export function clockOf({ state, heardMs }, nowMs) {
  const { at_s: atS, speed, playing, age_ms: ageMs } = state.clock;
  const pace = speed ?? Infinity;
  if (!playing) return { atS, speed: pace, playing };
  const elapsedS = Math.max(0, (ageMs ?? 0) + nowMs - heardMs) / 1000;
  return { atS: pace === Infinity ? Infinity : atS + elapsedS * pace, speed: pace, playing };
}

/** Up to where has the room seen the run? What comes after it is no follower's to see. Before anybody has driven it has seen nothing. */
export function seenUntilS(following, nowMs) {
  return Math.max(following.state.shown_until_s ?? 0, clockOf(following, nowMs).atS);
}

/** What a page that follows shows now. */
export function wishOf(following, nowMs) {
  const { step, phase, run, selected, lens } = following.state;
  const at = selected && { row: selected.row, atS: selected.at_s };
  return { step, phase, run: run?.id ?? null, clock: clockOf(following, nowMs), untilS: seenUntilS(following, nowMs), selected: at, lens };
}

/**
 * What has to be done to a page that shows `shown`, so that it shows `wish`?
 *
 * @param {object|null} shown the wish that was carried out last; null: nothing, or somebody has touched the page since
 * @returns {{run: boolean, clock: boolean, selected: boolean, lens: boolean}}
 */
export function differences(shown, wish) {
  const run = !shown || shown.step !== wish.step || shown.run !== wish.run;
  return {
    run,
    clock: run || shown.clock.speed !== wish.clock.speed || shown.clock.playing !== wish.clock.playing || (!wish.clock.playing && shown.clock.atS !== wish.clock.atS),
    selected: run || shown.selected?.row !== wish.selected?.row || shown.selected?.atS !== wish.selected?.atS,
    lens: !shown || shown.lens !== wish.lens,
  };
}

/** Is the page's clock so far from the room's that it has to be put right? Each { atS, speed, playing }; `endS`: neither goes beyond. */
export function hasDrifted(clock, wanted, endS = Infinity) {
  if (!wanted.playing) return clock.atS !== Math.min(wanted.atS, endS);
  const wantedS = Math.min(wanted.atS, endS);
  if (wantedS === endS && clock.atS >= endS) return false;
  if (wanted.speed === Infinity) return clock.speed !== Infinity && clock.atS < endS;
  return Math.abs(clock.atS - wantedS) > DRIFT_S * wanted.speed;
}

// -- in words --------------------------------------------------------------------------------------------------------------------

function snapshot(following) {
  const { state, ended, here } = following;
  return { step: state?.step, phase: state?.phase, poll: state?.poll?.id, run: state?.run?.id, drives: isDriver(following), driver: state?.driver, ended, here, isKnown: state !== null };
}

/** What is said of a change, to those who cannot see it. Each scrub is not. */
function saidOf(before, after) {
  if (after.ended && !before.ended) return [t("The class is over. This page stays as it is, and nobody moves it any more.")];
  if (!before.isKnown) return after.isKnown ? [after.drives ? t("You are in the room, and you drive.") : t("You are in the room, and you follow.")] : [];
  const said = [];
  if (after.drives !== before.drives) said.push(after.drives ? t("You drive now: what you do moves everyone who follows.") : t("You no longer drive."));
  else if (after.driver !== before.driver) said.push(t("Somebody else drives now."));
  if (after.step !== before.step) said.push(t("The room goes on to step {number}.", { number: after.step + 1 }));
  if (after.run !== before.run && after.step === before.step) said.push(t("The room shows another run."));
  if (after.phase !== before.phase || (after.step !== before.step && after.phase !== "read")) said.push(phaseWords(after.phase));
  return said.filter(Boolean);
}

export function phaseWords(phase) {
  switch (phase) {
    case "asked":
      return t("There is a question: answer it before it is locked.");
    case "locked":
      return t("Answers are locked.");
    case "revealed":
      return t("The answer is shown.");
  }
  return "";
}

/** `BCD FGH`: as it is read out. */
export function spoken(code) {
  return `${code.slice(0, 3)} ${code.slice(3)}`;
}

/** How many are in the room. */
export function hereWords(here) {
  return tn("1 person here", "{count} people here", here);
}
