"""How much does a pod ask for? Effective requests, QoS class, OOM score. Pure.

Kubernetes 1.36: component-helpers/resource/helpers.go (PodRequests), pkg/apis/core/helper/qos/qos.go, pkg/kubelet/qos/policy.go.
"""

from __future__ import annotations

from collections.abc import Mapping

from simulator.pod import Container, Pod

GUARANTEED_OOM_SCORE = -997
BEST_EFFORT_OOM_SCORE = 1000
SYSTEM_CRITICAL_PRIORITY = 2_000_000_000


def effective_requests(pod: Pod) -> dict[str, int]:
    """What the scheduler and admission count: init peaks against the steady state, sidecars in both; then pod-level values and overhead."""
    total = _aggregate(pod, "requests")
    if pod.resources is not None:
        total.update({name: value for name, value in pod.resources.requests.items() if name in ("cpu", "memory") or name.startswith("hugepages-")})
    for name, value in pod.overhead.items():
        total[name] = total.get(name, 0) + value
    return total


def effective_limits(pod: Pod) -> dict[str, int]:
    """The same over limits; overhead is added only to limits that are not zero."""
    total = _aggregate(pod, "limits")
    if pod.resources is not None:
        total.update(pod.resources.limits)
    for name, value in pod.overhead.items():
        if total.get(name):
            total[name] += value
    return total


def _aggregate(pod: Pod, which: str) -> dict[str, int]:
    def of(container: Container) -> Mapping[str, int]:
        return container.resources.requests if which == "requests" else container.resources.limits

    peak: dict[str, int] = {}
    sidecars: dict[str, int] = {}
    for container in pod.init_containers:
        if container.is_sidecar:
            _add(sidecars, of(container))
            needed = dict(sidecars)
        else:
            needed = dict(sidecars)
            _add(needed, of(container))
        for name, value in needed.items():
            peak[name] = max(peak.get(name, 0), value)
    steady = dict(sidecars)
    for container in pod.containers:
        _add(steady, of(container))
    names = sorted({*peak, *steady})
    return {name: max(peak.get(name, 0), steady.get(name, 0)) for name in names}


def _add(total: dict[str, int], more: Mapping[str, int]) -> None:
    for name, value in more.items():
        total[name] = total.get(name, 0) + value


def qos_class(pod: Pod, *, pod_level: bool = True) -> str:
    """`Guaranteed`, `Burstable` or `BestEffort`; `pod_level` is the gate PodLevelResources."""
    if pod_level and pod.resources is not None and (pod.resources.requests or pod.resources.limits):
        holders = [pod.resources]
    else:
        holders = [c.resources for c in (*pod.init_containers, *pod.containers)]
    requests: dict[str, int] = {}
    limits: dict[str, int] = {}
    every_has_limits = True
    for resources in holders:
        own = {name for name in ("cpu", "memory") if resources.limits.get(name)}
        every_has_limits = every_has_limits and len(own) == 2
        for name in ("cpu", "memory"):
            requests[name] = requests.get(name, 0) + resources.requests.get(name, 0)
            limits[name] = limits.get(name, 0) + resources.limits.get(name, 0)
    if not any(requests.values()) and not any(limits.values()):
        return "BestEffort"
    if every_has_limits and requests == limits:
        return "Guaranteed"
    return "Burstable"


def oom_score_adj(pod: Pod, container: Container, node_memory_bytes: int, *, pod_level: bool = True) -> int:
    """The kernel's weight for killing this container when memory runs out."""
    if pod.priority >= SYSTEM_CRITICAL_PRIORITY + 1000:
        return GUARANTEED_OOM_SCORE
    match qos_class(pod, pod_level=pod_level):
        case "Guaranteed":
            return GUARANTEED_OOM_SCORE
        case "BestEffort":
            return BEST_EFFORT_OOM_SCORE
    share = _share_of_rest(pod) if pod_level else 0
    score = _burstable_score(container.resources.requests.get("memory", 0) + share, node_memory_bytes)
    if container.is_sidecar:
        smallest = min((c.resources.requests.get("memory", 0) for c in pod.containers), default=0)
        score = min(score, _burstable_score(smallest + share, node_memory_bytes))
    return score


def _share_of_rest(pod: Pod) -> int:
    """What a pod-level request leaves over its containers' requests, shared equally."""
    if pod.resources is None or "memory" not in pod.resources.requests:
        return 0
    containers = (*pod.init_containers, *pod.containers)
    rest = pod.resources.requests["memory"] - sum(c.resources.requests.get("memory", 0) for c in containers)
    return rest // len(containers) if rest > 0 else 0


def _burstable_score(request_bytes: int, node_memory_bytes: int) -> int:
    score = 1000 - 1000 * request_bytes // node_memory_bytes
    return max(1000 + GUARANTEED_OOM_SCORE, min(score, BEST_EFFORT_OOM_SCORE - 1))
