"""What does the API show of a pod? lifecycle.md, sections 3.5, 4.5, 11 and 14; observed.md, sections 2 and 4."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from simulator.api_status import Condition, ContainerStatus, PodStatus, Running, Terminated, Waiting
from simulator.cri import CriPodStatus
from simulator.kubelet.status import ProbeView, StatusInputs, compute_phase, finished_status, generate_status, pod_conditions, readiness_triggers
from simulator.pod import Pod, ProbeType
from simulator.states import PodPhase
from tests.simulator.pods import (
    ALWAYS,
    BACK_OFF,
    DEAD_SANDBOX,
    INITIALISING,
    NEVER,
    ON_FAILURE,
    PROBE,
    RUNS,
    ended,
    exited,
    init,
    main,
    pod,
    running,
    shown,
    sidecar,
    status,
)

PENDING, RUNNING, SUCCEEDED, FAILED = PodPhase.PENDING, PodPhase.RUNNING, PodPhase.SUCCEEDED, PodPhase.FAILED
APP, HELPER, FETCH, PROXY = main("app"), main("helper"), init("fetch"), sidecar("proxy")


def phase(pod_: Pod, *containers: ContainerStatus, terminal: bool = False) -> PodPhase:
    return compute_phase(pod_, containers, terminal=terminal)


# -- phase --------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("policy", "states", "expected"),
    [
        pytest.param(ALWAYS, (INITIALISING, INITIALISING), PENDING, id="nothing has started"),
        pytest.param(ALWAYS, (RUNS, INITIALISING), PENDING, id="one main runs, the other waits for the first time"),
        pytest.param(ALWAYS, (RUNS, RUNS), RUNNING, id="both run"),
        pytest.param(NEVER, (RUNS, ended(1)), RUNNING, id="one has failed for good, the other runs"),
        pytest.param(ALWAYS, (ended(1), ended(0)), RUNNING, id="both have ended and will be restarted"),
        pytest.param(ON_FAILURE, (ended(1), ended(0)), RUNNING, id="the one that failed will be restarted"),
        pytest.param(ON_FAILURE, (ended(0), ended(0)), SUCCEEDED, id="both succeeded under OnFailure"),
        pytest.param(NEVER, (ended(0), ended(0)), SUCCEEDED, id="both succeeded under Never"),
        pytest.param(NEVER, (ended(0), ended(1)), FAILED, id="one failed under Never"),
    ],
)
def test_phase_of_a_pod_of_two_mains(policy: Any, states: tuple[Any, Any], expected: PodPhase) -> None:
    assert phase(pod(APP, HELPER, policy=policy), status(APP, states[0]), status(HELPER, states[1])) is expected


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        pytest.param((0, 0), SUCCEEDED, id="all exit codes are 0"),
        pytest.param((0, 137), FAILED, id="one is not"),
    ],
)
def test_phase_of_a_pod_that_was_torn_down_does_not_ask_for_its_policy(codes: tuple[int, int], expected: PodPhase) -> None:
    assert phase(pod(APP, HELPER), status(APP, ended(codes[0])), status(HELPER, ended(codes[1])), terminal=True) is expected


def test_a_pod_whose_containers_are_all_in_back_off_is_running() -> None:
    assert phase(pod(APP), status(APP, BACK_OFF, last=ended(1))) is RUNNING


@pytest.mark.parametrize(
    ("policy", "fetch", "proxy", "app", "expected"),
    [
        pytest.param(ALWAYS, (RUNS, None), (INITIALISING, None), (INITIALISING, None), PENDING, id="the regular init runs"),
        pytest.param(ALWAYS, (ended(1), None), (INITIALISING, None), (INITIALISING, None), PENDING, id="it has failed and will be restarted"),
        pytest.param(ALWAYS, (BACK_OFF, ended(1)), (INITIALISING, None), (INITIALISING, None), PENDING, id="it is in back-off"),
        pytest.param(NEVER, (ended(1), None), (INITIALISING, None), (INITIALISING, None), FAILED, id="it has failed for good"),
        pytest.param(ALWAYS, (ended(0), None), (RUNS, None), (INITIALISING, None), PENDING, id="the sidecar runs, the main was not started"),
        pytest.param(ALWAYS, (ended(0), None), (RUNS, None), (RUNS, None), RUNNING, id="all is well"),
        pytest.param(ALWAYS, (ended(0), None), (ended(1), None), (RUNS, None), RUNNING, id="a dead sidecar does not change the phase"),
        pytest.param(ALWAYS, (ended(0), None), (BACK_OFF, ended(1)), (RUNS, None), RUNNING, id="nor does one in back-off"),
        pytest.param(NEVER, (ended(0), None), (RUNS, None), (ended(0), None), RUNNING, id="a running sidecar keeps the phase Running after the main"),
        pytest.param(NEVER, (ended(0), None), (ended(3), None), (ended(0), None), SUCCEEDED, id="a sidecar's exit code does not count"),
    ],
)
def test_phase_of_a_pod_with_init_containers(policy: Any, fetch: Any, proxy: Any, app: Any, expected: PodPhase) -> None:
    statuses = [status(c, state, last) for c, (state, last) in zip((FETCH, PROXY, APP), (fetch, proxy, app), strict=True)]

    assert phase(pod(FETCH, PROXY, APP, policy=policy), *statuses) is expected


# -- conditions ---------------------------------------------------------------------------------------------------------------------


def condition(kind: str, pod_: Pod, *containers: ContainerStatus, phase: PodPhase = RUNNING, gates: dict[str, str] | None = None) -> Condition:
    return next(c for c in pod_conditions(pod_, containers, phase, gates or {}) if c.type == kind)


@pytest.mark.parametrize(
    ("fetch", "proxy", "app", "expected"),
    [
        pytest.param(INITIALISING, INITIALISING, INITIALISING, ("False", "containers with incomplete status: [fetch proxy]"), id="nothing has started"),
        pytest.param(ended(0), INITIALISING, INITIALISING, ("False", "containers with incomplete status: [proxy]"), id="the sidecar has not started"),
        pytest.param(ended(0), RUNS, INITIALISING, ("True", ""), id="the init is done and the sidecar has started"),
        pytest.param(ended(0), ended(1), RUNS, ("True", ""), id="once a main runs, whatever becomes of the sidecar"),
    ],
)
def test_initialized(fetch: Any, proxy: Any, app: Any, expected: tuple[str, str]) -> None:
    statuses = (
        status(FETCH, fetch, ready=isinstance(fetch, Terminated)),
        status(PROXY, proxy, started=isinstance(proxy, Running)),
        status(APP, app),
    )

    found = condition("Initialized", pod(FETCH, PROXY, APP), *statuses)
    assert (found.status, found.message) == expected


def test_a_pod_without_init_containers_is_initialized_from_the_first_status_on() -> None:
    assert condition("Initialized", pod(APP), status(APP, INITIALISING), phase=PENDING) == Condition(type="Initialized", status="True")


@pytest.mark.parametrize(
    ("proxy_ready", "app_ready", "phase", "expected"),
    [
        pytest.param(True, True, RUNNING, ("True", "", ""), id="all mains and sidecars are ready"),
        pytest.param(False, True, RUNNING, ("False", "ContainersNotReady", "containers with unready status: [proxy]"), id="sidecars count"),
        pytest.param(False, False, RUNNING, ("False", "ContainersNotReady", "containers with unready status: [proxy app]"), id="sidecars are named first"),
        pytest.param(True, True, SUCCEEDED, ("False", "PodCompleted", ""), id="a pod that has completed is not ready"),
        pytest.param(True, True, FAILED, ("False", "PodFailed", ""), id="a pod that has failed is not ready"),
    ],
)
def test_containers_ready_and_ready(proxy_ready: bool, app_ready: bool, phase: PodPhase, expected: tuple[str, str, str]) -> None:
    statuses = status(PROXY, RUNS, ready=proxy_ready), status(APP, RUNS, ready=app_ready)

    for kind in ("ContainersReady", "Ready"):
        found = condition(kind, pod(PROXY, APP), *statuses, phase=phase)
        assert (found.status, found.reason, found.message) == expected


@pytest.mark.parametrize(
    ("gates", "expected"),
    [
        pytest.param({"lb": "True"}, ("True", "", ""), id="the gate's condition is True"),
        pytest.param(
            {"lb": "False"},
            ("False", "ReadinessGatesNotReady", 'the status of pod readiness gate "lb" is not "True", but False'),
            id="the gate's condition is False",
        ),
        pytest.param(
            {},
            ("False", "ReadinessGatesNotReady", 'corresponding condition of pod readiness gate "lb" does not exist.'),
            id="the gate's condition does not exist",
        ),
    ],
)
def test_readiness_gates_hold_back_ready_alone(gates: dict[str, str], expected: tuple[str, str, str]) -> None:
    gated, ready = pod(APP, readiness_gates=("lb",)), status(APP, RUNS, ready=True)

    found = condition("Ready", gated, ready, gates=gates)
    assert (found.status, found.reason, found.message) == expected
    assert condition("ContainersReady", gated, ready, gates=gates).status == "True"


# -- container statuses -------------------------------------------------------------------------------------------------------------


def generated(pod_: Pod, cri: CriPodStatus, old: PodStatus | None = None, **more: Any) -> PodStatus:
    return generate_status(pod_, cri, StatusInputs(old=old or PodStatus(), **more))


def shown_as(pod_: Pod, cri: CriPodStatus, name: str = "app", old: PodStatus | None = None, **more: Any) -> ContainerStatus:
    found = generated(pod_, cri, old, **more).container(name)
    assert found is not None
    return found


def test_before_anything_has_started_the_reason_tells_whether_there_are_init_containers() -> None:
    assert shown_as(pod(APP), shown()).word == "waiting:ContainerCreating"
    assert shown_as(pod(FETCH, APP), shown()).word == "waiting:PodInitializing"
    assert shown_as(pod(FETCH, APP), shown(), "fetch").word == "waiting:PodInitializing"


def test_an_instance_and_the_one_before_it() -> None:
    found = shown_as(pod(APP), shown(running("app", 7, attempt=3), exited("app", 1, 6, attempt=2)))

    assert (found.word, found.restart_count, found.container_id) == ("running", 3, 7)
    assert found.last_terminated is not None
    assert found.last_terminated.exit_code == 1


BLOCKED = {"app": Waiting(reason="CrashLoopBackOff", message="back-off 10s")}


@pytest.mark.parametrize(
    ("policy", "more", "expected"),
    [
        pytest.param(ALWAYS, {"reasons": BLOCKED}, "waiting:CrashLoopBackOff", id="the last start was blocked by back-off"),
        pytest.param(ALWAYS, {}, "terminated:Error", id="no start was tried yet: the end is shown"),
        pytest.param(NEVER, {"reasons": BLOCKED}, "terminated:Error", id="a container that shall not start again shows its end"),
        pytest.param(ALWAYS, {"reasons": BLOCKED, "deleting": True}, "terminated:Error", id="nor does one of a pod that is being deleted wait for anything"),
        pytest.param(ALWAYS, {"reasons": BLOCKED, "terminal": True}, "waiting:CrashLoopBackOff", id="a pod that ended without being deleted still shows it"),
    ],
)
def test_a_crashed_container(policy: Any, more: dict[str, Any], expected: str) -> None:
    found = shown_as(pod(APP, policy=policy), shown(exited("app", 1)), **more)

    assert found.word == expected
    if expected == "waiting:CrashLoopBackOff":
        assert found.last_terminated is not None
        assert found.last_terminated.exit_code == 1


LIVE = main("app", startup_probe=PROBE, readiness_probe=PROBE)


@pytest.mark.parametrize(
    ("container", "probes", "started", "ready"),
    [
        pytest.param(APP, ProbeView(), True, True, id="without probes: at once"),
        pytest.param(main("app", readiness_probe=PROBE), ProbeView(ready={1: False}), True, False, id="readiness has not succeeded"),
        pytest.param(main("app", readiness_probe=PROBE), ProbeView(ready={1: True}), True, True, id="readiness has succeeded"),
        pytest.param(LIVE, ProbeView(started={1: None}, ready={1: True}), False, False, id="startup is not decided: not started, so not ready"),
        pytest.param(LIVE, ProbeView(started={1: True}, ready={1: True}), True, True, id="both have succeeded"),
        pytest.param(LIVE, ProbeView(), False, False, id="the workers have not met it yet and there is no older status"),
    ],
)
def test_started_and_ready_of_a_running_container(container: Any, probes: ProbeView, started: bool, ready: bool) -> None:
    found = shown_as(pod(container), shown(running("app")), probes=probes)

    assert (found.started, found.ready) == (started, ready)


def test_until_the_prober_meets_a_new_instance_the_old_words_stay() -> None:
    old = PodStatus(phase=RUNNING, containers=(status(LIVE, RUNS, started=True, ready=True, container_id=1),))

    found = shown_as(pod(LIVE), shown(running("app", 2, attempt=1)), old=old)
    assert (found.started, found.ready, found.restart_count) == (True, True, 1)


def test_a_regular_init_is_ready_when_it_has_succeeded_and_a_main_never_is() -> None:
    assert shown_as(pod(FETCH, APP), shown(exited("fetch", 0)), "fetch").ready
    assert not shown_as(pod(FETCH, APP), shown(exited("fetch", 1)), "fetch").ready
    assert not shown_as(pod(APP), shown(exited("app", 0))).ready


def test_a_finished_init_whose_record_is_gone_stays_as_it_was() -> None:
    done = status(FETCH, ended(0), ready=True, container_id=1)

    found = shown_as(pod(FETCH, APP), shown(running("app", 2)), "fetch", PodStatus(phase=RUNNING, containers=(done,)))
    assert found.word == "terminated:Completed"


def test_a_running_container_whose_record_has_vanished_counts_as_restarted() -> None:
    old = PodStatus(phase=RUNNING, containers=(status(APP, RUNS, container_id=1, restart_count=2),))

    found = shown_as(pod(APP), shown(), old=old)
    assert (found.word, found.restart_count) == ("waiting:ContainerCreating", 3)
    assert found.last_terminated is not None
    assert (found.last_terminated.exit_code, found.last_terminated.reason) == (137, "ContainerStatusUnknown")


def test_the_sandbox_decides_whether_the_pod_is_ready_to_start_containers() -> None:
    def told(cri: CriPodStatus, **more: Any) -> str | None:
        found = generated(pod(APP), cri, **more).condition("PodReadyToStartContainers")
        return found.status if found else None

    assert told(shown()) == "True"
    assert told(shown(sandboxes=())) == "False"
    assert told(shown(sandboxes=(DEAD_SANDBOX,))) == "False"
    assert told(shown(), ready_to_start_condition=False) is None


def test_a_terminal_phase_stays() -> None:
    assert generated(pod(APP), shown(running("app")), PodStatus(phase=FAILED)).phase is FAILED


def test_the_reason_of_an_eviction_overrides_the_phase() -> None:
    made = generated(pod(APP), shown(running("app")), evicted=("DeadlineExceeded", "too long"))

    assert (made.phase, made.reason, made.message) == (FAILED, "DeadlineExceeded", "too long")


def test_readiness_is_probed_at_once_for_what_is_started_and_not_ready() -> None:
    mine, made = pod(main("app", readiness_probe=PROBE), HELPER), shown(running("helper"), running("app"))
    workers = frozenset({("app", ProbeType.READINESS)})

    not_ready = generated(mine, made, probes=ProbeView(ready={2: False}))
    assert readiness_triggers(mine, not_ready, ProbeView(workers=workers)) == ("app",)
    assert readiness_triggers(mine, not_ready, ProbeView()) == (), "no worker lives"
    ready = generated(mine, made, probes=ProbeView(ready={2: True}))
    assert readiness_triggers(mine, ready, ProbeView(workers=workers)) == ()


# -- the very end -------------------------------------------------------------------------------------------------------------------

LOST = "terminated:ContainerStatusUnknown"


@pytest.mark.parametrize(
    ("fetch", "proxy", "app", "words"),
    [
        pytest.param(
            status(FETCH, ended(0)),
            status(PROXY, BACK_OFF, last=ended(1)),
            status(APP, ended(0)),
            ("terminated:Completed", LOST, "terminated:Completed"),
            id="a sidecar in back-off loses its real code",
        ),
        pytest.param(
            status(FETCH, RUNS),
            status(PROXY, INITIALISING),
            status(APP, INITIALISING),
            (LOST, "waiting:PodInitializing", "waiting:PodInitializing"),
            id="a pod that never initialised: what never started stays waiting",
        ),
        pytest.param(
            status(FETCH, ended(0)),
            status(PROXY, RUNS, started=True),
            status(APP, INITIALISING),
            ("terminated:Completed", LOST, LOST),
            id="initialised, but the main was never started",
        ),
    ],
)
def test_what_is_not_terminated_at_the_end(fetch: ContainerStatus, proxy: ContainerStatus, app: ContainerStatus, words: tuple[str, str, str]) -> None:
    finished = finished_status(pod(FETCH, PROXY, APP), PodStatus(phase=SUCCEEDED, containers=(fetch, proxy, app)))

    assert tuple(c.word for c in finished.containers) == words


def test_a_phase_that_is_not_terminal_at_the_end_becomes_failed() -> None:
    pending = PodStatus(phase=PENDING, containers=(status(APP, Waiting(reason="ErrImagePull")),))

    assert finished_status(pod(APP), pending).phase is FAILED
    assert finished_status(pod(APP), replace(pending, phase=SUCCEEDED)).phase is SUCCEEDED
