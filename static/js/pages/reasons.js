/** The book of reasons of a run: fetched when the first bar is selected, kept from then on. Without it the records still say what happened. */

const RETRY_MS = 5000;
/** Sliders make a text with each step; who goes back further has the book fetched again. */
const KEPT_BOOKS = 12;

/** @param {{onLoaded: () => void}} options */
export function createReasons({ onLoaded }) {
  /** By the run's id, or for a try by its text. null: it is on its way. */
  const books = new Map();

  return {
    /** Of the run that a session shows; null until it is there. */
    bookOf(session) {
      const key = session.id ?? session.text;
      if (!books.has(key)) {
        books.set(key, null);
        if (books.size > KEPT_BOOKS) books.delete(books.keys().next().value);
        load(key, session.askForBook());
      }
      return books.get(key);
    },
  };

  async function load(key, asked) {
    try {
      const response = await asked;
      if (!response.ok) throw new Error(response.statusText);
      books.set(key, await response.json());
      onLoaded();
    } catch {
      // Offline, or the server is: asked again by and by, and not in every frame.
      setTimeout(() => books.delete(key), RETRY_MS);
    }
  }
}
