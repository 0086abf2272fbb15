/** What is to be known about the selected bar, and why did it begin? */

import { el } from "../text/dom.js";
import { apiMessage, causes, DECIMALS, describeRecord, describeRow, describeSpan } from "../text/describe.js";
import { later, t } from "../text/translate.js";
import { reasonsOf, reasonOf, wayOf } from "../text/why.js";
import { formatDuration, formatInstant } from "../time/format.js";
import { shortName } from "../text/names.js";

const LAYERS = { runtime: later("node"), hook: later("node"), image: later("node"), probe: "kubelet", kubelet: "kubelet", status: "API", event: "API", action: later("action") };
const MOST_RECORDS = 60;

export function createDetails(panel, palette, { onSeek, onGo }) {
  const empty = panel.querySelector("[data-part=empty]");
  const content = panel.querySelector("[data-part=content]");

  function line(record) {
    return el(
      "li",
      null,
      el("button", { type: "button", class: "time-link", title: t("Move the clock here"), onclick: () => onSeek(record.t) }, formatInstant(record.t, DECIMALS)),
      el("span", { class: `layer layer-${record.layer}` }, t(LAYERS[record.layer] ?? record.layer)),
      el("span", { class: "message" }, describeRecord(record)),
    );
  }

  /** One reason in two or three sentences, with the line that decided it. */
  function reason(heading, found) {
    if (!found) return null;
    const { says, change, source, place, field } = found;
    const where = place && t("{field}, line {line}", { field, line: place.line });
    // Without an editor beside it the line is only named.
    const link = place ? (onGo ? el("button", { type: "button", class: "text-button", onclick: () => onGo(place) }, where) : el("span", null, where)) : null;
    return el(
      "div",
      { class: "reason" },
      el("h4", null, heading),
      el("p", null, says),
      change ? el("p", { class: "muted" }, `${t("What would change it:")} `, change) : null,
      el("p", { class: "reason-source" }, link ? `${t("Decided by")} ` : null, link, link && source ? " · " : null, source ? el("code", null, source) : null),
    );
  }

  function way(steps) {
    const rows = wayOf(steps).map(([what, seconds, share]) => {
      const bar = el("span", { class: "share" });
      bar.style.inlineSize = `${Math.max(1, Math.round(share * 100))}%`;
      return el("li", null, el("span", null, what), el("span", { class: "num" }, formatDuration(seconds)), bar);
    });
    return rows.length ? el("div", null, el("h4", null, t("The way to Ready")), el("ol", { class: "way" }, ...rows)) : null;
  }

  return {
    /** @param {{row: object, span: object|null, mark: object|null}|null} selected */
    update(selected, { records, nowS, themeName, book, steps }) {
      empty.hidden = selected !== null;
      content.hidden = selected === null;
      if (!selected) return content.replaceChildren();
      const { row, span, mark } = selected;
      const heading = el("h3", null, describeRow(row), " ", el("span", { class: "muted" }, row.type === "pod" ? "" : t("in {pod}", { pod: shortName(row.pod) })));
      const parts = [heading];
      if (span) {
        const swatch = el("span", { class: "label-dot" });
        swatch.style.backgroundColor = palette.state(span.state).family[themeName];
        const pairs = describeSpan(span, palette, nowS).map(([label, value], index) => el("div", null, el("dt", null, label), el("dd", null, index ? null : swatch, value)));
        const message = apiMessage(records, row, span);
        parts.push(el("dl", { class: "facts" }, ...pairs), message ? el("p", null, message) : null);
      }
      const seq = mark?.seq ?? span?.seq;
      if (book && mark) parts.push(reason(t("Why"), reasonOf(records, mark.seq, book)));
      if (book && span && !mark) {
        const { began, ended } = reasonsOf(records, row, span, book);
        parts.push(reason(t("Why it began"), began), reason(t("Why it ended"), ended));
      }
      if (row.type === "pod" && steps.length) parts.push(way(steps));
      if (seq !== undefined) parts.push(el("h4", null, mark ? t("This instant, and what led to it") : t("Began with")), el("ol", { class: "records" }, ...causes(records, seq).map(line)));
      const during = span ? recordsDuring(records, row, span).filter((record) => record.seq !== seq) : [];
      if (during.length) {
        const cut = during.length > MOST_RECORDS ? [el("li", { class: "muted" }, t("and {count} more", { count: during.length - MOST_RECORDS }))] : [];
        parts.push(el("h4", null, t("Meanwhile")), el("ol", { class: "records" }, ...during.slice(0, MOST_RECORDS).map(line), ...cut));
      }
      content.replaceChildren(...parts.filter(Boolean));
    },
  };
}

/** The records about this row while the span lasted, its first one included. Pure. */
export function recordsDuring(records, row, span) {
  const subject = row.type === "pod" ? "pod" : row.name;
  const found = [];
  for (let seq = span.seq; seq < records.length; seq += 1) {
    const record = records[seq];
    if (span.endS !== null && record.t > span.endS) break;
    if (record.pod === row.pod && record.object === subject) found.push(record);
  }
  return found;
}
