"""How is a container's behavior written? Contract, section 3.1: under `behaviors` of the scenario, or as the text of an annotation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from simulator.behavior import Behavior, DiskUse, Hook, Level, OnSigterm, Result, Run, Window
from simulator.manifest.leaves import BYTES, DURATION, DURATION_OR_FOREVER, EXIT_CODE, FOREVER, TEXT, as_rate, one_of
from simulator.manifest.nodes import Finding, Path
from simulator.manifest.shapes import Shape, WrongValue, list_of, map_of, struct
from simulator.manifest.validation.quantities import canonical_binary
from simulator.units import format_duration

Fields = Mapping[str, Any]
IGNORE = "ignore"


def _ignore(value: object) -> object:
    if value == IGNORE:
        return IGNORE
    raise WrongValue(f"must be the word ignore, or a map such as {{exitAfter: 3s, exitCode: 0}}, not {value!r}")


_WINDOWS = list_of(struct("a window", {"from": DURATION, "result": one_of(*Result)}))
_LEVELS = list_of(struct("a level", {"from": DURATION, "value": BYTES}))
_USE = Shape(words="a rate such as 1Mi/s, or a list of {from, value}", items=_LEVELS.items, convert=as_rate, kubernetes=False)
_HOOK = struct("a hook", {"duration": DURATION_OR_FOREVER, "result": one_of(*Result)})
_ON_SIGTERM = struct("the reaction to SIGTERM", {"exitAfter": DURATION, "exitCode": EXIT_CODE})
_ON_SIGTERM.convert = _ignore

BEHAVIOR = struct(
    "a behavior",
    {
        "runs": list_of(
            struct(
                "a run",
                {"duration": DURATION_OR_FOREVER, "exitCode": EXIT_CODE, "reason": one_of("Error", "OOMKilled", "ContainerCannotRun", "StartError")},
            )
        ),
        "onSIGTERM": _ON_SIGTERM,
        "postStart": _HOOK,
        "preStop": _HOOK,
        "startup": _WINDOWS,
        "readiness": _WINDOWS,
        "liveness": _WINDOWS,
        "memory": _LEVELS,
        "disk": struct("disk use", {"writableLayer": _USE, "logs": _USE, "emptyDir": map_of(_USE)}),
        "onSidecarGone": struct("what happens when a sidecar ends", {"container": TEXT, "exitCode": EXIT_CODE}),
    },
    hints={"run": 'did you mean "runs"?', "exitCode": "it belongs into an entry of runs", "duration": "it belongs into an entry of runs"},
)


def findings(behavior: Fields, path: Path) -> Iterator[Finding]:
    """What the form alone cannot say: what is required, and what may not be empty."""
    if "runs" in behavior and not behavior["runs"]:
        yield Finding((*path, "runs"), "must have at least one entry", "one entry per start; the last one repeats")
    for index, run in enumerate(behavior.get("runs", ())):
        if "duration" not in run:
            yield Finding((*path, "runs", index, "duration"), "Required value", "a duration such as 5s, or forever")
    for probe in ("startup", "readiness", "liveness"):
        for index, window in enumerate(behavior.get(probe, ())):
            if "result" not in window:
                yield Finding((*path, probe, index, "result"), "Required value")
    gone = behavior.get("onSidecarGone")
    if gone is not None and not gone.get("container"):
        yield Finding((*path, "onSidecarGone", "container"), "Required value")
    for place, levels in _curves(behavior):
        for index, level in enumerate(levels):
            if "value" not in level:
                yield Finding((*path, *place, index, "value"), "Required value")


def _curves(behavior: Fields) -> Iterator[tuple[Path, list[Fields]]]:
    disk = behavior.get("disk", {})
    uses: list[tuple[Path, Any]] = [(("memory",), behavior.get("memory", []))]
    uses += [(("disk", name), disk[name]) for name in ("writableLayer", "logs") if name in disk]
    uses += [(("disk", "emptyDir", name), use) for name, use in disk.get("emptyDir", {}).items()]
    return ((path, use) for path, use in uses if isinstance(use, list))


def behavior_of(behavior: Fields) -> Behavior:
    """The value of a clean document without findings."""
    gone = behavior.get("onSidecarGone")
    return Behavior(
        runs=tuple(_run(run) for run in behavior["runs"]) if "runs" in behavior else None,
        on_sigterm=_on_sigterm(behavior["onSIGTERM"]) if "onSIGTERM" in behavior else None,
        post_start=_hook(behavior.get("postStart")),
        pre_stop=_hook(behavior.get("preStop")),
        startup=_windows(behavior.get("startup")),
        readiness=_windows(behavior.get("readiness")),
        liveness=_windows(behavior.get("liveness")),
        memory=_levels(behavior["memory"]) if "memory" in behavior else None,
        disk=_disk(behavior["disk"]) if "disk" in behavior else None,
        on_sidecar_gone=(gone["container"], gone.get("exitCode", 1)) if gone else None,
    )


def _duration(value: object) -> int | None:
    return value if isinstance(value, int) else None


def _run(run: Fields) -> Run:
    exit_code = run.get("exitCode", 137 if run.get("reason") == "OOMKilled" else 0)
    return Run(duration_ms=_duration(run["duration"]), exit_code=exit_code, reason=run.get("reason", ""))


def _on_sigterm(value: Fields | str) -> OnSigterm:
    if isinstance(value, str):
        return OnSigterm(exit_after_ms=None)
    default = OnSigterm()
    return OnSigterm(exit_after_ms=value.get("exitAfter", default.exit_after_ms), exit_code=value.get("exitCode", default.exit_code))


def _hook(hook: Fields | None) -> Hook | None:
    if hook is None:
        return None
    duration = hook.get("duration", 0)
    return Hook(duration_ms=None if duration == FOREVER else duration, result=Result(hook.get("result", Result.SUCCESS)))


def _windows(windows: list[Fields] | None) -> tuple[Window, ...] | None:
    if windows is None:
        return None
    made = (Window(from_ms=window.get("from", 0), result=Result(window["result"])) for window in windows)
    return tuple(sorted(made, key=lambda window: window.from_ms))


def _levels(levels: list[Fields]) -> tuple[Level, ...]:
    made = (Level(from_ms=level.get("from", 0), value_bytes=level["value"]) for level in levels)
    return tuple(sorted(made, key=lambda level: level.from_ms))


def _use(use: object) -> tuple[int, tuple[Level, ...]]:
    return (0, _levels(use)) if isinstance(use, list) else (use if isinstance(use, int) else 0, ())


def _disk(disk: Fields) -> DiskUse:
    layer_rate, layer = _use(disk.get("writableLayer"))
    log_rate, logs = _use(disk.get("logs"))
    empty_dirs = tuple((name, *_use(use)) for name, use in disk.get("emptyDir", {}).items())
    return DiskUse(writable_layer_bytes_per_second=layer_rate, writable_layer=layer, logs_bytes_per_second=log_rate, logs=logs, empty_dirs=empty_dirs)


def fields_of(behavior: Behavior) -> dict[str, object]:
    """The document of a behavior, as `behavior_of` reads it."""
    made: dict[str, object] = {}
    if behavior.runs is not None:
        made["runs"] = [_run_fields(run) for run in behavior.runs]
    if behavior.on_sigterm is not None:
        after_ms = behavior.on_sigterm.exit_after_ms
        made["onSIGTERM"] = IGNORE if after_ms is None else {"exitAfter": format_duration(after_ms), "exitCode": behavior.on_sigterm.exit_code}
    for name, hook in (("postStart", behavior.post_start), ("preStop", behavior.pre_stop)):
        if hook is not None:
            made[name] = {"duration": _duration_text(hook.duration_ms), "result": str(hook.result)}
    for name, windows in (("startup", behavior.startup), ("readiness", behavior.readiness), ("liveness", behavior.liveness)):
        if windows is not None:
            made[name] = [{"from": format_duration(window.from_ms), "result": str(window.result)} for window in windows]
    if behavior.memory is not None:
        made["memory"] = _level_fields(behavior.memory)
    if behavior.disk is not None:
        made["disk"] = _disk_fields(behavior.disk)
    if behavior.on_sidecar_gone is not None:
        made["onSidecarGone"] = {"container": behavior.on_sidecar_gone[0], "exitCode": behavior.on_sidecar_gone[1]}
    return made


def _duration_text(duration_ms: int | None) -> str:
    return FOREVER if duration_ms is None else format_duration(duration_ms)


def _run_fields(run: Run) -> dict[str, object]:
    return {"duration": _duration_text(run.duration_ms), "exitCode": run.exit_code, **({"reason": run.reason} if run.reason else {})}


def _level_fields(levels: tuple[Level, ...]) -> list[dict[str, str]]:
    return [{"from": format_duration(level.from_ms), "value": canonical_binary(Decimal(level.value_bytes))} for level in levels]


def _disk_fields(disk: DiskUse) -> dict[str, object]:
    def use(rate: int, levels: tuple[Level, ...]) -> object:
        return _level_fields(levels) if levels else f"{canonical_binary(Decimal(rate))}/s"

    made: dict[str, object] = {}
    for name, rate, levels in (
        ("writableLayer", disk.writable_layer_bytes_per_second, disk.writable_layer),
        ("logs", disk.logs_bytes_per_second, disk.logs),
    ):
        if rate or levels:
            made[name] = use(rate, levels)
    if disk.empty_dirs:
        made["emptyDir"] = {name: use(rate, levels) for name, rate, levels in disk.empty_dirs}
    return made
