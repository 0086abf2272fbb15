"""Has the instant come that an action waits for? `start:web/app`, `phase:web:Running`, ...: the `after` of the contract's section 3.2. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Instant:
    """An `after`, taken apart."""

    kind: str
    pod: str
    container: str = ""
    attempt: int | None = None
    """From `#n`; None: the first time."""
    value: str = ""


def parse_instant(text: str) -> Instant:
    """Take an `after` apart. The pod may itself contain `/` (namespace/name, Kind/name) and `#`."""
    kind, _, rest = text.partition(":")
    target, _, value = rest.partition(":")
    if kind in ("phase", "condition"):
        return Instant(kind=kind, pod=target, value=value)
    pod, slash, container = target.rpartition("/")
    if not slash or (kind == "event" and "/" not in target):
        return Instant(kind=kind, pod=target, value=value)
    name, hash_, number = container.partition("#")
    return Instant(kind=kind, pod=pod, container=name, attempt=int(number) if hash_ and number.isdigit() else None, value=value)


def _runtime(call: str, detail: str = "") -> Callable[[Instant, Record], bool]:
    return lambda i, r: r["layer"] == "runtime" and r.get("call") == call and (not detail or r.get("detail") == detail)


def _hook(hook: str) -> Callable[[Instant, Record], bool]:
    return lambda i, r: r["layer"] == "hook" and r.get("hook") == hook and r.get("call") == "started"


def _status(field: str, to: object) -> Callable[[Instant, Record], bool]:
    return lambda i, r: r["layer"] == "status" and r.get("field") == field and r.get("to") == to


_RULES: Mapping[str, Callable[[Instant, Record], bool]] = {
    "start": _runtime("StartContainer returned"),
    "exit": _runtime("exit event"),
    "sigterm": lambda i, r: r["layer"] == "runtime" and r.get("call") == "signal" and r.get("detail") != "SIGKILL",
    "sigkill": _runtime("signal", "SIGKILL"),
    "poststart_begin": _hook("postStart"),
    "prestop_begin": _hook("preStop"),
    "running": _status("state", "running"),
    "started": _status("started", True),
    "ready": _status("ready", True),
    "unready": _status("ready", False),
    "restart_count": lambda i, r: r["layer"] == "status" and r.get("field") == "restartCount" and str(r.get("to")) == i.value,
    "phase": lambda i, r: r["layer"] == "status" and r.get("field") == "phase" and r.get("to") == i.value,
    "condition": lambda i, r: r["layer"] == "status" and f"{str(r.get('field'))[10:]}={r.get('to')}" == i.value,
    "event": lambda i, r: r["layer"] == "event" and r.get("reason") == i.value,
}


def has_come(instant: Instant, record: Record, is_pod: Callable[[str, str], bool]) -> bool:
    """Is this record the instant? `is_pod(address, key)` tells whether the address means the pod of that key."""
    pod = record.get("pod")
    if pod is None or instant.kind not in _RULES:
        return False
    if instant.container and record.get("object") != instant.container:
        return False
    if instant.attempt is not None and record.get("attempt") != instant.attempt:
        return False
    return _RULES[instant.kind](instant, record) and is_pod(instant.pod, pod)
