/** A part whose module is loaded when it is first needed, and that is kept. Without a connection it cannot be had; the next need tries again. */

/**
 * @template M, T
 * @param {() => Promise<M>} load  the module
 * @param {(module: M) => T} make  the part
 * @returns {(use: (part: T) => void, missing?: () => void) => Promise<void>} `missing` is called where the module does not arrive
 */
export function lazily(load, make) {
  let loading = null;
  let part;
  return async (use, missing = () => {}) => {
    if (part === undefined) {
      try {
        const module = await (loading ??= load());
        part ??= make(module);
      } catch (error) {
        loading = null;
        // What a browser throws for a module that does not arrive.
        if (!/dynamically imported module|Importing a module script failed/.test(error.message)) throw error;
        return missing();
      }
    }
    use(part);
  };
}
