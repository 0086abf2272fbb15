"""Does the page's kubectl, which is JavaScript over the records, print what the simulator's own printer and its API server's objects say?"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import yaml

import simulator
from simulator.api_status import Condition, ContainerStatus, PodStatus, Running, Terminated, Waiting
from simulator.kubectl import Watch, age, columns
from simulator.pod import ContainerType
from simulator.simulation import Simulation
from tests import goldens
from tests.surroundings import CHECKOUT, not_run

INSTANTS = 24
"""Looked at in each scenario, evenly over those at which something was recorded."""
STEM = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: shop}\n"
OTHERS = {
    "a Deployment in a namespace, a StatefulSet, a CronJob and an Indexed Job": STEM
    + """\
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: app, image: "web:1", resources: {limits: {cpu: "0.5", memory: 64Mi}}}]}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  replicas: 2
  selector: {matchLabels: {app: db}}
  template: {metadata: {labels: {app: db}}, spec: {containers: [{name: db, image: "db:1"}]}}
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: nightly}
spec:
  schedule: "0 3 * * *"
  jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: work, image: "work:1"}]}}}}
---
apiVersion: batch/v1
kind: Job
metadata: {name: shards}
spec:
  parallelism: 2
  completions: 2
  completionMode: Indexed
  template: {spec: {restartPolicy: Never, containers: [{name: work, image: "work:1"}]}}
---
apiVersion: nodeviz.dev/v1alpha1
kind: Scenario
metadata: {name: controllers}
spec: {until: 3m, actions: [{at: 60s, delete: "db-1"}]}
""",
    "a container that cannot start, one whose ConfigMap is missing, and an ephemeral one": """\
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {b: "1", a: "2"}, annotations: {note: "two\\nlines"}}
spec:
  containers:
  - {name: z, image: "z:1", env: [{name: KEY, valueFrom: {configMapKeyRef: {name: absent, key: k}}}]}
  - {name: a, image: "a:1", terminationMessagePolicy: FallbackToLogsOnError, command: [sh, -c, "echo broken; sleep 2; exit 3"]}
---
apiVersion: nodeviz.dev/v1alpha1
kind: Scenario
metadata: {name: failures}
spec:
  until: 2m
  actions: [{at: 30s, addEphemeral: web, container: {name: debug, image: "busybox:1", command: [sleep, "20"]}}]
""",
}


@dataclass(slots=True, kw_only=True)
class Api:
    """The pods of the simulated API server at an instant, in the order in which they were made."""

    at_s: float
    pods: dict[str, tuple[PodStatus, int | None, int | None]]
    """By key: status, instant at which the deletion was asked for, grace period."""


@dataclass(slots=True, kw_only=True)
class Compared:
    """One instant of one scenario: what the simulator knows, and what the page shows."""

    records: list[dict[str, Any]]
    api: Api
    page: dict[str, Any]


def simulated(scenario: simulator.Scenario) -> tuple[list[dict[str, Any]], list[Api]]:
    simulation = Simulation(scenario)
    records: list[dict[str, Any]] = []
    at: dict[float, Api] = {}
    for record in simulation.run():
        records.append(record)
        pods = {key: (obj.status, obj.deletion_requested_ms, obj.deletion_grace_s) for key, obj in simulation.api.pods.items()}
        at[record["t"]] = Api(at_s=record["t"], pods=pods)
    found = list(at.values())
    return records, found[:: max(1, len(found) // INSTANTS)] + found[-1:]


def inputs() -> Iterator[tuple[str, dict[str, str | bytes]]]:
    for folder in goldens.folders():
        yield folder.name, goldens.texts_of(folder)
    for name, text in OTHERS.items():
        yield name, {"x.yaml": text}


@pytest.fixture(scope="module")
def compared() -> dict[str, list[Compared]]:
    """By the scenario's name; one Node process prints for all."""
    node = shutil.which("node")
    if node is None:
        not_run("node is not installed")
    runs, names = [], []
    for name, files in inputs():
        loaded = simulator.load_with_sources(files)
        records, apis = simulated(loaded.scenario)
        book = {"node": loaded.scenario.node.name, "pods": simulator.pod_specs(loaded)}
        runs.append({"records": records, "book": book, "instants": [api.at_s for api in apis]})
        names.append((name, records, apis))
    script = CHECKOUT / "tests" / "frontend" / "kubectl.js"
    answer = subprocess.run([node, script], input=json.dumps({"runs": runs}), capture_output=True, check=True, text=True, cwd=CHECKOUT)
    printed = json.loads(answer.stdout)
    return {
        name: [Compared(records=records, api=api, page=page) for api, page in zip(apis, pages, strict=True)]
        for (name, records, apis), pages in zip(names, printed, strict=True)
    }


