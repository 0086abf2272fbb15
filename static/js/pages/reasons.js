/** The book of reasons of this run: fetched when the first bar is selected, kept from then on. Without it the records still say what happened. */

export function createReasons(url, { onLoaded }) {
  let book = null;
  let asked = false;

  return {
    /** null until it is there. */
    get book() {
      if (!asked) load();
      return book;
    },
  };

  async function load() {
    asked = true;
    try {
      const response = await fetch(url, { credentials: "same-origin", headers: { Accept: "application/json" } });
      if (!response.ok) return;
      book = await response.json();
      onLoaded();
    } catch {
      // Offline: the next selection asks again.
      asked = false;
    }
  }
}
