"""Which pod does a StatefulSet make or delete next? pkg/controller/statefulset/stateful_set_control.go, updateStatefulSet (1.36).

In order (`OrderedReady`) nothing happens to a pod before all with smaller ordinals are running and available; `Parallel` does not wait.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from simulator.controllers.plan import OwnedPod, Plan, becoming_available_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordinals:
    """What a StatefulSet's spec says of its pods."""

    replicas: int
    revision: str
    """Of the template as it is now."""
    old_revision: str = ""
    """Of the template before, for the pods below the partition."""
    start: int = 0
    parallel: bool = False
    on_delete: bool = False
    """updateStrategy OnDelete: old pods stay until somebody deletes them."""
    partition: int = 0
    min_ready_seconds: int = 0

    def revision_for(self, index: int) -> str:
        """The template of a new pod with this ordinal."""
        return self.old_revision if self.old_revision and index < self.partition else self.revision


def compute_plan(spec: Ordinals, pods: Sequence[OwnedPod], now_ms: int) -> Plan:
    """One step; the next one comes when a pod has changed."""
    there = {pod.index: pod for pod in pods if not pod.gone}
    wanted = range(spec.start, spec.start + spec.replicas)
    plan = _in_order(spec, there, wanted, now_ms)
    if plan is not None:
        return plan
    condemned = sorted((index for index in there if index not in wanted), reverse=True)
    if condemned:
        return _fewer(spec, there, condemned)
    return _newer(spec, there, wanted, now_ms)


def _in_order(spec: Ordinals, there: dict[int, OwnedPod], wanted: range, now_ms: int) -> Plan | None:
    """What is missing or over, from the smallest ordinal up; None when nothing of it keeps the rest waiting.

    A pod that never becomes ready with the old template is in the way of the new one, as in a real cluster: it has to be deleted by hand.
    """
    create: list[int] = []
    delete: list[str] = []
    for index in wanted:
        pod = there.get(index)
        if pod is not None and pod.available(now_ms, spec.min_ready_seconds):
            continue
        if pod is None:
            create.append(index)
        elif pod.phase.is_terminal and not pod.deleting:
            delete.append(pod.uid)
        if not spec.parallel:
            break
    else:
        if not create and not delete:
            return None
    if not create:
        return Plan(delete=tuple(delete), wake_ms=becoming_available_ms(there.values(), now_ms, spec.min_ready_seconds))
    # One revision a plan: pods of another one come with the next step.
    revision = spec.revision_for(create[0])
    return Plan(create=tuple(index for index in create if spec.revision_for(index) == revision), revision=revision, delete=tuple(delete))


def _fewer(spec: Ordinals, there: dict[int, OwnedPod], condemned: Sequence[int]) -> Plan:
    """Scaling down, from the largest ordinal, one at a time unless in parallel."""
    if spec.parallel:
        return Plan(delete=tuple(there[index].uid for index in condemned if not there[index].deleting))
    first = there[condemned[0]]
    return Plan(delete=() if first.deleting else (first.uid,))


def _newer(spec: Ordinals, there: dict[int, OwnedPod], wanted: range, now_ms: int) -> Plan:
    """A rolling update, from the largest ordinal down to the partition: each is deleted when all after it are well."""
    if spec.on_delete:
        return Plan()
    for index in reversed(wanted):
        pod = there.get(index)
        if pod is None or index < spec.partition:
            break
        if pod.revision != spec.revision and not pod.deleting:
            return Plan(delete=(pod.uid,))
        if not pod.available(now_ms, spec.min_ready_seconds):
            return Plan(wake_ms=becoming_available_ms(there.values(), now_ms, spec.min_ready_seconds))
    return Plan()
