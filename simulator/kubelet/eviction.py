"""Which pods does the kubelet evict by itself, when, and what becomes of their status? The eviction manager and its loop.

Kubernetes 1.36: pkg/kubelet/eviction/eviction_manager.go. A cycle every ten seconds, counted from the end of the last one; carried out only when a threshold, a
pod's own limit or the end of a transition period may have been reached.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from simulator.api_status import Condition, PodStatus
from simulator.engine.agenda import Agenda, Timer
from simulator.engine.recorder import Recorder
from simulator.engine.streams import Streams
from simulator.engine.tasks import Gate, Steps, Task, Wait
from simulator.kubelet.events import WARNING, EventRecorder
from simulator.kubelet.eviction_ranking import LOGS, ROOT, VOLUMES, Candidate, Message, message, rank
from simulator.kubelet.eviction_thresholds import (
    RESOURCES,
    Observations,
    Threshold,
    are_new,
    below,
    by_priority,
    conditions_of,
    conditions_since,
    first_observed,
    grace_satisfied,
    met,
    with_containerfs,
)
from simulator.states import PodPhase

REASON = "Evicted"
HARD_GRACE_S = 1
"""Hard thresholds and local storage limits; the runtime gets two seconds."""
MONITORING_PERIOD_MS = 10_000
"""evictionMonitoringPeriod: cycles begin with the kubelet."""
CYCLE_MS = 60
"""Body of a cycle that evicts nothing: 10.03 to 10.14 s from one to the next (observed.md, section 12)."""
CLEAN_UP_POLL_MS, CLEAN_UP_POLLS = 1_000, 30
"""podCleanupPollFreq, podCleanupTimeout."""
KILL_AT_LEAST_MS = 10_000
"""killPodNow waits this long, or one and a half times the grace."""
SINGLE, IMAGE, SPLIT = "single", "image", "split"
"""Layouts; the words of `Filesystems`."""

COPIED_FROM: Mapping[str, str] = {SINGLE: "nodefs", IMAGE: "imagefs", SPLIT: "nodefs"}
"""Which thresholds containerfs has."""
RECLAIMS: Mapping[tuple[str, str], tuple[str, ...]] = {
    (SINGLE, "nodefs"): ("containers", "images"),
    (SINGLE, "imagefs"): ("containers", "images"),
    (SINGLE, "containerfs"): ("containers", "images"),
    (IMAGE, "nodefs"): (),
    (IMAGE, "imagefs"): ("containers", "images"),
    (IMAGE, "containerfs"): ("containers", "images"),
    (SPLIT, "nodefs"): ("containers",),
    (SPLIT, "imagefs"): ("images",),
    (SPLIT, "containerfs"): ("containers",),
}
"""buildSignalToNodeReclaimFuncs: what is tried before pods go, by layout and filesystem."""
MEASURED: Mapping[tuple[str, str], tuple[str, ...]] = {
    (SINGLE, "nodefs"): (ROOT, LOGS, VOLUMES),
    (SINGLE, "imagefs"): (ROOT, LOGS, VOLUMES),
    (SINGLE, "containerfs"): (ROOT, LOGS, VOLUMES),
    (IMAGE, "nodefs"): (LOGS, VOLUMES),
    (IMAGE, "imagefs"): (ROOT,),
    (IMAGE, "containerfs"): (ROOT,),
    (SPLIT, "nodefs"): (ROOT, LOGS, VOLUMES),
    (SPLIT, "imagefs"): (),
    (SPLIT, "containerfs"): (ROOT, LOGS, VOLUMES),
}
"""buildSignalToRankFunc: what of a pod's disk use counts, by layout and filesystem."""


def evicted(status: PodStatus, message: str, *, node_pressure: bool = True) -> PodStatus:
    """The status at the start of the termination; the phase is withheld until nothing runs any more.

    DisruptionTarget is for node pressure only, not for a pod's own limits.
    """
    marked = replace(status, phase=PodPhase.FAILED, reason=REASON, message=message)
    if not node_pressure:
        return marked
    return marked.with_condition(Condition(type="DisruptionTarget", status="True", reason="TerminationByKubelet", message=message))


