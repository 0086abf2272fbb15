/**
 * The page of a lesson: that of a run, with the lesson beside it. This module puts course, panel and stage together and keeps the progress in this browser.
 *
 * While a question is open its text may be read and the chart be looked at from all sides, but nothing can be run: a prediction that was looked up teaches nothing,
 * and whoever wants to cheat is one copy and paste away from it anyway. In all other phases everything of the page is open; the lesson's run is one button away.
 */

import { createCourse } from "../lesson/course.js";
import { createPanel } from "../lesson/panel.js";
import { createRunning } from "../lesson/running.js";
import { flagsOf } from "../lesson/scoring.js";
import { setText } from "../text/dom.js";
import { t } from "../text/translate.js";
import { page } from "./run.js";
import { createStage } from "./stage.js";

const root = document.documentElement;
const { config } = page;
const key = `nodeviz.lesson:${config.lesson.name}`;
/** What was in the editor before the lesson put its text there: the draft of who reloaded the page while building. */
const draft = page.workbench.editor.text;
const stage = createStage(page);
const pack = await load();
if (pack) begin();

async function load() {
  try {
    const response = await fetch(config.lesson.pack_url);
    if (!response.ok) throw new TypeError(response.statusText);
    return await response.json();
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof SyntaxError)) throw error;
    setText(document.querySelector("#side-lesson [data-part=where]"), t("The lesson could not be loaded. Load the page again when the server can be reached."));
    return null;
  }
}

function begin() {
  const course = createCourse(pack, remembered());
  const current = () => pack.steps[course.step];
  const running = createRunning((atS) => stage.showUntil(atS, { goesOn: true }), skip);
  const panel = createPanel(document.getElementById("side-lesson"), { pack, course, stage }, { lock, run, skip, next, goTo, restart, toRun, solution, edit: () => showSide("spec", { focus: true }) });

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
      if (first && draft && ask?.kind === "build") page.workbench.editor.change(draft);
    }
    stage.hold(isOpen());
    if (!first) showSide("lesson");
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
    showSide("spec");
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

  function showSide(name, { focus = false } = {}) {
    document.querySelector(`#side-switch [data-tab="${name}"]`).click();
    if (focus) page.workbench.editor.focus();
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
