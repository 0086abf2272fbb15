"""May a pod run on this node? The kubelet's own admission (pkg/kubelet/lifecycle/predicate.go, kubelet.go canAdmitPod; 1.36). Pure.

Simplified: sysctls, topology, device plugins and AppArmor never refuse.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from simulator.kubelet_config import KubeletConfiguration
from simulator.pod import Pod, Toleration
from simulator.pod_resources import effective_requests, qos_class
from simulator.scenario import Node
from simulator.versions import Version

Refusal = tuple[str, str]
"""(reason, message) as in the pod's status."""


def allocatable(node: Node, config: KubeletConfiguration) -> dict[str, int]:
    """Capacity less what is reserved."""
    left = dict(node.capacity)
    for reserved in (config.system_reserved, config.kube_reserved):
        for name, value in reserved.items():
            left[name] = max(0, left.get(name, 0) - value)
    left["pods"] = min(left.get("pods", config.max_pods), config.max_pods)
    return left


def selects(pod: Pod, node: Node) -> bool:
    """Does the pod's nodeSelector match the node's labels?"""
    known = {"kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64", "beta.kubernetes.io/os": "linux", "beta.kubernetes.io/arch": "amd64"}
    labels = {**known, "kubernetes.io/hostname": node.name, **node.labels}
    return all(labels.get(key) == value for key, value in pod.node_selector.items())


def ports_taken(pod: Pod, others: Sequence[Pod]) -> bool:
    """Is one of the pod's host ports in use?"""
    wanted = {port for c in pod.containers for port in c.host_ports}
    return bool(wanted & {port for other in others for c in other.containers for port in c.host_ports})


def insufficient(pod: Pod, others: Sequence[Pod], capacity: dict[str, int]) -> tuple[str, int, int, int] | None:
    """The first resource that is short: (name, requested, used, capacity)."""
    if len(others) + 1 > capacity["pods"]:
        return "pods", 1, len(others), capacity["pods"]
    wanted = effective_requests(pod)
    used: dict[str, int] = {}
    for other in others:
        for name, value in effective_requests(other).items():
            used[name] = used.get(name, 0) + value
    order = sorted(wanted, key=lambda name: (["cpu", "memory", "ephemeral-storage"].index(name) if name in ("cpu", "memory", "ephemeral-storage") else 9, name))
    for name in order:
        if wanted[name] and wanted[name] + used.get(name, 0) > capacity.get(name, 0):
            return name, wanted[name], used.get(name, 0), capacity.get(name, 0)
    return None


def refused_under_pressure(pod: Pod, conditions: Collection[str], *, is_critical: bool, pod_level: bool = True) -> Refusal | None:
    """The eviction manager's Admit: under memory pressure alone only pods without any request are refused (pkg/kubelet/eviction/eviction_manager.go)."""
    if not conditions or is_critical:
        return None
    if set(conditions) == {"MemoryPressure"} and (
        qos_class(pod, pod_level=pod_level) != "BestEffort" or any(tolerates(each, "node.kubernetes.io/memory-pressure") for each in pod.tolerations)
    ):
        return None
    return "Evicted", f"The node had condition: [{', '.join(sorted(conditions))}]. "


def tolerates(toleration: Toleration, key: str) -> bool:
    """Of a NoSchedule taint without a value."""
    return (
        toleration.key in ("", key)
        and toleration.effect in ("", "NoSchedule")
        and (toleration.operator == "Exists" or (bool(toleration.key) and not toleration.value))
    )


class Admission:
    """The checks of one kubelet, in order, first refusal wins."""

    def __init__(self, node: Node, config: KubeletConfiguration, version: Version) -> None:
        self._node = node
        self._capacity = allocatable(node, config)
        self._version = version
        self.shutting_down = False
        """True while the node shuts down: nothing is admitted."""

    def admit(self, pod: Pod, others: Sequence[Pod]) -> Refusal | None:
        """None: admitted. `others` are the pods that are active on the node."""
        if pod.os_name and pod.os_name != "linux":
            return "PodOSNotSupported", "Failed to admit pod as the OS field doesn't match node OS"
        if pod.node_selector.get("kubernetes.io/os", "linux") != "linux":
            return "PodOSSelectorNodeLabelDoesNotMatch", "Failed to admit pod as the `kubernetes.io/os` label doesn't match node label"
        short = insufficient(pod, others, self._capacity)
        if short:
            name, requested, used, capacity = short
            return f"OutOf{name}", f"Node didn't have enough resource: {name}, requested: {requested}, used: {used}, capacity: {capacity}"
        if pod.node_name and pod.node_name != self._node.name:
            return "NodeName", "Predicate NodeName failed: node(s) didn't match the requested node name"
        if not selects(pod, self._node):
            return "NodeAffinity", "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector"
        if ports_taken(pod, others):
            return "NodePorts", "Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports"
        if self.shutting_down:
            return "NodeShutdown", "Pod was rejected as the node is shutting down."
        return None
