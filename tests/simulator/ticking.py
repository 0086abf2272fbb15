"""What if nothing were left out? The slow reference: everything periodic is looked at in every period, whether or not anything can come of it.

The simulator computes the next moment at which a periodic check could change something, and sleeps until then. Here each kubelet has a pacemaker: in every
period all pods are listed, every probe evaluates every one of its ticks, every pod past its deadline is synced at every sync tick, healthy pods are synced
again every minute, every eviction cycle and every sweep of the images takes place. Whatever the two disagree about is a check that should not
have been left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from simulator.cri import CriPodStatus
from simulator.engine.tasks import Steps, Task
from simulator.kubelet.kubelet import SYNC_TICK_MS, Kubelet
from simulator.kubelet.pleg import Pleg, compare
from simulator.scenario import Scenario
from simulator.simulation import Simulation
from simulator.states import WorkerState

SHORTEST_PERIOD_MS = 1_000
"""`periodSeconds: 1`."""
COMPARED = ("status", "event", "runtime", "hook", "image", "disk")
"""What a person or the API sees, and what happens to containers, images and disks. The kubelet's own notes may differ: a check that found nothing is not
recorded."""


class TickingPleg(Pleg):
    """Lists every pod in every period."""

    def _arm(self) -> None:
        super()._arm()
        if not self.stopped and not (self._timer and self._timer.fire):
            self._timer = self._agenda.at(self.next_relist_ms(self._agenda.now_ms + 1), self._relist, late=True)

    def _relist(self) -> None:
        for uid in [uid for uid in self._cache if not self.stopped and uid not in self._own_relists and uid not in self._dirty]:
            if compare(self._cache[uid], self._look(uid)):
                raise AssertionError(f"the relist at {self._agenda.now_ms} ms would have seen something of {uid}, and nobody had said so")
        super()._relist()

    def _relist_ended(self, began_ms: int, seen: Iterable[tuple[str, CriPodStatus]]) -> None:
        super()._relist_ended(began_ms, seen)
        self._arm()


class TickingSimulation(Simulation):
    """One node whose kubelet never sleeps."""

    def new_kubelet(self, started_ms: int) -> Kubelet:
        """A kubelet with a pacemaker."""
        kubelet = super().new_kubelet(started_ms)
        kubelet.always_resync = True
        kubelet.pleg = TickingPleg(self.agenda, self.streams, self.runtime.pod_status, kubelet._on_pleg, started_ms, evented=self.version.on("EventedPLEG"))
        self.runtime.on_change = kubelet.pleg.changed
        pressure = kubelet.pressure
        pressure.eviction._due_ms = lambda: self.agenda.now_ms  # type: ignore[method-assign]
        pressure.image_gc._full_from = lambda: self.agenda.now_ms  # type: ignore[method-assign]
        Task(self.agenda, self._probes(kubelet))
        Task(self.agenda, self._sync_ticks(kubelet))
        return kubelet

    def _probes(self, kubelet: Kubelet) -> Steps:
        """No probe worker sleeps for longer than until its next tick: it is woken once in the shortest period that there is."""
        while not kubelet.stopped:
            for uid in list(kubelet.workers):
                kubelet.prober.status_changed(uid)
            yield SHORTEST_PERIOD_MS

    def _sync_ticks(self, kubelet: Kubelet) -> Steps:
        """Every sync tick picks up the pods that are past their deadline."""
        yield kubelet.sync_tick(self.agenda.now_ms) - self.agenda.now_ms
        while not kubelet.stopped:
            for worker in list(kubelet.workers.values()):
                deadline_s = worker.obj.pod.active_deadline_seconds
                start_ms = kubelet.statuses.cached(worker.obj).start_time_ms
                if (
                    worker.state is WorkerState.SYNCING
                    and deadline_s is not None
                    and start_ms is not None
                    and self.agenda.now_ms >= start_ms + deadline_s * 1000
                ):
                    worker.update()
            yield SYNC_TICK_MS


Seen = dict[str, list[dict[str, Any]]]


def visible(records: Iterator[dict[str, Any]]) -> Seen:
    """What the two modes must agree about, by pod: what comes first within one instant is nobody's promise."""
    by_pod: Seen = {}
    for record in records:
        if record["layer"] in COMPARED:
            by_pod.setdefault(record.get("pod", ""), []).append({k: v for k, v in record.items() if k not in ("seq", "because")})
    return {pod: sorted(found, key=lambda record: (record["t"], repr(record))) for pod, found in by_pod.items()}


def ticking(scenario: Scenario) -> Iterator[dict[str, Any]]:
    """The trace of the slow reference."""
    return TickingSimulation(scenario).run()
