/** The editor's page: a text, Run, and beside it what this is and where to begin. */

import { createWorkbench } from "../editor/workbench.js";
import { pageConfig } from "../text/page-config.js";

const config = pageConfig();
const workbench = await createWorkbench(document.getElementById("editor-form"), config);

for (const button of document.querySelectorAll("button[data-example]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const example = config.examples.find(({ name }) => name === button.dataset.example);
    workbench.load(example.text, "pods.yaml");
  });
}
document.documentElement.dataset.ready = "true";
