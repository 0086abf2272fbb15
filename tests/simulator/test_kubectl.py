"""What would `kubectl get pods` print? lifecycle.md, section 15."""

from __future__ import annotations

from typing import Any

import pytest

import simulator
from simulator.kubectl import PodRows, Row, age, columns, kubectl_lines
from tests import goldens

WAITS = "waiting:PodInitializing"


def main(state: str, name: str = "app", **fields: Any) -> Row:
    return Row(name=name, container_type="main", state=state, **fields)


def init(state: str, **fields: Any) -> Row:
    return Row(name="prepare", container_type="init", state=state, **fields)


def sidecar(state: str, **fields: Any) -> Row:
    return Row(name="proxy", container_type="sidecar", state=state, **fields)


def pod(*rows: Row, initialized: bool = True, ready: bool = False, **fields: Any) -> PodRows:
    conditions = {"Initialized": (str(initialized), ""), "Ready": (str(ready), ""), **fields.pop("conditions", {})}
    return PodRows(rows=list(rows), conditions=conditions, **{"phase": "Running", **fields})


DONE = {"state": "terminated:Completed"}


@pytest.mark.parametrize(
    ("made", "status", "ready"),
    [
        pytest.param(pod(init("running"), sidecar(WAITS), main(WAITS), initialized=False), "Init:0/2", "0/2", id="the regular init runs, a sidecar follows"),
        pytest.param(pod(init(**DONE), sidecar("running"), main(WAITS), initialized=False), "Init:1/2", "0/2", id="the sidecar's startup probe is pending"),
        pytest.param(
            pod(init("terminated:Error", exit_code=1), main(WAITS), initialized=False), "Init:Error", "0/1", id="the init has crashed, before the next sync"
        ),
        pytest.param(pod(init("waiting:CrashLoopBackOff"), main(WAITS), initialized=False), "Init:CrashLoopBackOff", "0/1", id="the init is in back-off"),
        pytest.param(pod(init("waiting:ErrImagePull"), main(WAITS), initialized=False), "Init:ErrImagePull", "0/1", id="the init has no image"),
        pytest.param(pod(init("terminated:", exit_code=3), main(WAITS), initialized=False), "Init:ExitCode:3", "0/1", id="the init ended without a reason"),
        pytest.param(
            pod(init("terminated:", exit_code=137, signal=9), main(WAITS), initialized=False), "Init:Signal:9", "0/1", id="the init was killed by a signal"
        ),
        pytest.param(pod(init(**DONE), main(WAITS)), "PodInitializing", "0/1", id="inits are done, the mains are being created"),
        pytest.param(pod(main("waiting:ContainerCreating"), phase="Pending"), "ContainerCreating", "0/1", id="no inits, creating"),
        pytest.param(pod(main("running", ready=True), ready=True), "Running", "1/1", id="all is well"),
        pytest.param(pod(main("waiting:CrashLoopBackOff")), "CrashLoopBackOff", "0/1", id="a crash loop"),
        pytest.param(
            pod(sidecar("waiting:CrashLoopBackOff"), main("running", ready=True)),
            "Running",
            "1/2",
            id="the sidecar crashes after initialisation: the mains decide",
        ),
        pytest.param(
            pod(sidecar("running", started=True, ready=True), main("running", ready=True), ready=True), "Running", "2/2", id="sidecars count in READY"
        ),
        pytest.param(
            pod(main(**DONE), main("running", "helper", ready=True)), "NotReady", "1/2", id="one main is done, the other runs, so the pod is not ready"
        ),
        pytest.param(pod(sidecar("running", started=True, ready=True), main(**DONE)), "Completed", "1/2", id="the main is done, the sidecar is being stopped"),
        pytest.param(pod(main("terminated:Error", exit_code=1), phase="Failed"), "Error", "0/1", id="failed"),
        pytest.param(pod(main("terminated:OOMKilled", exit_code=137)), "OOMKilled", "0/1", id="a reason is shown as it is"),
        pytest.param(pod(main("terminated:", exit_code=2)), "ExitCode:2", "0/1", id="ended without a reason"),
        pytest.param(pod(main("running"), deleting=True), "Terminating", "0/1", id="being deleted"),
        pytest.param(pod(main(**DONE), deleting=True, phase="Succeeded"), "Completed", "0/1", id="being deleted, and the phase is terminal already"),
        pytest.param(pod(main("running"), deleting=True, reason="NodeLost"), "Unknown", "0/1", id="its node is lost"),
        pytest.param(pod(phase="Failed", reason="Evicted"), "Evicted", "0/0", id="rejected before it had any container status"),
        pytest.param(
            pod(main(""), phase="Pending", conditions={"PodScheduled": ("False", "SchedulingGated")}), "SchedulingGated", "0/1", id="held by a scheduling gate"
        ),
    ],
)
def test_status_and_ready(made: PodRows, status: str, ready: str) -> None:
    assert columns(made)[:2] == (status, ready)


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        pytest.param(pod(init("running", restarts=2), sidecar(WAITS, restarts=0), main(WAITS), initialized=False), "2", id="during init: the inits'"),
        pytest.param(
            pod(init(**DONE, restarts=2), sidecar("running", started=True, restarts=3), main("running", restarts=4)), "7", id="then: sidecars and mains"
        ),
    ],
)
def test_restarts(made: PodRows, expected: str) -> None:
    assert columns(made)[2] == expected


def test_restarts_tell_how_long_ago_the_last_one_was() -> None:
    made = pod(main("running", restarts=3, last_finished_s=40.0))

    assert columns(made, now_s=100)[2] == "3 (60s ago)"
    assert columns(pod(main("running")), now_s=100)[2] == "0"


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (-1, "0s"),
        (0.9, "0s"),
        (119, "119s"),
        (120, "2m"),
        (125, "2m5s"),
        (599, "9m59s"),
        (600, "10m"),
        (10_799, "179m"),
        (10_800, "3h"),
        (12_000, "3h20m"),
        (86_400, "24h"),
        (172_800, "2d"),
        (200_000, "2d7h"),
    ],
)
def test_ages_are_shortened_as_kubectl_does(seconds: float, expected: str) -> None:
    assert age(seconds) == expected


def test_a_watch_prints_a_line_whenever_one_changes() -> None:
    records = simulator.simulate(goldens.scenario_of(goldens.SCENARIOS / "sidecars-in-a-job"))

    lines = [line.split() for line in kubectl_lines(records)]
    assert lines[0] == ["NAME", "READY", "STATUS", "RESTARTS", "AGE"]
    assert [(ready, status) for _, ready, status, *_ in lines[1:] if status != "Pending"] == [
        ("0/4", "Init:0/3"),
        ("0/4", "Init:1/3"),
        ("1/4", "Init:2/3"),
        ("2/4", "PodInitializing"),
        ("4/4", "Running"),
        ("3/4", "NotReady"),
        ("2/4", "Completed"),
        ("0/4", "Completed"),
    ]
