"""Which gates does a version have, and which are on?"""

import pytest

from simulator.feature_gates import GATES, Stage, enabled, listing, refusal
from simulator.versions import NEWEST, OLDEST


@pytest.mark.parametrize(
    ("gate", "first_on"),
    [
        pytest.param("SidecarContainers", 29, id="sidecars are on by default from 1.29"),
        pytest.param("PodLifecycleSleepAction", 30, id="sleep from 1.30"),
        pytest.param("PodLifecycleSleepActionAllowZero", 33, id="a sleep of nothing from 1.33"),
        pytest.param("PodReadyToStartContainersCondition", 29, id="the condition from 1.29"),
        pytest.param("ContainerRestartRules", 35, id="restart rules from 1.35"),
        pytest.param("RestartAllContainersOnContainerExits", 36, id="restart of all containers from 1.36"),
        pytest.param("KubeletCrashLoopBackOffMax", 35, id="a back-off of one's own from 1.35"),
        pytest.param("UserNamespacesSupport", 33, id="user namespaces were a beta that was off, on from 1.33"),
        pytest.param("ImageVolume", 35, id="image volumes, too, on from 1.35"),
        pytest.param("PLEGOnDemandRelist", 36, id="the relist on demand from 1.36"),
        pytest.param("GracefulNodeShutdown", 27, id="graceful shutdown always"),
        pytest.param("ReduceDefaultCrashLoopBackOffDecay", None, id="an alpha never"),
        pytest.param("SidecarsRestartableDuringPodTermination", None, id="what is not in Kubernetes never"),
    ],
)
def test_defaults(gate, first_on):
    on = [minor for minor in range(OLDEST, NEWEST + 1) if enabled(minor)[gate]]

    assert on == ([] if first_on is None else list(range(first_on, NEWEST + 1)))


def test_a_kubelet_restart_resets_statuses_up_to_1_34():
    assert [enabled(minor)["ChangeContainerStatusOnKubeletRestart"] for minor in (34, 35)] == [True, False]


@pytest.mark.parametrize(
    ("minor", "gate", "value", "expected"),
    [
        pytest.param(28, "SidecarContainers", True, "", id="an alpha can be switched on"),
        pytest.param(32, "SidecarContainers", False, "", id="a beta can be switched off"),
        pytest.param(33, "SidecarContainers", False, "cannot set feature gate SidecarContainers to false, feature is locked to true", id="a locked one cannot"),
        pytest.param(33, "SidecarContainers", True, "", id="a locked one may be set to what it is"),
        pytest.param(27, "SidecarContainers", True, "unrecognized feature gate: SidecarContainers", id="before its time it is unknown"),
        pytest.param(36, "Sidecars", True, "unrecognized feature gate: Sidecars", id="a name that never was"),
        pytest.param(36, "AllAlpha", True, "", id="all alphas at once"),
        pytest.param(36, "SidecarsRestartableDuringPodTermination", True, "", id="what-if: a gate that is not yet in Kubernetes"),
    ],
)
def test_refusals_are_the_kubelets(minor, gate, value, expected):
    assert refusal(minor, gate, value) == expected


@pytest.mark.parametrize(
    ("overrides", "gate", "expected"),
    [
        pytest.param({"EventedPLEG": True}, "EventedPLEG", True, id="named"),
        pytest.param({"AllAlpha": True}, "EventedPLEG", True, id="with all alphas"),
        pytest.param({"AllAlpha": True, "EventedPLEG": False}, "EventedPLEG", False, id="its own name wins"),
        pytest.param({"AllBeta": False}, "ContainerRestartRules", False, id="without any beta"),
        pytest.param({"AllBeta": False}, "SidecarContainers", True, id="locked ones stay"),
        pytest.param({"AllAlpha": True}, "SidecarsRestartableDuringPodTermination", False, id="plans are no alphas"),
    ],
)
def test_overrides(overrides, gate, expected):
    assert enabled(36, overrides)[gate] is expected


def test_the_listing_has_every_gate_of_the_version_by_name():
    rows = listing(28)

    assert [row.name for row in rows] == sorted(row.name for row in rows)
    assert {row.name: row.stage for row in rows}["SidecarContainers"] is Stage.ALPHA
    assert "PLEGOnDemandRelist" not in {row.name for row in rows}
    assert all(row.effect for row in rows)


def test_gates_stand_once_and_their_stages_in_order():
    assert len({gate.name for gate in GATES}) == len(GATES)
    for gate in GATES:
        assert list(gate.since) == sorted(gate.since, key=lambda pair: pair[0]), gate.name
