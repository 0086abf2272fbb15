/** What is a state or mark called and how does it look? Reads the server's table (nodeviz/runs/palette.py). Pure. */

/** @param {{families: Array, states: object, marks: object}} table */
export function createPalette(table) {
  const families = new Map(table.families.map((family) => [family.name, family]));
  const known = new Map();

  function find(key) {
    const [first, ...rest] = key.split(":");
    const exact = table.states[key];
    const line = exact ?? table.states[first] ?? Object.values(table.states)[0];
    return { ...line, family: families.get(line.family), label: line.label && exact ? line.label : rest.join(":") || line.label || first };
  }

  return {
    families: [...families.values()],
    markKinds: Object.keys(table.marks),

    family: (name) => families.get(name),

    /** Has this state a line, or at least the state it belongs to? */
    knows: (key) => key in table.states || key.split(":")[0] in table.states,

    /** { family, label, pattern, trouble } of a state key. Unknown reasons look like the state they belong to. */
    state(key) {
      if (!known.has(key)) known.set(key, find(key));
      return known.get(key);
    },

    /** { label, glyph, family (or null), trouble } of a kind of mark. */
    mark(kind) {
      const mark = table.marks[kind] ?? { label: kind, glyph: "diamond-open", trouble: false };
      return { ...mark, family: families.get(mark.family) ?? null };
    },
  };
}
