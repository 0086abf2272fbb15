/** Where do a run's messages come from? A stored run has a websocket, which is joined again when it is lost; a try is the body of one answer, and is never stored. */

import { openSocket } from "./socket.js";
import { t } from "../text/translate.js";
import { isOver } from "./store.js";

/**
 * @param {object} model see model.js; or only what keeps a run, see createWhole in recording.js
 * @param {{path: string, onNews: () => void, onLink: (link: string) => void, onReload: () => void}} options
 * @returns {{close: () => void}}
 */
export function openRun(model, { path, onNews, onLink, onReload }) {
  const socket = openSocket({ path, greeting: () => ({ op: "join", from: model.store.wanted }), onMessage, onLink });

  function onMessage(message) {
    const wish = model.receive(message);
    if (wish === "reload") return onReload();
    if (wish === "rejoin") return socket.join();
    if (wish === "over") socket.close();
    onNews();
  }

  return socket;
}

/**
 * Have a text computed without a link.
 *
 * @param {object} model
 * @param {{url: string, token: string, text: string, onNews: () => void, onLink: (link: string) => void, onRefused: (problems: Array) => void}} options
 * @returns {{close: () => void}} closing it cancels the computation
 */
export function openTry(model, { url, token, text, onNews, onLink, onRefused }) {
  const cancelled = new AbortController();
  onLink("connecting");
  read().catch(() => {
    if (!cancelled.signal.aborted) onLink("lost");
  });

  async function read() {
    const headers = { "Content-Type": "application/json", Accept: "application/x-ndjson, application/json", "X-CSRFToken": token };
    const response = await fetch(url, { method: "POST", credentials: "same-origin", headers, body: JSON.stringify({ text }), signal: cancelled.signal });
    if (!response.ok) return refuse((await response.json()).problems);
    onLink("open");
    for await (const line of linesOf(response.body)) {
      if (cancelled.signal.aborted) return;
      model.receive(JSON.parse(line));
      onNews();
    }
    if (!isOver(model.run.status)) onLink("lost");
  }

  /** Nothing will come of this text: that is a state like any other. */
  function refuse(problems) {
    onLink("open");
    model.receive(["s", "failed", { error: problems[0].line ? t("The text has problems; they are listed beside it.") : problems[0].message }]);
    onRefused(problems);
  }

  return { close: () => cancelled.abort() };
}

/** The lines of a stream of bytes, as they come. */
export async function* linesOf(stream) {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    const lines = (rest + value).split("\n");
    rest = lines.pop();
    yield* lines.filter(Boolean);
  }
  if (rest) yield rest;
}
