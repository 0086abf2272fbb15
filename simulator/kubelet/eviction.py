"""Which pods does the kubelet evict by itself, and what becomes of their status? (pkg/kubelet/eviction/eviction_manager.go, 1.36)

Simplified: local storage limits only; the signals, thresholds and ranking of node pressure are not simulated yet, and an action evicts for them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from simulator.api_status import Condition, PodStatus
from simulator.engine.agenda import Agenda, Timer
from simulator.kubelet.events import WARNING, EventRecorder
from simulator.kubelet.pod_manager import PodObject
from simulator.pod import Pod
from simulator.runtime.containers import ContainerRuntime
from simulator.runtime.disk_use import Growth, first_over
from simulator.states import PodPhase, RuntimeState

REASON = "Evicted"
HARD_GRACE_S = 1
"""Hard thresholds and local storage limits; the runtime gets two seconds."""
MONITORING_PERIOD_MS = 10_000
"""evictionMonitoringPeriod: cycles begin with the kubelet."""
STORAGE = "ephemeral-storage"


def evicted(status: PodStatus, message: str, *, node_pressure: bool = True) -> PodStatus:
    """The status at the start of the termination; the phase is withheld until nothing runs any more.

    DisruptionTarget is for node pressure only, not for a pod's own limits.
    """
    marked = replace(status, phase=PodPhase.FAILED, reason=REASON, message=message)
    if not node_pressure:
        return marked
    return marked.with_condition(Condition(type="DisruptionTarget", status="True", reason="TerminationByKubelet", message=message))


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


def has_storage_limits(pod: Pod) -> bool:
    """Does the pod limit its own local storage anywhere?"""
    return any(v.size_limit_bytes for v in pod.volumes) or any(c.resources.limits.get(STORAGE) for c in pod.all_containers())


def _quantity(size_bytes: int) -> str:
    for suffix, size in (("Gi", 1 << 30), ("Mi", 1 << 20), ("Ki", 1 << 10)):
        if size_bytes % size == 0:
            return f"{size_bytes // size}{suffix}"
    return str(size_bytes)


class LocalStorageEviction:
    """localStorageEviction: every ten seconds, pods over a limit of their own. A cycle is computed only when a limit will have been passed by then."""

    def __init__(self, agenda: Agenda, events: EventRecorder, runtime: ContainerRuntime, started_ms: int) -> None:
        self._agenda = agenda
        self._events = events
        self._runtime = runtime
        self._started_ms = started_ms
        self._timers: dict[str, Timer] = {}
        self.evict: Callable[[PodObject, str], None] = lambda obj, message: None

    def look(self, obj: PodObject) -> None:
        """Something of the pod began or changed: arm the first cycle that finds it over a limit."""
        uid, now_ms = obj.pod.uid, self._agenda.now_ms
        instants = [at for limit in self._limits(obj.pod) if (at := first_over(limit.growths, limit.bytes, now_ms)) is not None]
        if uid in self._timers:
            self._timers.pop(uid).cancel()
        if instants:
            passed_ms = min(instants) - self._started_ms
            due_ms = self._started_ms + -(-passed_ms // MONITORING_PERIOD_MS) * MONITORING_PERIOD_MS
            self._timers[uid] = self._agenda.at(due_ms, lambda: self._cycle(obj))

    def _cycle(self, obj: PodObject) -> None:
        self._timers.pop(obj.pod.uid, None)
        now_ms = self._agenda.now_ms
        over = next((limit for limit in self._limits(obj.pod) if sum(g.at(now_ms) for g in limit.growths) > limit.bytes), None)
        if over is None:
            self.look(obj)
            return
        self._events.emit(obj.pod, WARNING, REASON, over.message)
        self.evict(obj, over.message)

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
