"""What does the kubelet do with one pod next? One worker a pod: syncing, terminating, terminated; syncs never overlap.

Kubernetes 1.36: pkg/kubelet/pod_workers.go (UpdatePod, podWorkerLoop, completeWork).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from simulator.api_status import PodStatus
from simulator.engine.agenda import Agenda, Timer
from simulator.engine.recorder import Recorder
from simulator.engine.streams import Streams
from simulator.engine.tasks import Gate, Steps, Task
from simulator.kubelet.kuberuntime import SyncResult
from simulator.kubelet.pod_manager import PodObject
from simulator.kubelet.termination import effective_grace_s
from simulator.kubelet_config import KubeletConfiguration
from simulator.states import WorkerState
from simulator.versions import Version

BACKOFF_PERIOD_MS = 10_000
"""Requeue after an error (kubelet.go, backOffPeriod)."""
MAX_BACKOFF_REQUEUE_MS = 60_000
"""1.35: the longest wait for a crash-loop back-off before the pod is looked at again."""


class PodSyncer(Protocol):
    """What a worker needs of its kubelet."""

    agenda: Agenda
    streams: Streams
    recorder: Recorder
    config: KubeletConfiguration
    version: Version
    started_ms: int

    def newer_status(self, obj: PodObject, fence_ms: int) -> Steps:
        """Wait for a relist that began after `fence_ms`."""

    def sync_pod(self, worker: PodWorker) -> Steps:
        """SyncPod; returns a SyncResult, or None when the pod was found terminal."""

    def sync_terminating_pod(self, worker: PodWorker) -> Steps:
        """SyncTerminatingPod."""

    def sync_terminated_pod(self, worker: PodWorker) -> Steps:
        """SyncTerminatedPod."""

    def relist_on_demand(self, obj: PodObject) -> None:
        """Ask for a relist of this pod, where the version has that."""

    def resync_matters(self, obj: PodObject) -> bool:
        """Could a periodic resync of this healthy pod change anything?"""

    def sync_tick(self, from_ms: int) -> int:
        """The first tick of the sync ticker at or after an instant."""


class PodWorker:
    """The worker of one pod."""

    def __init__(self, kubelet: PodSyncer, obj: PodObject) -> None:
        self._kubelet = kubelet
        self.obj = obj
        self._move(WorkerState.SYNCING)
        self.grace_s: int | None = None
        """Set when termination was asked for; the smallest value so far."""
        self.status_override: Callable[[PodStatus], PodStatus] | None = None
        """What an eviction or a shutdown writes into the status at the start of terminating."""
        self.evicted = False
        """True from an eviction on: dead containers are removed as soon as they are seen."""
        self._pending = False
        self._working = False
        self._fence_ms = -(1 << 62)
        """End of the last sync: the next one needs a newer relist."""
        self._requeue: Timer | None = None
        self._volume_wait: Gate | None = None
        self._task: Task | None = None
        self.deadline_armed = False
        """True once the wake-up for activeDeadlineSeconds is armed."""
        self.terminated = Gate()
        """Opens when SyncTerminatingPod has ended: nothing of the pod runs any more."""
        self.finished = Gate()
        """Opens when SyncTerminatedPod has ended."""

    @property
    def state(self) -> WorkerState:
        """As the table of moves knows it."""
        return self._state

    @property
    def is_finished(self) -> bool:
        """Nothing more will be done for this pod."""
        return self._state is WorkerState.FINISHED

    def update(self) -> None:
        """Run, as soon as possible; one pending update is remembered."""
        if self.is_finished:
            return
        self._pending = True
        if not self._working:
            self._working = True
            self._task = Task(self._kubelet.agenda, self._work())

    def terminate(self, grace_s: int | None, override: Callable[[PodStatus], PodStatus] | None = None) -> None:
        """Ask for termination; a shorter grace than before is remembered, but does not change a kill that is under way."""
        self.grace_s = effective_grace_s(self.obj.pod, self.grace_s, grace_s)
        if override is not None and self.status_override is None:
            self.status_override = override
        if self._state is WorkerState.SYNCING:
            self._move(WorkerState.TERMINATING)
            if self._volume_wait:
                self._volume_wait.open()
        self.update()

    def volume_wait(self) -> Gate:
        """A gate that termination opens: the only part of a sync that can be cancelled."""
        self._volume_wait = Gate()
        if self._state is not WorkerState.SYNCING:
            self._volume_wait.open()
        return self._volume_wait

    def stop(self) -> None:
        """The kubelet stops: whatever is under way in it ends; the runtime goes on."""
        if self._task:
            self._task.cancel()
        if self._requeue:
            self._requeue.cancel()

    def _move(self, to: WorkerState) -> None:
        self._kubelet.recorder.move(("worker", self.obj.pod.uid, self._kubelet.started_ms), to)
        self._state = to

    def _work(self) -> Steps:
        while self._pending and not self.is_finished:
            self._pending = False
            yield from self._kubelet.newer_status(self.obj, self._fence_ms)
            state = self._state
            match state:
                case WorkerState.SYNCING:
                    result: SyncResult | None = yield from self._kubelet.sync_pod(self)
                    self._after_sync(result)
                case WorkerState.TERMINATING:
                    yield from self._kubelet.sync_terminating_pod(self)
                    self._move(WorkerState.TERMINATED)
                    self.terminated.open()
                    self._pending = True
                case WorkerState.TERMINATED:
                    yield from self._kubelet.sync_terminated_pod(self)
                    self._move(WorkerState.FINISHED)
                    self.finished.open()
                case WorkerState.FINISHED:
                    break
            self._fence_ms = self._kubelet.agenda.now_ms
        self._working = False

    def _after_sync(self, result: SyncResult | None) -> None:
        """completeWork. None: the sync found the pod terminal."""
        if result is None:
            if self._state is WorkerState.SYNCING:
                self.terminate(None)
            self._pending = True
            return
        if self._state is not WorkerState.SYNCING:
            self._pending = True
            return
        if result.did_something and not result.failed:
            self._kubelet.relist_on_demand(self.obj)
        if result.restart_all:
            self._pending = True
        delay_ms = self._requeue_after_ms(result)
        if self._requeue:
            self._requeue.cancel()
        if delay_ms is not None:
            due_ms = self._kubelet.sync_tick(self._kubelet.agenda.now_ms + delay_ms)
            self._requeue = self._kubelet.agenda.at(due_ms, self.update)

    def _requeue_after_ms(self, result: SyncResult) -> int | None:
        """When the pod comes again by itself; None: a healthy pod whose periodic resync could change nothing."""
        streams, now_ms = self._kubelet.streams, self._kubelet.agenda.now_ms
        name = f"{self.obj.pod.uid}/requeue"
        if result.backoff_expiries_ms and self._kubelet.version.requeues_at_backoff_expiry:
            rest_ms = max(0, min(result.backoff_expiries_ms) - now_ms)
            return streams.jittered_ms(min(rest_ms, MAX_BACKOFF_REQUEUE_MS), name, now_ms)
        if result.failed:
            return streams.jittered_ms(BACKOFF_PERIOD_MS, name, now_ms)
        if not result.did_something and not self._kubelet.resync_matters(self.obj):
            return None
        return streams.jittered_ms(self._kubelet.config.sync_frequency_ms, name, now_ms)
