"""Which pod is evicted first, and what is it told? Pure.

Kubernetes 1.36: pkg/kubelet/eviction/helpers.go (rankMemoryPressure, rankDiskPressureFunc, rankPIDPressure, evictionMessage).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from simulator.pod import ContainerType, Pod
from simulator.pod_resources import effective_requests

SYSTEM_CRITICAL_PRIORITY = 2_000_000_000
ROOT, LOGS, VOLUMES = "root", "logs", "volumes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What a pod or a container uses. None: there are no statistics."""

    memory_bytes: int | None = None
    disk_bytes: Mapping[str, int] = field(default_factory=dict)
    """By root, logs, volumes."""
    inodes: Mapping[str, int] = field(default_factory=dict)
    processes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An active pod of the node."""

    pod: Pod
    created_ms: int = 0
    is_static: bool = False
    usage: Usage | None = None
    """None: no statistics at all; such a pod comes first."""
    containers: Mapping[str, Usage] = field(default_factory=dict)

    @property
    def is_critical(self) -> bool:
        """Static, mirror, or of system priority: never evicted for pressure (types.IsCriticalPod)."""
        return self.is_static or self.pod.priority >= SYSTEM_CRITICAL_PRIORITY


def disk_use(usage: Usage, measured: Collection[str], resource: str) -> int:
    """What counts against a pod on a filesystem."""
    of = usage.inodes if resource == "inodes" else usage.disk_bytes
    return sum(value for part, value in of.items() if part in measured)


def request_of(pod: Pod, resource: str) -> int:
    """What the pod asked for; nobody asks for inodes."""
    return 0 if resource == "inodes" else effective_requests(pod).get(resource, 0)


def rank(candidates: Sequence[Candidate], resource: str, measured: Collection[str] = (ROOT, LOGS, VOLUMES), keys: Sequence[str] = ()) -> list[Candidate]:
    """First is evicted first: over its request, then of lower priority, then further over its request; process ids by priority and number.

    `measured` are the parts of disk use that count; `keys` (of `exceeds-request`, `priority`, `usage-above-request`) overrides the rule. Ties by creation, then
    uid.
    """
    by = tuple(keys) or (("priority", "processes") if resource == "pids" else ("exceeds-request", "priority", "usage-above-request"))

    def used(each: Candidate) -> int | None:
        if each.usage is None:
            return None
        if resource == "memory":
            return each.usage.memory_bytes
        return disk_use(each.usage, measured, resource)

    def order(each: Candidate) -> tuple[object, ...]:
        found: list[object] = []
        use = used(each)
        for key in by:
            if key == "priority":
                found.append(each.pod.priority)
            elif key == "processes":
                found.append(-((each.usage.processes if each.usage else None) or 0))
            elif key == "exceeds-request":
                # Without statistics first. Any inode is more than was asked for.
                found.append((use is not None, use is not None and use <= request_of(each.pod, resource)))
            else:
                # Upstream subtracts the request for bytes even from a number of inodes.
                asked = effective_requests(each.pod).get("ephemeral-storage" if resource == "inodes" else resource, 0)
                found.append((use is not None, -((use or 0) - asked)))
        return (*found, each.created_ms, each.pod.uid)

    return sorted(candidates, key=order)


def quantity(value: int) -> str:
    """As a binary quantity prints: `250Mi`, `60840Ki`, `123668072`."""
    for suffix, size in (("Gi", 1 << 30), ("Mi", 1 << 20), ("Ki", 1 << 10)):
        if value and value % size == 0:
            return f"{value // size}{suffix}"
    return str(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """The text of an eviction, and the annotations of its Event."""

    text: str
    annotations: Mapping[str, str]


def message(candidate: Candidate, resource: str, threshold: tuple[int, int] | None) -> Message:
    """evictionMessage. `threshold` is (its value, what is available). Ephemeral containers are never named."""
    text = f"The node was low on resource: {resource}. "
    if threshold is not None:
        value, available = threshold
        text += f"Threshold quantity: {value if resource == 'pids' else quantity(value)}, available: {quantity(available)}. "
    names: list[str] = []
    usages: list[str] = []
    for container in candidate.pod.all_containers():
        use = candidate.containers.get(container.name)
        if container.container_type is ContainerType.EPHEMERAL or use is None:
            continue
        used = use.memory_bytes if resource == "memory" else disk_use(use, (ROOT, LOGS), resource) if resource == "ephemeral-storage" else None
        asked = container.resources.requests.get(resource, 0)
        if used is not None and used > asked:
            text += f"Container {container.name} was using {quantity(used)}, request is {quantity(asked)}, has larger consumption of {resource}. "
            names.append(container.name)
            usages.append(quantity(used))
    return Message(
        text=text,
        annotations={"offending_containers": ",".join(names), "offending_containers_usage": ",".join(usages), "starved_resource": resource},
    )
