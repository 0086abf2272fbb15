"""What do the processes of a container do? Values; `simulator.runtime` carries them out.

A behavior is found per key, first hit wins (contract, section 3.1): the scenario's `behaviors`, the pod's annotation `behavior.nodeviz.dev/CONTAINER`, what the
command says, the container's role.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
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


_INIT_RUN = Run(duration_ms=1 * SECOND_MS)
_JOB_RUN = Run(duration_ms=10 * SECOND_MS)
_JOB_KINDS = ("Job", "CronJob")
_TOGETHER = ("runs", "on_sigterm")


def role_behavior(*, is_regular_init: bool, owner_kind: str) -> Behavior:
    """What a container does of which nothing is known but its role: a regular init container ends after 1 s, the mains of a Job's pod after 10 s, all else
    runs for ever.

    Hooks and probes succeed at once.
    """
    run = _INIT_RUN if is_regular_init else _JOB_RUN if owner_kind in _JOB_KINDS else Run()
    return Behavior(runs=(run,), on_sigterm=OnSigterm())


def resolve(layers: Sequence[tuple[Source, Behavior]]) -> tuple[Behavior, Mapping[str, Source]]:
    """Lay sources over each other, the strongest first, key by key; also tells where each key was found.

    `runs` and `on_sigterm` go together: the first source that has one of them decides both, so that a scenario's run time is not mixed with a command's trap.
    What it leaves open is the default of on_sigterm, and the last source's runs.
    """
    chosen: dict[str, object] = {}
    sources: dict[str, Source] = {}
    for source, behavior in layers:
        said = {f.name: getattr(behavior, f.name) for f in fields(Behavior) if getattr(behavior, f.name) is not None}
        if any(key in chosen for key in _TOGETHER):
            said = {key: value for key, value in said.items() if key not in _TOGETHER}
        for key, value in said.items():
            if key not in chosen:
                chosen[key], sources[key] = value, source
    if layers and chosen.get("runs") is None:
        last_source, last = layers[-1]
        if last.runs is not None:
            chosen["runs"], sources["runs"] = last.runs, last_source
    if "on_sigterm" not in chosen and "runs" in chosen:
        chosen["on_sigterm"], sources["on_sigterm"] = OnSigterm(), sources["runs"]
    return replace(Behavior(), **chosen), sources  # type: ignore[arg-type]
