/**
 * The page of a room: that of a run, with what the class does on it. Data flows one way: the room's state comes by the socket, the conductor puts it on the stage, the
 * strip, the slide and the panel show it; what the reader does becomes a command. This module wires them; rooms without a lesson have no slide.
 */

import { createCodeDialog } from "../room/code-dialog.js";
import { createConductor } from "../room/conductor.js";
import { createEntering } from "../room/entering.js";
import { clockOf, createFollowing, isDriver, isFollowing, isReset, isTeacher, missesQuestion, receive, slideOf, spoken } from "../room/following.js";
import { createForks } from "../room/forks.js";
import { listKeys } from "../room/keys.js";
import { createLeading } from "../room/leading.js";
import { createMemory, openLink, takeToken } from "../room/link.js";
import { loadPack } from "../room/pack.js";
import { createPoll, createPollForm } from "../room/poll.js";
import { createProjector } from "../room/projector.js";
import { createSlide } from "../room/slide.js";
import { createSignals } from "../room/signals.js";
import { isVeiled, nextAction, partOf, toStep, unveiled } from "../room/slides.js";
import { createStoring } from "../room/storing.js";
import { createStrip } from "../room/strip.js";
import { createTeacher } from "../room/teacher.js";
import { keepForOffline } from "../text/offline.js";
import { t } from "../text/translate.js";
import { page } from "./run.js";
import { createStage } from "./stage.js";

const byId = (id) => document.getElementById(id);
const root = document.documentElement;
const { config, workbench, session } = page;
const { room } = config;

const memory = createMemory(room.code, window.localStorage);
takeToken(memory);
const stage = createStage(page);
const storeTry = createStoring(page, (why) => strip.say(why));
const pack = config.lesson ? await loadPack(config.lesson.pack_url, stage.say) : null;
const steps = pack?.steps ?? [];
const own = config.lesson ? null : { id: room.scenario, text: config.text };
const following = createFollowing();
let link = "connecting";
let isDriving = false;
let drawing = 0;
/** Whether the panel of the class opens by itself is decided once, not after each lost connection. */
let isClassDecided = false;

const conductor = createConductor({
  ...{ stage, following, steps, own, onRoam },
  runs: pack?.runs ?? [],
  send: (set) => socket.send({ op: "drive", set }),
  onFork: (fork) => forks.add(fork),
  store: storeTry,
  isEdited: () => workbench.form.dataset.edited === "true",
});
const strip = createStrip(byId("room-strip"), {
  code: () => codeDialog.open(),
  follow: back,
  roam: () => conductor.roam(),
  lost,
  ask: (text) => socket.send({ op: "question", text }),
  previous: () => goTo(following.state.step - 1),
  next: () => goTo(following.state.step + 1),
  action: act,
  takeBack: () => tell({ op: "hand", person: null }),
  people: () => showClass(!teacher.isOpen),
  projector: () => projector.toggle(),
});
const codeDialog = createCodeDialog(byId("room-code"), room, () => memory.get().token);
const projector = createProjector(room, page);
const entering = createEntering(byId("room-enter"), (nickname) => {
  const isFirst = !memory.get().nickname && !root.dataset.greeted;
  memory.put({ nickname });
  entering.close();
  root.dataset.greeted = "true";
  if (isFirst) socket.open();
  else socket.hello();
});
const teacher = createTeacher(byId("room-class"), {
  hand: (person) => tell({ op: "hand", person }),
  remove: (person) => tell({ op: "remove", person }),
  done: (question) => tell({ op: "done", question }),
  reset: () => tell({ op: "reset" }),
  end: () => tell({ op: "end" }),
  open: (id) => openOwn({ id }),
  token: () => memory.get().token,
});
const pollForm = createPollForm(byId("room-class"), (poll) => drive({ poll }));
const poll = createPoll(byId("room-poll"), {
  stage,
  answer: (step, answer) => socket.send({ op: "answer", step, answer }),
  lock: () => drive({ poll: { phase: "locked" } }),
  reveal: () => drive({ poll: { phase: "revealed" } }),
  close: () => drive({ poll: null }),
});
const slide = pack && createSlide(byId("side-lesson"), { pack, stage, answer: (step, answer) => socket.send({ op: "answer", step, answer }), edit: showEditor });
const leading = createLeading(stage, slide);
const signals = createSignals((said) => socket.send(said));
const forks = createForks(byId("room-forks"), memory, { open: openOwn, show: (id) => socket.send({ op: "fork", id }), store: storeTry, isLesson: steps.length > 0 });
const socket = openLink({ path: room.ws_path, memory, onMessage, onLink, onStranger, onWrongToken });

