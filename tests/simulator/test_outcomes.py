"""Which conditions hold for which pods and containers of real runs, and what is said of it?"""

from __future__ import annotations

import textwrap

import pytest

import simulator
from simulator.conditions import parse_condition
from simulator.facts import Facts
from simulator.manifest.load import load_with_sources
from simulator.outcomes import Result
from simulator.reports import report
from simulator.verdict import verdict
from tests import goldens

SCENARIO = "apiVersion: nodeviz.dev/v1alpha1\nkind: Scenario\nspec:\n  until: {until}\n  jitter: false\n"
WEB = """\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  terminationGracePeriodSeconds: 10
  containers:
    - name: app
      image: app:1
      readinessProbe: {httpGet: {port: 80}, periodSeconds: 5}
    - name: log
      image: log:1
"""
JOB = """\
apiVersion: batch/v1
kind: Job
metadata: {name: report}
spec:
  backoffLimit: 0
  template:
    spec:
      restartPolicy: Never
      containers: [{name: count, image: "count:1"}]
"""


STATEFUL_SET = """\
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: web}
spec:
  serviceName: web
  selector: {matchLabels: {of: web}}
  template:
    metadata: {labels: {of: web}}
"""


def asked(text: str, *conditions: str, scenario: str = "", until: str = "2m"):
    """The report, and the conditions that nobody could answer."""
    loaded = load_with_sources({"pods.yaml": text, "scenario.yaml": SCENARIO.format(until=until) + textwrap.indent(textwrap.dedent(scenario), "  ")})
    facts = Facts()
    for record in simulator.simulate(loaded.scenario):
        facts.read(record)
    return report([parse_condition(condition) for condition in conditions], facts, loaded.sources, {})


SLOW = "behaviors: {web/app: {readiness: [{from: 0s, result: failure}, {from: 40s, result: success}]}}"
UNREADY = "behaviors: {web/app: {readiness: [{from: 0s, result: failure}]}}"
CRASHES = "behaviors: {web/app: {runs: [{duration: 5s, exitCode: 1}]}}"
OOM = "behaviors: {web/log: {runs: [{duration: 5s, reason: OOMKilled}, {duration: forever}]}}"
DEAF = "behaviors: {web/app: {onSIGTERM: ignore}}\nactions: [{at: 20s, delete: web}]"
BY_HAND = "actions: [{at: 20s, kill: web/app}]"
SLOW_IMAGE = "registry: {images: [{image: 'app:1', size: 100Mi, bandwidth: 4Mi/s}]}"
NO_IMAGE = "registry: {images: [{image: 'app:1', error: {reason: NotFound}}]}"


@pytest.mark.parametrize(
    ("scenario", "condition", "expected"),
    [
        pytest.param("", "ready > 60s", "", id="ready in time"),
        pytest.param(SLOW, "ready > 30s", "default/web", id="ready too late"),
        pytest.param(SLOW, "ready > 60s", "", id="late, and in time"),
        pytest.param(SLOW, "ready < 60s", "default/web", id="sooner than asked"),
        pytest.param(SLOW, "never ready", "", id="late is not never"),
        pytest.param(UNREADY, "ready > 1h", "default/web", id="never ready is an infinite time, however short the run"),
        pytest.param(UNREADY, "ready < 1h", "", id="and no short one"),
        pytest.param(UNREADY, "never ready", "default/web", id="never ready"),
        pytest.param("", "restarts > 0", "", id="no restarts"),
        pytest.param(CRASHES, "restarts > 2", "default/web/app", id="only the container that restarts too often"),
        pytest.param(CRASHES, "restarts(web/log) > 0", "", id="another container was chosen"),
        pytest.param(CRASHES, "restarts(*/a*) > 0", "default/web/app", id="a pattern"),
        pytest.param(CRASHES, "restarts > 99", "", id="fewer than that"),
        pytest.param(CRASHES, "failed", "", id="restartPolicy Always never fails"),
        pytest.param(OOM, "oom", "default/web/log", id="out of memory"),
        pytest.param(CRASHES, "oom", "", id="a crash is no lack of memory"),
        pytest.param(DEAF, "killed", "default/web/app", id="killed at the end of the grace period"),
        pytest.param(DEAF, "killed(web/log)", "", id="the other one ended in time"),
        pytest.param(DEAF, "terminating > 5s", "default/web", id="terminating for too long"),
        pytest.param(DEAF, "terminating > 30s", "", id="gone in time"),
        pytest.param(BY_HAND, "killed", "", id="killed from outside is not the end of a grace period"),
        pytest.param(BY_HAND, "restarts >= 1", "default/web/app", id="but a restart"),
        pytest.param("", "terminating < 1h", "", id="not deleted, not asked"),
        pytest.param(SLOW_IMAGE, "pulled > 20s", "default/web/app", id="a slow pull"),
        pytest.param(SLOW_IMAGE, "pulled > 1m", "", id="not that slow"),
        pytest.param(NO_IMAGE, "never pulled", "default/web/app", id="an image that never comes"),
        pytest.param(NO_IMAGE, "pulled > 90d", "default/web/app", id="is an infinite time"),
        pytest.param("", "evicted", "", id="not evicted"),
        pytest.param("", "completed(web) > 1s", "default/web", id="a server that was chosen never completes"),
    ],
)
def test_whom_a_condition_holds_for(scenario, condition, expected):
    found, wrong = asked(WEB, condition, scenario=scenario)

    assert not wrong
    assert " ".join(outcome.subject for outcome, _ in found.held) == expected


