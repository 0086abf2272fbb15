"""Which dead containers, sandboxes and log directories go? Pure.

Kubernetes 1.36: pkg/kubelet/kuberuntime/kuberuntime_gc.go (evictContainers, evictSandboxes, evictPodLogsDirectories), pkg/kubelet/pod_container_deletor.go.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class GCPolicy:
    """The kubelet's three flags. Negative numbers are no limit."""

    minimum_age_ms: int = 0
    max_per_container: int = 1
    max_containers: int = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadContainer:
    """A container that does not run. Its age counts from its creation, not from its exit."""

    id: str
    pod_uid: str
    name: str
    created_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GCSandbox:
    """A sandbox of a pod."""

    id: str
    pod_uid: str
    created_ms: int
    is_ready: bool


def containers_to_remove(
    dead: Sequence[DeadContainer],
    policy: GCPolicy,
    now_ms: int,
    *,
    deleted: Collection[str],
    terminated: Collection[str] = (),
    sources_ready: bool = True,
) -> list[str]:
    """Ids in the order of removal. `deleted` are uids whose content may go; `terminated` (in an emergency only) those of which nothing runs any more."""
    units: dict[tuple[str, str], list[DeadContainer]] = {}
    for each in sorted(dead, key=lambda c: (-c.created_ms, c.id)):
        if now_ms - each.created_ms >= policy.minimum_age_ms:
            units.setdefault((each.pod_uid, each.name), []).append(each)
    removed: list[str] = []

    def shrink(keep: int) -> None:
        for key, unit in units.items():
            removed.extend(each.id for each in reversed(unit[keep:]))
            units[key] = unit[:keep]

    if sources_ready:
        for key in [key for key in units if key[0] in deleted or key[0] in terminated]:
            removed.extend(each.id for each in reversed(units.pop(key)))
    if policy.max_per_container >= 0:
        shrink(policy.max_per_container)
    total = sum(len(unit) for unit in units.values())
    if 0 <= policy.max_containers < total:
        shrink(max(1, policy.max_containers // max(1, len(units))))
        left = sorted((each for unit in units.values() for each in unit), key=lambda c: (c.created_ms, c.id))
        removed.extend(each.id for each in left[: max(0, len(left) - policy.max_containers)])
    return removed


def sandboxes_to_remove(
    sandboxes: Sequence[GCSandbox], with_containers: Collection[str], *, deleted: Collection[str], terminated: Collection[str] = ()
) -> list[str]:
    """Sandboxes that are not ready and empty; of an existing pod the newest one stays."""
    removed: list[str] = []
    by_pod: dict[str, list[GCSandbox]] = {}
    for each in sorted(sandboxes, key=lambda s: (s.created_ms, s.id)):
        by_pod.setdefault(each.pod_uid, []).append(each)
    for uid, own in by_pod.items():
        kept = own if uid in deleted or uid in terminated else own[:-1]
        removed.extend(each.id for each in kept if not each.is_ready and each.id not in with_containers)
    return removed


def log_directories_to_remove(names: Sequence[str], *, deleted: Collection[str], sources_ready: bool) -> list[str]:
    """Directories of pods that are gone; the uid is what follows the last underscore."""
    return [name for name in names if sources_ready and name.rpartition("_")[2] in deleted]


def older_dead_instances(dead: Sequence[DeadContainer], died: str, keep: int) -> list[str]:
    """The deletor, after an exit was seen: of that container's dead instances all but the newest `keep`, newest first."""
    name = next((each.name for each in dead if each.id == died), None)
    own = sorted((each for each in dead if each.name == name), key=lambda c: -c.created_ms)
    return [each.id for each in own[keep:]]
