"""What do the processes of a container do? Values; `simulator.runtime` carries them out.

A behavior is found per key, first hit wins (contract, section 3.1): the scenario's `behaviors`, the pod's annotation `behavior.nodeviz.dev/CONTAINER`, what the
command says, the container's role.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from simulator.units import SECOND_MS


class Source(StrEnum):
    """Where a container's behavior was found; the page shows it."""

    SCENARIO = "scenario"
    ANNOTATION = "annotation"
    COMMAND = "command"
    ROLE = "role"


class Result(StrEnum):
    """What a probe's handler or a hook comes to."""

    SUCCESS = "success"
    FAILURE = "failure"
    TIMEOUT = "timeout"
    ERROR = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One start of the container: how long its process lives and how it ends. `duration_ms` None: for ever."""

    duration_ms: int | None = None
    exit_code: int = 0
    reason: str = ""
    """Empty for what the runtime makes of the exit code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OnSigterm:
    """The reaction to the stop signal; `exit_after_ms` None: ignores it."""

    exit_after_ms: int | None = SECOND_MS // 2
    exit_code: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """A hook's duration (None: never returns) and result."""

    duration_ms: int | None = 0
    result: Result = Result.SUCCESS


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """From this age of the container on, until the next window, a probe's handler gives `result`."""

    from_ms: int
    result: Result


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """From this age of the container on it uses `value_bytes`."""

    from_ms: int
    value_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DiskUse:
    """A rate in bytes a second, or a curve of levels, per place."""

    writable_layer_bytes_per_second: int = 0
    writable_layer: tuple[Level, ...] = ()
    logs_bytes_per_second: int = 0
    logs: tuple[Level, ...] = ()
    empty_dirs: tuple[tuple[str, int, tuple[Level, ...]], ...] = ()
    """(volume, bytes a second, levels) triples."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Behavior:
    """Everything that may be said of one container; None where nothing was said, so that sources can be laid over each other."""

    runs: tuple[Run, ...] | None = None
    """One per start; the last one repeats."""
    on_sigterm: OnSigterm | None = None
    post_start: Hook | None = None
    pre_stop: Hook | None = None
    startup: tuple[Window, ...] | None = None
    readiness: tuple[Window, ...] | None = None
    liveness: tuple[Window, ...] | None = None
    memory: tuple[Level, ...] | None = None
    disk: DiskUse | None = None
    on_sidecar_gone: tuple[str, int] | None = None
    """(container, exit code): this process exits when that container's ends."""
