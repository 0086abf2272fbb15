"""What is one process? Its generators, its descriptors, its signals, and what it waits for.

A process runs as a stack of generators: one may yield another generator (a call), a number of milliseconds, a `Channel` (until somebody wakes it), or
`AtMost(channel, ms)`. `processes.Processes` drives them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from simulator.engine.agenda import Timer
from simulator.shell.flow import Steps
from simulator.shell.limits import MIN_REPORTED_BYTES, REPORTED_GROWTH
from simulator.shell.pipes import NULL, Channel, Stream
from simulator.shell.text import size_of

if TYPE_CHECKING:
    from simulator.shell.processes import Processes

SIGNALS: Mapping[str, int] = {
    "HUP": 1, "INT": 2, "QUIT": 3, "ILL": 4, "TRAP": 5, "ABRT": 6, "BUS": 7, "FPE": 8, "KILL": 9, "USR1": 10, "SEGV": 11, "USR2": 12, "PIPE": 13, "ALRM": 14,
    "TERM": 15, "STKFLT": 16, "CHLD": 17, "CONT": 18, "STOP": 19, "TSTP": 20, "TTIN": 21, "TTOU": 22, "URG": 23, "XCPU": 24, "XFSZ": 25, "VTALRM": 26,
    "PROF": 27, "WINCH": 28, "IO": 29, "PWR": 30, "SYS": 31,
}  # fmt: skip
_NAMES = {number: name for name, number in SIGNALS.items()}
_LOG_BYTES = 8 << 10
_HARMLESS = ("CHLD", "CONT", "URG", "WINCH", "STOP", "TSTP", "TTIN", "TTOU")
"""Ignored unless handled. Simplified: a process is never stopped."""


def signal_name(text: str) -> str | None:
    """`15`, `TERM` and `SIGTERM` all mean TERM; `0` and `EXIT` mean EXIT; None: no such signal."""
    upper = text.upper().removeprefix("SIG")
    if upper.isascii() and upper.isdigit():
        return "EXIT" if int(upper[:6]) == 0 else _NAMES.get(int(upper[:6]))
    return upper if upper in SIGNALS or upper == "EXIT" else None


class AtMost(NamedTuple):
    """Wait for a channel, but not longer than `ms`. Resumes with True if it was woken."""

    channel: Channel
    ms: int


def release(stream: Stream) -> None:
    """One descriptor less leads there."""
    stream.references -= 1
    if stream.references == 0:
        stream.close()


class Footprint:
    """What a process and its foreground children touched, counted; the same counts mean that nothing of the kind happened in between."""

    __slots__ = ("_log", "_log_bytes", "_parent", "chance", "changes", "file_reads", "looks")

    def __init__(self, parent: Footprint | None = None) -> None:
        """`parent`: of the shell that waits for this one, and so takes part in all it does."""
        self._parent = parent
        self.chance = 0
        """Looks at the clock and random draws."""
        self.changes = 0
        """Files written, signals sent, jobs started, output that is not the container's log, and whatever else leaves a mark."""
        self.looks = 0
        """Looks at the process table."""
        self.file_reads = 0
        self._log: list[str] = []
        self._log_bytes = 0

    def touch(self, kind: str) -> None:
        """Count something: `chance`, `changes`, `looks` or `file_reads`."""
        footprint: Footprint | None = self
        while footprint:
            setattr(footprint, kind, getattr(footprint, kind) + 1)
            footprint = footprint._parent

    def logged(self, text: str) -> None:
        """Note a write to the container's log; more than a few lines between two sleeps is a change like any other."""
        footprint: Footprint | None = self
        while footprint:
            footprint._log_bytes += size_of(text)
            if footprint._log_bytes > _LOG_BYTES:
                footprint.changes += 1
            else:
                footprint._log.append(text)
            footprint = footprint._parent

    def take_log(self) -> str:
        """What was written since this was last called."""
        text = "".join(self._log)
        self._log, self._log_bytes = [], 0
        return text


