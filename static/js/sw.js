/**
 * What is there of a lesson or a room when the network is not? The service worker of these pages alone (they register it for their own addresses): the page, its
 * static files and the lesson's pack are loaded once, and come from here when the network is away or slow. Browsers have service workers over https and on
 * localhost only: a classroom that is served by a laptop over plain http does without.
 *
 * RELEASE stands above this text when the server sends it (nodeviz/service_worker.py): another release of the static files is another service worker.
 */

const CACHE = `nodeviz-${RELEASE}`;
/** The only pages that are kept. Nothing is kept of any other address, of what is posted, or of what is asked for while the page is used. */
const PAGE = /^\/(?:lessons\/[\w-]+|r\/[A-Z0-9]{6})$/;
/** A name that carries a hash of its content never means anything else. */
const HASHED = /^\/static\/.+\.[0-9a-f]{12}(?:\.\w+)+$/;
/** A network that has not answered by then is as good as none, if there is something to show instead. */
const SLOW_MS = 4000;

self.addEventListener("activate", (event) => event.waitUntil(begin()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (HASHED.test(url.pathname)) event.respondWith(fileOf(request));
  else if (request.mode === "navigate" && PAGE.test(url.pathname)) event.respondWith(pageOf(event));
});

// A page whose first visit this is was loaded before there was a service worker: it says what it consists of.
self.addEventListener("message", (event) => {
  const { data, ports } = event;
  event.waitUntil(Promise.all((data.keep ?? []).map(keep)).then(() => ports[0]?.postMessage("kept")));
});

/** Caches of other releases go. */
async function begin() {
  for (const name of await caches.keys()) if (name.startsWith("nodeviz-") && name !== CACHE) await caches.delete(name);
  await self.clients.claim();
}

/** The cache first: what is in it is what the network would send. */
async function fileOf(request) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(request.url, { ignoreVary: true });
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.status === 200) await cache.put(request.url, answer.clone());
  return answer;
}

/** The network first; the page as it was if there is none, or a slow one. */
async function pageOf(event) {
  const cache = await caches.open(CACHE);
  const address = event.request.url.split(/[?#]/)[0];
  const kept = await cache.match(address, { ignoreVary: true });
  const answer = fetch(event.request);
  event.waitUntil(answer.then((fresh) => settle(cache, address, fresh.clone())).catch(() => undefined));
  if (!kept) return answer;
  const slow = new Promise((late) => setTimeout(late, SLOW_MS));
  const first = await Promise.race([answer, slow]).catch(() => undefined);
  return first && first.status < 500 ? first : kept;
}

/** A page that is gone is gone from here, too. */
async function settle(cache, address, answer) {
  if (answer.status === 200 && !answer.redirected) return cache.put(address, answer);
  if (answer.status === 404 || answer.status === 410) return cache.delete(address);
  return undefined;
}

async function keep(address) {
  const url = new URL(address, location.origin);
  if (url.origin !== location.origin || !(HASHED.test(url.pathname) || PAGE.test(url.pathname))) return;
  const cache = await caches.open(CACHE);
  if (await cache.match(url.href, { ignoreVary: true })) return;
  // The browser's own cache has it from a moment ago.
  const answer = await fetch(url.href, { cache: "force-cache" });
  if (answer.status === 200) await cache.put(url.href, answer);
}
