/**
 * How does a link say what is in sight? `#t=12.3-45.6&at=20.1&sel=default/web/app@17&lens=api`: the time range, the clock, the selection (a row, and the
 * number of the record that began its bar or mark) and the lens. Every part may be missing; what makes no sense is as good as missing. Pure.
 */

const MAX_CHARACTERS = 2000;
const NUMBER = String.raw`-?\d+(?:\.\d+)?`;
const RANGE = new RegExp(`^(${NUMBER})-(${NUMBER})$`);
const LENS = /^[a-z]{1,20}$/;
/** Of a row: namespace, pod and container are names of Kubernetes. */
const ROW = /^[a-z0-9.-]{1,253}(\/[a-z0-9.-]{1,253}){1,2}$/;

/**
 * @typedef {object} SharedView
 * @property {{startS: number, endS: number}|null} range
 * @property {number|null} atS  the clock
 * @property {{key: string, seq: number|null}|null} selected  the key of a row, and of the bar on it (null: the row alone)
 * @property {string|null} lens
 */

/** @param {Partial<SharedView>} view  @returns {string} with its `#`; empty if there is nothing to say */
export function encodeView({ range = null, atS = null, selected = null, lens = null }) {
  const parts = [];
  if (range) parts.push(`t=${number(range.startS)}-${number(range.endS)}`);
  if (atS !== null) parts.push(`at=${number(atS)}`);
  // Names of Kubernetes need no escapes, and a link that a person can read is one that they trust.
  if (selected) parts.push(`sel=${selected.key}${selected.seq === null || selected.seq === undefined ? "" : `@${selected.seq}`}`);
  if (lens) parts.push(`lens=${lens}`);
  return parts.length ? `#${parts.join("&")}` : "";
}

/** @param {string} fragment with or without its `#`  @returns {SharedView} */
export function decodeView(fragment) {
  const view = { range: null, atS: null, selected: null, lens: null };
  if (fragment.length > MAX_CHARACTERS) return view;
  const parts = new URLSearchParams(fragment.replace(/^#/, ""));
  const range = RANGE.exec(parts.get("t") ?? "");
  if (range && Number(range[1]) < Number(range[2])) view.range = { startS: Number(range[1]), endS: Number(range[2]) };
  if (new RegExp(`^${NUMBER}$`).test(parts.get("at") ?? "")) view.atS = Math.max(0, Number(parts.get("at")));
  const [, key, seq] = /^([^@]*)(?:@(\d{1,9}))?$/.exec(parts.get("sel") ?? "") ?? [];
  if (key && ROW.test(key)) view.selected = { key, seq: seq === undefined ? null : Number(seq) };
  if (LENS.test(parts.get("lens") ?? "")) view.lens = parts.get("lens");
  return view;
}

/** What a decoded selection means in a model: { row, span, mark }; null while (or if) its row is not there. */
export function selectionIn(model, selected) {
  const row = selected && model.rows.get(selected.key);
  if (!row) return null;
  const here = ({ seq }) => seq === selected.seq;
  return { row, span: row.spans.find(here) ?? null, mark: row.marks.find(here) ?? null };
}

/** To the millisecond, without a tail of zeros, and never as 1e-7. */
function number(valueS) {
  return String(Number(valueS.toFixed(3)));
}
