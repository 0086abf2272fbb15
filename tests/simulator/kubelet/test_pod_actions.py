"""What shall one sync kill and start? Rows of lifecycle.md, sections 4.4 and 5."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.cri import CriPodStatus, CriSandbox
from simulator.kubelet.pod_actions import KillReason, PodActions, ProbeResults, compute_pod_actions
from simulator.pod import Container, ContainerType, Pod, Probe
from tests.simulator.pods import (
    ALWAYS,
    DEAD_SANDBOX,
    HTTP,
    NEVER,
    ON_FAILURE,
    PROBE,
    READY_SANDBOX,
    created,
    exited,
    init,
    main,
    pod,
    rule,
    running,
    shown,
    sidecar,
    unknown,
)

NOTHING = CriPodStatus()
PLAIN = pod(main("app"), main("helper"))
TALK = pod(init("fetch"), sidecar("proxy"), sidecar("logs"), main("app"), main("helper"))
GATED = pod(sidecar("proxy", startup_probe=PROBE), main("app"))
SECOND_SANDBOX = CriSandbox(id=101, attempt=1, ready=True, created_ms=1)


def decide(
    pod_: Pod, status: CriPodStatus, *, startup: dict[int, bool | None] | None = None, liveness: dict[int, bool | None] | None = None, **more: Any
) -> PodActions:
    return compute_pod_actions(pod_, status, ProbeResults(startup=startup or {}, liveness=liveness or {}), **more)


@pytest.mark.parametrize(
    ("pod_", "status", "inits", "mains"),
    [
        pytest.param(PLAIN, shown(), (), ("app", "helper"), id="mains start in spec order, all in one sync"),
        pytest.param(PLAIN, shown(running("app"), running("helper")), (), (), id="what runs is left alone"),
        pytest.param(PLAIN, shown(running("app"), exited("helper", 0)), (), ("helper",), id="under Always a main that ended well starts again, too"),
        pytest.param(PLAIN, shown(created("app"), running("helper")), (), ("app",), id="a main that was created and never started is started"),
        pytest.param(TALK, shown(), ("fetch",), (), id="with init containers, the first one starts alone"),
        pytest.param(TALK, shown(running("fetch")), (), (), id="while a regular init runs nothing else starts"),
        pytest.param(TALK, shown(exited("fetch", 0)), ("proxy",), (), id="one new init container a sync"),
        pytest.param(TALK, shown(running("proxy"), exited("fetch", 0)), ("logs",), (), id="a running sidecar without startup probe lets the next one start"),
        pytest.param(
            TALK,
            shown(running("logs"), running("proxy"), exited("fetch", 0)),
            (),
            ("app", "helper"),
            id="when the last sidecar runs the mains start in the same sync",
        ),
        pytest.param(TALK, shown(exited("fetch", 1)), ("fetch",), (), id="a failed init is started again under Always"),
        pytest.param(TALK, shown(created("fetch")), ("fetch",), (), id="an init container that was created and never started is started"),
        pytest.param(
            TALK,
            shown(exited("proxy", 0), exited("fetch", 0)),
            ("proxy",),
            (),
            id="a sidecar that ended, even well, is started again and holds back what follows",
        ),
        pytest.param(
            TALK,
            shown(running("helper"), running("app"), exited("logs", 1), exited("proxy", 1), exited("fetch", 0)),
            ("proxy", "logs"),
            (),
            id="several sidecars may be restarted in one sync, in spec order",
        ),
        pytest.param(
            TALK,
            shown(running("app"), running("helper"), running("logs"), exited("fetch", 1)),
            ("proxy",),
            (),
            id="a sidecar whose record is gone is started while mains run; the finished regular init is not looked at",
        ),
        pytest.param(
            TALK,
            shown(exited("app", 1), exited("helper", 1), running("logs"), running("proxy")),
            (),
            ("app", "helper"),
            id="records of finished inits may be gone: the last one's record counts",
        ),
    ],
)
def test_what_starts(pod_: Pod, status: CriPodStatus, inits: tuple[str, ...], mains: tuple[str, ...]) -> None:
    actions = decide(pod_, status)

    assert (actions.init_containers_to_start, actions.containers_to_start) == (inits, mains)
    assert not actions.kill_pod


@pytest.mark.parametrize(
    ("probe_result", "inits", "mains", "kills"),
    [
        pytest.param({}, (), (), (), id="no result yet: wait"),
        pytest.param({1: None}, (), (), (), id="not decided: wait"),
        pytest.param({1: True}, (), ("app",), (), id="success: the main starts"),
        pytest.param({1: False}, ("proxy",), (), ("Init container proxy failed startup probe",), id="failure: killed and started again"),
    ],
)
def test_the_start_gate_of_a_sidecar(probe_result: dict[int, bool | None], inits: tuple[str, ...], mains: tuple[str, ...], kills: tuple[str, ...]) -> None:
    actions = decide(GATED, shown(running("proxy")), startup=probe_result)

    assert (actions.init_containers_to_start, actions.containers_to_start) == (inits, mains)
    assert tuple(kill.message for kill in actions.containers_to_kill) == kills


def test_a_sidecar_that_fails_liveness_is_restarted_and_does_not_hold_back_the_mains() -> None:
    actions = decide(pod(sidecar("proxy", liveness_probe=PROBE), main("app")), shown(running("proxy")), liveness={1: False})

    assert [kill.message for kill in actions.containers_to_kill] == ["Init container proxy failed liveness probe"]
    assert actions.init_containers_to_start == ("proxy",)
    assert actions.containers_to_start == ("app",)


@pytest.mark.parametrize(
    ("policy", "code", "starts", "kill_pod"),
    [
        pytest.param(ALWAYS, 0, True, False, id="Always, exit 0: again"),
        pytest.param(ALWAYS, 1, True, False, id="Always, exit 1: again"),
        pytest.param(ON_FAILURE, 0, False, True, id="OnFailure, exit 0: done, the pod is torn down"),
        pytest.param(ON_FAILURE, 1, True, False, id="OnFailure, exit 1: again"),
        pytest.param(NEVER, 0, False, True, id="Never, exit 0: done, the pod is torn down"),
        pytest.param(NEVER, 1, False, True, id="Never, exit 1: done, the pod is torn down"),
    ],
)
def test_the_only_main_has_exited(policy: Any, code: int, starts: bool, kill_pod: bool) -> None:
    actions = decide(pod(sidecar("proxy"), main("app"), policy=policy), shown(exited("app", code), running("proxy")))

    assert actions.containers_to_start == (("app",) if starts else ())
    assert actions.kill_pod is kill_pod


def test_a_dead_sidecar_is_not_started_for_a_pod_whose_mains_are_done() -> None:
    two = pod(sidecar("proxy"), sidecar("logs"), main("app"), policy=NEVER)

    actions = decide(two, shown(exited("app", 0), running("logs"), exited("proxy", 1)))

    assert actions.kill_pod
    assert actions.init_containers_to_start == ()


@pytest.mark.parametrize(
    ("policy", "kill_pod", "inits"),
    [
        pytest.param(NEVER, True, (), id="Never: kill everything"),
        pytest.param(ON_FAILURE, False, ("fetch",), id="OnFailure: start it again"),
        pytest.param(ALWAYS, False, ("fetch",), id="Always: start it again"),
    ],
)
def test_a_regular_init_has_failed(policy: Any, kill_pod: bool, inits: tuple[str, ...]) -> None:
    actions = decide(pod(init("fetch"), sidecar("proxy"), main("app"), policy=policy), shown(exited("fetch", 7)))

    assert actions.kill_pod is kill_pod
    assert actions.init_containers_to_start == inits


def test_a_rule_of_the_init_container_may_save_a_pod_that_is_never_restarted() -> None:
    fetch = init("fetch", restart_policy=NEVER, restart_policy_rules=(rule(7),))

    assert decide(pod(fetch, main("app"), policy=NEVER), shown(exited("fetch", 7))).init_containers_to_start == ("fetch",)
    assert decide(pod(fetch, main("app"), policy=NEVER), shown(exited("fetch", 8))).kill_pod


# -- running mains that must go -----------------------------------------------------------------------------------------------------

LIVE = main("app", liveness_probe=PROBE)
SLOW = main("app", startup_probe=Probe(handler=HTTP, failure_threshold=1))


@pytest.mark.parametrize(
    ("container", "policy", "probes", "message", "reason", "again"),
    [
        pytest.param(
            LIVE,
            ALWAYS,
            {"liveness": {2: False}},
            "Container app failed liveness probe, will be restarted",
            KillReason.LIVENESS_PROBE,
            True,
            id="liveness failed",
        ),
        pytest.param(
            LIVE, NEVER, {"liveness": {2: False}}, "Container app failed liveness probe", KillReason.LIVENESS_PROBE, False, id="liveness failed under Never"
        ),
        pytest.param(
            SLOW,
            ON_FAILURE,
            {"startup": {2: False}},
            "Container app failed startup probe, will be restarted",
            KillReason.STARTUP_PROBE,
            True,
            id="startup failed",
        ),
        pytest.param(
            main("app", image="app:2.0"),
            NEVER,
            {},
            "Container app definition changed, will be restarted",
            KillReason.DEFINITION_CHANGED,
            True,
            id="the image changed: restarted whatever the policy says",
        ),
        pytest.param(
            main("app", image="app:2.0", liveness_probe=PROBE),
            ALWAYS,
            {"liveness": {2: False}},
            "Container app definition changed, will be restarted",
            KillReason.DEFINITION_CHANGED,
            True,
            id="a changed image wins over a failed probe",
        ),
    ],
)
def test_a_running_main_must_go(
    container: Container, policy: Any, probes: dict[str, dict[int, bool | None]], message: str, reason: KillReason, again: bool
) -> None:
    actions = decide(pod(main("other"), container, policy=policy), shown(running("other"), running("app", image="app:1.0")), **probes)  # type: ignore[arg-type]

    assert [(kill.name, kill.message, kill.reason) for kill in actions.containers_to_kill] == [("app", message, reason)]
    assert actions.containers_to_start == (("app",) if again else ())
    assert not actions.kill_pod


def test_a_probe_failure_of_the_only_main_under_never_takes_the_whole_pod() -> None:
    actions = decide(pod(sidecar("proxy"), LIVE, policy=NEVER), shown(running("app"), running("proxy")), liveness={1: False})

    assert actions.kill_pod
    assert actions.containers_to_kill == ()


def test_a_container_in_unknown_state_is_killed_before_it_is_started_again() -> None:
    actions = decide(PLAIN, shown(unknown("app"), running("helper")))

    assert [(kill.name, kill.reason) for kill in actions.containers_to_kill] == [("app", KillReason.UNKNOWN_STATE)]
    assert actions.containers_to_start == ("app",)


def test_nothing_is_restarted_once_the_pod_is_being_deleted() -> None:
    actions = decide(PLAIN, shown(running("app"), exited("helper", 1)), deleting=True)

    assert actions.containers_to_start == ()


# -- the sandbox --------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pod_", "status", "attempt", "changed", "inits", "mains"),
    [
        pytest.param(PLAIN, NOTHING, 0, False, (), ("app", "helper"), id="the first sandbox: the mains, no SandboxChanged"),
        pytest.param(TALK, NOTHING, 0, False, ("fetch",), (), id="the first sandbox: the first init container"),
        pytest.param(
            TALK,
            shown(exited("app", 255), exited("proxy", 255), exited("fetch", 0), sandboxes=(DEAD_SANDBOX,)),
            1,
            True,
            ("fetch",),
            (),
            id="a dead sandbox: everything again, from the first init container on",
        ),
        pytest.param(
            PLAIN,
            shown(running("app"), sandboxes=(SECOND_SANDBOX, READY_SANDBOX)),
            2,
            True,
            (),
            ("app", "helper"),
            id="two sandboxes are ready: one too many, a third is made",
        ),
        pytest.param(
            pod(main("app"), main("helper"), policy=ON_FAILURE),
            shown(exited("app", 0), exited("helper", 255), sandboxes=(DEAD_SANDBOX,)),
            1,
            True,
            (),
            ("helper",),
            id="under OnFailure a main that has succeeded is left out",
        ),
    ],
)
def test_a_new_sandbox(pod_: Pod, status: CriPodStatus, attempt: int, changed: bool, inits: tuple[str, ...], mains: tuple[str, ...]) -> None:
    actions = decide(pod_, status)

    assert actions.create_sandbox
    assert actions.kill_pod
    assert (actions.sandbox_attempt, actions.sandbox_changed) == (attempt, changed)
    assert (actions.init_containers_to_start, actions.containers_to_start) == (inits, mains)


@pytest.mark.parametrize(
    ("pod_", "status"),
    [
        pytest.param(pod(main("app"), policy=NEVER), shown(exited("app", 255), sandboxes=(DEAD_SANDBOX,)), id="a pod that is never restarted and has run"),
        pytest.param(pod(main("app"), policy=ON_FAILURE), shown(exited("app", 0), sandboxes=(DEAD_SANDBOX,)), id="a pod whose mains have all succeeded"),
    ],
)
def test_no_new_sandbox_for(pod_: Pod, status: CriPodStatus) -> None:
    actions = decide(pod_, status)

    assert actions.kill_pod
    assert not actions.create_sandbox


def test_an_ephemeral_container_starts_once_and_never_again() -> None:
    debug = Container(name="debug", image="debug:1.0", container_type=ContainerType.EPHEMERAL)

    assert decide(pod(main("app"), debug), shown(running("app"))).ephemeral_containers_to_start == ("debug",)
    assert decide(pod(main("app"), debug), shown(exited("debug", 1), running("app"))).ephemeral_containers_to_start == ()


def test_a_sync_with_nothing_to_do_says_so() -> None:
    assert decide(PLAIN, shown(running("app"), running("helper"))).is_empty
    assert not decide(PLAIN, shown(running("app"))).is_empty
