"""In which order, and with how much time, do the containers of a pod stop? lifecycle.md, sections 10.1 and 10.2."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from simulator.kubelet.pod_actions import KillReason
from simulator.kubelet.termination import container_grace_s, effective_grace_s, prerequisites, runtime_grace_s
from simulator.pod import Container, Probe
from tests.simulator.pods import HTTP, init, main, pod, sidecar

CHAIN = pod(sidecar("first"), sidecar("second"), sidecar("third"), main("app"), main("helper"))


@pytest.mark.parametrize(
    ("running", "waits"),
    [
        pytest.param(
            ["first", "second", "third", "app", "helper"],
            {"first": ("app", "helper", "second"), "second": ("app", "helper", "third"), "third": ("app", "helper"), "app": (), "helper": ()},
            id="every sidecar waits for the mains and for the next later sidecar",
        ),
        pytest.param(
            ["first", "third", "app"],
            {"first": ("app",), "third": ("app",), "app": ()},
            id="a dead sidecar breaks the chain: nobody waits past it",
        ),
        pytest.param(["first", "second"], {"first": ("second",), "second": ()}, id="mains that are gone are not waited for"),
        pytest.param(["app"], {"app": ()}, id="a main waits for nobody"),
    ],
)
def test_whom_each_container_waits_for(running: Sequence[str], waits: Mapping[str, tuple[str, ...]]) -> None:
    assert prerequisites(CHAIN, running) == waits


def test_a_regular_init_neither_waits_nor_is_waited_for() -> None:
    waits = prerequisites(pod(init("fetch"), sidecar("proxy"), main("app")), ["fetch", "proxy"])

    assert waits == {"fetch": (), "proxy": ()}


OWN_GRACE = main(
    liveness_probe=Probe(handler=HTTP, termination_grace_period_seconds=2),
    startup_probe=Probe(handler=HTTP, termination_grace_period_seconds=90),
)
NO_OWN_GRACE = main(liveness_probe=Probe(handler=HTTP))


@pytest.mark.parametrize(
    ("container", "reason", "deletion_s", "expected_s"),
    [
        pytest.param(OWN_GRACE, KillReason.LIVENESS_PROBE, None, 2, id="the probe's own grace"),
        pytest.param(OWN_GRACE, KillReason.STARTUP_PROBE, None, 90, id="which may be longer than the pod's"),
        pytest.param(NO_OWN_GRACE, KillReason.LIVENESS_PROBE, None, 30, id="a probe without one: the pod's"),
        pytest.param(OWN_GRACE, KillReason.DEFINITION_CHANGED, None, 30, id="a kill for another reason: the pod's"),
        pytest.param(OWN_GRACE, KillReason.POST_START_HOOK, None, 30, id="a failed postStart hook: the pod's"),
        pytest.param(OWN_GRACE, KillReason.LIVENESS_PROBE, 7, 7, id="a pod that is being deleted: what the deletion says"),
    ],
)
def test_grace_of_one_container(container: Container, reason: KillReason, deletion_s: int | None, expected_s: int) -> None:
    assert container_grace_s(pod(container), container, reason, deletion_s) == expected_s


@pytest.mark.parametrize(
    ("smallest_s", "wanted_s", "expected_s"),
    [
        pytest.param(None, None, 30, id="nobody said anything: the spec's"),
        pytest.param(None, 5, 5, id="what was asked for"),
        pytest.param(5, 20, 5, id="a longer one later changes nothing"),
        pytest.param(20, 5, 5, id="a shorter one later is remembered"),
        pytest.param(None, 0, 1, id="never below one second"),
        pytest.param(None, 120, 120, id="it may be longer than the spec's"),
    ],
)
def test_grace_of_the_pods_worker(smallest_s: int | None, wanted_s: int | None, expected_s: int) -> None:
    assert effective_grace_s(CHAIN, smallest_s, wanted_s) == expected_s


@pytest.mark.parametrize(
    ("left_s", "expected_s"),
    [pytest.param(30, 30, id="all of it"), pytest.param(1, 2, id="at least two seconds"), pytest.param(-4, 2, id="also when nothing is left")],
)
def test_what_the_runtime_gets(left_s: int, expected_s: int) -> None:
    assert runtime_grace_s(left_s) == expected_s
