/** Does each module keep to its own business? The rules of the front end that a machine can hold. */

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

function filesUnder(folder, ending) {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .map((path) => ({ name: relative(join(ROOT, folder), path), source: readFileSync(path, "utf8") }));
}

const modules = filesUnder("static/js", ".js");
const templates = filesUnder("templates", ".html");
const naming = (files, pattern) => files.filter(({ source }) => pattern.test(source)).map(({ name }) => name);
const code = modules.map(({ name, source }) => ({ name, source: source.replace(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, "") }));

test("only socket.js says WebSocket", () => assert.deepEqual(naming(code, /WebSocket/), ["live/socket.js"]));
test("only the bars' axis and the node's tracks say Plotly", () => assert.deepEqual(naming(code, /Plotly/), ["gantt/chart.js", "node/tracks.js"]));
test("no module makes markup from text", () => assert.deepEqual(naming(code, /innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function/), []));
test("no module is longer than 300 lines", () => assert.deepEqual(modules.filter(({ source }) => source.split("\n").length > 300).map(({ name }) => name), []));
test("every module begins with what it is for", () => assert.deepEqual(modules.filter(({ source }) => !source.startsWith("/*")).map(({ name }) => name), []));
test("no module spells a colour", () => assert.deepEqual(naming(code, /#[0-9a-f]{3,8}\b/i), []));

const PURE = ["gantt/facts.js", "gantt/lenses.js", "gantt/spans.js", "gantt/marks.js", "gantt/rows.js", "gantt/layout.js", "gantt/hit.js", "gantt/navigate.js", "gantt/troubles.js"].concat([
  "gantt/repaint.js",
  "editor/behavior.js",
  "export/picture.js",
  "gallery/choice.js",
  "editor/blocks.js",
  "editor/completion.js",
  "editor/documents.js",
  "editor/gates.js",
  "editor/skeletons.js",
  "editor/yaml-place.js",
  "gantt/viewport.js",
  "gantt/filter.js",
  "kubectl/changes.js",
  "kubectl/describe-container.js",
  "kubectl/describe-volumes.js",
  "kubectl/describe.js",
  "kubectl/get.js",
  "kubectl/pods.js",
  "kubectl/spec.js",
  "kubectl/status-yaml.js",
  "kubectl/text.js",
  "gantt/palette.js",
  "lesson/course.js",
  "lesson/pickers.js",
  "lesson/scoring.js",
  "live/model.js",
  "live/recording.js",
  "live/store.js",
  "node/room.js",
  "gantt/pairs.js",
  "room/driving.js",
  "room/following.js",
  "room/signals.js", "room/slides.js",
  "text/compared.js",
  "text/describe.js",
  "text/difference.js",
  "text/interventions.js",
  "text/knobs.js",
  "text/milestones.js",
  "text/names.js",
  "text/private-link.js",
  "text/secret-forms.js",
  "text/secrets.js",
  "text/lazily.js",
  "text/translate.js",
  "text/view-link.js",
  "text/why.js",
  "time/format.js",
  "time/keys.js",
  "time/passing.js",
  "time/player.js",
]);
test("pure modules know neither the page nor the time of day", () => {
  const pure = code.filter(({ name }) => PURE.includes(name));

  assert.equal(pure.length, PURE.length);
  assert.deepEqual(naming(pure, /\b(document|window|localStorage|requestAnimationFrame|performance|Date|fetch)\b/), []);
});

test("templates have no script and no style of their own, and load nothing from elsewhere", () => {
  // The files that need no server have all of it inside, each part under its hash (tests/nodeviz/test_exports.py, test_lesson_file.py).
  const faults = naming(templates.filter(({ name }) => !["runs/standalone.html", "classroom/lesson_file.html"].includes(name)), /<script(?![^>]*\bsrc=)[^>]*>|<style|\sstyle=|\son\w+=|(?:src|href)="(?:https?:)?\/\//);

  assert.deepEqual(faults, []);
});
