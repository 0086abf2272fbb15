"""Why was this recorded? The short, stable code that every record of a trace carries; `simulator.advice.explanations` has the sentences.

Where one call can come about for several reasons, whoever decided passes the code along (`StartReason`, `StopReason`). All others say it themselves.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from enum import StrEnum


class StartReason(StrEnum):
    """Why a container is created and started."""

    FIRST = "first-start"
    INIT_NEXT = "init-in-order"
    SIDECAR = "sidecar-in-order"
    SIDECAR_AGAIN = "sidecar-restarts"
    RULE = "restart-rule"
    ALWAYS = "restart-policy-always"
    ON_FAILURE = "restart-policy-on-failure"
    IMAGE_CHANGED = "image-changed"
    LOST = "state-unknown"


class StopReason(StrEnum):
    """Why a container, or a whole pod, is stopped."""

    DELETED = "pod-deleted"
    EVICTED = "pod-evicted"
    SHUTDOWN = "node-shutdown"
    DEADLINE = "active-deadline-exceeded"
    COMPLETED = "pod-completed"
    SANDBOX = "sandbox-changed"
    LIVENESS = "liveness-probe-failed"
    STARTUP = "startup-probe-failed"
    IMAGE_CHANGED = "image-changed"
    UNKNOWN = "state-unknown"
    POST_START = "post-start-hook-failed"
    RESTART_ALL = "restart-all-containers"


_CALLS = {
    "RunPodSandbox called": "sandbox-needed",
    "RunPodSandbox returned": "runtime-answered",
    "CreateContainer returned": "runtime-answered",
    "StartContainer returned": "process-runs",
    "StopContainer returned": "runtime-answered",
    "StopPodSandbox called": "pod-stopped",
    "StopPodSandbox returned": "runtime-answered",
    "RemoveContainer": "dead-container-removed",
    "SyncPod enter": "pod-has-news",
    "SyncPod exit": "sync-done",
    "SyncTerminatingPod exit": "nothing-runs-any-more",
    "SyncTerminatedPod enter": "pod-terminated",
    "SyncTerminatedPod exit": "pod-terminated",
}
_SIGKILL = 137
_SIGTERM = 143


def why_of(record: Mapping[str, object]) -> str:
    """The code of a record that brings none along."""
    layer = str(record["layer"])
    match layer:
        case "runtime" | "kubelet" | "node" | "hook":
            if record.get("call") == "exit event":
                return _end_of(record.get("exit_code"), str(record.get("reason", "")))
            return _of_call(layer, str(record.get("call", "")), str(record.get("hook") or record.get("detail") or ""))
        case "status":
            field, to = str(record["field"]), str(record["to"])
            if field in ("state", "lastState") and to.startswith("terminated:"):
                return _end_of(record.get("exit_code"), str(record.get("reason", "")))
            return _of_status(field, to)
        case "probe":
            return f"{record['probe']}-probe-{'passed' if record['result'] == 'success' else 'failed'}"
        case "image":
            passed = record.get("pass")
            return f"image-{_slug(str(record['op']))}" + (f"-{_slug(str(passed))}" if passed else "")
        case "event":
            return f"event-{_slug(str(record['reason']))}"
        case _:
            return {"action": "asked-for", "disk": "disk-use", "end": f"end-{_slug(str(record.get('reason', '')).partition(':')[0])}"}.get(layer, layer)


@functools.cache
def _of_call(layer: str, call: str, detail: str) -> str:
    if call in _CALLS:
        return _CALLS[call]
    if call == "signal":
        return "grace-period-over" if detail == "SIGKILL" else "stop-signal"
    if call.startswith("PLEG "):
        return "relist-saw-it"
    if layer == "hook":
        return f"{_slug(detail)}-hook-{_slug(call)}"
    return _slug(call)


@functools.cache
def _of_status(field: str, to: str) -> str:
    if field == "watch":
        return "pod-created" if to == "ADDED" else "pod-removed"
    if field == "state":
        return _slug(to.replace(":", " "))
    if field.startswith("condition:"):
        return f"condition-{_slug(field.partition(':')[2])}"
    return f"{_slug(field)}-{_slug(to)}" if field == "phase" else _slug(field)


def _end_of(code: object, reason: str) -> str:
    if reason == "OOMKilled":
        return "out-of-memory"
    if reason in ("StartError", "ContainerCannotRun"):
        return "command-cannot-run"
    if reason == "ContainerStatusUnknown":
        return "status-unknown"
    return {0: "process-finished", _SIGKILL: "process-killed", _SIGTERM: "process-ended-by-signal"}.get(code if isinstance(code, int) else -1, "process-failed")


@functools.cache
def _slug(words: str) -> str:
    """`CrashLoopBackOff` to `crash-loop-back-off`, `image GC` to `image-gc`."""
    spaced = re.sub(r"([a-z0-9])([A-Z])", r"\1-\2", words)
    return re.sub(r"[^a-z0-9]+", "-", spaced.lower()).strip("-")
