"""Which pod does a DaemonSet make or delete on the one node? pkg/controller/daemon/daemon_controller.go and update.go (1.36)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from simulator.controllers.plan import OwnedPod, Plan, becoming_available_ms
from simulator.states import PodPhase
from simulator.units import MINUTE_MS, SECOND_MS

FIRST_BACKOFF_MS = 1 * SECOND_MS
LONGEST_BACKOFF_MS = 15 * MINUTE_MS
"""failedPodsBackoff: a failed pod is deleted only after this, doubled with each one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Daemon:
    """What a DaemonSet's spec says of its pod."""

    revision: str
    surge: bool = False
    """maxSurge above 0: the new pod comes before the old one goes."""
    on_delete: bool = False
    min_ready_seconds: int = 0


def compute_plan(spec: Daemon, pods: Sequence[OwnedPod], now_ms: int) -> Plan:
    """One pod of the present revision; an old one goes first, or with a surge last."""
    there = [pod for pod in pods if not pod.gone]
    if not there:
        return Plan(create=(0,), revision=spec.revision)
    over = next((pod for pod in there if pod.phase.is_terminal and not pod.deleting), None)
    if over is not None:
        due_ms = _deletion_due_ms(over, pods, now_ms)
        return Plan(delete=(over.uid,)) if now_ms >= due_ms else Plan(wake_ms=due_ms)
    running = [pod for pod in there if pod.active]
    old = [pod for pod in running if pod.revision != spec.revision]
    new = [pod for pod in running if pod.revision == spec.revision]
    if spec.on_delete or not old:
        return Plan()
    if not spec.surge:
        return Plan(delete=tuple(pod.uid for pod in old))
    if not new:
        return Plan(create=(0,), revision=spec.revision)
    if any(pod.available(now_ms, spec.min_ready_seconds) for pod in new):
        return Plan(delete=tuple(pod.uid for pod in old))
    return Plan(wake_ms=becoming_available_ms(new, now_ms, spec.min_ready_seconds))


def _deletion_due_ms(over: OwnedPod, pods: Sequence[OwnedPod], now_ms: int) -> int:
    """One that succeeded goes at once; one that failed after the back-off of all that failed so far."""
    if over.phase is not PodPhase.FAILED:
        return now_ms
    failed = sum(pod.phase is PodPhase.FAILED for pod in pods)
    return (over.finished_ms or now_ms) + min(FIRST_BACKOFF_MS << min(failed - 1, 20), LONGEST_BACKOFF_MS)
