/** The editor's page: a text, Run, and beside it what this is and where to begin. */

import { createWorkbench } from "../editor/workbench.js";
import { pageConfig } from "../text/page-config.js";

const config = pageConfig();
await createWorkbench(document.getElementById("editor-form"), config);
document.documentElement.dataset.ready = "true";
