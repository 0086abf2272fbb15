/** The form for what each container does. It writes into the text, one container at a time; what it means is decided elsewhere (behavior.js, the server). */

import { typeWord } from "../text/describe.js";
import { el, setText } from "../text/dom.js";
import { t, tn } from "../text/translate.js";
import { behaviorOf, fieldsOf, RESULTS, SOURCES, summaryOf } from "./behavior.js";
import { describeProblems } from "../text/describe.js";

const REASONS = ["", "Error", "OOMKilled", "ContainerCannotRun", "StartError"];
/** Problems said at once; they are about one container. */
const MOST_PROBLEMS = 4;

/**
 * @param {HTMLDialogElement} dialog  templates/scenarios/_behaviors.html
 * @param {{ask: (change?: object) => Promise<object>, change: (text: string) => void}} options
 *   `ask` gets the containers of the text, after a change if one is given; `change` puts a text into the editor
 */
export function createBehaviorDialog(dialog, { ask, change }) {
  const part = (name) => dialog.querySelector(`[data-part="${name}"]`);
  let openAddress = null;

  async function load(wanted, done) {
    const answer = await ask(wanted);
    const problems = (answer.problems ?? []).slice(0, MOST_PROBLEMS);
    setText(part("message"), describeProblems(problems));
    if (problems.length) return setText(part("status"), "");
    if (wanted) change(answer.text);
    draw(answer);
    const { containers, more } = answer;
    const count = [tn("{count} container", "{count} containers", containers.length), more ? t("and {count} more that are not shown", { count: more }) : ""].filter(Boolean).join(", ");
    setText(part("status"), done ? `${done} ${t("Ctrl-Z in the editor takes it back.")}` : count);
  }

  function draw({ containers }) {
    openAddress ??= containers[0]?.address ?? null;
    part("list").replaceChildren(...containers.map(itemOf));
  }

  function itemOf(item) {
    const fields = fieldsOf(item);
    const { address, type, command, sources } = item;
    function to(behavior, done) {
      openAddress = address;
      return load({ address, behavior }, done);
    }
    const write = () => to(behaviorOf(fields, item), t("Written: what {address} does.", { address }));
    const reset = () => to(null, t("Taken out: what the Scenario said of {address}.", { address }));
    return el(
      "li",
      null,
      el(
        "details",
        { name: "container", open: address === openAddress },
        el("summary", null, el("code", null, address), el("span", { class: "muted" }, ` ${typeWord(type)} · ${summaryOf(item)} · ${sourceOf(sources.runs)}`)),
        command ? el("p", { class: "muted" }, `${t("Its command:")} `, el("code", null, command)) : null,
        runRows(fields, sources),
        sigtermRow(fields),
        ...Object.entries(fields.probes).map(([probe, windows]) => windowRows(probe, windows, sources)),
        ...Object.entries(fields.hooks).map(([name, hook]) => hookRow(name, hook, sources)),
        memoryRows(fields, sources),
        el(
          "div",
          { class: "form-actions" },
          el("button", { type: "button", class: "button primary", onclick: write }, t("Write it into the text")),
          Object.values(sources).includes("scenario") ? el("button", { type: "button", class: "button", onclick: reset }, t("Take out what the Scenario says")) : null,
        ),
      ),
    );
  }

  return {
    open() {
      openAddress = null;
      part("list").replaceChildren();
      setText(part("status"), t("Reading the text …"));
      dialog.showModal();
      return load();
    },
  };
}

// -- the fields ------------------------------------------------------------------------------------------------------------------

const sourceOf = (source) => (source in SOURCES ? t(SOURCES[source]) : "");
/** Results are words; reasons are Kubernetes' own. */
const words = (value) => (RESULTS.includes(value) ? t(value) : value);

function field(label, holder, name, hint) {
  const keep = ({ target }) => (holder[name] = target.value);
  return el("label", null, `${label} `, el("input", { type: "text", value: holder[name], size: name === "exitCode" ? 3 : 8, spellcheck: "false", autocomplete: "off", placeholder: hint, oninput: keep }));
}

function choice(label, holder, name, values) {
  const options = values.map((value) => el("option", { value, selected: holder[name] === value }, words(value) || t("by the exit code")));
  return el("label", null, `${label} `, el("select", { onchange: ({ target }) => (holder[name] = target.value) }, ...options));
}

function group(legend, source, ...content) {
  return el("fieldset", null, el("legend", null, legend, source ? el("span", { class: "muted" }, ` ${source}`) : null), ...content);
}

/** A list of rows that can grow and shrink. `make` is a new row's values, `draw` its fields. */
function rows(legend, source, list, make, draw) {
  const body = el("div", { class: "rows" });
  function redraw() {
    const add = el("button", { type: "button", class: "text-button", onclick: () => (list.push(make()), redraw()) }, list.length ? t("Add another") : t("Add one"));
    body.replaceChildren(...list.map(rowOf), add);
  }
  function rowOf(each, index) {
    const remove = { type: "button", class: "button quiet icon-button", "aria-label": t("Remove row {number} of {list}", { number: index + 1, list: legend }), onclick: () => (list.splice(index, 1), redraw()) };
    return el("div", { class: "row" }, ...draw(each, index), el("button", remove, "✕"));
  }
  redraw();
  return group(legend, source, body);
}

function runRows({ runs }, sources) {
  const draw = (run, index) => [
    el("span", { class: "muted" }, index === runs.length - 1 ? t("Start {number} and later", { number: index + 1 }) : t("Start {number}", { number: index + 1 })),
    field(t("runs for"), run, "duration", "5s, forever"),
    field(t("exit code"), run, "exitCode", "0"),
    choice(t("reason"), run, "reason", REASONS),
  ];
  return rows(t("Runs"), sourceOf(sources.runs), runs, () => ({ duration: "10s", exitCode: "0", reason: "" }), draw);
}

function sigtermRow({ sigterm }) {
  const after = el("span", { class: "row", hidden: sigterm.ignore }, field(t("ends after"), sigterm, "exitAfter", "500ms"), field(t("exit code"), sigterm, "exitCode", "0"));
  const switched = ({ target }) => {
    sigterm.ignore = target.checked;
    after.hidden = target.checked;
  };
  const ignores = el("label", null, el("input", { type: "checkbox", checked: sigterm.ignore, onchange: switched }), ` ${t("ignores it")}`);
  return group(t("On SIGTERM"), "", el("div", { class: "row" }, ignores, after));
}

function windowRows(probe, windows, sources) {
  const make = () => (windows.length ? { from: "60s", result: "failure" } : { from: "0s", result: "success" });
  return rows(t("{probe} probe", { probe }), sourceOf(sources[probe]), windows, make, (window) => [field(t("from"), window, "from", "0s"), choice(t("result"), window, "result", RESULTS)]);
}

function hookRow(name, hook, sources) {
  const source = sourceOf(sources[name === "postStart" ? "post_start" : "pre_stop"]);
  return group(t("{hook} hook", { hook: name }), source, el("div", { class: "row" }, field(t("takes"), hook, "duration", "2s"), choice(t("result"), hook, "result", ["success", "failure"])));
}

function memoryRows({ memory }, sources) {
  const make = () => ({ from: memory.length ? "30s" : "0s", value: "50Mi" });
  return rows(t("Memory"), sourceOf(sources.memory), memory, make, (level) => [field(t("from"), level, "from", "0s"), field(t("uses"), level, "value", "50Mi")]);
}
