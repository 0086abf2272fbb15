/**
 * Who am I in this room, and is there a connection to it? What makes somebody the same person after a reload lies in this browser, one entry a room; the socket says
 * it at each connection, and the server answers with everything that holds now.
 */

import { openSocket } from "../live/socket.js";

/** Rooms that this browser remembers; the oldest is forgotten first. */
const MOST_ROOMS = 20;
const KEY = "nodeviz.rooms";

/**
 * What this browser knows of its place in a room.
 *
 * @param {string} code
 * @param {Storage} storage
 * @returns {{get: () => {person?: string, key?: string, nickname?: string, token?: string, forks?: Array}, put: (part: object) => void}}
 */
export function createMemory(code, storage) {
  // A browser that keeps nothing still has a page that works until it is reloaded.
  let unkept = {};

  /** Pairs of a code and what is known there, the latest room last. */
  function all() {
    try {
      return JSON.parse(storage.getItem(KEY)) ?? [];
    } catch {
      return [];
    }
  }

  const mine = () => all().find(([room]) => room === code)?.[1] ?? {};

  return {
    get: () => ({ ...mine(), ...unkept }),
    put(part) {
      const others = all().filter(([room]) => room !== code);
      try {
        storage.setItem(KEY, JSON.stringify([...others.slice(1 - MOST_ROOMS), [code, { ...mine(), ...part }]]));
      } catch {
        unkept = { ...unkept, ...part };
      }
    },
  };
}

/** The token of the driver's link; null without one. It is in the fragment, which no browser sends to any server. */
export function tokenIn(hash) {
  return /^#driver=([\w-]{16,})$/.exec(hash)?.[1] ?? null;
}

/**
 * Who has followed the driver's link is the teacher, here, from now on. The token does not stay in the address, which others see on the wall.
 *
 * @param {object} memory see createMemory
 */
export function takeToken(memory) {
  const token = tokenIn(location.hash);
  if (!token) return;
  memory.put({ token });
  history.replaceState(history.state, "", location.pathname + location.search);
}

/** What the server closes a socket with (nodeviz/classroom/room_feed.py), when coming back in the same way would not help. */
const [NOT_YOURS, UNKNOWN_ROOM, RESET, ENDED, REMOVED] = [4403, 4404, 4409, 4410, 4411];
const STRANGER = new Map([[RESET, "reset"], [REMOVED, "removed"], [NOT_YOURS, "token"]]);

/**
 * @param {object} options
 * @param {string} options.path
 * @param {object} options.memory
 * @param {(message: Array) => void} options.onMessage
 * @param {(link: "connecting"|"open"|"lost"|"gone") => void} options.onLink
 * @param {(why: "reset"|"removed"|"token") => void} options.onStranger  this browser is nobody in the room any more: another class has begun, the teacher removed
 *   somebody, or the driver's link was wrong
 * @param {() => void} options.onWrongToken  the driver's link was wrong, and this browser is in the room as who it was before
 */
export function openLink({ path, memory, onMessage, onLink, onStranger, onWrongToken }) {
  let socket = null;

  function open() {
    socket = openSocket({ path, greeting, onMessage: take, onLink: heard, finalCodes: [UNKNOWN_ROOM, ENDED, ...STRANGER.keys()] });
  }

  function greeting() {
    const { token, person, key, nickname } = memory.get();
    return { op: "hello", token, person, key, nickname };
  }

  function take(message) {
    const [kind, body] = message;
    if (kind === "welcome") memory.put({ person: body.me.person ?? undefined, key: body.me.key ?? undefined, nickname: body.me.nickname ?? undefined });
    onMessage(message);
  }

  function heard(link, code) {
    if (code === NOT_YOURS && memory.get().person) {
      memory.put({ token: undefined });
      open();
      onWrongToken();
    } else if (STRANGER.has(code)) {
      memory.put({ person: undefined, key: undefined, nickname: undefined, token: undefined });
      onStranger(STRANGER.get(code));
    } else {
      onLink(link);
    }
  }

  return {
    /** With what this browser knows of itself, or with what it has just learned. */
    open,
    send: (said) => socket?.send(said) ?? false,
    /** The same connection, once more: a name was refused. */
    hello: () => socket.join(),
  };
}
