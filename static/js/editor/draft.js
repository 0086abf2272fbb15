/** Does the text survive a reload? Each page keeps its own draft in this browser; the server never sees it. */

/** A storage may be full or forbidden; then the draft is lost with the page, and nothing else. */
export function createDraft(path, storage = globalThis.localStorage) {
  const key = `nodeviz.draft:${path}`;
  const guarded = (act) => {
    try {
      return act();
    } catch {
      return null;
    }
  };
  return {
    load: () => guarded(() => storage.getItem(key)),
    save: (text) => guarded(() => storage.setItem(key, text)),
    clear: () => guarded(() => storage.removeItem(key)),
  };
}
