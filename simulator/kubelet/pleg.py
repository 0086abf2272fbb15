"""When does the kubelet see what the runtime did? The pod lifecycle event generator.

Kubernetes 1.36: pkg/kubelet/pleg/generic.go. A relist runs at `phase + k x period`; a pod's own relist follows a sync that did something (gate
PLEGOnDemandRelist).
Nothing ticks: a relist is computed only when something changed since the last one, or a worker waits for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from simulator.cri import CriPodStatus
from simulator.engine.agenda import Agenda, Timer
from simulator.engine.streams import Streams
from simulator.engine.tasks import Gate, Steps
from simulator.states import RuntimeState

RELIST_GAP_MS = 1_000
RELIST_DURATION = (5, 14, 46, 60)
"""Milliseconds: 1.014 s between relists in the middle, 1.005 to 1.046 (observed.md, section 1)."""
GLOBAL_CACHE_UPDATE_MS = 5_000
"""EventedPLEG: how often the cache as a whole counts as fresh (evented.go, globalCacheUpdatePeriod)."""
ON_DEMAND = (2, 8, 30, 226)
"""Sync exit to the pod's own relist, in milliseconds (observed.md, section 1)."""


class PlegEvent(NamedTuple):
    """What a relist found: ContainerStarted, ContainerDied or ContainerRemoved. A sandbox counts as a container."""

    kind: str
    object: str
    container_id: int


def compare(old: CriPodStatus, new: CriPodStatus) -> tuple[PlegEvent, ...]:
    """generateEvents: a new running instance started, an exited one died, a vanished one died (if it was alive) and was removed."""
    found: list[PlegEvent] = []
    before = {c.id: c.state for c in old.containers}
    for c in sorted(new.containers, key=lambda c: c.id):
        if before.get(c.id) is not c.state:
            if c.state is RuntimeState.RUNNING:
                found.append(PlegEvent("ContainerStarted", c.name, c.id))
            elif c.state is RuntimeState.EXITED:
                found.append(PlegEvent("ContainerDied", c.name, c.id))
    after = {c.id for c in new.containers}
    for c in sorted(old.containers, key=lambda c: c.id):
        if c.id not in after:
            if c.state is not RuntimeState.EXITED:
                found.append(PlegEvent("ContainerDied", c.name, c.id))
            found.append(PlegEvent("ContainerRemoved", c.name, c.id))
    ready_before = {s.id: s.ready for s in old.sandboxes}
    for s in new.sandboxes:
        if ready_before.get(s.id) is not s.ready:
            found.append(PlegEvent("ContainerStarted" if s.ready else "ContainerDied", "sandbox", -s.id))
    return tuple(found)