NAMES = [name for name, _ in inputs()]


def table(records: list[dict[str, Any]], at_s: float) -> list[list[str]]:
    """What `simulator.kubectl` says of the pods that exist, a row each."""
    watch = Watch()
    namespaces = set()
    for record in records:
        if record["t"] > at_s:
            break
        watch.see(record)
        if record.get("field") == "watch":
            namespaces.add(record["pod"].split("/")[0])
            # Made anew it is the last one in the list.
            kept = watch.pods.pop(record["pod"])
            if record["to"] == "ADDED":
                watch.pods[record["pod"]] = kept
    rows = []
    for key, pod in watch.pods.items():
        status, ready, restarts = columns(pod, at_s)
        namespace, name = key.split("/")
        cells = [name, ready, status, *restarts.split(), age(at_s - watch.created_s[key])]
        rows.append([namespace, *cells] if len(namespaces) > 1 else cells)
    return rows


@pytest.mark.parametrize("name", NAMES)
def test_get_pods_is_that_of_the_simulator(name: str, compared: dict[str, list[Compared]]) -> None:
    for each in compared[name]:
        shown = each.page["get"]
        rows = [line.split() for line in shown[1:]]

        assert rows == table(each.records, each.api.at_s), each.api.at_s
        assert shown[0].split()[-5:] == ["NAME", "READY", "STATUS", "RESTARTS", "AGE"] or shown[0].startswith("No resources found")


def seconds(ms: int) -> float | None:
    return ms / 1000 if ms else None


def state_of(state: Waiting | Running | Terminated | None) -> dict[str, Any]:
    """As the folded records have it."""
    match state:
        case Running():
            return {"kind": "running", "reason": "", "message": "", "startedS": seconds(state.started_ms), "finishedS": None}
        case Waiting():
            return {"kind": "waiting", "reason": state.reason, "message": state.message, "startedS": None, "finishedS": None}
        case Terminated():
            # No record tells when a start failed.
            ended_ms = 0 if state.reason == "StartError" else state.finished_ms
            times = {"startedS": seconds(state.started_ms), "finishedS": seconds(ended_ms)}
            return {"kind": "terminated", "reason": state.reason, "message": state.message, "exitCode": state.exit_code, **times}
    return {}


def container_of(status: ContainerStatus) -> dict[str, Any]:
    shown = {"name": status.name, "type": str(status.container_type), "restarts": status.restart_count, **state_of(status.state)}
    if status.container_type is not ContainerType.EPHEMERAL:
        shown |= {"ready": status.ready, "started": status.started}
    return {**shown, "last": state_of(status.last_terminated) or None}


def condition_of(condition: Condition) -> dict[str, Any]:
    words = {"reason": condition.reason, "message": condition.message}
    return {"type": condition.type, "status": condition.status, **{name: text for name, text in words.items() if text}}