const { token, nickname } = memory.get();
if (token || nickname) socket.open();
else entering.ask();
stage.onDraw(() => slide?.look());
stage.onRun(onRun);
document.addEventListener("keydown", onKey);
listKeys(byId("help"));
keepForOffline("/r/");
root.dataset.room = "ready";
draw();

// -- what the room says ----------------------------------------------------------------------------------------------------------

function onMessage(message) {
  const [kind, body] = message;
  const said = receive(following, message, performance.now());
  for (const words of said) stage.say(words);
  if (kind === "class") teacher.update(body);
  if (kind === "refused") refused(body);
  if (kind === "questioned") strip.asked("");
  const drives = isDriver(following);
  if (kind === "welcome" || isReset(message)) conductor.anew({ isReset: kind === "set" }).then(begin);
  else if (drives !== isDriving) conductor.wheelChanged();
  else if (kind === "set" || kind === "refused") conductor.heard({ isAnswer: drives, isRun: kind === "set" && "run" in message[2] });
  // A step that was revealed before this page was opened.
  if (kind === "set" && drives && steps.length && isVeiled(steps[following.state.step], following.state)) conductor.drive(unveiled(steps[following.state.step], "revealed"));
  isDriving = drives;
  if (kind === "end") conductor.ended();
  if (kind === "welcome") signals.welcome(body.me);
  if (following.me && !isTeacher(following) && !following.ended) signals.roams(following.roaming);
  if (kind === "welcome" && isTeacher(following) && !isClassDecided) {
    isClassDecided = true;
    showClass(matchMedia("(min-width: 1500px)").matches);
  }
  redraw();
}

/** A room that nobody has driven yet begins at its first step. */
function begin() {
  root.dataset.joined = "true";
  if (steps.length && isDriver(following) && following.state.shown_until_s === null && following.state.step === 0) goTo(0);
}

function refused({ op, message }) {
  if (op === "hello") {
    memory.put({ nickname: undefined });
    root.dataset.greeted = "true";
    entering.ask(message);
  } else if (!(op === "question" && strip.asked(message)) && !(op === "drive" && pollForm.refused(message))) {
    strip.say(message);
  }
}

/** Who was in the room before its teacher began anew, or came with a link that is none. */
function onStranger(why) {
  Object.assign(following, createFollowing());
  conductor.anew({ isReset: true });
  delete root.dataset.greeted;
  const words = {
    reset: t("The teacher has begun anew, with another class. Come in again if it is yours."),
    removed: t("The teacher has taken this name off the list. You can come in under another one."),
    token: t("This is not the driver's link of this room. You can come in as a student."),
  };
  entering.ask(words[why]);
  redraw();
}

function onWrongToken() {
  strip.say(t("That was not the driver's link of this room. You are in it as {name}.", { name: memory.get().nickname }));
}

function onLink(next) {
  link = next;
  redraw();
}

// -- what the reader does --------------------------------------------------------------------------------------------------------

/** The lesson's flags belong to its own run. */
function onRun() {
  if (!stage.isMine) stage.flags([]);
  slide?.anew();
  redraw();
}

function onRoam() {
  signals.roams(true);
  stage.say(t("You roam: the room does not move your page. Press B to come back."));
  redraw();
}

/** To exactly what the room shows now. */
function back() {
  if (!conductor.comeBack()) return;
  signals.roams(false);
  stage.say(t("Back in the room."));
  slide?.anew();
  redraw();
}

function lost(on) {
  signals.lost(on);
  redraw();
}

/** A command that is not a change of the room's state. @returns {boolean} whether it could be sent; if not, the reader is told */
function tell(said) {
  return toldOf(socket.send(said));
}

function drive(part) {
  return toldOf(conductor.drive(part));
}

function toldOf(isSent) {
  if (!isSent) strip.say(t("There is no connection. Try again in a moment."));
  return isSent;
}

