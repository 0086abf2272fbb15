/** What is made when it is first needed, and kept. Offline the first need fails; the next one tries again. */

/**
 * @template T
 * @param {() => Promise<T>} load
 * @returns {() => Promise<T>}
 */
export function lazily(load) {
  let made = null;
  return () => {
    made ??= load().catch((error) => {
      made = null;
      throw error;
    });
    return made;
  };
}
