/** What do records, bars and marks say in words? The one wording for tooltip, details, tables and announcements. Pure. */

import { formatDuration, formatInstant } from "../time/format.js";
import { later, t } from "./translate.js";

/** Instants in texts have milliseconds: neighbours are often that close. */
export const DECIMALS = 3;

/** One line for a record of any layer. */
export function describeRecord(record) {
  return (SAY[record.layer] ?? sayOther)(record).replace(/\s+/g, " ").trim();
}

const SAY = {
  runtime: ({ call, detail, exit_code: code, reason }) =>
    [call === "signal" ? t("{signal} sent", { signal: detail }) : call === "exit event" ? t("Process ended") : call, call !== "signal" && detail ? `(${detail})` : "", exitWords(code, reason)].join(" "),
  hook: ({ hook, call }) => t("{hook} hook {call}", { hook, call }),
  probe: ({ probe, result, count, threshold }) => [t("{probe} probe: {result}", { probe: capital(probe), result: t(result) }), count ? t("({count} of {all})", { count, all: threshold }) : ""].join(" "),
  kubelet: ({ call, delay, until, detail }) =>
    call === "backoff" ? t("Back-off of {length}, until {time}", { length: formatDuration(delay), time: formatInstant(until, DECIMALS) }) : `${call} ${detail ?? ""}`,
  status: ({ object, field, from, to, reason }) =>
    field === "watch" ? `${object}: ${to}` : `${object}: ${field} ${from === null || from === undefined ? "" : `${from} →`} ${to === "" ? "–" : to}${reason && !String(to).endsWith(reason) ? ` (${reason})` : ""}`,
  event: ({ reason, message }) => `${reason}: ${message}`,
  image: ({ op, image, object, bytes, total }) => [t("Image {image}: {op}", { image: image ?? object, op }), total ? t("{part} of {whole}", { part: formatBytes(bytes), whole: formatBytes(total) }) : ""].join(" "),
  end: ({ reason }) => t("End of the run: {reason}", { reason }),
};

function sayOther(record) {
  const { layer, call, detail } = record;
  return [capital(layer), call, detail].filter(Boolean).join(": ");
}

function exitWords(code, reason) {
  if (code === undefined) return "";
  return `${t("with exit code {code}", { code })}${reason ? ` (${reason})` : ""}`;
}

export function formatBytes(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  const power = Math.min(4, Math.floor(Math.log2(bytes) / 10));
  return `${Number((bytes / 1024 ** power).toPrecision(3))} ${["B", "KiB", "MiB", "GiB", "TiB"][power]}`;
}

const TYPES = { pod: later("Pod"), init: later("Init container"), sidecar: later("Sidecar"), main: later("Container"), ephemeral: later("Ephemeral container") };

/** In one word, for lists. */
export function typeWord(type) {
  return t({ init: later("init"), sidecar: later("sidecar"), main: later("main"), ephemeral: later("ephemeral") }[type] ?? type);
}

/** `Sidecar log-sender`. */
export function describeRow({ type, name }) {
  return `${t(TYPES[type] ?? capital(type))} ${name}`;
}

/** What is to be said of a span, as [label, value] pairs. */
export function describeSpan(span, palette, nowS) {
  const open = span.endS === null || span.endS > nowS;
  const endS = open ? nowS : span.endS;
  const reason = span.state.split(":")[1] ?? "";
  const { label } = palette.state(span.state);
  const pairs = [[t("State"), label]];
  if (reason && /^[A-Z]/.test(reason) && reason !== label) pairs.push([t("Reason"), reason]);
  pairs.push([t("From"), formatInstant(span.startS, DECIMALS)]);
  pairs.push([t("To"), open ? t("{time}, goes on", { time: formatInstant(nowS, DECIMALS) }) : formatInstant(endS, DECIMALS)]);
  pairs.push([t("Duration"), formatDuration(endS - span.startS)]);
  if (span.attempt > 0) pairs.push([t("Instance"), t("{number} (restarted {count}×)", { number: span.attempt + 1, count: span.attempt })]);
  if (span.state.startsWith("terminated") && span.exitCode !== null) pairs.push([t("Exit code"), String(span.exitCode)]);
  return pairs;
}

/** The records that led to this one, the nearest first. */
export function causes(records, seq, limit = 6) {
  const chain = [];
  for (let record = records[seq]; record && chain.length < limit; record = records[record.because]) {
    chain.push(record);
    if (record.because === undefined || record.because >= record.seq) break;
  }
  return chain;
}

/** What the API says to explain this span; empty if it says nothing. */
export function apiMessage(records, row, span) {
  const untilS = span.endS ?? Infinity;
  const subject = row.type === "pod" ? "pod" : row.name;
  for (let seq = span.seq; seq < records.length && records[seq].t <= untilS && seq < span.seq + FAR; seq += 1) {
    const { layer, pod, object, field, message } = records[seq];
    if (layer === "status" && pod === row.pod && object === subject && message && (field === "state" || field === "phase")) return message;
  }
  return "";
}

/** Records between what happened and what the API says of it. */
const FAR = 400;

/** Why a span began, in one line. */
export function describeCause(records, row, span) {
  const first = records[span.seq];
  return first ? apiMessage(records, row, span) || describeRecord(first) : "";
}

function capital(word) {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

/** What is wrong with a text, a line each. */
export function describeProblems(problems) {
  return problems.map(({ path, message, hint }) => [path, message, hint && `(${hint})`].filter(Boolean).join(" ")).join("\n");
}
