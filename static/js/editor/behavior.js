/**
 * What does a container do, as the fields of a form, and back as the contract writes it? Pure.
 *
 * Lists become rows of texts, so that whatever somebody types is kept; the server says what is wrong with it.
 */

import { later, t, tn } from "../text/translate.js";

/** Words for where a behavior was found. */
export const SOURCES = { scenario: later("from the Scenario"), annotation: later("from an annotation of the pod"), command: later("from its command"), role: later("from its role") };

export const RESULTS = [later("success"), later("failure"), later("timeout"), later("error")];
const PROBES = ["startup", "readiness", "liveness"];
const HOOKS = { post_start: "postStart", pre_stop: "preStop" };
/** Parts of a behavior that the form has no fields for, and the contract's names. */
const OTHERS = { disk: "disk", on_sidecar_gone: "onSidecarGone" };

/**
 * @param {object} item  a container as the server lists it
 * @returns {object} runs, sigterm, probes, hooks, memory: the form's fields
 */
export function fieldsOf({ behavior, parts }) {
  const sigterm = behavior.onSIGTERM ?? {};
  const probes = PROBES.filter((probe) => parts.includes(probe));
  const hooks = Object.keys(HOOKS).filter((part) => parts.includes(part));
  return {
    runs: (behavior.runs ?? []).map(({ duration, exitCode, reason }) => ({ duration: String(duration), exitCode: String(exitCode ?? 0), reason: reason ?? "" })),
    sigterm: { ignore: sigterm === "ignore", exitAfter: sigterm.exitAfter ?? "500ms", exitCode: String(sigterm.exitCode ?? 0) },
    probes: Object.fromEntries(probes.map((probe) => [probe, (behavior[probe] ?? []).map(({ from, result }) => ({ from, result }))])),
    hooks: Object.fromEntries(hooks.map((part) => [HOOKS[part], hookOf(behavior[HOOKS[part]])])),
    memory: (behavior.memory ?? []).map(({ from, value }) => ({ from, value: String(value) })),
  };
}

function hookOf(hook) {
  return { duration: hook?.duration ?? "", result: hook?.result ?? "success" };
}

/**
 * The behavior to write: what the Scenario says already, and what the form says otherwise than before. The rest goes on coming from where it came from: a script
 * that nobody touched stays a script.
 *
 * @param {object} fields as of `fieldsOf`, edited
 * @param {object} item   the container as it was listed
 */
export function behaviorOf(fields, item) {
  const before = fieldsOf(item);
  const said = (part) => item.sources[part] === "scenario";
  const made = {};
  if (said("runs") || said("on_sigterm") || !same([fields.runs, fields.sigterm], [before.runs, before.sigterm])) {
    made.runs = fields.runs.map(({ duration, exitCode, reason }) => ({ duration, exitCode: whole(exitCode), ...(reason ? { reason } : {}) }));
    made.onSIGTERM = fields.sigterm.ignore ? "ignore" : { exitAfter: fields.sigterm.exitAfter, exitCode: whole(fields.sigterm.exitCode) };
  }
  for (const [probe, windows] of Object.entries(fields.probes)) {
    if (windows.length && (said(probe) || !same(windows, before.probes[probe]))) made[probe] = windows;
  }
  for (const [part, name] of Object.entries(HOOKS)) {
    const hook = fields.hooks[name];
    if (hook?.duration && (said(part) || !same(hook, before.hooks[name]))) made[name] = hook;
  }
  if (fields.memory.length && (said("memory") || !same(fields.memory, before.memory))) made.memory = fields.memory;
  for (const [part, name] of Object.entries(OTHERS)) if (said(part)) made[name] = item.behavior[name];
  return made;
}

/** One line for the list: what it does, in short. */
export function summaryOf({ behavior, sources }) {
  if (sources.runs === "command") return t("runs its script");
  const [first, ...more] = behavior.runs ?? [];
  if (!first) return "";
  const run = first.duration === "forever" ? t("runs for ever") : t("ends after {time} with {code}", { time: first.duration, code: first.exitCode ?? 0 });
  const again = more.length ? tn("then {count} more run", "then {count} more runs", more.length) : "";
  return [run, again, behavior.onSIGTERM === "ignore" ? t("ignores SIGTERM") : ""].filter(Boolean).join(", ");
}

/** A number where it is one; the server says what is wrong with anything else. */
function whole(text) {
  return /^-?\d+$/.test(text.trim()) ? Number(text) : text;
}

function same(a, b) {
  return JSON.stringify(a) === JSON.stringify(b);
}
