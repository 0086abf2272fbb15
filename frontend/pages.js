// Our own modules as they travel: each page's script with what it imports, what pages share as parts of their own, what is loaded on demand likewise. Sixty small
// files compress to twice the size of a few large ones, and a slow network pays for each. What is written stays what runs: nothing is transformed but names and
// white space. What is exported as one HTML file, a run or a lesson, is one script.
import {rmSync} from "node:fs";
import {build} from "esbuild";

const OUT = "static/vendor/pages";
const PAGES = ["new", "run", "compare", "embed", "gallery", "lesson", "room", "room-over"];
const FILES = ["standalone", "lesson-standalone"];
const common = {bundle: true, minify: true, target: "es2022", charset: "utf8", logLevel: "warning"};

rmSync(OUT, {recursive: true, force: true});
await build({...common, entryPoints: FILES.map((name) => `static/js/pages/${name}.js`), format: "iife", outdir: OUT});
await build({...common, entryPoints: ["static/css/pages/*.css"], outdir: OUT});
await build({...common, entryPoints: PAGES.map((name) => `static/js/pages/${name}.js`), format: "esm", splitting: true, outdir: OUT, chunkNames: "part-[hash]"});
