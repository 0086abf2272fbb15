"""What differs between kubelet releases without a feature gate? One table of facts, one column a minor version.

Sources: the recordings of 1.28, 1.29, 1.31, 1.34, 1.35 and 1.36 (a change "in 1.34" may be of 1.32 or 1.33, "in 1.31" of 1.30), and lifecycle.md, section 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

OLDEST, NEWEST = 27, 36
"""Minor versions that can be chosen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One kubelet: its minor version, and which gates are on."""

    minor: int = NEWEST
    gates: Mapping[str, bool] = field(default_factory=dict)

    def on(self, gate: str) -> bool:
        """Is the gate on? An unknown gate is off."""
        return self.gates.get(gate, False)

    @property
    def requeues_at_backoff_expiry(self) -> bool:
        """1.35: a sync that ends in crash-loop back-off comes again at its expiry; before, every 10 s x U(1,1.5)."""
        return self.minor >= 35

    @property
    def sandbox_ready_at_once(self) -> bool:
        """1.36: PodReadyToStartContainers is sent right after the sandbox; before, with the status of the next sync."""
        return self.minor >= 36

    @property
    def phase_with_terminating(self) -> bool:
        """1.29: the terminal phase is sent after SyncTerminatingPod; 1.28 sends it with SyncTerminatedPod."""
        return self.minor >= 29

    @property
    def ordered_termination(self) -> bool:
        """1.29: sidecars get their stop signal after the mains, in reverse order; 1.28 stops all at once."""
        return self.minor >= 29

    @property
    def force_delete_is_short(self) -> bool:
        """1.31 (1.30 was not recorded): a force-deleted pod's containers get 2 s; before, the pod's own grace."""
        return self.minor >= 30

    @property
    def spam_filter_by_type(self) -> bool:
        """1.34 at the latest: the Event flood filter counts Normal and Warning apart."""
        return self.minor >= 32

    @property
    def keeps_probe_results_over_restart(self) -> bool:
        """1.35 (gate ChangeContainerStatusOnKubeletRestart off): a kubelet restart leaves started and ready as they were."""
        return not self.on("ChangeContainerStatusOnKubeletRestart")

    def created_text(self, container: str) -> str:
        """Message of the Event Created."""
        if self.minor >= 35:
            return "Container created"
        return f"Created container: {container}" if self.minor >= 29 else f"Created container {container}"

    def started_text(self, container: str) -> str:
        """Message of the Event Started."""
        return "Container started" if self.minor >= 35 else f"Started container {container}"

    def present_text(self, image: str) -> str:
        """Message of the Event Pulled for an image that is on the node."""
        tail = " and can be accessed by the pod" if self.minor >= 35 else ""
        return f'Container image "{image}" already present on machine{tail}'

    def pulled_text(self, image: str, pull: str, whole: str, size_bytes: int) -> str:
        """Message of the Event Pulled after a pull; durations as Go prints them."""
        size = f" Image size: {size_bytes} bytes." if self.minor >= 30 else ""
        dot = "." if self.minor >= 30 else ""
        return f'Successfully pulled image "{image}" in {pull} ({whole} including waiting){dot}{size}'

    def pull_backoff_text(self, image: str, error: str) -> str:
        """Message of the waiting reason ImagePullBackOff."""
        return f'Back-off pulling image "{image}"' + (f": {error}" if self.minor >= 32 and error else "")
