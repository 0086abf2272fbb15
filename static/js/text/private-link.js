/**
 * How does a whole text go into a link? `#v1:` and the text, deflated, in base64url. Browsers do not send what follows the `#`, so a server never gets it.
 * The prefix names the form, so that there may be another one some day. Pure.
 */

import { t } from "./translate.js";

export const PREFIX = "#v1:";

/** As long as a text that can be run; whoever puts more into a link wants to fill somebody's memory. */
export const MOST_BYTES = 1 << 20;
/** Chat programs and mail cut longer ones; browsers take them. */
export const LONG_CHARACTERS = 2000;

const LETTERS = 0x8000;

/** A fragment that is no text, in words for the reader. */
export class UnreadableLink extends Error {}

/** @param {string} text  @returns {Promise<string>} the fragment, with its `#` */
export async function encodePrivate(text) {
  const packed = await everything(new Blob([text]).stream().pipeThrough(new CompressionStream("deflate-raw")), Infinity);
  let binary = "";
  for (let start = 0; start < packed.length; start += LETTERS) binary += String.fromCharCode(...packed.subarray(start, start + LETTERS));
  return PREFIX + btoa(binary).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

/** @param {string} fragment with its `#`  @returns {Promise<string>} the text; rejects with UnreadableLink */
export async function decodePrivate(fragment, mostBytes = MOST_BYTES) {
  if (!fragment.startsWith(PREFIX)) throw new UnreadableLink(t("This link has another form than this version of nodeviz can read."));
  const packed = fromBase64url(fragment.slice(PREFIX.length));
  try {
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
    return new TextDecoder("utf-8", { fatal: true }).decode(await everything(stream, mostBytes));
  } catch (error) {
    if (error instanceof UnreadableLink) throw error;
    throw new UnreadableLink(t("This link is damaged: a part of it may have been cut off."));
  }
}

function fromBase64url(letters) {
  try {
    return Uint8Array.from(atob(letters.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
  } catch {
    throw new UnreadableLink(t("This link is damaged: a part of it may have been cut off."));
  }
}

/** Read a stream to its end, or to the limit: a few kilobytes can be deflated from gigabytes, so nothing is kept beyond it. */
async function everything(stream, mostBytes) {
  const pieces = [];
  let length = 0;
  for (const reader = stream.getReader(); ; ) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > mostBytes) {
      reader.cancel().catch(() => {});
      throw new UnreadableLink(t("The text in this link is larger than what can be run."));
    }
    pieces.push(value);
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
