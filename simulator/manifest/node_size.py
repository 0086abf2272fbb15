"""How large is the node when nobody said? Large enough for the pods of the input.

A person's first paste should show what the kubelet does with a pod, not that a default node of four processors is too small for it. Whoever writes
`node.capacity` gets exactly that.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from simulator.pod import Pod
from simulator.pod_resources import effective_requests
from simulator.scenario import Node
from simulator.units import format_bytes

ROOM_PERCENT = 75
"""Of the node may be asked for by the pods of the input: the kubelet keeps some for itself, and a rollout needs room for one more."""
_OWN_LABELS = ("kubernetes.io/os", "kubernetes.io/arch", "kubernetes.io/hostname", "beta.kubernetes.io/os", "beta.kubernetes.io/arch")
"""Every node has these."""


def labelled(node: Node, pods: Iterable[Pod]) -> tuple[Node, str]:
    """The node with the labels that the pods' nodeSelectors ask for, where it has none of that name; and which were added."""
    added: dict[str, str] = {}
    for pod in pods:
        for key, value in pod.node_selector.items():
            if not pod.node_name and key not in node.labels and key not in _OWN_LABELS:
                added.setdefault(key, value)
    if not added:
        return node, ""
    return replace(node, labels={**node.labels, **added}), ", ".join(f"{key}={value}" for key, value in sorted(added.items()))


def fitted(node: Node, pods: Iterable[Pod]) -> tuple[Node, str]:
    """The node with the capacity that these pods ask for, and in words what was made larger; empty if nothing was.

    Pods with a nodeName do not count: they never met a scheduler, and a kubelet that rejects them is what they show.
    """
    wanted: dict[str, int] = {}
    for pod in pods:
        if not pod.node_name:
            for name, amount in effective_requests(pod).items():
                wanted[name] = wanted.get(name, 0) + amount
    capacity, words = dict(node.capacity), []
    for name, amount in sorted(wanted.items()):
        has = capacity.get(name, 0)
        if amount * 100 <= has * ROOM_PERCENT or (amount <= has and "/" in name):
            continue
        if name in ("cpu", "memory", "ephemeral-storage"):
            while amount * 100 > has * ROOM_PERCENT:
                has *= 2
        else:
            has = amount
        capacity[name] = has
        words.append(f"{name} {_shown(name, has)}")
    if not words:
        return node, ""
    return replace(node, capacity=capacity), ", ".join(words)


def _shown(name: str, amount: int) -> str:
    if name == "cpu":
        return f"{amount / 1000:g}"
    return format_bytes(amount) if "/" not in name else str(amount)
