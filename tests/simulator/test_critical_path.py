"""What took the time until a pod was Ready?"""

import pytest

import simulator
from simulator import critical_path
from simulator.critical_path import together

SCENARIO = """\
---
apiVersion: nodeviz.dev/v1alpha1
kind: Scenario
metadata: {name: s}
spec:
  jitter: false
  until: %s
  registry: {images: [{image: "big:1", size: 1Gi}, {image: "small:1", size: 1Mi}]}
  behaviors: {%s}
"""
POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: %s}\nspec: {%s}\n"


def verdict(*pods, until="5m", behaviors=""):
    text = "---\n".join(POD % pod for pod in pods) + SCENARIO % (until, behaviors)
    return simulator.verdict(simulator.simulate(simulator.load({"x.yaml": text})))


@pytest.mark.parametrize(
    ("spec", "behaviors", "most", "words"),
    [
        pytest.param("containers: [{name: app, image: 'big:1'}]", "", "pulling app", ", 29.2 s of it pulling app", id="a large image"),
        pytest.param(
            "initContainers: [{name: fetch, image: 'small:1'}], containers: [{name: app, image: 'small:1'}]",
            "fetch: {runs: [{duration: 40s}]}",
            "fetch running",
            ", 40 s of it fetch running",
            id="a slow init container",
        ),
        pytest.param(
            "containers: [{name: app, image: 'small:1', readinessProbe: {httpGet: {port: 80}, initialDelaySeconds: 30}}]",
            "",
            "waiting for the readiness probe of app",
            " of it waiting for the readiness probe of app",
            id="a readiness probe that begins late",
        ),
        pytest.param(
            "containers: [{name: app, image: 'small:1', lifecycle: {postStart: {exec: {command: [warm-up]}}}}]",
            "app: {postStart: {duration: 25s}}",
            "the postStart hook of app",
            ", 25 s of it the postStart hook of app",
            id="a long postStart hook",
        ),
    ],
)
def test_the_headline_names_what_took_most_of_the_time(spec, behaviors, most, words):
    (pod,) = verdict(("web", spec), behaviors=behaviors).pods

    assert next(iter(together(pod.way))) == most
    assert words in pod.sentence
    assert sum(step.seconds for step in pod.way) == pytest.approx(pod.ready_s, abs=0.01), "the steps are the whole way"


def test_a_quick_pod_is_not_worth_a_word():
    (pod,) = verdict(("web", "containers: [{name: app, image: 'small:1'}]")).pods

    assert " of it " not in pod.sentence
    assert pod.way


def test_a_pod_that_waits_for_anothers_pull_says_so():
    first, second = verdict(("a", "containers: [{name: app, image: 'big:1'}]"), ("b", "containers: [{name: app, image: 'small:1'}]")).pods

    assert together(first.way)["pulling app"] == pytest.approx(29, abs=1)
    assert next(iter(together(second.way))) in ("waiting to pull app", "pulling app")


def test_a_pod_that_is_never_ready_does_not_cost_later_ones_their_way(monkeypatch):
    monkeypatch.setattr(critical_path, "MOST_CAUSES", 40)
    never = "containers: [{name: app, image: 'small:1', readinessProbe: {httpGet: {port: 80}, periodSeconds: 1}}]"
    late = "apiVersion: v1\nkind: Pod\nmetadata: {name: late, annotations: {nodeviz.dev/apply: manual}}\nspec: {containers: [{name: app, image: 'small:1'}]}\n"
    text = POD % ("never", never) + "---\n" + late + SCENARIO % ("5m", "never/app: {readiness: [{result: failure}]}") + "  actions: [{at: 200s, apply: late}]\n"

    pods = {pod.pod: pod for pod in simulator.verdict(simulator.simulate(simulator.load({"x.yaml": text}))).pods}

    assert pods["default/never"].ready_s is None
    assert pods["default/late"].way
