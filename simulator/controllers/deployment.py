"""How large does a Deployment make each of its ReplicaSets? pkg/controller/deployment/{rolling,recreate}.go (1.36): one step at a time.

Simplified: `progressDeadlineSeconds` is not watched, and old ReplicaSets are kept without a limit; neither changes a pod.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from simulator.controllers.plan import OwnedPod
from simulator.workloads import share_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollout:
    """What a Deployment's spec says of its pods."""

    replicas: int
    revision: str
    """Of the template: the ReplicaSet that is to be left."""
    recreate: bool = False
    max_surge: object = "25%"
    max_unavailable: object = "25%"
    min_ready_seconds: int = 0
    paused: bool = False

    def shares(self) -> tuple[int, int]:
        """(pods above, pods below `replicas` that are allowed). Both 0 would never get on: then one may be missing (ResolveFenceposts)."""
        surge = share_of(self.max_surge, self.replicas, up=True)
        unavailable = share_of(self.max_unavailable, self.replicas, up=False)
        return surge, unavailable if surge or unavailable else 1


def next_sizes(rollout: Rollout, sizes: Mapping[str, int], pods: Sequence[OwnedPod], now_ms: int) -> dict[str, int]:
    """The ReplicaSets' sizes after one step; `sizes` by revision, the oldest first. The same sizes when there is nothing to do now."""
    wanted = dict(sizes)
    wanted.setdefault(rollout.revision, 0)
    old = [revision for revision in wanted if revision != rollout.revision]
    if rollout.paused or not any(wanted[revision] for revision in old):
        # A paused rollout moves no pods between revisions; one without old pods is plain scaling.
        if not rollout.paused and not (rollout.recreate and _old_pods_run(rollout, pods)):
            wanted[rollout.revision] = rollout.replicas
        return wanted
    if rollout.recreate:
        return {**wanted, **dict.fromkeys(old, 0)}
    surge, unavailable = rollout.shares()
    room = rollout.replicas + surge - sum(wanted.values())
    if wanted[rollout.revision] < rollout.replicas and room > 0:
        wanted[rollout.revision] += min(room, rollout.replicas - wanted[rollout.revision])
        return wanted
    if wanted[rollout.revision] > rollout.replicas:
        wanted[rollout.revision] = rollout.replicas
        return wanted
    return _smaller_old(rollout, wanted, old, pods, rollout.replicas - unavailable, now_ms)


def _old_pods_run(rollout: Rollout, pods: Sequence[OwnedPod]) -> bool:
    return any(pod.revision != rollout.revision and not pod.gone and not pod.phase.is_terminal for pod in pods)


def _smaller_old(rollout: Rollout, wanted: dict[str, int], old: Sequence[str], pods: Sequence[OwnedPod], min_available: int, now_ms: int) -> dict[str, int]:
    """reconcileOldReplicaSets: first those that are not healthy anyway, then as many healthy ones as others are available for."""
    available = {revision: sum(p.revision == revision and p.available(now_ms, rollout.min_ready_seconds) for p in pods) for revision in wanted}
    new_unavailable = wanted[rollout.revision] - available[rollout.revision]
    may_go = sum(wanted.values()) - min_available - new_unavailable
    for revision in old:
        if may_go <= 0:
            break
        unhealthy = min(may_go, wanted[revision] - available[revision])
        if unhealthy > 0:
            wanted[revision] -= unhealthy
            may_go -= unhealthy
    spare = sum(min(available[revision], wanted[revision]) for revision in wanted) - min_available
    for revision in old:
        down = max(0, min(spare, wanted[revision]))
        wanted[revision] -= down
        spare -= down
    return wanted
