// Our own modules as they travel: each page's script with what it imports, what pages share as parts of their own, what is loaded on demand likewise. Sixty small
// files compress to twice the size of a few large ones, and a slow network pays for each. What is written stays what runs: nothing is transformed but names and
// white space. The viewer of a run that is exported as one HTML file is one script.
import {rmSync} from "node:fs";
import {build} from "esbuild";

const OUT = "static/vendor/pages";
const PAGES = ["new", "run", "compare", "embed", "gallery", "lesson"];
const common = {bundle: true, minify: true, target: "es2022", charset: "utf8", logLevel: "warning"};

rmSync(OUT, {recursive: true, force: true});
await build({...common, entryPoints: ["static/js/pages/standalone.js"], format: "iife", outfile: `${OUT}/standalone.js`});
await build({...common, entryPoints: ["static/css/pages/*.css"], outdir: OUT});
await build({...common, entryPoints: PAGES.map((name) => `static/js/pages/${name}.js`), format: "esm", splitting: true, outdir: OUT, chunkNames: "part-[hash]"});
