"""Has whatever happens an explanation, and does it name the line that decided it?"""

import string

import pytest

import simulator
from simulator.advice.explanations import EXPLANATIONS
from simulator.whys import StartReason, StopReason
from tests import goldens

SCENARIOS = goldens.folders()
SAYS_ITSELF = ("event-", "image-present", "image-unused", "disk-use", "end-", "condition-", "kubelet-", "shutdown", "deletion-grace", "waiting-restarting")
"""Codes whose records say all there is to say: an Event's message, a condition's reason."""


def records_of(folder):
    return list(simulator.simulate(goldens.scenario_of(folder)))


@pytest.mark.parametrize("folder", SCENARIOS, ids=lambda path: path.name)
def test_everything_in_the_gallery_is_explained(folder):
    missing = {r["why"] for r in records_of(folder) if r["why"] not in EXPLANATIONS and not r["why"].startswith(SAYS_ITSELF)}

    assert not missing


@pytest.mark.parametrize("reason", [*StartReason, *StopReason], ids=str)
def test_every_reason_to_start_or_stop_is_explained(reason):
    assert EXPLANATIONS[str(reason)].says


@pytest.mark.parametrize("code", sorted(EXPLANATIONS))
def test_an_explanation_is_a_sentence_or_leads_on(code):
    explanation = EXPLANATIONS[code]
    named = {name for _, name, _, _ in string.Formatter().parse(explanation.says + explanation.change) if name}

    assert explanation.passes != bool(explanation.says)
    assert explanation.says.endswith(".") or explanation.passes
    assert named <= {"object", "delay", "exit_code"}
    assert explanation.field.partition(":")[0] in ("", "pod", "container")


@pytest.mark.parametrize("folder", SCENARIOS, ids=lambda path: path.name)
def test_what_leads_on_leads_to_an_explanation(folder):
    records = records_of(folder)
    for record in records:
        while (explanation := EXPLANATIONS.get(record["why"])) and explanation.passes and "because" in record:
            record = records[record["because"]]
        assert not (explanation and explanation.passes), record


def test_the_line_that_decided_is_known_for_pods_and_for_templates():
    text = """\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  restartPolicy: Always
  containers:
  - name: app
    image: x
    livenessProbe:
      httpGet: {port: 80}
---
apiVersion: batch/v1
kind: Job
metadata: {name: report, namespace: shop}
spec:
  template:
    spec:
      restartPolicy: Never
      initContainers:
      - {name: side, image: x, restartPolicy: Always}
      containers:
      - {name: app, image: x}
"""
    places = simulator.field_places(simulator.load_with_sources({"x.yaml": text}).sources)

    assert set(places) == {"default/web", "Job/shop/report"}
    assert places["default/web"][":restartPolicy"] == ("x.yaml", 5, 18)
    assert places["default/web"]["app:livenessProbe"] == ("x.yaml", 10, 7)
    assert places["default/web"][":"][1] == 1
    assert places["Job/shop/report"]["side:restartPolicy"][1] == 20
    assert places["Job/shop/report"]["side:"] == ("x.yaml", 20, 9)
    assert places["Job/shop/report"]["app:image"][1] == 22


def test_a_pod_of_a_controller_names_it():
    text = "apiVersion: batch/v1\nkind: Job\nmetadata: {name: j}\nspec: {template: {spec: {restartPolicy: Never, containers: [{name: a, image: x}]}}}\n"

    added = [r for r in simulator.simulate(simulator.load({"x.yaml": text})) if r.get("to") == "ADDED"]

    assert [record["owner"] for record in added] == ["Job/default/j"]
