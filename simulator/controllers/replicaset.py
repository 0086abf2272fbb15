"""How many pods does a ReplicaSet make or delete? pkg/controller/replicaset/replica_set.go, manageReplicas (1.36). ReplicationControllers do the same."""

from __future__ import annotations

from collections.abc import Sequence

from simulator.controllers.plan import OwnedPod, Plan, to_delete_first


def compute_plan(pods: Sequence[OwnedPod], replicas: int, revision: str = "") -> Plan:
    """A pod that is over or being deleted does not count any more: it is replaced at once."""
    active = [pod for pod in pods if pod.active]
    surplus = len(active) - replicas
    if surplus > 0:
        return Plan(delete=tuple(pod.uid for pod in to_delete_first(active)[:surplus]))
    return Plan(create=tuple(range(-surplus)), revision=revision)
