/** Does a text become another language's, with its values at their places? And does every text that a reader sees come by? */

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { t, tn, useCatalogue } from "../../static/js/text/translate.js";
import { literalsOf } from "./literals.js";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

function filesUnder(folder, ending) {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .map((path) => ({ name: relative(join(ROOT, folder), path), source: readFileSync(path, "utf8") }));
}

test("English is what the modules say", () => assert.equal(t("Ready after {time}", { time: "3 s" }), "Ready after 3 s"));
test("what has no value stays in its braces", () => assert.equal(t("{a} of {b}", { a: 1 }), "1 of {b}"));
test("a value that looks like a placeholder is not replaced again", () => assert.equal(t("{a} {b}", { a: "{b}", b: 2 }), "{b} 2"));
test("one and many", () => assert.deepEqual([tn("{count} row", "{count} rows", 1), tn("{count} row", "{count} rows", 2)], ["1 row", "2 rows"]));
test("a catalogue changes the words and their order; what it lacks stays English", () => {
  useCatalogue({ "{a} of {b}": "{b}: {a}" });
  assert.deepEqual([t("{a} of {b}", { a: 1, b: 2 }), t("Play")], ["2: 1", "Play"]);
  useCatalogue({});
});

test("a plural has as many forms as the language", () => {
  const slavic = "1022211111".padEnd(100, "1");
  useCatalogue({ "{count} row": "one", "{count} row\n": ["{count} řádek", "{count} řádků", "{count} řádky"] }, `${slavic}${"1".repeat(100)}`);
  const said = [1, 2, 7, 1002].map((count) => tn("{count} row", "{count} rows", count));
  useCatalogue({});

  assert.deepEqual(said, ["1 řádek", "2 řádky", "7 řádků", "1002 řádků"]);
});

// -- does every text come by? ----------------------------------------------------------------------------------------------------

const TRANSLATING = new Set(["t", "tn", "later"]);
/** Two words, the second without a capital; that is how a text for a reader looks. */
const SENTENCE = /[A-Za-z]{2,}[,:;.]? [a-z]{2,}/;
/** What makes a text visible or audible: a single word with a capital is one there. */
const SHOWING = new Set(["el", "setText", "say"]);
const SAID = new Set(["title", "aria-label", "placeholder", "alt"]);
const WORD = /^[A-Z][a-z]+/;

/** Modules whose texts are no language, and why. */
const NO_TEXTS = {
  "editor/theme.js": "CSS",
  "editor/completing.js": "CSS",
  "export/picture.js": "SVG",
  "editor/skeletons.js": "YAML",
};
const isPrinted = (name) => /^kubectl\/(?!panel)/.test(name);
/** Words of the wire, of the API and of the browser. */
const KNOWN = new Set([
  ...["exit event", "timed out", "eviction cycle", "CreateContainer called", "StartContainer returned", "not yet in Kubernetes", "beta, off"],
  ...["unknown field", "writable layers", "Warning", "Kubernetes ${}", "get pods", "describe pod ${}", "NotAllowedError", "application/x-ndjson, application/json"],
]);
/** Calls whose texts are selectors. */
const SELECTING = new Set(["querySelector", "querySelectorAll", "matchMedia", "closest"]);

function forgotten(name, source) {
  if (name in NO_TEXTS || isPrinted(name)) return [];
  return literalsOf(source)
    .filter(({ text, call, key }) => {
      if (TRANSLATING.has(call) || SELECTING.has(call) || key === "class" || KNOWN.has(text) || /<iframe|\[role=|input:not/.test(text)) return false;
      const bare = text.replaceAll("${}", " ");
      return SENTENCE.test(bare) || (SAID.has(key) && /[A-Za-z]{2,}/.test(bare)) || (SHOWING.has(call) && WORD.test(bare));
    })
    .map(({ text, line }) => `${name}:${line}: ${text}`);
}

const modules = filesUnder("static/js", ".js");

test("every text of a module that a reader sees is translated", () => assert.deepEqual(modules.flatMap(({ name, source }) => forgotten(name, source)), []));

for (const [why, source] of Object.entries({
  "a sentence": 'setText(x, "The run is over.");',
  "a label": 'el("button", { "aria-label": "Close" });',
  "a template": "say(`${count} rows are left`);",
  "a word": 'el("p", null, "Meanwhile");',
  "a choice": 'const text = over ? "it is over" : "";',
})) test(`a text that was forgotten is found: ${why}`, () => assert.equal(forgotten("x.js", source).length, 1));

for (const [why, source] of Object.entries({
  "a translated one": 'setText(x, t("The run is over."));',
  "a comment": '// "The run is over." it says\n/* "The end is near" */',
  "classes": 'el("p", { class: "button primary" });',
  "a pattern": 'x.replace(/"the end of/, "");',
})) test(`no text is seen where none is: ${why}`, () => assert.deepEqual(forgotten("x.js", source), []));

test("what is translated stands in the call itself, where makemessages finds it", () => {
  const faults = modules.filter(({ source }) => /(?<![\w.])(?:t|tn|later)\((?:`|[^")]*\?[^")]*")/.test(source.replace(/later\("[^"]*"\)/g, "X")));

  assert.deepEqual(faults.map(({ name }) => name), []);
});
test("where t translates, nothing else is called t", () => {
  const faults = modules.filter(({ source }) => /import \{[^}]*\bt\b[^}]*\} from "[^"]*translate\.js"/.test(source) && /(?:\{ t(?: =[^,}]*)?[,\s]|, t[,\s]*[})]|\bt =>|(?:const|let) t\b|\(t[,)])/.test(source.replace(/^import .*$/gm, "")));

  assert.deepEqual(faults.map(({ name }) => name), []);
});

// -- templates -------------------------------------------------------------------------------------------------------------------

/** Names, signs, and the page that must not depend on anything. */
const UNTRANSLATED = /^(?:AB|kubectl|openapi json|YAML|PNG|SVG|HTML|CSV|JSON(?: Lines)?|nodeviz|Kubernetes|Ctrl|nodeviz\b.*)$/;
const ALONE = new Set(["500.html"]);

function bareTexts({ name, source }) {
  if (ALONE.has(name)) return [];
  const plain = source
    .replace(/\{#.*?#\}/gs, "")
    .replace(/\{% blocktrans.*?\{% endblocktrans\w* %\}/gs, "")
    .replace(/<(script|style)[^>]*>.*?<\/\1>/gs, "")
    .replace(/\{% block (?:page|side|side_result|nav_\w+) %\}.*?\{% endblock %\}/gs, "")
    .replace(/\{%.*?%\}|\{\{.*?\}\}/gs, "");
  const attributes = [...plain.matchAll(/\s(?:title|aria-label|placeholder|alt|aria-roledescription)="([^"]*)"/g)].map(([, text]) => text);
  const texts = plain.replace(/<(?:"[^"]*"|[^>"])*>/g, "\n").split("\n");
  return [...attributes, ...texts]
    .map((text) => text.replace(/&#?\w+;/g, " ").replace(/[^\p{L} ]/gu, " ").trim())
    .filter((text) => /\p{L}{2,}/u.test(text) && !UNTRANSLATED.test(text))
    .map((text) => `${name}: ${text}`);
}

test("every text of a template is translated", () => assert.deepEqual(filesUnder("templates", ".html").flatMap(bareTexts), []));
test("a text of a template that was forgotten is found", () => {
  const source = '{% translate "good" %}<p title="bad">{{ x }} worse</p>{% blocktranslate %}good{% endblocktranslate %}';

  assert.deepEqual(bareTexts({ name: "x", source }), ["x: bad", "x: worse"]);
});
