"""What does the container runtime show of a pod? The values that the kubelet's rules read.

A snapshot as a relist of the PLEG takes it (pkg/kubelet/container/runtime.go, PodStatus and Status; 1.36).
"""

from __future__ import annotations

from dataclasses import dataclass

from simulator.states import RuntimeState


@dataclass(frozen=True, slots=True, kw_only=True)
class CriContainer:
    """One instance of a container."""

    id: int
    name: str
    attempt: int
    """The restart count that it was created with."""
    image: str
    state: RuntimeState
    created_ms: int
    sandbox_id: int = 0
    started_ms: int = 0
    finished_ms: int = 0
    exit_code: int = 0
    reason: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CriSandbox:
    """One instance of the pod's sandbox."""

    id: int
    attempt: int
    ready: bool
    created_ms: int
    has_ip: bool = True
    """A pod in the node's network needs none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CriPodStatus:
    """All of a pod, newest first."""

    containers: tuple[CriContainer, ...] = ()
    sandboxes: tuple[CriSandbox, ...] = ()

    @property
    def active(self) -> tuple[CriContainer, ...]:
        """The containers of the newest sandbox (ActiveContainerStatuses)."""
        return tuple(c for c in self.containers if self.sandboxes and c.sandbox_id == self.sandboxes[0].id)

    def newest(self, name: str) -> CriContainer | None:
        """The newest instance of a container (FindContainerStatusByName)."""
        return next((c for c in self.containers if c.name == name), None)
