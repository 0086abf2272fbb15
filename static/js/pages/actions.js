/** What does each key and button of the run's page do? One function per action of time/keys.js; each changes the player, the viewport or the selection. */

import { nextChange, nextRow, nextSpan, nextTrouble } from "../gantt/navigate.js";
import * as viewport from "../gantt/viewport.js";
import { describeRow } from "../text/describe.js";
import { t } from "../text/translate.js";
import { formatDuration } from "../time/format.js";
import * as player from "../time/player.js";
import { copyText } from "../text/clipboard.js";

const ZOOM = 0.7;
const STEP = 0.1;
const FAR_STEP = 0.5;

/** @param {object} page what pages/run.js holds: state, session, clock, view, palette, panels, tools, help, announcer, select(), goToTrouble() */
export function createActions({ state, session, clock, view, palette, panels, tools, help, announcer, select, goToTrouble }) {
  const { panes } = panels;
  const endOf = (span) => span.endS ?? clock.headS;
  const centreS = () => (state.selected?.span ? (state.selected.span.startS + endOf(state.selected.span)) / 2 : (view.startS + view.endS) / 2);

  function follow() {
    player.followHead(clock);
    if (clock.over) viewport.fit(view);
    else viewport.follow(view);
  }

  function centre() {
    const span = state.selected?.span;
    if (span) viewport.focus(view, span.startS, endOf(span));
  }

  function step(by) {
    const row = state.selected?.row ?? state.rows[0];
    if (row) selectByKey(row, nextSpan({ row, span: state.selected?.span ?? null }, by, clock.nowS));
  }

  function stepRow(by) {
    const next = nextRow(state.rows, state.selected, by, clock.nowS);
    if (next) selectByKey(next.row, next.span);
  }

  /** What the eye sees is also said. */
  function selectByKey(row, span) {
    select(row, span);
    if (!span) return;
    if (!viewport.contains(view, span.startS) && !viewport.contains(view, endOf(span))) viewport.focus(view, span.startS, endOf(span));
    announcer.say(`${describeRow(row)}: ${palette.state(span.state).label}, ${formatDuration(endOf(span) - span.startS)}`);
  }

  function stepTrouble(by) {
    const trouble = nextTrouble(state.troubles, state.selected, clock.nowS, by) ?? state.troubles[by > 0 ? 0 : state.troubles.length - 1];
    if (trouble) goToTrouble(trouble);
  }

  return {
    "toggle-play": () => (clock.playing ? player.pause(clock) : player.play(clock)),
    "to-start": () => player.seek(clock, 0),
    "step-back": () => player.seek(clock, nextChange(session.model.spans, clock.nowS, -1) ?? 0),
    "step-forward": () => player.seek(clock, nextChange(session.model.spans, clock.nowS, 1) ?? clock.headS),
    follow,
    fit: () => viewport.fit(view),
    "zoom-in": () => viewport.zoom(view, ZOOM, centreS()),
    "zoom-out": () => viewport.zoom(view, 1 / ZOOM, centreS()),
    "pan-left": () => viewport.pan(view, -STEP),
    "pan-right": () => viewport.pan(view, STEP),
    "pan-left-far": () => viewport.pan(view, -FAR_STEP),
    "pan-right-far": () => viewport.pan(view, FAR_STEP),
    "interval-back": () => step(-1),
    "interval-forward": () => step(1),
    "row-up": () => stepRow(-1),
    "row-down": () => stepRow(1),
    centre,
    details: () => state.selected && select(state.selected.row, state.selected.span, state.selected.mark, { open: true }),
    clear: () => select(null, null),
    "problem-next": () => stepTrouble(1),
    "problem-back": () => stepTrouble(-1),
    "hide-future": () => (state.hidden = !state.hidden),
    table: () => panes.show(panes.current() === "table" ? "chart" : "table"),
    drawer: panels.toggleDrawer,
    "fold-all": () => [...session.model.spans.pods.keys()].forEach((pod) => state.collapsed.add(pod)),
    "unfold-all": () => state.collapsed.clear(),
    lens: tools.lenses.next,
    search: tools.search.focus,
    intervene: () => document.getElementById("intervene").click(),
    share: () => document.getElementById("share-button").click(),
    "ghost-off": session.dropGhost,
    help: () => help.open(),
    "copy-link": async () => announcer.say((await copyText(tools.linkToView())) ? t("The link to this view is copied.") : t("This browser does not allow copying.")),
    ...Object.fromEntries(player.SPEEDS.map((speed, index) => [`speed-${index}`, () => player.setSpeed(clock, speed)])),
  };
}
