// Which browser files are used as they come? Copied beside the bundle, into static/vendor/.
import {copyFileSync} from "node:fs";

copyFileSync("node_modules/plotly.js-basic-dist-min/plotly-basic.min.js", "static/vendor/plotly-basic.min.js");
copyFileSync("node_modules/qrcode-generator/dist/qrcode.mjs", "static/vendor/qrcode.js");
