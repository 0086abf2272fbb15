"""A small real container for the shell's tests: an agenda, a tree of files, a log with times, a memory limit."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from simulator.behavior import OnSigterm, Run
from simulator.engine.agenda import Agenda
from simulator.engine.streams import Streams
from simulator.shell import Exit, Files, Mount, Processes, ProgramRole, Storage, size_of

EPOCH_S = 1_767_225_600
"""2026-01-01T00:00:00Z."""


class Container:
    """Everything that the shell asks of its host, and what came of it."""

    def __init__(
        self,
        *argv: str,
        env: Mapping[str, str] | None = None,
        mounts: Mapping[str, Mount] | None = None,
        memory_limit_bytes: int | None = None,
        role: ProgramRole | None = None,
        agenda: Agenda | None = None,
        room: Callable[[], int] | None = None,
        stdin_open: bool = False,
    ) -> None:
        self.agenda = agenda or Agenda()
        self.layer = Storage("layer", room=room)
        self.files = Files(self.agenda, self.layer, mounts)
        self.writes: list[tuple[int, str]] = []
        self.log_bytes = 0
        self.memory_by_process: dict[int, int] = {}
        self.memory_peak_bytes = 0
        self.programs: list[tuple[str, ...]] = []
        self._limit_bytes = memory_limit_bytes
        self._role = role or ProgramRole(run=Run(), on_sigterm=OnSigterm())
        self._streams = Streams(1)
        self._draws = 0
        self.steps = 0
        self.processes = Processes(self, argv, {"HOSTNAME": "web", **(env or {})}, stdin_open=stdin_open)
        self.processes.start()

    def log(self, text: str) -> None:
        self.writes.append((self.agenda.now_ms, text))
        self.log_bytes += size_of(text)

    def log_every(self, text: str, period_ms: int) -> Callable[[], None]:
        started_ms = self.agenda.now_ms

        def stop() -> None:
            for round_number in range((self.agenda.now_ms - started_ms) // period_ms):
                self.writes.append((started_ms + (round_number + 1) * period_ms, text))
                self.log_bytes += size_of(text)

        return stop

    def random(self) -> int:
        self._draws += 1
        return int(self._streams.always("random", self._draws) * 32768)

    def epoch_s(self) -> float:
        return EPOCH_S + self.agenda.now_ms / 1000

    def memory_held(self, process_id: int, used_bytes: int) -> None:
        self.memory_by_process[process_id] = used_bytes
        total = sum(self.memory_by_process.values())
        self.memory_peak_bytes = max(self.memory_peak_bytes, total)
        if self._limit_bytes is not None and total > self._limit_bytes:
            self.processes.kill_process(process_id, oom=True)

    def program(self, argv: Sequence[str]) -> ProgramRole:
        self.programs.append(tuple(argv))
        return self._role

    # What the tests do with it.

    def run(self, until_ms: int = 10_000_000) -> Container:
        """Let virtual time pass."""
        while not self.processes.ended.is_open:
            due_ms = self.agenda.next_due_ms()
            if due_ms is None or due_ms > until_ms:
                break
            self.agenda.step()
            self.steps += 1
        if not self.processes.ended.is_open:
            self.agenda.now_ms = until_ms
        return self

    def at(self, at_ms: int, act: Callable[[], object]) -> Container:
        """Do something at a moment."""
        self.agenda.at(at_ms, act)
        return self

    def sigterm_at(self, at_ms: int) -> Container:
        """The runtime's stop signal."""
        return self.at(at_ms, lambda: self.processes.signal("SIGTERM"))

    @property
    def exit(self) -> Exit | None:
        return self.processes.ended.value

    @property
    def code(self) -> int | None:
        return self.exit.code if self.exit else None

    @property
    def output(self) -> str:
        return "".join(text for _, text in self.writes)

    @property
    def lines(self) -> list[tuple[float, str]]:
        """Log lines with the second at which each was written."""
        return [(at_ms / 1000, line) for at_ms, text in self.writes for line in text.splitlines()]


def sh(script: str, *arguments: str, **others: object) -> Container:
    """A container that runs a script."""
    return Container("/bin/sh", "-c", script, *arguments, **others)  # type: ignore[arg-type]


def result(script: str) -> tuple[str, int | None]:
    """What a script writes and its exit status, given a year."""
    container = sh(script).run(366 * 86_400_000)
    return container.output, container.code
