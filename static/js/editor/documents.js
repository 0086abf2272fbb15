/**
 * Which YAML documents does a text consist of, what is each about, and where does it begin and end? Looks at lines and at the top level of each document, not
 * deeper, so it answers for texts that no parser takes as well. Pure.
 */

/** The parts of a scenario, as the editor's tabs call them. What is none of the others is the specification. */
export const TABS = ["all", "spec", "scenario", "node"];
const TAB_OF_KIND = { Scenario: "scenario", KubeletConfiguration: "node", Node: "node" };
const TAB_OF_GROUP = { "nodeviz.dev": "scenario", "kubelet.config.k8s.io": "node" };

/** `---` at the very beginning of a line begins a document wherever it stands, in a block scalar too. */
const MARKER = /^---(?=[ \t\r]|$)/;
const NOTHING = /^\s*(?:#.*|\.\.\.\s*|%[A-Z].*)?$/;

/**
 * @typedef {object} Document
 * @property {number} from         the first character of its `---`, or of the comments before it
 * @property {number} to           the first character behind it
 * @property {string} kind         empty if it says none
 * @property {string|null} tab     null for a document in which there is nothing: it belongs to no part
 */

/** @returns {Document[]} in the order of the text, without blank lines before the first one */
export function documentsOf(text) {
  const pieces = [];
  let open = null;
  for (const { from, to } of linesOf(text)) {
    const line = text.slice(from, to);
    const marked = MARKER.test(line.replace(/^\uFEFF/, ""));
    // Comments before a first `---` are about what comes after it.
    if (marked && !(open && !open.marked && open.empty)) {
      if (open) open.to = from;
      pieces.push((open = { from, to: text.length, marked, empty: true, contentAt: -1 }));
    } else if (!open && line.trim()) {
      pieces.push((open = { from, to: text.length, marked: false, empty: true, contentAt: -1 }));
    }
    if (!open) continue;
    open.marked ||= marked;
    const content = marked ? line.replace(/^\uFEFF?---/, "") : line;
    if (!open.empty || NOTHING.test(content)) continue;
    open.empty = false;
    open.contentAt = to - content.length;
  }
  return pieces.map((piece) => describe(text, piece));
}

/** The document at a place of the text; the last one before it between two; null if there is none. */
export function documentAt(documents, offset) {
  return documents.findLast(({ from }) => from <= offset) ?? documents[0] ?? null;
}

function* linesOf(text) {
  for (let from = 0; from <= text.length; ) {
    const end = text.indexOf("\n", from);
    const to = end < 0 ? text.length : end;
    yield { from, to };
    from = to + 1;
  }
}

function describe(text, { from, to, empty, contentAt }) {
  if (empty) return { from, to, kind: "", tab: null };
  const body = text.slice(contentAt, to).replace(/^\uFEFF/, "");
  const { kind = "", apiVersion = "" } = body.trimStart().startsWith("{") ? flowHead(body) : blockHead(body);
  const [group] = apiVersion.split("/");
  return { from, to, kind, tab: (Object.hasOwn(TAB_OF_KIND, kind) && TAB_OF_KIND[kind]) || (Object.hasOwn(TAB_OF_GROUP, group) && TAB_OF_GROUP[group]) || "spec" };
}

const HEAD = /^["']?(kind|apiVersion)["']?[ \t]*:[ \t]+(?:[!&]\S*[ \t]+)*["']?([\w./-]+)/;

/** The two keys that say what a document is, of those that stand as far left as its first line. */
function blockHead(body) {
  const indent = /^[ \t]*/.exec(body)[0];
  const found = {};
  for (const line of body.split("\n")) {
    const head = line.startsWith(indent) && HEAD.exec(line.slice(indent.length));
    if (head) found[head[1]] ??= head[2];
  }
  return found;
}

const TOKEN = /"[^"\\]*(?:\\[^][^"\\]*)*"|'[^']*'|#[^\n]*|[{}[\],:]|[^\s{}[\],:"'#]+/g;

/** The same of a document in braces, such as JSON. */
function flowHead(body) {
  const found = {};
  let depth = 0;
  let before = [];
  for (const [token] of body.matchAll(TOKEN)) {
    if (token === "{" || token === "[") depth += 1;
    else if (token === "}" || token === "]") depth -= 1;
    if (depth === 0) break;
    const [key, colon] = before.map((each) => each.replace(/^["']|["']$/g, ""));
    if (depth === 1 && colon === ":" && (key === "kind" || key === "apiVersion")) found[key] ??= token.replace(/^["']|["']$/g, "");
    before = [before.at(-1) ?? "", token];
  }
  return found;
}
