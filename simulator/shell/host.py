"""What does a container's shell need of the container that it runs in? The host: clock, files, log, chance, memory, and what unknown programs do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from simulator.behavior import OnSigterm, Run
from simulator.engine.agenda import Agenda
from simulator.shell.files import Files


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramRole:
    """What is known of a program outside the subset: how long it runs, how it ends, what it does about SIGTERM."""

    run: Run
    on_sigterm: OnSigterm


@dataclass(frozen=True, slots=True, kw_only=True)
class Exit:
    """How the container ended."""

    code: int
    oom_killed: bool = False
    """PID 1 itself was killed for want of memory."""
    oom_child: bool = False
    """Some process of the container was, in its lifetime."""


class Host(Protocol):
    """The container, as its processes see it."""

    agenda: Agenda
    files: Files

    def log(self, text: str) -> None:
        """One write to the container's log. `text.size_of` gives its bytes."""

    def log_every(self, text: str, period_ms: int) -> Callable[[], None]:
        """From now on `text` is written once a period, first after one period, until the returned function is called; a write due at that instant counts."""

    def random(self) -> int:
        """A draw from 0 to 32767."""

    def epoch_s(self) -> float:
        """The virtual wall clock."""

    def memory_held(self, process_id: int, used_bytes: int) -> None:
        """A process' memory changed; the host may answer with `Processes.kill_process(process_id, oom=True)`."""

    def program(self, argv: Sequence[str]) -> ProgramRole:
        """What a program outside the subset does, where it is what the container is there for (see `programs`)."""
