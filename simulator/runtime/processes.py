"""What do the processes of one container instance do, when no script says it? They follow a `Behavior`.

`ContainerProcesses` is the seam between the runtime and whatever lives in a container: the shell interpreter is its other implementation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Protocol

from simulator.behavior import Behavior, Level, OnSigterm, Result, Run, Window
from simulator.engine.agenda import Agenda, Timer
from simulator.engine.tasks import Gate, Steps, Wait
from simulator.pod import Handler, HookType, ProbeType
from simulator.runtime.disk_use import Footprint, footprint

OOM_EXIT_CODE = 137
FOREVER_MS = 1 << 53
"""A delay beyond every horizon."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exit:
    """How PID 1 ended. `reason` is empty where the runtime derives it from the code; `message` is the termination message."""

    code: int
    reason: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeAnswer:
    """What a probe's handler came to, and until when it cannot come to anything else.

    `holds_until_ms` is an instant; None: the same until `changed` opens.
    """

    result: Result
    output: str = ""
    holds_until_ms: int | None = None


class MemoryUse(NamedTuple):
    """Bytes now, and what is foreseen: (instant, bytes from then on), in order of time."""

    now_bytes: int
    later: tuple[tuple[int, int], ...] = ()


class ContainerProcesses(Protocol):
    """All processes of one instance of a container."""

    ended: Gate
    """Opens with an Exit when PID 1 ends."""
    changed: Gate
    """Opens when a probe may answer differently for a reason that no answer foresaw; replaced by a fresh gate then."""

    def start(self) -> None:
        """Begin to run."""

    def signal(self, name: str) -> None:
        """A stop signal for PID 1."""

    def kill(self) -> None:
        """SIGKILL: every process ends now; `ended` opens with 137."""

    def exit(self, code: int, reason: str = "") -> None:
        """PID 1 ends by itself, now."""

    def probe(self, probe_type: ProbeType, handler: Handler, timeout_ms: int) -> Steps:
        """Run a probe's handler, at most that long; returns a ProbeAnswer."""

    def hook(self, hook: HookType, handler: Handler) -> Steps:
        """Run an exec, HTTP or TCP hook to its end; returns a Result. It ends, as a failure, at the latest with the container."""

    def disk(self) -> Footprint:
        """What it has on disk, and how that grows."""

    def memory(self) -> MemoryUse:
        """Its working set."""

    def override(self, probe_type: ProbeType, result: Result | None) -> None:
        """From now on the probe gives `result`, whatever else is said; None: as before."""


def window_at(windows: tuple[Window, ...], age_ms: int) -> tuple[Result, int | None]:
    """The result at an age, and the age at which the next window begins (None: never). Before the first window: success."""
    result, until = Result.SUCCESS, None
    for window in windows:
        if window.from_ms <= age_ms:
            result = window.result
        elif until is None:
            until = window.from_ms
    return result, until


def out_of_memory_at(memory: tuple[Level, ...], limit_bytes: int | None) -> int | None:
    """The age at which the memory curve first goes over the limit; None: never."""
    if limit_bytes is None:
        return None
    return next((level.from_ms for level in memory if level.value_bytes > limit_bytes), None)


def memory_use(memory: tuple[Level, ...], since_ms: int, now_ms: int) -> MemoryUse:
    """What a behavior's curve says of an instant and of what comes."""
    levels = sorted(memory, key=lambda level: level.from_ms)
    now_bytes = next((level.value_bytes for level in reversed(levels) if since_ms + level.from_ms <= now_ms), 0)
    return MemoryUse(now_bytes, tuple((since_ms + level.from_ms, level.value_bytes) for level in levels if since_ms + level.from_ms > now_ms))


class BehavingProcesses:
    """Processes that do what a Behavior says."""

    def __init__(self, agenda: Agenda, behavior: Behavior, attempt: int, memory_limit_bytes: int | None = None) -> None:
        self._agenda = agenda
        self._behavior = behavior
        runs = behavior.runs or (Run(),)
        self._run = runs[min(attempt, len(runs) - 1)]
        self._memory_limit_bytes = memory_limit_bytes
        self._started_ms = 0
        self._timers: list[Timer] = []
        self._own_end: Timer | None = None
        self._overrides: dict[ProbeType, Result] = {}
        self.ended = Gate()
        self.changed = Gate()

    def begin(self) -> None:
        """Count ages from now, without any process of its own."""
        self._started_ms = self._agenda.now_ms

    def is_overridden(self, probe_type: ProbeType) -> bool:
        """Does an action decide this probe's result just now?"""
        return probe_type in self._overrides

    def start(self) -> None:
        self.begin()
        run = self._run
        if run.duration_ms is not None:
            self._own_end = self._arm(run.duration_ms, Exit(code=run.exit_code, reason=run.reason))
        oom_ms = out_of_memory_at(self._behavior.memory or (), self._memory_limit_bytes)
        if oom_ms is not None:
            self._arm(oom_ms, Exit(code=OOM_EXIT_CODE, reason="OOMKilled"))

    def signal(self, name: str) -> None:
        reaction = self._behavior.on_sigterm or OnSigterm()
        if reaction.exit_after_ms is not None:
            if self._own_end:
                self._own_end.cancel()  # a handler runs instead of the program, whatever it was about to do
            self._arm(reaction.exit_after_ms, Exit(code=reaction.exit_code))

    def kill(self) -> None:
        self._end(Exit(code=OOM_EXIT_CODE))

    def exit(self, code: int, reason: str = "") -> None:
        self._end(Exit(code=code, reason=reason))

    def probe(self, probe_type: ProbeType, handler: Handler, timeout_ms: int) -> Steps:
        if self.ended.is_open:
            return ProbeAnswer(result=Result.ERROR, output="container is not running")
        if probe_type in self._overrides:
            yield timeout_ms if self._overrides[probe_type] is Result.TIMEOUT else 0
            return ProbeAnswer(result=self._overrides.get(probe_type, Result.SUCCESS))
        windows = {
            ProbeType.STARTUP: self._behavior.startup,
            ProbeType.READINESS: self._behavior.readiness,
            ProbeType.LIVENESS: self._behavior.liveness,
        }[probe_type]
        result, until_ms = window_at(windows or (), self._agenda.now_ms - self._started_ms)
        yield timeout_ms if result is Result.TIMEOUT else 0
        return ProbeAnswer(result=result, holds_until_ms=None if until_ms is None else self._started_ms + until_ms)

    def hook(self, hook: HookType, handler: Handler) -> Steps:
        said = self._behavior.post_start if hook is HookType.POST_START else self._behavior.pre_stop
        if said is None:
            return Result.FAILURE if self.ended.is_open else Result.SUCCESS
        died = yield Wait(self.ended, FOREVER_MS if said.duration_ms is None else said.duration_ms)
        return Result.FAILURE if died else said.result

    def disk(self) -> Footprint:
        return footprint(self._behavior.disk, self._started_ms)

    def memory(self) -> MemoryUse:
        return memory_use(self._behavior.memory or (), self._started_ms, self._agenda.now_ms)

    def override(self, probe_type: ProbeType, result: Result | None) -> None:
        if result is None:
            self._overrides.pop(probe_type, None)
        else:
            self._overrides[probe_type] = result
        changed, self.changed = self.changed, Gate()
        changed.open()

    def _arm(self, delay_ms: int, how: Exit) -> Timer:
        timer = self._agenda.after(delay_ms, lambda: self._end(how))
        self._timers.append(timer)
        return timer

    def _end(self, how: Exit) -> None:
        for timer in self._timers:
            timer.cancel()
        self.ended.open(how)
