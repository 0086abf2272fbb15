/**
 * Whose is the chart when two questions ask for a moment? The one that asked last has it; when it is closed, the one before goes on where it was. Pure.
 */

/**
 * @param {(fn: ((atS: number) => void)|null, options?: {atS?: number, reachS?: number|null}) => void} show  put a request on the chart, or none
 */
export function createPickers(show) {
  /** Owner -> what it asks for; the last one is on the chart. */
  const requests = new Map();
  const last = () => [...requests.values()].at(-1);

  function put() {
    const request = last();
    if (request) show(request.pick, request.options);
    else show(null);
  }

  /** @param {object} owner  who asks  @param {((atS: number) => void)|null} fn  null: no more, which may be said again and again  @param {object} [options]  see `show` */
  return function ask(owner, fn, options = {}) {
    const known = requests.get(owner);
    if (!fn && !known) return;
    const wasShown = known === last();
    requests.delete(owner);
    const request = { options, pick: (atS) => { request.options = { ...request.options, atS }; fn(atS); } };
    if (fn) requests.set(owner, request);
    if (fn || wasShown) put();
  };
}
