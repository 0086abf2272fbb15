"""What does the API show of a pod? `v1.PodStatus`, as far as it is simulated."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from simulator.pod import ContainerType
from simulator.states import ContainerState, PodPhase


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """`state.waiting`."""

    reason: str
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """`state.running`."""

    started_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Terminated:
    """`state.terminated`."""

    exit_code: int
    reason: str
    message: str = ""
    started_ms: int = 0
    finished_ms: int = 0


State = Waiting | Running | Terminated


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerStatus:
    """One entry of `containerStatuses`, `initContainerStatuses` or `ephemeralContainerStatuses`."""

    name: str
    container_type: ContainerType
    state: State
    last_terminated: Terminated | None = None
    """`lastState.terminated`."""
    ready: bool = False
    started: bool = False
    restart_count: int = 0
    container_id: int | None = None
    image: str = ""

    @property
    def kind(self) -> ContainerState:
        """Which of the three states."""
        match self.state:
            case Waiting():
                return ContainerState.WAITING
            case Running():
                return ContainerState.RUNNING
            case Terminated():
                return ContainerState.TERMINATED

    @property
    def word(self) -> str:
        """The contract's word: `waiting:REASON`, `running`, `terminated:REASON`."""
        match self.state:
            case Waiting(reason=reason) | Terminated(reason=reason):
                return f"{self.kind}:{reason}"
            case Running():
                return "running"


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One entry of `status.conditions`."""

    type: str
    status: str
    """`True`, `False` or `Unknown`."""
    reason: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PodStatus:
    """`v1.PodStatus`. `containers` holds init containers, mains and ephemeral containers in spec order."""

    phase: PodPhase = PodPhase.PENDING
    reason: str = ""
    message: str = ""
    conditions: tuple[Condition, ...] = ()
    containers: tuple[ContainerStatus, ...] = ()
    start_time_ms: int | None = None

    def container(self, name: str) -> ContainerStatus | None:
        """By name."""
        return next((c for c in self.containers if c.name == name), None)

    def of_type(self, *types: ContainerType) -> Iterator[ContainerStatus]:
        """The statuses of containers of these types."""
        return (c for c in self.containers if c.container_type in types)

    def condition(self, kind: str) -> Condition | None:
        """By type."""
        return next((c for c in self.conditions if c.type == kind), None)

    def with_condition(self, condition: Condition) -> PodStatus:
        """The same with one condition set; a new one goes to the end."""
        kept = tuple(condition if c.type == condition.type else c for c in self.conditions)
        if condition not in kept:
            kept = (*kept, condition)
        return replace(self, conditions=kept)

    def with_container(self, container: ContainerStatus) -> PodStatus:
        """The same with one container's status replaced."""
        return replace(self, containers=tuple(container if c.name == container.name else c for c in self.containers))
