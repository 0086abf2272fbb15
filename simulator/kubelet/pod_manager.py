"""Which pods should be on the node? The API's objects, as the kubelet's source of pods delivers them (pkg/kubelet/pod/pod_manager.go)."""

from __future__ import annotations

from simulator.api_status import PodStatus
from simulator.pod import Pod


class PodObject:
    """A pod in the API: what was asked for, and what is known of it."""

    __slots__ = (
        "controller_key",
        "created_ms",
        "deletion_grace_s",
        "deletion_requested_ms",
        "gate_conditions",
        "gone",
        "pod",
        "status",
    )

    def __init__(self, pod: Pod, created_ms: int) -> None:
        self.pod = pod
        """The current spec; an image update or an ephemeral container replaces it."""
        self.created_ms = created_ms
        self.status = PodStatus()
        """What the API shows."""
        self.deletion_requested_ms: int | None = None
        self.deletion_grace_s: int | None = None
        """deletionGracePeriodSeconds; set with the deletion, may only become smaller."""
        self.gate_conditions: dict[str, str] = {}
        """Readiness gates' conditions, set from outside."""
        self.gone = False
        """True once the object is removed from the API."""
        self.controller_key: str = ""
        """The workload that made it; empty for a pod of its own."""

    @property
    def deleting(self) -> bool:
        """It has a deletionTimestamp."""
        return self.deletion_requested_ms is not None
