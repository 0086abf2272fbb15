/** What is said of a run beside its bars: the drawer's lists, the table, the legend, the verdict. Each shows what it is given; nothing here decides. */

import { createLegend } from "../gantt/legend.js";
import { orderedRows } from "../gantt/rows.js";
import { createEvents } from "../table/events.js";
import { createProblems } from "../table/problems.js";
import { describeRow } from "../text/describe.js";
import { setText } from "../text/dom.js";
import { lazily } from "../text/lazily.js";
import { createKubectl } from "./kubectl.js";
import { createNode } from "./node.js";
import { createReasons } from "./reasons.js";
import { createTabs } from "./tabs.js";

const byId = (id) => document.getElementById(id);

/**
 * @param {object} page
 *   palette, session, state, announcer, help, redraw(), seek(atS), select(row, span), goToTrouble(trouble), goToPlace({line, column})
 */
export function createPanels({ palette, session, state, announcer, help, redraw, seek, select, goToTrouble, goToPlace }) {
  const drawer = createTabs(byId("drawer-tabs"), () => {
    openDrawer(true);
    redraw();
  });
  const panes = createTabs(byId("pane-tabs"), () => redraw());
  const legend = createLegend(byId("legend"), palette, redraw);
  const events = createEvents(byId("panel-events"), { onSeek: seek });
  const problems = createProblems(byId("panel-problems"), palette, { onSelect: goToTrouble });
  const details = lazily(
    () => import("../table/details.js"),
    ({ createDetails }) => createDetails(byId("panel-details"), palette, { onSeek: seek, onGo: goToPlace }),
  );
  const node = createNode(byId("node"), byId("panel-images"), palette, { onOpen: redraw });
  const treegrid = lazily(
    () => import("../table/treegrid.js"),
    ({ createTreegrid }) => createTreegrid(byId("treegrid"), palette, { onSelect: select }),
  );
  const reasons = createReasons({ onLoaded: redraw });
  const kubectl = createKubectl({ kubectl: byId("panel-kubectl"), yaml: byId("panel-yaml") }, { onLoaded: redraw });

  function openDrawer(open) {
    byId("drawer").hidden = !open;
    byId("drawer-toggle").setAttribute("aria-expanded", String(open));
  }

  let announced = session.model.records;

  /** Only while it is watched live: nobody wants to be read a finished run from its beginning. */
  function announce(before, after) {
    const isAnother = announced !== session.model.records;
    announced = session.model.records;
    if (isAnother || session.model.run.status !== "running") return;
    const said = new Set(before.map(({ seq }) => seq));
    for (const { row, label, seq } of after) if (!said.has(seq)) announcer.say(`${describeRow(row)}: ${label}`);
  }

  return {
    drawer,
    panes,
    legend,
    openDrawer,
    toggleDrawer: () => openDrawer(byId("drawer").hidden),
    showDetails() {
      openDrawer(true);
      // The texts of kubectl follow the selection: whoever reads them goes on reading.
      if (!kubectl.tabs.includes(drawer.current())) drawer.show("details");
    },
    /** The book of reasons of the run that is shown; null until it is there. */
    book: () => reasons.bookOf(session),

    /** What changes only when records came. */
    takeIn(themeName) {
      const { records, spans, troubles } = session.model;
      const before = state.troubles;
      state.troubles = troubles();
      announce(before, state.troubles);
      events.update(records);
      problems.update(state.troubles, records, themeName);
      setText(byId("count-events"), events.count ? String(events.count) : "");
      setText(byId("count-problems"), state.troubles.length ? String(state.troubles.length) : "");
      legend.draw(spans.states, themeName);
      help.drawMarks(palette, themeName);
    },

    /** What moves with the clock. */
    drawClock({ clock, view, themeName }) {
      events.drawClock(clock.nowS);
      node.draw({ room: session.model.room, view, endS: clock.headS, clockS: clock.nowS, theme: themeName, imagesOpen: drawer.current() === "images" });
      const { selected } = state;
      const book = () => reasons.bookOf(session);
      kubectl.draw({ records: session.model.records, clockS: clock.nowS, playing: clock.playing, selected, book, tab: drawer.current() });
    },

    /** Whatever is open in the drawer and the table. */
    draw({ nowS, themeName }) {
      const { records, run, spans } = session.model;
      const context = { records, nowS, themeName };
      if (drawer.current() === "details") {
        const steps = run.verdict?.pods.find(({ pod }) => pod === state.selected?.row.pod)?.way ?? [];
        details((part) => part.update(state.selected, { ...context, book: state.selected && reasons.bookOf(session), steps }));
      }
      if (panes.current() !== "table") return;
      const rows = orderedRows(spans, new Set(), { matches: state.matches });
      treegrid((part) => part.draw({ rows, ...context }));
    },
  };
}
