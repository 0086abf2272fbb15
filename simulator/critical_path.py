"""What took the time until a pod was Ready? The chain of causes from its creation to the condition, each step under what it was spent on.

Reads nothing but the trace. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

MOST_CAUSES = 50_000
"""Remembered while pods are on their way. One that is never ready would fill the memory; then all on their way are given up, and later ones begin anew."""
_LEADING = frozenset({"runtime", "hook", "probe", "kubelet", "node", "action", "image"})


class Step(NamedTuple):
    """Time spent on one thing, in seconds."""

    what: str
    """`pulling init-db`, `init-db running`, `waiting for the readiness probe of web`."""
    seconds: float


class _Cause(NamedTuple):
    t: float
    because: int | None
    what: str
    """What the time before it went into; empty for a step of the pull that its successor names."""


class CausesKept:
    """The causes of everything, for as long as some pod is on its way to Ready."""

    def __init__(self) -> None:
        self._causes: dict[int, _Cause] = {}
        self._waiting: dict[str, None] = {}

    def read(self, record: Mapping[str, Any]) -> tuple[Step, ...]:
        """Take in one record of a trace; returns the way to Ready when this record says that a pod is, for the first time."""
        pod, field, to = record.get("pod", ""), record.get("field"), record.get("to")
        if field == "watch" and to == "ADDED":
            self._waiting[pod] = None
        elif (field == "watch" and to == "DELETED") or (field == "phase" and to in ("Succeeded", "Failed")):
            self._arrived(pod)
        if not self._waiting:
            return ()
        cause = _Cause(record["t"], record.get("because"), _spent_on(record))
        if record["layer"] in _LEADING or field == "watch":
            self._causes[record["seq"]] = cause
        steps: tuple[Step, ...] = ()
        if field == "condition:Ready" and to == "True" and pod in self._waiting:
            steps = self._way(cause)
            self._arrived(pod)
        elif len(self._causes) >= MOST_CAUSES:
            self._waiting.clear()
            self._causes.clear()
        return steps

    def _arrived(self, pod: str) -> None:
        self._waiting.pop(pod, None)
        if not self._waiting:
            self._causes.clear()

    def _way(self, cause: _Cause) -> tuple[Step, ...]:
        """Steps in the order of time, neighbours of one kind together."""
        steps: list[Step] = []
        later = ""
        while cause.because is not None and (before := self._causes.get(cause.because)):
            what = cause.what or later
            if steps and steps[-1].what == what:
                steps[-1] = Step(what, steps[-1].seconds + cause.t - before.t)
            elif cause.t > before.t:
                steps.append(Step(what, cause.t - before.t))
            cause, later = before, what
        return tuple(Step(step.what, round(step.seconds, 3)) for step in reversed(steps))


def _spent_on(record: Mapping[str, Any]) -> str:
    """What the time before this record went into."""
    name, call = record.get("object", ""), str(record.get("call", ""))
    match record["layer"]:
        case "image" if not record.get("pod"):
            return ""
        case "image":
            return f"waiting to pull {name}" if record.get("op") == "started" else f"pulling {name}"
        case "probe":
            return f"waiting for the {record['probe']} probe of {name}"
        case "hook":
            return f"the {record['hook']} hook of {name}"
        case "runtime" if call == "exit event":
            return f"{name} running"
        case "runtime" if "Sandbox" in call:
            return "setting the sandbox up"
        case "runtime":
            return f"starting {name}"
        case "kubelet" | "status":
            return "the kubelet taking notice"
        case _:
            return "waiting"


def together(steps: tuple[Step, ...]) -> dict[str, float]:
    """Seconds by what they were spent on, the most first."""
    sums: dict[str, float] = {}
    for step in steps:
        sums[step.what] = sums.get(step.what, 0) + step.seconds
    return dict(sorted(sums.items(), key=lambda pair: -pair[1]))