class Process:
    """One process of a container."""

    __slots__ = (
        "alive", "argv", "children", "environment", "fatal_status", "footprint", "foreground", "handlers", "is_role", "memory_bytes", "on_end", "oom", "parent",
        "parked", "pid", "reported_bytes", "session", "stack", "status", "stirred", "streams", "table", "timer", "value", "waits_for",
    )  # fmt: skip

    def __init__(self, table: Processes, pid: int, parent: Process | None, argv: Sequence[str], environment: Mapping[str, str], footprint: Footprint) -> None:
        self.table = table
        self.pid = pid
        self.parent = parent
        self.argv = tuple(argv)
        self.environment = environment
        self.children: dict[int, Process] = {}
        self.streams: dict[int, Stream] = {}
        self.footprint = footprint
        self.session: Footprint = parent.session if parent else Footprint()
        """All that was touched by the processes that came from the same start: the container's command, or one exec."""
        self.stack: list[Steps] = []
        self.value: Any = None
        self.waits_for: Channel | None = None
        self.timer: Timer | None = None
        self.handlers: dict[str, Callable[[str], None] | None] = {}
        """What is done about a signal; None: ignored. What is not here has its usual effect."""
        self.foreground: Process | None = None
        """The child whose end a shell waits for before it does anything else."""
        self.parked: Callable[[], None] | None = None
        """Set while the process sleeps in a loop that is not simulated round by round (see `rhythm`); calling it ends that."""
        self.is_role = False
        """Whether it is the program that the container is there for, known only by its role."""
        self.alive = True
        self.status = 0
        self.oom = False
        self.fatal_status: int | None = None
        """Set when something killed it; it ends at the next step."""
        self.stirred = Channel()
        """Woken when a child ends and when a handled signal arrives."""
        self.on_end: Callable[[int], None] | None = None
        self.memory_bytes = 0
        self.reported_bytes = 0

    @property
    def name(self) -> str:
        """The program's name, as `ps` shows it."""
        return self.argv[0].rsplit("/", 1)[-1] if self.argv else ""

    def stream(self, descriptor: int) -> Stream:
        """What is open there; a closed descriptor swallows everything."""
        return self.streams.get(descriptor, NULL)

    def wake(self, channel: Channel | None = None) -> None:
        """Go on, if it is this that was waited for."""
        if not self.alive or (channel is not None and self.waits_for is not channel):
            return
        if self.timer:
            self.timer.cancel()
            self.timer = None
        self.waits_for = None
        self.value = channel is not None
        self.table.make_ready(self)

    def open_at(self, descriptor: int, stream: Stream | None) -> None:
        """Lead a descriptor somewhere; None closes it."""
        if stream:
            stream.references += 1
        old = self.streams.pop(descriptor, None)
        if stream:
            self.streams[descriptor] = stream
        if old:
            release(old)

    def touched(self, kind: str) -> None:
        """Count something of the footprint, for itself and for all that came from the same start."""
        self.footprint.touch(kind)
        self.session.touch(kind)

    def deliver(self, signal: str) -> None:
        """A signal from inside the container, or the runtime's SIGTERM; PID 1 has no usual effects."""
        if not self.alive or self.fatal_status is not None:
            return
        if signal in self.handlers and signal != "KILL":
            handler = self.handlers[signal]
            if handler:
                handler(signal)
                self.stirred.wake()
                if self.foreground and self.foreground.parked:
                    self.foreground.parked()
        elif self.pid != 1 and signal not in _HARMLESS:
            self.kill(128 + SIGNALS[signal])

    def kill(self, status: int, *, oom: bool = False) -> None:
        """End with this status, whatever it does and handles."""
        if self.alive and self.fatal_status is None:
            self.fatal_status = status
            self.oom = oom
            self.table.make_ready(self)

    def use_memory(self, used_bytes: int) -> None:
        """Note what it uses; the host hears of every change by a sixteenth, and may kill the process."""
        self.memory_bytes = used_bytes
        least = max(MIN_REPORTED_BYTES, self.reported_bytes // REPORTED_GROWTH)
        if abs(used_bytes - self.reported_bytes) >= least:
            self.reported_bytes = used_bytes
            self.table.host.memory_held(self.pid, used_bytes)
