/**
 * What is each feature gate in the chosen version, and what would switching it mean? Pure: the table that `/gates` answers and what the text chooses, to rows.
 *
 * The rule of values is that of the simulator's feature_gates.py: a gate named by itself wins over AllAlpha and AllBeta, and what is locked stays on.
 */

import { later, t } from "../text/translate.js";

/**
 * @typedef {object} Row
 * @property {string} name
 * @property {string} effect
 * @property {string} stage     in the chosen version
 * @property {boolean} on
 * @property {boolean} isChanged  is it something else than the version has it by default?
 * @property {boolean} isSet      does the text name it?
 * @property {boolean} isPlanned
 * @property {string} reason    why it cannot be switched, or what is wrong with it; empty when nothing is
 * @property {boolean} isFixed  switching it would do nothing
 * @property {boolean|null} next what the text must say after a switch; null: nothing
 */

/**
 * The gates that the version has, and those that the text names although it has them not.
 *
 * @param {{gates: Array<{name: string, effect: string, versions: object}>}} table
 * @param {{kubernetes: string, gates: Object<string, boolean>}} chosen
 * @returns {Row[]}
 */
export function rowsOf(table, { kubernetes, gates }) {
  return table.gates.filter(({ name, versions }) => versions[kubernetes] || name in gates).map((gate) => rowOf(gate, kubernetes, gates));
}

function rowOf({ name, effect, versions }, kubernetes, gates) {
  const facts = versions[kubernetes];
  const isSet = name in gates;
  if (!facts) {
    const reason = t("Kubernetes {version} does not know this gate: the kubelet would not start with it. Switch it off to take it out of the text.", { version: kubernetes });
    return { name, effect, stage: later("unknown"), on: gates[name], isChanged: true, isSet, isPlanned: false, reason, isFixed: false, next: null };
  }
  const byDefault = groupOf(facts.stage, gates) ?? facts.default;
  const on = facts.locked ? true : (gates[name] ?? byDefault);
  return {
    name,
    effect,
    stage: facts.stage,
    on,
    isChanged: on !== facts.default,
    isSet,
    isPlanned: facts.stage === "not yet in Kubernetes",
    reason: facts.locked ? t("Stable and locked on in Kubernetes {version}: it cannot be switched off.", { version: kubernetes }) : "",
    isFixed: facts.locked && !isSet,
    next: facts.locked || !on === byDefault ? null : !on,
  };
}

/** What AllAlpha or AllBeta makes of a gate; undefined where they say nothing. */
function groupOf(stage, gates) {
  if (stage === "alpha") return gates.AllAlpha;
  if (stage === "beta" || stage === "beta, off") return gates.AllBeta;
  return undefined;
}

/** Rows with every word of the query in their name, stage or effect. */
export function matching(rows, query) {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  return rows.filter(({ name, stage, effect }) => words.every((word) => `${name} ${stage} ${effect}`.toLowerCase().includes(word)));
}

/** The effect as a line of its own: a word begins with a capital, the name of a field does not. */
export function sentence(effect) {
  return /^[a-z]+ /.test(effect) ? effect[0].toUpperCase() + effect.slice(1) : effect;
}