function goTo(step) {
  if (!steps[step]) return;
  drive(toStep(steps, step, following.phases[step]));
}

function act(action) {
  if (action === null) return undefined;
  if (action === "next") return goTo(following.state.step + 1);
  return drive(partOf(action, steps[following.state.step]));
}

/** The keys of a room, besides those of the run's page. A clicker's buttons are Page Down and Page Up. */
function onKey(event) {
  if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey || event.target.closest("dialog[open], [popover]")) return;
  if (event.key === "Escape" && projector.isOn) return projector.toggle(false);
  if (page.help.keysAreOff || event.target.closest("input:not([type=range], [type=radio], [type=checkbox]), textarea, select, .editor-host")) return;
  if (event.code === "KeyB") back();
  if (event.code === "KeyP") projector.toggle();
  if (!projector.isOn || !isDriver(following) || !steps.length || !["PageDown", "PageUp"].includes(event.key)) return;
  event.preventDefault();
  if (event.key === "PageUp") goTo(following.state.step - 1);
  else act(nextAction({ steps, ...following.state, clock: clockOf(following, performance.now()) }));
}

// -- runs of one's own -----------------------------------------------------------------------------------------------------------

/** A run beside the room's: one roams there. */
async function openOwn({ id, text }) {
  conductor.roam();
  if (id) await stage.show({ id });
  else session.tryText(text);
}

function showClass(open) {
  if (open !== teacher.isOpen) teacher.toggle(open);
  byId("room-strip").querySelector("[data-part=people]").setAttribute("aria-expanded", String(open));
}

function showEditor() {
  document.querySelector('#side-switch [data-tab="spec"]').click();
  workbench.editor.focus();
}

// -- what is shown of it ---------------------------------------------------------------------------------------------------------

/** At most once a frame. */
function redraw() {
  if (!drawing) drawing = requestAnimationFrame(draw);
}

function draw() {
  drawing = 0;
  const { state, ended, answers, histograms } = following;
  const [drives, teaches] = [isDriver(following), isTeacher(following)];
  const step = state?.step ?? 0;
  const ask = steps[step]?.ask;
  const asked = state?.poll && state.poll.phase !== "revealed" ? state.poll.step : ask ? String(step) : null;
  const countsOf = (key) => (teaches && teacher.histogramOf(key)) || (histograms[key] ?? null);
  const isSlideAsked = ask && state && state.phase !== "read";
  const answered = teaches && isSlideAsked ? teacher.answered() : null;
  projector.draw(ended || state?.phase === "revealed" ? null : answered);
  const action = drives && steps.length ? nextAction({ steps, step, phase: state.phase, clock: clockOf(following, performance.now()) }) : null;
  teacher.show({ current: asked, wheel: state?.driver ?? null, ended });
  strip.draw({
    ...{ link, ended, isTeacher: teaches, isDriver: drives, isRoaming: following.roaming, isAsked: missesQuestion(following), isKnown: state !== null, here: following.here, driverName: following.driver, isLost: signals.isLost, action },
    ...{ steps: steps.length, step, isRevealed: state?.phase === "revealed", waiting: teacher.waiting(), awayDriver: teaches && !ended ? teacher.awayDriver() : null, answered },
  });
  const there = state && slideOf(following);
  if (slide && state) slide.draw({ ...there, mine: answers[there.step], counts: countsOf(String(there.step)), isRun: stage.isMine && state.run === null, isTeacher: teaches, isOpen: !ended });
  if (slide && state) leading.draw(state, isFollowing(following));
  poll.draw(state?.poll ?? null, { mine: answers[state?.poll?.step], counts: state?.poll ? countsOf(state.poll.step) : null, isTeacher: teaches, ended });
  pollForm.show(state?.poll?.step ?? null);
  // While a question is open nobody but the driver runs anything: the answer would be one click away.
  stage.hold(Boolean(ask && state) && !drives && !ended && ask.kind !== "build" && state.phase !== "revealed");
  Object.assign(root.dataset, { mode: ended ? "ended" : drives ? "drive" : following.roaming ? "roam" : isFollowing(following) ? "follow" : "outside", phase: state?.phase ?? "", step: String(step), seq: String(state?.seq ?? "") });
  document.title = `${spoken(room.code)} · ${room.title} · nodeviz`;
}
