"""In which order, and with how much time, do the containers of a pod stop?

Kubernetes 1.36: pkg/kubelet/kuberuntime/kuberuntime_termination_order.go, kuberuntime_container.go (killContainer, killContainersWithSyncResult,
setTerminationGracePeriod), pkg/kubelet/pod_workers.go (calculateEffectiveGracePeriod).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from simulator.kubelet.pod_actions import KillReason
from simulator.pod import Container, Pod

MINIMUM_GRACE_S = 2
"""minimumGracePeriodInSeconds: what the runtime gets at least."""
MINIMUM_WORKER_GRACE_S = 1
"""calculateEffectiveGracePeriod: what the pod worker works with at least."""


def prerequisites(pod: Pod, running: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
    """Whom does each running container wait for before its stop signal?

    A sidecar waits for every main that was running at the start, and for the next later sidecar if that was running; the chain does not skip over a dead one.
    """
    mains = tuple(c.name for c in pod.containers if c.name in running)
    sidecars = [c.name for c in pod.sidecars]
    waits: dict[str, tuple[str, ...]] = dict.fromkeys(running, ())
    for index, name in enumerate(sidecars):
        if name in running:
            later = tuple(n for n in sidecars[index + 1 : index + 2] if n in running)
            waits[name] = mains + later
    return waits


def container_grace_s(pod: Pod, container: Container, reason: KillReason, deletion_grace_s: int | None) -> int:
    """The grace for killing one container while the pod goes on (setTerminationGracePeriod)."""
    if deletion_grace_s is not None:
        return deletion_grace_s
    probe = {KillReason.LIVENESS_PROBE: container.liveness_probe, KillReason.STARTUP_PROBE: container.startup_probe}.get(reason)
    if probe and probe.termination_grace_period_seconds is not None:
        return probe.termination_grace_period_seconds
    return pod.termination_grace_period_seconds


def effective_grace_s(pod: Pod, smallest_s: int | None, wanted_s: int | None) -> int:
    """The worker's grace for the whole pod: the smallest value seen so far, never below 1; without any, the spec's."""
    candidates = [s for s in (smallest_s, wanted_s) if s is not None] or [pod.termination_grace_period_seconds]
    return max(MINIMUM_WORKER_GRACE_S, min(candidates))


def runtime_grace_s(left_s: int) -> int:
    """What StopContainer gets of what is left."""
    return max(MINIMUM_GRACE_S, left_s)
