"""What becomes of an evicted pod's status? (pkg/kubelet/eviction/eviction_manager.go, evictPod; 1.36)

Simplified: the signals, thresholds and ranking of node-pressure eviction are not simulated yet; a pod is evicted by an action.
"""

from __future__ import annotations

from dataclasses import replace

from simulator.api_status import Condition, PodStatus
from simulator.states import PodPhase

REASON = "Evicted"
HARD_GRACE_S = 1
"""Hard thresholds and local storage limits; the runtime gets two seconds."""


def evicted(status: PodStatus, message: str) -> PodStatus:
    """The status at the start of the termination; the phase is withheld until nothing runs any more."""
    marked = replace(status, phase=PodPhase.FAILED, reason=REASON, message=message)
    return marked.with_condition(Condition(type="DisruptionTarget", status="True", reason="TerminationByKubelet", message=message))
