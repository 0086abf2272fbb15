/** What does a secret look like, and what only looks like one? The tables of secrets.js. Pure. */

import { later } from "./translate.js";

/**
 * Forms that nothing else has. With a group, the group is the secret. Each begins where nothing of its kind stands before it: looked for at each letter of a
 * long word, it would take quadratic time.
 */
export const TOKENS = [
  { name: later("AWS access key"), form: /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g },
  { name: later("GitHub token"), form: /\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{22,})\b/g },
  { name: later("GitLab token"), form: /\bglpat-[\w-]{20,}/g },
  { name: later("Slack token"), form: /\bxox[abeoprs]-[\w-]{10,}/g },
  { name: later("Google API key"), form: /\bAIza[\w-]{35}\b/g },
  { name: later("Stripe key"), form: /\b[rs]k_live_[A-Za-z0-9]{16,}\b/g },
  { name: later("npm token"), form: /\bnpm_[A-Za-z0-9]{36}\b/g },
  { name: later("JSON Web Token"), form: /(?<![\w-])eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}/g },
  { name: later("password in an address"), form: /(?<![a-z0-9+.-])[a-z][a-z0-9+.-]*:\/\/[^\s:@/'"]*:([^\s@/'"]+)@/gi },
];

/**
 * The word stands last: `passwordFile` and `secretName` say where a secret is, and not what. `password` may follow anything; `token` and the like stand alone,
 * or after a dash or a small letter, for a compass is no pass.
 */
const AT_THE_END = /(?:passw(?:or)?d|passphrase)$|(?:^|[-_.])(?:pass|pwd|secret|token|credentials?|(?:api|access|private|secret|signing|encryption|auth)[-_.]?key)$/i;
const CAMEL_END = /[a-z0-9](?:Secret|Token|Credentials?|ApiKey|AccessKey|PrivateKey|SecretKey)$/;

/** Is this the name of something that is nobody's business? */
export function namesSecret(name) {
  return AT_THE_END.test(name) || CAMEL_END.test(name);
}

const NONE = [
  // Nothing, or a word of YAML.
  /^(?:|null|~|true|false|yes|no|none|\d{1,4})$/i,
  // What people write where a secret will stand.
  /^(?:change[-_ ]?me.*|replace[-_ ]?me.*|to-?do|dummy|redacted|placeholder|example|sample|test(?:ing)?|foo|bar|default|my-?(?:password|secret|token)|your[-_ ].*|pass(?:word)?|secret|token|user(?:name)?)$/i,
  /example|placeholder/i,
  /^(.)\1*$/,
  // A variable that is put in later, by a shell, by Kubernetes or by a template; an alias or a function of a program.
  /^\$[({]?\w|^\$\(|^<.*>$|^\{\{.*\}\}|\{\{.*\}\}$|^%\w+%$|^__\w+__$|^@\w+@$/,
  // Where a secret is: a path, a file.
  /^(?:\/|\.\/|~\/|file:|vault:|secretref:|[\w-]+\/[\w./-]+$)/i,
];

/** Is it a stand-in, a reference, or no value at all? */
export function looksLikeNone(value) {
  return NONE.some((form) => form.test(value.trim()));
}
