"""In which states can things be, and which moves are legal?

The tables are the whole truth: the recorder (`engine/recorder.py`) is the one door through which a state changes; it checks the table and refuses what is not
here.
`docs/states.md` is generated from them.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class ContainerState(StrEnum):
    """What the API shows: `status.containerStatuses[].state`."""

    WAITING = "waiting"
    RUNNING = "running"
    TERMINATED = "terminated"


class PodPhase(StrEnum):
    """`status.phase`."""

    PENDING = "Pending"
    RUNNING = "Running"
    SUCCEEDED = "Succeeded"
    FAILED = "Failed"

    @property
    def is_terminal(self) -> bool:
        """Once here, for ever here."""
        return self in (PodPhase.SUCCEEDED, PodPhase.FAILED)


class RuntimeState(StrEnum):
    """A container in the runtime, in the words of the CRI (`ContainerState`)."""

    CREATED = "created"
    RUNNING = "running"
    EXITED = "exited"
    UNKNOWN = "unknown"
    REMOVED = "removed"


class SandboxState(StrEnum):
    """A pod sandbox in the runtime, in the words of the CRI (`PodSandboxState`)."""

    READY = "ready"
    NOT_READY = "notready"
    REMOVED = "removed"


class WorkerState(StrEnum):
    """A pod's worker in the kubelet (pkg/kubelet/pod_workers.go, PodWorkerState)."""

    SYNCING = "syncing"
    TERMINATING = "terminating"
    TERMINATED = "terminated"
    FINISHED = "finished"


Moves = Mapping[StrEnum | None, frozenset[StrEnum]]


def _moves(table: Mapping[StrEnum | None, tuple[StrEnum, ...]]) -> Moves:
    return {state: frozenset(to) for state, to in table.items()}


# None is "does not exist yet". A move to the same state stands for a change of its reason, or of the instance behind it.
MOVES: Mapping[type[StrEnum], Moves] = {
    ContainerState: _moves(
        {
            None: (ContainerState.WAITING, ContainerState.RUNNING, ContainerState.TERMINATED),
            ContainerState.WAITING: (ContainerState.WAITING, ContainerState.RUNNING, ContainerState.TERMINATED),
            # To waiting: killed by a probe and not restarted at once, because of back-off; or removed by RestartAllContainers.
            ContainerState.RUNNING: (ContainerState.RUNNING, ContainerState.WAITING, ContainerState.TERMINATED),
            ContainerState.TERMINATED: (ContainerState.TERMINATED, ContainerState.WAITING, ContainerState.RUNNING),
        }
    ),
    PodPhase: _moves(
        {
            None: (PodPhase.PENDING,),
            PodPhase.PENDING: (PodPhase.RUNNING, PodPhase.SUCCEEDED, PodPhase.FAILED),
            # Back to Pending: init containers rerun after a new sandbox or RestartAllContainers.
            PodPhase.RUNNING: (PodPhase.PENDING, PodPhase.SUCCEEDED, PodPhase.FAILED),
            PodPhase.SUCCEEDED: (),
            PodPhase.FAILED: (),
        }
    ),
    RuntimeState: _moves(
        {
            None: (RuntimeState.CREATED,),
            RuntimeState.CREATED: (RuntimeState.RUNNING, RuntimeState.EXITED, RuntimeState.REMOVED),
            RuntimeState.RUNNING: (RuntimeState.EXITED, RuntimeState.UNKNOWN),
            RuntimeState.UNKNOWN: (RuntimeState.EXITED, RuntimeState.REMOVED),
            RuntimeState.EXITED: (RuntimeState.REMOVED,),
            RuntimeState.REMOVED: (),
        }
    ),
    SandboxState: _moves(
        {
            None: (SandboxState.READY,),
            SandboxState.READY: (SandboxState.NOT_READY,),
            SandboxState.NOT_READY: (SandboxState.REMOVED,),
            SandboxState.REMOVED: (),
        }
    ),
    WorkerState: _moves(
        {
            None: (WorkerState.SYNCING, WorkerState.TERMINATING),
            WorkerState.SYNCING: (WorkerState.TERMINATING,),
            WorkerState.TERMINATING: (WorkerState.TERMINATED,),
            WorkerState.TERMINATED: (WorkerState.FINISHED,),
            WorkerState.FINISHED: (),
        }
    ),
}
