/**
 * How do messages get here, whatever happens to the connection? The only module that says WebSocket.
 *
 * On every (re)connection it greets: a run's page says which record it wants next, a room's page who it is. The server sends from there. It gives up only when told to.
 */

const FIRST_RETRY_MS = 300;
const LONGEST_RETRY_MS = 8000;
/** A connection that is lost sooner does not count as a success: the pause before the next attempt keeps growing. */
const STABLE_MS = 3000;
/** The server's word for a run or a room that does not exist (any more): asking again will not help. */
const UNKNOWN = 4404;

/**
 * @param {object} options
 * @param {string} options.path        path of the socket on this host
 * @param {() => object} options.greeting what is said first, asked at each connection
 * @param {(message: Array) => void} options.onMessage a decoded message
 * @param {(state: "connecting" | "open" | "lost" | "gone", code?: number) => void} options.onLink how the connection fares
 * @param {number[]} [options.finalCodes] what the server closes with when coming back would not help
 * @param {() => number} [options.random] jitter, so that a room full of tabs does not come back at the same instant
 */
export function openSocket({ path, greeting, onMessage, onLink, finalCodes = [UNKNOWN], random = Math.random }) {
  const url = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${path}`;
  let socket = null;
  let attempts = 0;
  let timer = 0;
  let closed = false;

  function connect() {
    clearTimeout(timer);
    onLink("connecting");
    socket = new WebSocket(url);
    let openedMs = Infinity;
    socket.onopen = () => {
      openedMs = performance.now();
      join();
      onLink("open");
    };
    socket.onmessage = ({ data }) => onMessage(JSON.parse(data));
    socket.onclose = ({ code }) => {
      if (finalCodes.includes(code)) {
        closed = true;
        onLink("gone", code);
      } else {
        lost(performance.now() - openedMs > STABLE_MS);
      }
    };
  }

  function lost(wasStable) {
    if (closed) return;
    attempts = wasStable ? 1 : attempts + 1;
    onLink("lost");
    clearTimeout(timer);
    timer = setTimeout(connect, retryDelayMs(attempts, random()));
  }

  const join = () => send(greeting());

  /** @returns {boolean} whether there was a connection; what is said without one is not kept */
  function send(said) {
    const isOpen = socket?.readyState === WebSocket.OPEN;
    if (isOpen) socket.send(JSON.stringify(said));
    return isOpen;
  }

  function retryNow() {
    if (!closed && (!socket || socket.readyState >= WebSocket.CLOSING)) connect();
  }

  /** Nothing more is heard of this connection. One that is only being made is closed once it is: ended earlier, the browser complains of it. */
  function leave() {
    const left = socket;
    socket = null;
    if (!left) return;
    left.onmessage = left.onclose = null;
    if (left.readyState === WebSocket.CONNECTING) left.onopen = () => left.close();
    else left.close();
  }

  const listening = new AbortController();
  window.addEventListener("online", retryNow, listening);
  // Without this, a laptop without a network shows a live connection until some timeout: even closing it would wait for an answer.
  window.addEventListener("offline", () => {
    leave();
    lost(true);
  }, listening);
  connect();

  return {
    join,
    send,
    retryNow,
    close() {
      closed = true;
      listening.abort();
      clearTimeout(timer);
      leave();
    },
  };
}

/** Doubling pauses, each somewhere between half and all of its length. */
export function retryDelayMs(attempt, chance) {
  const longest = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** (attempt - 1));
  return longest * (0.5 + chance / 2);
}
