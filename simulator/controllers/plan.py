"""What does a controller see of its pods, and what does it want done?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from simulator.states import PodPhase
from simulator.units import SECOND_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnedPod:
    """A pod as its controller sees it in the API."""

    uid: str
    name: str = ""
    ordinal: int = 1
    """Of creation: the controller's n-th pod."""
    index: int = 0
    """StatefulSet ordinal, or completion index of a Job."""
    revision: str = ""
    """Hash of the template that it was made from."""
    created_ms: int = 0
    phase: PodPhase = PodPhase.PENDING
    bound: bool = True
    deleting: bool = False
    gone: bool = False
    """The object has left the API; a Job still counts it."""
    ready_since_ms: int | None = None
    """Since when the condition Ready is True; None: it is not."""
    restarts: int = 0
    """Of all its containers together."""
    finished_ms: int | None = None
    """When it failed, succeeded or was deleted."""
    exit_codes: tuple[tuple[str, int], ...] = ()
    """(container, code) of every container that has ended."""
    conditions: Mapping[str, str] = field(default_factory=dict)

    @property
    def active(self) -> bool:
        """FilterActivePods (pkg/controller/controller_utils.go): neither over nor being deleted."""
        return not (self.gone or self.deleting or self.phase.is_terminal)

    def available(self, now_ms: int, min_ready_seconds: int) -> bool:
        """Ready for at least `minReadySeconds`."""
        return self.ready_since_ms is not None and not self.deleting and now_ms - self.ready_since_ms >= min_ready_seconds * SECOND_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be done now. `create` holds the indexes of new pods and `revision` their template; `delete` uids."""

    create: tuple[int, ...] = ()
    revision: str = ""
    delete: tuple[str, ...] = ()
    wake_ms: int | None = None
    """Look again at this instant, even if no pod changes until then."""


def earliest(*moments: int | None) -> int | None:
    """The first of the instants that there are."""
    known = [moment for moment in moments if moment is not None]
    return min(known, default=None)


def becoming_available_ms(pods: Iterable[OwnedPod], now_ms: int, min_ready_seconds: int) -> int | None:
    """When the next ready pod will have been ready for long enough."""
    wait_ms = min_ready_seconds * SECOND_MS
    return earliest(*(p.ready_since_ms + wait_ms for p in pods if p.ready_since_ms is not None and p.active and p.ready_since_ms + wait_ms > now_ms))


def to_delete_first(pods: Iterable[OwnedPod]) -> list[OwnedPod]:
    """ActivePodsWithRanks: unscheduled before scheduled, pending before running, not ready before ready, ready for a shorter time, more restarts, newer."""
    return sorted(
        pods,
        key=lambda p: (p.bound, p.phase is PodPhase.RUNNING, p.ready_since_ms is not None, -(p.ready_since_ms or 0), -p.restarts, -p.created_ms, -p.ordinal),
    )
