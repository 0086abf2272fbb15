/**
 * How a lesson goes on: course, panel and stage put together. An answer is locked, the clock runs, the reveal follows; the progress is kept in this browser. What is
 * around it, a run's page or one file without a server, is the caller's.
 */

import { createCourse } from "./course.js";
import { createPanel } from "./panel.js";
import { createRunning } from "./running.js";
import { flagsOf } from "./scoring.js";

const root = document.documentElement;

/**
 * @param {object} lesson
 * @param {object} lesson.pack
 * @param {object} lesson.stage  see pages/stage.js and viewer/stage.js
 * @param {string} lesson.key  of the progress, in localStorage
 * @param {object} lesson.on
 * @param {(name: "lesson"|"spec") => void} lesson.on.side  show the step, or the text
 * @param {() => void} [lesson.on.edit]  the reader wants to change the text
 * @param {() => void} [lesson.on.build]  the page was opened at a step to build in
 */
export function playLesson({ pack, stage, key, on }) {
  const course = createCourse(pack, remembered());
  const current = () => pack.steps[course.step];
  const running = createRunning((atS) => stage.showUntil(atS, { goesOn: true }), skip);
  const panel = createPanel(document.getElementById("side-lesson"), { pack, course, stage }, { lock, run, skip, next, goTo, restart, toRun, solution, edit: on.edit });

  stage.onRun(drawFlags);
  stage.onDraw(() => {
    panel.setAway(current().run !== null && !stage.isMine);
    panel.look();
  });
  // Whoever stops the clock wants to look; "Let the clock run" goes on from there.
  stage.onClock(() => {
    if (running.isOn) pauseRunning();
  });
  // What was said and what was true stands on the bars, on a phone, too.
  stage.showChart();
  enter({ first: true });

  function isOpen() {
    return ["asked", "locked"].includes(course.phase) && current().ask.kind !== "build" && !course.ended;
  }

  /** Show the step that the course is at. */
  async function enter({ first = false } = {}) {
    const { run: index, ask, stop_s: stopS, until_s: untilS } = current();
    running.stop();
    panel.leave();
    stage.flags([]);
    root.dataset.stage = index === null ? "empty" : "";
    if (index !== null) {
      await stage.show({ run: pack.runs[index] }, { untilS: isOpen() ? stopS : untilS });
      stage.select(null);
      stage.play({ speed: null, playing: false, atS: stage.shownS });
      if (first && ask?.kind === "build") on.build?.();
    }
    stage.hold(isOpen());
    if (!first) on.side("lesson");
    panel.show({ focus: !first });
    drawFlags();
    keep();
    root.dataset.step = course.ended ? "end" : String(course.step);
    root.dataset.phase = course.phase;
  }

  function drawFlags() {
    const { step, phase } = course;
    const { ask } = current();
    const said = ask && !course.ended ? course.answerOf(step) : null;
    if (said === null || !stage.isMine) return stage.flags([]);
    const flags = flagsOf(current(), said);
    // Before the reveal one's own word alone, and only where it gives nothing away.
    if (phase === "locked") return stage.flags(ask.kind === "order" ? [] : flags.filter(({ kind }) => kind === "mine"));
    return stage.flags(flags);
  }

  function lock(answer) {
    if (!course.lock(answer)) return;
    changed();
    // There is nothing to wait for.
    if (current().ask.kind === "build" || current().run === null) reveal();
    else panel.showPhase({ focus: true });
  }

  /** The clock runs; without motion the end is shown at once. */
  function run() {
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return skip();
    stage.fit();
    panel.setRunning(true);
    if (matchMedia("(max-width: 900px)").matches) document.getElementById("side-result").scrollIntoView();
    stage.showUntil(stage.shownS, { goesOn: true });
    stage.play({ speed: null, playing: true });
    running.start(stage.shownS, current().until_s);
    return undefined;
  }

  function pauseRunning() {
    running.stop();
    stage.showUntil(stage.shownS);
    panel.setRunning(false);
  }

  function skip() {
    running.stop();
    stage.fit();
    stage.showUntil(current().until_s);
    reveal();
  }

  function reveal() {
    course.reveal();
    if (stage.isMine) stage.play({ speed: null, playing: false, atS: stage.shownS });
    panel.setRunning(false);
    stage.hold(isOpen());
    changed();
    panel.showPhase({ focus: true });
  }

  /** A solution takes the place of the lesson's run; the reader's own text is one Ctrl-Z away. */
  function solution() {
    stage.show({ run: pack.runs[current().ask.solution] });
    on.side("spec");
  }

  function toRun() {
    stage.comeBack();
    drawFlags();
  }

  function next() {
    course.next();
    enter();
  }

  function goTo(index) {
    course.goTo(index);
    enter();
  }

  function restart() {
    course.reset();
    enter();
  }

  function changed() {
    drawFlags();
    keep();
    root.dataset.phase = course.phase;
  }

  function remembered() {
    try {
      return JSON.parse(localStorage.getItem(key));
    } catch {
      return null;
    }
  }

  function keep() {
    try {
      localStorage.setItem(key, JSON.stringify(course.kept()));
    } catch {
      /* Then a reload begins anew. */
    }
  }
}