class Pleg:
    """The kubelet's cache of what the runtime shows, and the clock that refreshes it."""

    def __init__(
        self,
        agenda: Agenda,
        streams: Streams,
        look: Callable[[str], CriPodStatus],
        deliver: Callable[[str, tuple[PlegEvent, ...]], None],
        started_ms: int,
        *,
        evented: bool = False,
    ) -> None:
        self._agenda = agenda
        self._streams = streams
        self._evented = evented
        """Gate EventedPLEG: the runtime tells of every change. Simplified: its relist every 300 s, which then finds nothing new, is the cache's own 5 s
        tick."""
        self._gap_ms = GLOBAL_CACHE_UPDATE_MS if evented else RELIST_GAP_MS
        self._look = look
        self._deliver = deliver
        self._phase_ms = started_ms + streams.between_ms(0, RELIST_GAP_MS - 1, "relist phase", started_ms)
        self._duration_ms = streams.around_ms(RELIST_DURATION[1], RELIST_DURATION, "relist duration", started_ms) if streams.jitter else 0
        self._cache: dict[str, CriPodStatus] = {}
        self._own_relist_ms: dict[str, int] = {}
        self._dirty: dict[str, None] = {}
        self._waiting: list[tuple[str, int, Gate]] = []
        self._timer: Timer | None = None
        self.stopped = False
        """True from the kubelet's stop on; then nothing is seen or delivered."""

    def cached(self, uid: str) -> CriPodStatus:
        """What the last relist showed of the pod."""
        return self._cache.get(uid, CriPodStatus())

    def changed(self, uid: str) -> None:
        """The runtime did something with the pod: the next relist will look at it."""
        if self._evented:
            self.relist_pod(uid)
            return
        self._dirty[uid] = None
        self._arm()

    def forget(self, uid: str) -> None:
        """The pod is gone for good."""
        self._cache.pop(uid, None)
        self._own_relist_ms.pop(uid, None)
        self._dirty.pop(uid, None)

    def newer_than(self, uid: str, fence_ms: int) -> Steps:
        """Wait until a relist that began after `fence_ms` has ended (podCache.GetNewerThan)."""
        while self._last_relist_ms(uid) <= fence_ms:
            gate = Gate()
            self._waiting.append((uid, fence_ms, gate))
            self._arm()
            yield gate

    def relist_pod(self, uid: str) -> None:
        """The pod's own relist, right after a sync that did something."""
        delay_ms = self._streams.around_ms(ON_DEMAND[1], ON_DEMAND, f"{uid}/on-demand relist", self._agenda.now_ms)
        began_ms = self._agenda.now_ms + 1  # after the sync that asked for it
        self._agenda.at(began_ms, lambda: self._own_relist(uid, began_ms, delay_ms - 1))

    def _own_relist(self, uid: str, began_ms: int, takes_ms: int) -> None:
        seen = self._look(uid)
        self._agenda.after(takes_ms, lambda: self._own_relist_ended(uid, began_ms, seen))

    def _own_relist_ended(self, uid: str, began_ms: int, seen: CriPodStatus) -> None:
        if self.stopped:
            return
        self._own_relist_ms[uid] = max(self._own_relist_ms.get(uid, -1), began_ms)
        self._store(uid, seen)
        self._release(uid, began_ms)

    def next_relist_ms(self, from_ms: int) -> int:
        """The beginning of the first periodic relist at or after an instant."""
        period_ms = self._gap_ms + self._duration_ms
        if from_ms <= self._phase_ms:
            return self._phase_ms
        return self._phase_ms + -(-(from_ms - self._phase_ms) // period_ms) * period_ms

    def _last_relist_ms(self, uid: str) -> int:
        """The beginning of the newest relist that has ended."""
        period_ms = self._gap_ms + self._duration_ms
        passed_ms = self._agenda.now_ms - self._duration_ms - self._phase_ms
        periodic_ms = self._phase_ms + passed_ms // period_ms * period_ms if passed_ms >= 0 else -(1 << 62)
        return max(periodic_ms, self._own_relist_ms.get(uid, -(1 << 62)))

    def _arm(self) -> None:
        """One timer for the next periodic relist that anybody needs."""
        if self.stopped or (self._timer and self._timer.fire):
            return
        wanted_ms = [self._agenda.now_ms] if self._dirty else []
        wanted_ms += [max(self._agenda.now_ms, fence_ms + 1) for _, fence_ms, _ in self._waiting]
        if wanted_ms:
            self._timer = self._agenda.at(self.next_relist_ms(min(wanted_ms)), self._relist)

    def _relist(self) -> None:
        self._timer = None
        if self.stopped:
            return
        began_ms = self._agenda.now_ms
        dirty, self._dirty = list(self._dirty), {}
        seen = [(uid, self._look(uid)) for uid in dirty]
        self._agenda.after(self._duration_ms, lambda: self._relist_ended(began_ms, seen))

    def _relist_ended(self, began_ms: int, seen: Iterable[tuple[str, CriPodStatus]]) -> None:
        if self.stopped:
            return
        for uid, status in seen:
            if self._own_relist_ms.get(uid, -(1 << 62)) <= began_ms:
                self._store(uid, status)
        self._release(None, began_ms)
        self._arm()

    def _store(self, uid: str, seen: CriPodStatus) -> None:
        found = compare(self.cached(uid), seen)
        self._cache[uid] = seen
        if found:
            self._deliver(uid, found)

    def _release(self, uid: str | None, began_ms: int) -> None:
        go_on = [w for w in self._waiting if uid in (None, w[0]) and w[1] < began_ms]
        self._waiting = [w for w in self._waiting if w not in go_on]
        for _, _, gate in go_on:
            gate.open()
