"""How much does a pod ask for? The worked examples of lifecycle.md, section 18."""

from __future__ import annotations

import pytest

from simulator.pod import Container, Pod, Resources
from simulator.pod_resources import effective_limits, effective_requests, oom_score_adj, qos_class
from tests.simulator.pods import init, main, memory, pod, sidecar

MI, GI = 1 << 20, 1 << 30
A = init("a", resources=memory(200, cpu=500))
S1 = sidecar("s1", resources=memory(50, cpu=100))
B = init("b", resources=memory(300, cpu=400))
S2 = sidecar("s2", resources=memory(100, cpu=50))
M1 = main("m1", resources=memory(128, cpu=200))
M2 = main("m2", resources=memory(64, cpu=100))


@pytest.mark.parametrize(
    ("pod_", "cpu", "mebibytes"),
    [
        pytest.param(pod(A, S1, B, S2, M1, M2), 500, 350, id="the peak while init b runs beside sidecar s1 decides"),
        pytest.param(pod(A, B, S1, S2, M1, M2), 500, 342, id="the position of a sidecar matters: after init b it costs less"),
        pytest.param(pod(M1, M2), 300, 192, id="without init containers: the sum of the mains"),
        pytest.param(pod(S1, S2, M1), 350, 278, id="sidecars stay, so they are added to the mains"),
        pytest.param(pod(A, M2), 500, 200, id="a regular init goes, so only the larger of the two counts"),
        pytest.param(pod(S1, A, M2), 600, 250, id="a sidecar before a regular init runs beside it"),
    ],
)
def test_effective_requests(pod_: Pod, cpu: int, mebibytes: int) -> None:
    assert effective_requests(pod_) == {"cpu": cpu, "memory": mebibytes * MI}


def test_pod_level_requests_replace_the_sum_and_overhead_comes_on_top() -> None:
    pod_ = pod(M1, M2, resources=Resources(requests={"cpu": 1000}), overhead={"cpu": 50, "memory": 10 * MI})

    assert effective_requests(pod_) == {"cpu": 1050, "memory": 202 * MI}


def test_overhead_is_added_only_to_limits_that_exist() -> None:
    limited = main(resources=Resources(limits={"cpu": 300}))

    assert effective_limits(pod(limited, overhead={"cpu": 50, "memory": 10 * MI})) == {"cpu": 350}


EQUAL = Resources(requests={"cpu": 100, "memory": MI}, limits={"cpu": 100, "memory": MI})
ONLY_CPU = Resources(requests={"cpu": 100}, limits={"cpu": 100})


@pytest.mark.parametrize(
    ("pod_", "expected"),
    [
        pytest.param(pod(main()), "BestEffort", id="nobody asks for anything"),
        pytest.param(pod(main(resources=EQUAL)), "Guaranteed", id="both limits, equal to the requests"),
        pytest.param(pod(main(resources=EQUAL), main("b")), "Burstable", id="one container without limits"),
        pytest.param(pod(main(resources=ONLY_CPU)), "Burstable", id="a limit of memory is missing"),
        pytest.param(pod(sidecar(resources=memory(50)), main(resources=EQUAL)), "Burstable", id="sidecars and init containers count"),
        pytest.param(pod(main(resources=Resources(requests={"nvidia.com/gpu": 1}))), "BestEffort", id="only cpu and memory count"),
        pytest.param(pod(main(resources=Resources(requests={"cpu": 0}))), "BestEffort", id="zero counts as unset"),
        pytest.param(pod(main(), resources=EQUAL), "Guaranteed", id="pod-level resources alone decide when there are any"),
    ],
)
def test_qos_class(pod_: Pod, expected: str) -> None:
    assert qos_class(pod_) == expected


APP, PROXY = main("app", resources=memory(2048)), sidecar("proxy", resources=memory(128))


@pytest.mark.parametrize(
    ("pod_", "container", "expected"),
    [
        pytest.param(pod(PROXY, APP), APP, 750, id="burstable: the larger the request, the safer"),
        pytest.param(pod(PROXY, APP), PROXY, 750, id="a sidecar is as safe as the main that asks for least"),
        pytest.param(pod(main("app", resources=memory(8192))), main("app", resources=memory(8192)), 3, id="never below 3"),
        pytest.param(pod(main("app", resources=memory(1))), main("app", resources=memory(1)), 999, id="never above 999"),
        pytest.param(pod(main()), main(), 1000, id="best effort goes first"),
        pytest.param(pod(main(resources=EQUAL)), main(resources=EQUAL), -997, id="guaranteed goes last"),
        pytest.param(pod(main(), priority=2_000_001_000), main(), -997, id="so does what the node itself needs"),
    ],
)
def test_oom_score(pod_: Pod, container: Container, expected: int) -> None:
    assert oom_score_adj(pod_, container, 8 * GI) == expected
