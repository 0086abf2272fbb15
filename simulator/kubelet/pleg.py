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
NEVER_MS = -(1 << 62)
RELIST_DURATION = (5, 14, 22, 30)
"""Milliseconds. Between two relists 1.014 s were recorded in the middle, 1.005 to 1.046 (observed.md, section 1); here one run has one duration, a mean of
many."""
GLOBAL_CACHE_UPDATE_MS = 5_000
"""EventedPLEG: how often the cache as a whole counts as fresh (evented.go, globalCacheUpdatePeriod)."""
LISTING_MS = 3
"""Beginning of a relist to a pod's status being in the cache: most of a relist is spent on the other pods and on the timer."""
ON_DEMAND = (2, 8, 25, 226)
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
        self._listing_ms = min(LISTING_MS, self._duration_ms)
        self._cache: dict[str, CriPodStatus] = {}
        self._own_relist_ms: dict[str, int] = {}
        self._own_relists: dict[str, int] = {}
        """Pods whose own relist is under way, and since when."""
        self._own_again: dict[str, int] = {}
        """Those that asked for another one meanwhile, and how long it will take: relists of a pod never overlap (generic.go, relistLock)."""
        self._dirty: dict[str, int] = {}
        """Pods of which a relist would see something new, and since when."""
        self._listing: dict[str, int] = {}
        """Those of them that the relist under way has looked at."""
        self._waiting: list[tuple[str, int, Gate]] = []
        self._timer: Timer | None = None
        self._began_ms = NEVER_MS
        """The newest periodic relist: what changes within its instant but after it has looked is seen by the next one."""
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
        self._dirty[uid] = self._agenda.now_ms
        self._arm()

    def forget(self, uid: str) -> None:
        """The pod is gone for good."""
        self._cache.pop(uid, None)
        self._own_relist_ms.pop(uid, None)
        self._dirty.pop(uid, None)

    def newer_than(self, uid: str, fence_ms: int) -> Steps:
        """Wait until a relist that began after `fence_ms` has ended (podCache.GetNewerThan)."""
        while self._last_relist_ms(uid) <= fence_ms or self._is_behind(uid):
            gate = Gate()
            self._waiting.append((uid, fence_ms, gate))
            began_ms = self.next_relist_ms(fence_ms + 1)
            if began_ms <= self._agenda.now_ms and uid not in self._dirty and uid not in self._listing:
                # The relist that counts is under way, and would find nothing new of this pod.
                self._agenda.at(began_ms + self._listing_ms, gate.open)
            else:
                self._arm()
            yield gate

    def _is_behind(self, uid: str) -> bool:
        """By the clock a periodic relist has ended that must have seen a change, but its timer, due at this very instant, has not fired yet."""
        last_ms = self._last_periodic_ms()
        return any(uid in since and since[uid] <= last_ms for since in (self._dirty, self._listing))

    def relist_pod(self, uid: str) -> None:
        """The pod's own relist, right after a sync that did something."""
        delay_ms = self._streams.around_ms(ON_DEMAND[1], ON_DEMAND, f"{uid}/on-demand relist", self._agenda.now_ms)
        # After the sync that asked for it.
        self._agenda.after(1, lambda: self._own_relist(uid, delay_ms - 1))

    def _own_relist(self, uid: str, takes_ms: int) -> None:
        if uid in self._own_relists:
            self._own_again[uid] = takes_ms
            return
        began_ms = self._own_relists[uid] = self._agenda.now_ms
        seen = self._look(uid)
        self._agenda.after(takes_ms, lambda: self._own_relist_ended(uid, began_ms, seen))

    def _own_relist_ended(self, uid: str, began_ms: int, seen: CriPodStatus) -> None:
        self._own_relists.pop(uid, None)
        if self.stopped:
            return
        self._own_relist_ms[uid] = max(self._own_relist_ms.get(uid, -1), began_ms)
        self._store(uid, seen)
        if uid in self._own_again:
            self._own_relist(uid, self._own_again.pop(uid))
        self._release(uid, began_ms)

    def next_relist_ms(self, from_ms: int) -> int:
        """The beginning of the first periodic relist at or after an instant."""
        period_ms = self._gap_ms + self._duration_ms
        if from_ms <= self._phase_ms:
            return self._phase_ms
        return self._phase_ms + -(-(from_ms - self._phase_ms) // period_ms) * period_ms

    def _last_relist_ms(self, uid: str) -> int:
        """The beginning of the newest relist, periodic or the pod's own, that has ended."""
        return max(self._last_periodic_ms(), self._own_relist_ms.get(uid, NEVER_MS))

    def _last_periodic_ms(self) -> int:
        period_ms = self._gap_ms + self._duration_ms
        passed_ms = self._agenda.now_ms - self._listing_ms - self._phase_ms
        return self._phase_ms + passed_ms // period_ms * period_ms if passed_ms >= 0 else NEVER_MS

    def _arm(self) -> None:
        """One timer for the next periodic relist that anybody needs."""
        if self.stopped or (self._timer and self._timer.fire):
            return
        wanted_ms = [self._agenda.now_ms] if self._dirty else []
        wanted_ms += [max(self._agenda.now_ms, fence_ms + 1) for _, fence_ms, _ in self._waiting]
        if wanted_ms:
            self._timer = self._agenda.at(self.next_relist_ms(max(min(wanted_ms), self._began_ms + 1)), self._relist, late=True)

    def _relist(self) -> None:
        self._timer = None
        if self.stopped:
            return
        began_ms = self._began_ms = self._agenda.now_ms
        # A pod whose own relist is under way waits for the next one: relists of a pod never overlap (generic.go, relistLock).
        self._listing = {uid: since for uid, since in self._dirty.items() if uid not in self._own_relists}
        self._dirty = {uid: since for uid, since in self._dirty.items() if uid in self._own_relists}
        seen = [(uid, self._look(uid)) for uid in self._listing]
        self._agenda.after(self._listing_ms, lambda: self._relist_ended(began_ms, seen))

    def _relist_ended(self, began_ms: int, seen: Iterable[tuple[str, CriPodStatus]]) -> None:
        if self.stopped:
            return
        self._listing = {}
        for uid, status in seen:
            if self._own_relist_ms.get(uid, NEVER_MS) <= began_ms:
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