@pytest.mark.parametrize(
    ("scenario", "condition", "said"),
    [
        ("", "completed > 5s", ["completed after 1"]),
        ("behaviors: {count: {runs: [{duration: 5s, exitCode: 3}]}}", "failed", ["count exited with 3"]),
        ("behaviors: {count: {runs: [{duration: 5s, exitCode: 3}]}}", "completed > 1h", ["never completed: it failed after"]),
        ("behaviors: {count: {runs: [{duration: forever}]}}", "never completed", ["never completed within 2m: count is still running"]),
        ("behaviors: {count: {runs: [{duration: forever}]}}", "never completed(Job/report)", ["never completed within 2m: count is still running"]),
    ],
)
def test_what_is_said_of_a_job(scenario, condition, said):
    found, _ = asked(JOB, condition, scenario=scenario)

    held = [outcome.said for outcome, _ in found.held]
    assert len(held) == len(said)
    assert all(words in sentence for words, sentence in zip(said, held, strict=True))


def test_completed_is_asked_of_pods_that_can_complete():
    found, wrong = asked(WEB + "---\n" + JOB, "completed > 1m")

    assert not wrong
    assert [outcome.pod.owner for outcome, _ in found.outcomes] == ["Job/default/report"]


def test_a_pod_that_completes_before_anybody_calls_it_ready_is_not_late():
    found, _ = asked(
        JOB.replace('"count:1"', '"count:1", readinessProbe: {httpGet: {port: 80}}'),
        "never ready",
        scenario="behaviors: {count: {runs: [{duration: 5s}], readiness: [{from: 0s, result: failure}]}}",
    )

    assert [outcome.result for outcome, _ in found.outcomes] == [Result.NOT_ASKED]


@pytest.mark.parametrize(
    ("condition", "column", "said"),
    [
        ("ready(wbe) > 1s", 7, 'none of the run\'s pods is meant by "wbe"'),
        ("oom( web/ap )", 6, 'none of the run\'s containers is meant by "web/ap"'),
        ("completed > 5m", 1, "nobody can be asked for completed: every pod's restartPolicy is Always"),
    ],
)
def test_a_condition_that_nobody_can_answer_is_a_mistake(condition, column, said):
    found, wrong = asked(WEB, "oom", condition)

    assert [(number, error.column, error.message) for number, error in wrong] == [(1, column, said)]
    assert {outcome.condition.fact for outcome, _ in found.outcomes} == {"oom"}


def test_a_run_without_pods_answers_nothing():
    _, wrong = asked(WEB.replace("{name: web}", "{name: web, annotations: {nodeviz.dev/apply: manual}}"), "oom")

    assert [error.message for _, error in wrong] == ["the run has no pods, so there is nobody to ask"]


def test_a_pod_that_comes_again_under_its_name_does_not_hide_what_became_of_the_first():
    again = "behaviors: {web-0/app: {onSIGTERM: ignore}}\nactions: [{at: 20s, delete: web-0}]"
    text = STATEFUL_SET + textwrap.indent(WEB[WEB.index("spec:") :], "    ")
    found, wrong = asked(text, "killed", "never ready", scenario=again)

    assert not wrong
    assert [outcome.subject for outcome, _ in found.held] == ["default/web-0/app"]
    assert [outcome.subject for outcome, _ in found.outcomes if outcome.condition.fact == "ready"] == ["default/web-0", "default/web-0 (2)"]


@pytest.mark.parametrize(
    ("scenario", "condition", "place"),
    [
        pytest.param(SLOW, "ready > 30s", "pods.yaml:9 spec.containers[0].readinessProbe", id="what took most of the time"),
        pytest.param(SLOW_IMAGE, "ready > 20s", "pods.yaml:8 spec.containers[0].image", id="a pull took it"),
        pytest.param(UNREADY, "never ready", "pods.yaml:9 spec.containers[0].readinessProbe", id="what keeps failing"),
        pytest.param(NO_IMAGE, "never ready", "pods.yaml:8 spec.containers[0].image", id="what it waits for"),
        pytest.param(NO_IMAGE, "never pulled", "pods.yaml:8 spec.containers[0].image", id="an image"),
        pytest.param(DEAF, "killed", "pods.yaml:5 spec.terminationGracePeriodSeconds", id="the grace period"),
        pytest.param(DEAF, "terminating > 5s", "pods.yaml:5 spec.terminationGracePeriodSeconds", id="a deletion that took all of it"),
        pytest.param(OOM, "oom", "pods.yaml:10 spec.containers[1].resources", id="a limit that is not there: its container"),
        pytest.param(CRASHES, "restarts > 1", "pods.yaml:7 spec.containers[0].command", id="a command that is not there: its container"),
    ],
)
def test_the_line_that_decides(scenario, condition, place):
    found, _ = asked(WEB, condition, scenario=scenario)

    assert [f"{decision.mark.file}:{decision.mark.line} {decision.path}" for _, decision in found.held] == [place]


@pytest.mark.parametrize("folder", goldens.folders(), ids=lambda folder: folder.name)
def test_conditions_and_verdicts_agree_in_every_scenario(folder):
    loaded = load_with_sources(goldens.texts_of(folder))
    records = list(simulator.simulate(loaded.scenario))
    facts = Facts()
    for record in records:
        facts.read(record)
    last = {pod.key: pod for pod in facts.pods}
    found, _ = report(
        [parse_condition(text) for text in ("ready >= 0s", "restarts > 0", "killed", "oom", "evicted", "failed", "terminating >= 0s")],
        facts,
        loaded.sources,
        {},
    )

    for said in verdict(records).pods:
        pod = last[said.pod]
        assert pod.ready == said.ready_s or (pod.ready and pod.ready.t == said.ready_s)
        assert (pod.gone and pod.gone.t) == said.gone_s
        assert sum(container.restarts for container in pod.containers.values()) == said.restarts
    assert all(decision.mark.file for outcome, decision in found.held if outcome.pod.owner or outcome.pod.created.t == 0), "each has its place in the text"
