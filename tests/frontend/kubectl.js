/** What does the page's kubectl print? Reads `{runs: [{records, book, instants}]}` on its input, for tests/simulator/test_kubectl_of_the_page.py. */

import { readFileSync } from "node:fs";

import { describePod } from "../../static/js/kubectl/describe.js";
import { getPods } from "../../static/js/kubectl/get.js";
import { createPods } from "../../static/js/kubectl/pods.js";
import { fieldsOf } from "../../static/js/kubectl/spec.js";
import { objectOf, statusYaml } from "../../static/js/kubectl/status-yaml.js";

const { runs } = JSON.parse(readFileSync(0, "utf8"));

function shownAt(pods, book, atS) {
  const of = ({ life, pod }) => ({
    key: life.key,
    status: { startS: pod.startS, deletion: pod.deletion, containers: pod.containers, ...objectOf(life, pod, fieldsOf(book, life, pods.imagesSet(atS))).status },
    yaml: statusYaml(pods, life.key, atS, book).join("\n"),
    describe: describePod(pods, life.key, atS, book),
  });
  return { get: getPods(pods, atS), pods: pods.at(atS).map(of) };
}

const answers = runs.map(({ records, book, instants }) => {
  const pods = createPods();
  pods.take(records);
  return instants.map((atS) => shownAt(pods, book, atS));
});
process.stdout.write(JSON.stringify(answers));
