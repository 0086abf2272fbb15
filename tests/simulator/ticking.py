"""What if nothing were left out? The slow reference: everything periodic is looked at in every period, whether or not anything can come of it.

The simulator computes the next moment at which a periodic check could change something, and sleeps until then. Here each kubelet has a pacemaker:
at every relist all pods are listed, every probe evaluates every one of its ticks, every pod past its deadline is synced at every sync tick, and healthy
pods are synced again every minute. Whatever the two disagree about is a check that should not have been left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from simulator.engine.tasks import Steps, Task
from simulator.kubelet.kubelet import SYNC_TICK_MS, Kubelet
from simulator.scenario import Scenario
from simulator.simulation import Simulation
from simulator.states import WorkerState

COMPARED = ("status", "event", "runtime", "hook")
"""What a person or the API sees, and what happens to containers. The kubelet's own notes may differ: a check that found nothing is not recorded."""


class TickingSimulation(Simulation):
    """One node whose kubelet never sleeps."""

    def new_kubelet(self, started_ms: int) -> Kubelet:
        """A kubelet with a pacemaker."""
        kubelet = super().new_kubelet(started_ms)
        kubelet.always_resync = True
        Task(self.agenda, self._relists(kubelet))
        Task(self.agenda, self._sync_ticks(kubelet))
        return kubelet

    def _relists(self, kubelet: Kubelet) -> Steps:
        """Every relist lists every pod; and no probe worker sleeps for longer than until its next tick, because no period is shorter than this one."""
        while not kubelet.stopped:
            yield kubelet.pleg.next_relist_ms(self.agenda.now_ms + 1) - self.agenda.now_ms
            for uid in list(kubelet.workers):
                kubelet.pleg.changed(uid)
                kubelet.prober.status_changed(uid)

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


def visible(records: Iterator[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """What the two modes must agree about, by pod: which of two pods comes first within one instant is nobody's promise."""
    by_pod: dict[str, list[dict[str, Any]]] = {}
    for record in records:
        if record["layer"] in COMPARED:
            by_pod.setdefault(record.get("pod", ""), []).append({k: v for k, v in record.items() if k not in ("seq", "because")})
    return by_pod


def ticking(scenario: Scenario) -> Iterator[dict[str, Any]]:
    """The trace of the slow reference."""
    return TickingSimulation(scenario).run()