@pytest.mark.parametrize("name", NAMES)
def test_the_status_is_that_of_the_object_in_the_api(name: str, compared: dict[str, list[Compared]]) -> None:
    for each in compared[name]:
        assert [pod["key"] for pod in each.page["pods"]] == list(each.api.pods)
        for shown in each.page["pods"]:
            status, deletion_requested_ms, grace_s = each.api.pods[shown["key"]]
            page, where = shown["status"], (each.api.at_s, shown["key"])

            assert (page["phase"], page.get("reason", ""), page.get("message", "")) == (str(status.phase), status.reason, status.message), where
            assert page["startS"] == (None if status.start_time_ms is None else status.start_time_ms / 1000), where
            conditions = [{k: c[k] for k in ("type", "status", "reason", "message") if k in c} for c in page.get("conditions", [])]
            assert conditions == [condition_of(condition) for condition in status.conditions], where
            for expected in map(container_of, status.containers):
                found = next(c for c in page["containers"] if c["name"] == expected["name"])
                last = found["last"] and {"kind": "terminated", **found["last"]}
                assert {**{k: found[k] for k in expected}, "last": last} == expected, where
            deletion = page["deletion"]
            asked = None if grace_s is None else ((deletion_requested_ms or 0) / 1000, grace_s)
            assert (deletion and (deletion["requestedS"], deletion["graceS"])) == asked, where


@pytest.mark.parametrize("name", NAMES)
def test_the_yaml_means_what_was_put_into_it(name: str, compared: dict[str, list[Compared]]) -> None:
    for each in compared[name]:
        for shown in each.page["pods"]:
            expected = {key: value for key, value in shown["status"].items() if key not in ("startS", "deletion", "containers")}

            assert yaml.load(shown["yaml"], Loader=yaml.CSafeLoader)["status"] == expected


@pytest.mark.parametrize("name", NAMES)
def test_describe_has_the_events_up_to_the_instant_and_none_later(name: str, compared: dict[str, list[Compared]]) -> None:
    for each in compared[name]:
        for shown in each.page["pods"]:
            text = "\n".join(shown["describe"])
            added = max(
                r["seq"] for r in each.records if r.get("field") == "watch" and r["to"] == "ADDED" and r["pod"] == shown["key"] and r["t"] <= each.api.at_s
            )
            mine = [r for r in each.records if r["layer"] == "event" and r.get("pod") == shown["key"] and r["seq"] > added]
            messages = {r["message"].strip() for r in mine if r["t"] <= each.api.at_s}
            later = {r["message"].strip() for r in mine} - messages

            assert [m for m in messages if m not in text and not m.startswith("(combined")] == []
            assert [m for m in later if any(line.endswith(m) for line in shown["describe"])] == []


def labels_of(compared: list[Compared], pod: str) -> list[str]:
    """Labels and controller as `describe` shows them at the last instant at which the pod is there."""
    found = next(shown for each in reversed(compared) for shown in each.page["pods"] if shown["key"].startswith(pod))
    lines = found["describe"]
    first = next(index for index, line in enumerate(lines) if line.startswith("Labels:"))
    last = next(index for index, line in enumerate(lines) if line.startswith("Annotations:"))
    controller = next(line for line in lines if line.startswith("Controlled By:"))
    return [line.removeprefix("Labels:").strip() for line in lines[first:last]] + [controller.removeprefix("Controlled By:").strip()]


@pytest.mark.parametrize(
    ("pod", "expected"),
    [
        pytest.param("shop/web-", ["app=web", "pod-template-hash={1}", "ReplicaSet/web-{1}"], id="a Deployment's pod belongs to a ReplicaSet"),
        pytest.param(
            "default/shards-1-",
            [*(f"batch.kubernetes.io/{label}" for label in ("job-completion-index=1", "job-name=shards")), "job-name=shards", "Job/shards"],
            id="an Indexed Job's pod has its index",
        ),
        pytest.param(
            "default/nightly-",
            ["batch.kubernetes.io/job-name=nightly-{1}", "job-name=nightly-{1}", "Job/nightly-{1}"],
            id="a CronJob's pod belongs to the Job of its minute",
        ),
    ],
)
def test_the_labels_are_those_of_the_controller(pod: str, expected: list[str], compared: dict[str, list[Compared]]) -> None:
    mine = compared[next(iter(OTHERS))]
    key = next(shown["key"] for each in reversed(mine) for shown in each.page["pods"] if shown["key"].startswith(pod))

    assert labels_of(mine, key) == [line.format(*key.split("-")) for line in expected]
