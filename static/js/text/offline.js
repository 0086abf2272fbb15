/**
 * How does a page stay usable without a network? It registers the service worker (js/sw.js) for its own kind of pages, and tells it what it has loaded already.
 * Browsers have service workers over https and on localhost only; elsewhere nothing happens.
 */

/** @param {string} scope the beginning of the addresses of these pages: "/lessons/" or "/r/" */
export async function keepForOffline(scope) {
  if (!navigator.serviceWorker) return;
  try {
    const registration = await navigator.serviceWorker.register("/sw.js", { scope });
    const worker = await activeOf(registration);
    const loaded = performance.getEntriesByType("resource").map(({ name }) => name);
    const heard = new MessageChannel();
    heard.port1.onmessage = () => (document.documentElement.dataset.offline = "ready");
    worker.postMessage({ keep: [location.href.split(/[?#]/)[0], ...loaded] }, [heard.port2]);
  } catch {
    // A browser that forbids it, or a server that went away meanwhile: the page is as good as without.
  }
}

/** Not `navigator.serviceWorker.ready`, which waits for ever when another page's registration covers this one. */
function activeOf(registration) {
  if (registration.active) return registration.active;
  const coming = registration.installing ?? registration.waiting;
  return new Promise((active) => coming.addEventListener("statechange", () => coming.state === "activated" && active(coming)));
}
