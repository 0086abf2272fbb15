"""Which host ids do pods with a user namespace get, and what happens when there are none left?"""

from __future__ import annotations

import pytest

import simulator
from simulator.errors import ManifestError
from simulator.kubelet.userns import UsernsError, UsernsManager

POD = """apiVersion: v1
kind: Pod
metadata: {name: %s}
spec:
  hostUsers: %s
  containers: [{name: c, image: "x:1"}]
"""


def decisions(text: str, version: str = "1.36") -> list[str]:
    records = simulator.simulate(simulator.load({"pods.yaml": text}, kubernetes=version))
    return [record["detail"] for record in records if record.get("call") == "decision" and "user namespace" in record["detail"]]


def test_pods_get_blocks_that_do_not_overlap_and_host_users_get_none() -> None:
    found = decisions("---\n".join([POD % ("a", "false"), POD % ("b", "false"), POD % ("c", "true")]))
    ranges = [tuple(int(word) for word in text.split() if word.isdigit()) for text in found]

    assert len(ranges) == 2
    assert all(first % 65_536 == 0 and first >= 65_536 and last == first + 65_535 for first, last in ranges)
    assert ranges[0] != ranges[1]


def test_a_version_without_the_gate_gives_none() -> None:
    assert decisions(POD % ("a", "false"), "1.30") == []


def test_a_block_is_kept_until_it_is_released_and_then_free_for_the_next() -> None:
    manager = UsernsManager(2, mapping=(65_536, 2 * 65_536))

    first, second = manager.allocate("a"), manager.allocate("b")

    assert (first, second, manager.allocate("a"), manager.free) == (65_536, 131_072, first, 0)
    with pytest.raises(UsernsError, match="empty slot"):
        manager.allocate("c")
    manager.release("a")
    assert manager.allocate("c") == first


@pytest.mark.parametrize(
    ("ids", "words"),
    [
        pytest.param(1_000, "must be a multiple of 65536", id="not a multiple"),
        pytest.param(1 << 32, "must be less than", id="all ids at once"),
        pytest.param(1 << 30, "leaves room for 3 pods", id="too few blocks for maxPods"),
    ],
)
def test_a_block_length_that_the_kubelet_refuses_is_refused(ids: int, words: str) -> None:
    text = f"{POD % ('a', 'false')}---\napiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nuserNamespaces: {{idsPerPod: {ids}}}\n"

    with pytest.raises(ManifestError, match=words):
        simulator.load({"pods.yaml": text})
