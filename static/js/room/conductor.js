/**
 * How does what the room shows get onto the stage, and what the reader does on it into the room? Whoever follows is moved; whoever touches something roams and is left
 * alone; what the driver touches is told to the room. The driver's page is moved like the others', by whatever it did not do itself: a slide, a second window of the
 * teacher, a clock that went on while its tab slept.
 */

import { clockPart, createDriving, round, selectedPart } from "./driving.js";
import { clockOf, comeBack, differences, hasDrifted, isDriver, isFollowing, roam, seenUntilS, wishOf } from "./following.js";
import { limitOf } from "./slides.js";

/**
 * @param {object} parts
 * @param {object} parts.stage      see pages/stage.js
 * @param {object} parts.following  see following.js
 * @param {Array} parts.steps       of the lesson's pack; empty without a lesson
 * @param {Array} parts.runs        of the pack
 * @param {{id: string, text: string}|null} parts.own  the run of a room without a lesson
 * @param {(part: object) => boolean} parts.send  drive
 * @param {() => void} parts.onRoam     the reader has just begun to roam
 * @param {(run: {id: string|null, text: string, step: number, atS: number}) => void} parts.onFork  a run of the reader's own
 * @param {(text: string) => Promise<string|null>} parts.store  give a try a link, so that others can see it
 * @param {() => boolean} parts.isEdited  does the editor hold something that was not run?
 */
