/** What does the server say of the text? Its check while it is written, Run, and a change of version or gates. All answer with every problem, or with none. */

import { t } from "../text/translate.js";

/** An answer that never came, in words for the reader. */
export class Unreachable extends Error {}

export function tokenOf(form) {
  return form.querySelector('input[name="csrfmiddlewaretoken"]').value;
}

async function post(url, options) {
  try {
    return await fetch(url, { method: "POST", credentials: "same-origin", ...options });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Unreachable(t("The server cannot be reached. Your text is still here; try again in a moment."));
  }
}

async function answerOf(response) {
  try {
    return await response.json();
  } catch {
    throw new Unreachable(t("The server answered with an error ({status}). Your text is still here.", { status: response.status }));
  }
}

function jsonHeaders(form) {
  return { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": tokenOf(form) };
}

/** @returns {Promise<{problems: Array, warnings: Array, not_simulated: Array, kubernetes: string|null, gates: object|null, ms: number}>} */
export async function check(form, url, { text, name }, signal) {
  return answerOf(await post(url, { headers: jsonHeaders(form), body: JSON.stringify({ text, name }), signal }));
}

/**
 * The same text with another version or other gates (null: the version's default).
 *
 * @returns {Promise<{text: string, kubernetes: string, gates: object} | {problems: Array}>}
 */
export async function edit(form, url, { text, kubernetes, gates: wanted }) {
  return answerOf(await post(url, { headers: jsonHeaders(form), body: JSON.stringify({ text, kubernetes, gates: wanted }) }));
}

/**
 * What each container does; with a `change` ({address, behavior}) after the text was changed.
 *
 * @returns {Promise<{text: string, containers: Array, more: number} | {problems: Array}>}
 */
export async function behaviors(form, url, text, change = {}) {
  return answerOf(await post(url, { headers: jsonHeaders(form), body: JSON.stringify({ text, ...change }) }));
}

/** What the server makes of a text and a wish about it; `problems` in the answer if it refuses. */
export async function edited(form, url, wish) {
  return answerOf(await post(url, { headers: jsonHeaders(form), body: JSON.stringify(wish) }));
}

/** The book of reasons of a run: of one that has a link by its address, else by its text. @returns {Promise<Response>} */
export function askForBook({ whyUrl, bookUrl, text }) {
  if (whyUrl) return fetch(whyUrl, { credentials: "same-origin", headers: { Accept: "application/json" } });
  return post(bookUrl, { headers: jsonHeaders(document), body: JSON.stringify({ text }) });
}

/** The same text with a piece of advice followed. @returns {Promise<{text: string} | {problems: Array}>} */
export async function follow(form, url, { text, advice }) {
  return answerOf(await post(url, { headers: jsonHeaders(form), body: JSON.stringify({ text, advice }) }));
}

/** Every feature gate in every version; see gates.js. */
export async function gates(url) {
  try {
    return await answerOf(await fetch(url, { credentials: "same-origin", headers: { Accept: "application/json" } }));
  } catch (error) {
    if (error instanceof Unreachable) throw error;
    throw new Unreachable(t("The server cannot be reached, so the gates cannot be listed. Try again in a moment."));
  }
}

/** Which fields can be written where; see completion.js. null where the server cannot be reached: then nothing is offered. */
export async function fields(url) {
  try {
    const response = await fetch(url, { credentials: "same-origin", headers: { Accept: "application/json" } });
    return response.ok ? await response.json() : null;
  } catch {
    return null;
  }
}

/** @returns {Promise<{url: string} | {problems: Array}>} */
export async function run(form, url, { text, name, parent }) {
  const body = new URLSearchParams({ text, name, parent });
  const response = await post(url, { headers: { Accept: "application/json", "X-CSRFToken": tokenOf(form) }, body });
  const answer = await answerOf(response);
  if (!answer.url && !answer.problems) throw new Unreachable(t("The server answered with an error ({status}). Your text is still here.", { status: response.status }));
  return answer;
}