@dataclass(frozen=True, slots=True, kw_only=True)
class EvictionConfig:
    """Of one kubelet."""

    thresholds: tuple[Threshold, ...]
    max_pod_grace_period_seconds: int = 0
    pressure_transition_period_ms: int = 300_000
    layout: str = SINGLE
    separate_disk_gc: bool = True
    """Gate KubeletSeparateDiskGC."""


class EvictionError(Exception):
    """A cycle failed; it is logged, and the next one comes."""


class EvictionManager:
    """The cycles of one kubelet process."""

    def __init__(
        self, agenda: Agenda, streams: Streams, recorder: Recorder, events: EventRecorder, config: EvictionConfig, node_name: str, started_ms: int
    ) -> None:
        self._agenda = agenda
        self._streams = streams
        self._recorder = recorder
        self._events = events
        self._config = config
        self._node_name = node_name
        self._started_ms = started_ms
        self._base_ms = started_ms
        """A cycle from which the others count."""
        self._period_ms = MONITORING_PERIOD_MS + (CYCLE_MS if streams.jitter else 0)
        self._first: dict[Threshold, int] = {}
        self._last_met: tuple[Threshold, ...] = ()
        self._last_seen: Observations = {}
        self._observed_ms: dict[str, int] = {}
        """Node condition to when it was last observed."""
        self.conditions: frozenset[str] = frozenset()
        """As admission and the node's status see them."""
        self._timer: Timer | None = None
        self._in_cycle = False
        self.stopped = False
        self.observe: Callable[[], Observations] = dict
        self.candidates: Callable[[], Sequence[Candidate]] = tuple
        self.reclaims: Mapping[str, Callable[[], Steps]] = {}
        """`containers` and `images`: what the node can do without."""
        self.evict: Callable[[Candidate, int, Message, bool], Gate | None] = lambda candidate, grace_s, why, pressed: None
        """(pod, grace in seconds, message, for node pressure); the gate opens when nothing of the pod runs any more."""
        self.is_cleaned_up: Callable[[str], bool] = lambda uid: True
        self.over_limit: Callable[[Candidate], str | None] = lambda candidate: None
        """The message of a pod that is over a local storage limit of its own."""
        self.next_over_limit: Callable[[], int | None] = lambda: None
        self.first_below: Callable[[str, int], int | None] = lambda signal, value: None
        """(signal, value): the first instant from now on at which less is available; None: never, as far as can be seen."""
        self.on_conditions: Callable[[frozenset[str]], None] = lambda conditions: None

    @property
    def thresholds(self) -> tuple[Threshold, ...]:
        """The layout is found in the first cycle; the thresholds of containerfs, copied then, act from the second one on."""
        if self._agenda.now_ms <= self._started_ms:
            return self._config.thresholds
        return with_containerfs(self._config.thresholds, COPIED_FROM[self._config.layout])

    # -- when ---------------------------------------------------------------------------------------------------------------------

    def changed(self) -> None:
        """Use of a disk or of memory goes on in another way, or pods came or went."""
        if self.stopped or self._in_cycle:
            return
        if self._timer:
            self._timer.cancel()
            self._timer = None
        due = self._due_ms()
        if due is not None:
            self._timer = self._agenda.at(self._cycle_at(max(due, self._agenda.now_ms)), self._begin)

    def _cycle_at(self, from_ms: int) -> int:
        if from_ms <= self._base_ms:
            return self._base_ms
        return self._base_ms + -(-(from_ms - self._base_ms) // self._period_ms) * self._period_ms

    def _due_ms(self) -> int | None:
        now_ms = self._agenda.now_ms
        if self._first or self._last_met:
            return now_ms
        seen = self.observe()
        due = [at for at in (self.next_over_limit(),) if at is not None]
        for each in with_containerfs(self._config.thresholds, COPIED_FROM[self._config.layout]):
            if each.signal in seen:
                at = self.first_below(each.signal, below(each, seen[each.signal].capacity))
                due += [] if at is None else [at]
        due += [self._observed_ms[condition] + self._config.pressure_transition_period_ms for condition in self.conditions]
        return min(due, default=None)

    def _begin(self) -> None:
        self._timer = None
        if not self.stopped and not self._in_cycle:
            Task(self._agenda, self._cycles())

    def _cycles(self) -> Steps:
        """After a cycle that evicted, the next one comes as soon as the pods are cleaned up."""
        self._in_cycle = True
        while not self.stopped:
            try:
                evicted_uids = yield from self.synchronize()
            except EvictionError:
                break
            if not evicted_uids:
                break
            for _ in range(CLEAN_UP_POLLS):
                yield CLEAN_UP_POLL_MS
                if all(self.is_cleaned_up(uid) for uid in evicted_uids):
                    break
            if self._streams.jitter:
                yield CYCLE_MS
        self._in_cycle = False
        self._base_ms = self._agenda.now_ms
        self.changed_after_cycle()

    def changed_after_cycle(self) -> None:
        """The next cycle is a whole period away."""
        due = self._due_ms()
        if not self.stopped and due is not None:
            self._timer = self._agenda.at(self._cycle_at(max(due, self._agenda.now_ms + 1)), self._begin)

    # -- one cycle ----------------------------------------------------------------------------------------------------------------

    def synchronize(self) -> Steps:
        """One cycle; returns the uids of the pods that it evicted. Raises EvictionError where the layout and the gates do not go together."""
        now_ms, config = self._agenda.now_ms, self._config
        if config.layout == SPLIT and not config.separate_disk_gc:
            raise EvictionError("KubeletSeparateDiskGC is turned off but we still have a split filesystem")
        thresholds, seen = self.thresholds, self.observe()
        observed = met(thresholds, seen)
        still = met(self._last_met, seen, with_reclaim=True)
        observed = (*observed, *(each for each in still if each not in observed))
        self._first = first_observed(observed, self._first, now_ms)
        for condition in conditions_of(observed):
            self._observed_ms[condition] = now_ms
        self._set_conditions(conditions_of(observed) | conditions_since(self._observed_ms, config.pressure_transition_period_ms, now_ms))
        acting = grace_satisfied(self._first, now_ms)
        acting = are_new(acting, seen, self._last_seen)
        self._last_met, self._last_seen = acting, seen
        over = self._evict_over_limits()
        if over:
            return over
        if not acting:
            return []
        return (yield from self._reclaim(by_priority(acting)[0], seen))

    def _set_conditions(self, conditions: frozenset[str]) -> None:
        if conditions != self.conditions:
            self.conditions = conditions
            self.on_conditions(conditions)

    def _evict_over_limits(self) -> list[str]:
        """Any number of pods in one cycle, and before any threshold."""
        evicted_uids: list[str] = []
        for candidate in self.candidates():
            why = None if candidate.is_critical else self.over_limit(candidate)
            if why is not None:
                self.evict(candidate, HARD_GRACE_S, Message(text=why, annotations={}), False)
                evicted_uids.append(candidate.pod.uid)
        return evicted_uids

    def _reclaim(self, threshold: Threshold, seen: Observations) -> Steps:
        resource = RESOURCES[threshold.signal]
        filesystem = threshold.signal.partition(".")[0]
        self._recorder.record("node", object="node", call="eviction cycle", detail=f"{threshold.signal} met: attempting to reclaim {resource}")
        self._events.emit(None, WARNING, "EvictionThresholdMet", f"Attempting to reclaim {resource}", node=self._node_name)
        funcs = RECLAIMS.get((self._config.layout, filesystem), ())
        for name in funcs:
            if name in self.reclaims:
                yield from self.reclaims[name]()
        if funcs and not met(self.thresholds, self.observe(), with_reclaim=True):
            return []
        measured = MEASURED.get((self._config.layout, filesystem), ())
        observation = seen[threshold.signal]
        for candidate in rank(self.candidates(), resource, measured):
            if candidate.is_critical:
                continue
            grace_s = HARD_GRACE_S
            if threshold.grace_ms:
                grace_s = min(self._config.max_pod_grace_period_seconds, candidate.pod.termination_grace_period_seconds)
            why = message(candidate, resource, (threshold.value.of(observation.capacity), observation.available))
            ended = self.evict(candidate, grace_s, why, True)
            if ended is not None:
                in_time = yield Wait(ended, max(KILL_AT_LEAST_MS, grace_s * 1500))
                if not in_time:
                    text = "Container runtime did not kill the pod within specified grace period."
                    self._events.emit(candidate.pod, WARNING, "ExceededGracePeriod", text)
            return [candidate.pod.uid]
        return []