export function createConductor({ stage, following, steps, runs, own, send, onRoam, onFork, store, isEdited }) {
  const nowMs = () => performance.now();
  /** What was carried out last; null: all of it has to be, once more. */
  let shown = null;
  /** Commands that the room has not answered yet: until then its state is older than the page. */
  let unanswered = 0;
  let showing = null;
  /** Which stored run the room had put on the stage last; null: that of the step, or of the room. */
  let placed = null;
  let lens = stage.lens();
  let isMoving = false;
  /** What the page shows may no longer be what was carried out last: somebody has roamed, or the wheel has changed hands. */
  let isStale = false;
  /** It was said that more will be seen in a moment. */
  let goesOn = false;

  const driving = createDriving({
    send(part) {
      const isSent = send(part);
      unanswered += isSent ? 1 : 0;
      return isSent;
    },
    nowMs,
    later: setTimeout,
  });

  const currentStep = () => steps[following.state.step];
  const limitS = () => (following.state.run ? Infinity : limitOf(currentStep(), following.state.phase));
  const isStored = () => own !== null || following.state.run !== null;
  /** Of a stored run only those who follow wait for the room. */
  const untilS = () => (isStored() && !isFollowing(following) ? Infinity : Math.min(limitS(), seenUntilS(following, nowMs())));
  const isMoved = () => isFollowing(following) || (isDriver(following) && unanswered === 0 && !driving.isWaiting);

  // -- from the room to the page -------------------------------------------------------------------------------------------------

  /** Show what the room shows now, as far as the page does not yet. */
  async function apply() {
    if (!following.state || showing || !isMoved()) return;
    const wish = wishOf(following, nowMs());
    const need = differences(shown, wish);
    if (need.run) {
      showing = put(wish);
      try {
        await showing;
      } catch {
        // A stored run's text could not be had; the next news of the room, or the next second, tries again.
        return;
      } finally {
        showing = null;
      }
      // Meanwhile the room may have gone on, or somebody may have begun to roam.
      if (!isMoved()) return;
      shown = { step: wish.step, run: wish.run };
      moving(() => carryOut(wishOf(following, nowMs()), { clock: true, selected: true, lens: true }));
      return apply();
    }
    if (need.clock || need.selected || need.lens) moving(() => carryOut(wish, need));
    return undefined;
  }

  /** What the program does is no touch of the reader. */
  function moving(act) {
    isMoving = true;
    act();
    isMoving = false;
  }

  function carryOut(wish, need) {
    showUntil({ goesOn: wish.clock.playing });
    if (need.lens) stage.showLens(wish.lens);
    if (need.clock) putClock(wish.clock);
    if (need.selected) stage.select(wish.selected);
    lens = stage.lens();
    shown = { ...shown, ...wish };
  }

  async function put({ run }) {
    const packRun = run === null ? runs[currentStep()?.run] : null;
    const wanted = run !== null ? { id: run } : packRun ? { run: packRun } : own;
    if (wanted) await stage.show(wanted, { untilS: untilS() });
    placed = run;
  }

  function showUntil(next) {
    ({ goesOn } = next);
    stage.showUntil(untilS(), next);
  }

  function putClock({ atS, speed, playing }) {
    const placeS = Math.min(atS, stage.shownS);
    stage.play({ atS: placeS, speed: speed === Infinity ? null : speed, playing });
  }

  /** With each frame, and once a second without any. */
  function tick() {
    if (!following.state || following.ended || !shown) return;
    const isRooms = shown.step === following.state.step && shown.run === (following.state.run?.id ?? null) && stage.isMine;
    const wanted = clockOf(following, nowMs());
    // Whoever roams on the room's run of a lesson's step sees more of it as the room does.
    if (isRooms && (stage.untilS < untilS() || goesOn !== wanted.playing)) moving(() => showUntil({ goesOn: wanted.playing }));
    listen();
    if (!isMoved() || showing || !isRooms) return;
    stopAtLimit(wanted);
    const clock = stage.clock();
    if (hasDrifted({ ...clock, speed: clock.speed ?? Infinity }, wanted, Math.min(untilS(), stage.shownS))) moving(() => putClock(wanted));
  }

  /** What was asked for has been seen: the driver's page stands, and so does the room. */
  function stopAtLimit({ atS, playing }) {
    const limit = limitS();
    if (!isDriver(following) || !playing || limit === Infinity || atS < limit) return;
    const clock = { at_s: limit, speed: 1, playing: false };
    moving(() => stage.play({ atS: limit, playing: false }));
    shown = { ...shown, clock: { atS: limit, speed: 1, playing: false } };
    driving.drive({ clock, shown_until_s: limit }, { now: true });
  }

  // -- from the page to the room -------------------------------------------------------------------------------------------------

  /** The reader touched something. @returns {boolean} whether it is the driver's touch */
  function isDrivers() {
    if (isMoving || !following.state || !shown) return false;
    if (isDriver(following)) return true;
    begin();
    return false;
  }

  /** To roam. */
  function begin() {
    if (!roam(following)) return;
    isStale = true;
    unveil();
    onRoam();
  }

  /** The room no longer moves this page: as much is seen as may be, from where it stands. */
  function unveil() {
    const { atS } = stage.clock();
    moving(() => {
      showUntil({ goesOn: false });
      stage.play({ atS });
    });
  }

  /** Everything has to be carried out anew, if somebody has roamed meanwhile, or the run may have been computed again. */
  function refresh() {
    if (isStale || stage.isFailed) shown = null;
    isStale = false;
    return apply();
  }

  stage.onClock((clock) => {
    if (!isDrivers()) return;
    const part = clockPart(clock);
    shown = { ...shown, clock: { atS: part.at_s, speed: part.speed ?? Infinity, playing: part.playing } };
    // Until now the room has seen what its clock went over, and the page's end is that of its run.
    const seenS = Math.max(part.at_s, Math.min(seenUntilS(following, nowMs()), stage.shownS));
    driving.drive({ clock: part, ...(seenS > (following.state.shown_until_s ?? 0) && { shown_until_s: round(seenS) }) });
  });
  stage.onSelect((selection) => {
    if (!isDrivers()) return;
    const part = selectedPart(selection);
    shown = { ...shown, selected: selection && { row: part.row, atS: part.at_s } };
    driving.drive({ selected: part });
  });
  stage.onRun(async ({ id, text, isTry }) => {
    // Back and Undo lead to what the room had put here: where the driver goes back, the class does, too.
    if (stage.isMine) return shown && !showing && shown.run !== placed && isDrivers() ? driveRun(placed) : undefined;
    if (!isDrivers()) return onFork({ id, text, step: following.state?.step ?? 0, atS: stage.clock().atS });
    const stored = isTry ? await store(text) : id;
    // Meanwhile the wheel may have changed hands, and the driver may have gone on to another run.
    if (stored && isDriver(following) && !stage.isMine && stage.run().text === text) driveRun(stored);
    return undefined;
  });

  function driveRun(run) {
    const clock = clockPart(stage.clock());
    shown = { ...shown, run, clock: { atS: clock.at_s, speed: clock.speed ?? Infinity, playing: clock.playing } };
    // Of a stored run the driver sees more than the class does; of a lesson's own, as much.
    const isLessons = run === null && own === null;
    driving.drive({ run: run && { id: run }, clock, shown_until_s: isLessons ? round(stage.shownS) : clock.at_s }, { now: true });
  }

  /** What the stage does not tell of: the lens, and what is written. */
  function listen() {
    if (isMoving) return;
    if (stage.lens() !== lens) {
      lens = stage.lens();
      if (isDrivers()) {
        shown = { ...shown, lens };
        driving.drive({ lens });
      }
    }
    if (isFollowing(following) && isEdited()) isDrivers();
  }

  stage.onDraw(tick);
  setInterval(() => {
    tick();
    apply();
  }, 1000);

  return {
    apply,
    /** The room said something; `isAnswer`: it may be the answer to what this page said; `isRun`: it named a run, which may be the one before, computed again. */
    heard({ isAnswer, isRun }) {
      if (isAnswer) unanswered = Math.max(0, unanswered - 1);
      if (isRun && !following.roaming) return refresh();
      return apply();
    },
    /** Everything is said anew after a connection was lost; after a reset what was shown must go from sight, too. */
    anew({ isReset = false } = {}) {
      isStale ||= isReset;
      unanswered = 0;
      driving.forget();
      return following.roaming ? Promise.resolve() : refresh();
    },
    /** @returns {boolean} whether it could be sent */
    drive: (part) => driving.drive(part, { now: true }),
    roam: begin,
    /** The class is over: the page is the reader's. */
    ended: unveil,
    /** To exactly what the room shows now. @returns {boolean} whether that was elsewhere */
    comeBack() {
      if (!comeBack(following)) return false;
      refresh();
      return true;
    },
    /** Somebody else has the wheel, or this page got it. */
    wheelChanged() {
      isStale = true;
      driving.forget();
      unanswered = 0;
      return following.roaming ? Promise.resolve() : refresh();
    },
  };
}
