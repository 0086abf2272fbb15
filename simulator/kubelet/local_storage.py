"""Which pods have more on disk than their own limits allow? localStorageEviction (pkg/kubelet/eviction/eviction_manager.go, 1.36)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from simulator.engine.agenda import Agenda
from simulator.pod import Pod
from simulator.runtime.containers import ContainerRuntime
from simulator.runtime.disk_use import LOGS, Growth, first_over
from simulator.states import RuntimeState

STORAGE = "ephemeral-storage"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """One limit of a pod's local storage: what counts against it, and the message when it is passed."""

    bytes: int
    growths: tuple[Growth, ...]
    message: str


def storage_limits(pod: Pod, places: Sequence[tuple[str, str, Growth, bool]]) -> tuple[Limit, ...]:
    """The pod's limits in the order in which they are looked at: emptyDirs, the pod's total, each container.

    `places` are (container, place, growth, whether it is the container's own layer or log).
    """
    limits: list[Limit] = []
    for volume in pod.volumes:
        if volume.kind == "emptyDir" and volume.size_limit_bytes:
            growths = tuple(g for _, place, g, own in places if not own and place == volume.name)
            message = f'Usage of EmptyDir volume "{volume.name}" exceeds the limit "{_quantity(volume.size_limit_bytes)}". '
            limits.append(Limit(bytes=volume.size_limit_bytes, growths=growths, message=message))
    by_container = {c.name: c.resources.limits[STORAGE] for c in pod.all_containers() if c.resources.limits.get(STORAGE)}
    total = sum(by_container.values())
    if total:
        message = f"Pod ephemeral local storage usage exceeds the total limit of containers {_quantity(total)}. "
        limits.append(Limit(bytes=total, growths=tuple(g for _, _, g, _ in places), message=message))
    for name, limit_bytes in by_container.items():
        growths = tuple(g for container, _, g, own in places if own and container == name)
        message = f'Container {name} exceeded its local ephemeral storage limit "{_quantity(limit_bytes)}". '
        limits.append(Limit(bytes=limit_bytes, growths=growths, message=message))
    return tuple(limits)


def over_limit(pod: Pod, volume_bytes: Mapping[str, int], container_bytes: Mapping[str, int]) -> str | None:
    """The message of the first limit that these figures are over: by volume, and of each container's layer and log."""
    places = [("", name, Growth(base_bytes=used_bytes), False) for name, used_bytes in volume_bytes.items()]
    places += [(name, LOGS, Growth(base_bytes=used_bytes), True) for name, used_bytes in container_bytes.items()]
    return next((limit.message for limit in storage_limits(pod, places) if sum(growth.at(0) for growth in limit.growths) > limit.bytes), None)


def has_storage_limits(pod: Pod) -> bool:
    """Does the pod limit its own local storage anywhere?"""
    return any(v.size_limit_bytes for v in pod.volumes) or any(c.resources.limits.get(STORAGE) for c in pod.all_containers())


def _quantity(size_bytes: int) -> str:
    for suffix, size in (("Gi", 1 << 30), ("Mi", 1 << 20), ("Ki", 1 << 10)):
        if size_bytes % size == 0:
            return f"{size_bytes // size}{suffix}"
    return str(size_bytes)


class LocalStorageLimits:
    """The pods of one kubelet that limit their own local storage, and when each will be over."""

    def __init__(self, agenda: Agenda, runtime: ContainerRuntime) -> None:
        self._agenda = agenda
        self._runtime = runtime
        self._due_ms: dict[str, int] = {}

    def look(self, pod: Pod) -> None:
        """Something of the pod began or changed: foresee when it will be over a limit."""
        now_ms = self._agenda.now_ms
        instants = [at for limit in self._limits(pod) if (at := first_over(limit.growths, limit.bytes, now_ms)) is not None]
        self._due_ms.pop(pod.uid, None)
        if instants:
            self._due_ms[pod.uid] = min(instants)

    def next_over(self) -> int | None:
        """The first instant at which some pod is over a limit; None: none will be."""
        return min(self._due_ms.values(), default=None)

    def over(self, pod: Pod) -> str | None:
        """The message of the first limit that the pod is over now."""
        now_ms = self._agenda.now_ms
        if self._due_ms.get(pod.uid, now_ms + 1) > now_ms:
            return None
        self.look(pod)
        return next((limit.message for limit in self._limits(pod) if sum(g.at(now_ms) for g in limit.growths) > limit.bytes), None)

    def forget(self, uid: str) -> None:
        """It is being evicted, or gone."""
        self._due_ms.pop(uid, None)

    def _limits(self, pod: Pod) -> tuple[Limit, ...]:
        places: list[tuple[str, str, Growth, bool]] = []
        shared: set[str] = set()
        for made in self._runtime.containers(pod.uid):
            if made.state is not RuntimeState.RUNNING or made.processes is None:
                continue
            footprint = made.processes.disk()
            own = footprint.own
            for place, growth in footprint.places.items():
                # What scripts have written into a volume is the volume's, whichever container shows it.
                if growth not in own and growth.base_bytes and place in shared:
                    growth = replace(growth, base_bytes=0)
                shared.add(place)
                places.append((made.container.name, place, growth, growth in own))
        return storage_limits(pod, places)
