"""What does a case's container do, in the words of the scenario contract? `behavior` of the vocabulary to an entry of `behaviors`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.conformance.case import BadCase, Fields

PROBES = {"startup": "startupProbe", "liveness": "livenessProbe", "readiness": "readinessProbe"}
KNOWN = frozenset({
    "start_delay_s", "run_s", "exit_code", "runs", "on_sigterm", "ignore_sigterm", "postStart_s", "preStop_s", "postStart_until_up", "postStart_fails",
    "preStop_fails", "startup_probe_ok_after_s", "liveness_probe_ok_until_s", "readiness_probe_ok_after_s", "readiness_probe_ok_until_s",
    "readiness_fails_after_sigterm", "liveness_fails_after_sigterm", "probe_duration_s", "image_pull", "oom_at_s", "ephemeral_storage_use",
    "termination_message", "log_tail",
})  # fmt: skip
DEFAULT_TIMEOUT_S = 1


def seconds(value: float) -> str:
    """A duration of the contract."""
    return f"{round(float(value) * 1000)}ms"


def translated(container: Fields, horizon_s: float) -> dict[str, Any]:
    """The container's behavior for the scenario. Raises BadCase for a key that the vocabulary does not have."""
    behavior: Fields = container.get("behavior") or {}
    unknown = sorted(set(behavior) - KNOWN)
    if unknown:
        raise BadCase(f"container {container['name']}: behavior has unknown keys: {', '.join(unknown)}")
    made: dict[str, Any] = {}
    # What a program leaves behind has no key in the contract: a script says it, and then the process is that script.
    if not leaves_words(behavior):
        made.update(_process(behavior))
    for hook in ("postStart", "preStop"):
        said = _hook(behavior, hook, horizon_s)
        if said:
            made[hook] = said
    for probe, windows in _windows(behavior).items():
        made[probe] = [{**window, "result": _result(container, probe, window["result"])} for window in windows]
    use = behavior.get("ephemeral_storage_use")
    if use:
        made["disk"] = {"writableLayer": [{"from": seconds(use.get("at_s", 0)), "value": use["bytes"]}]}
    return made


def _process(behavior: Fields) -> dict[str, Any]:
    made: dict[str, Any] = {}
    if "run_s" in behavior or "runs" in behavior or "oom_at_s" in behavior:
        made["runs"] = _runs(behavior)
    if behavior.get("ignore_sigterm"):
        made["onSIGTERM"] = "ignore"
    elif "on_sigterm" in behavior:
        made["onSIGTERM"] = {"exitAfter": seconds(behavior["on_sigterm"].get("delay_s", 0)), "exitCode": behavior["on_sigterm"].get("exit_code", 0)}
    return made


def leaves_words(behavior: Fields) -> bool:
    """Does the program write a termination message, or a log that becomes one?"""
    return "termination_message" in behavior or "log_tail" in behavior


def script(behavior: Fields) -> list[str]:
    """The command of a program that leaves words behind: the shell subset of the contract, section 3.1."""
    message, log = behavior.get("termination_message") or "", behavior.get("log_tail") or ""
    code = (behavior.get("on_sigterm") or {}).get("exit_code", 0)
    lines = ["trap '' TERM" if behavior.get("ignore_sigterm") else f"trap 'exit {code}' TERM"]
    if message:
        lines.append(f"printf %s {_quoted(message)} > /dev/termination-log")
    if log:
        lines.append(f"printf %s {_quoted(log)}")
    if behavior.get("run_s") is None:
        lines.append("while true; do sleep 1; done")
    else:
        lines += [f"sleep {behavior['run_s'] + behavior.get('start_delay_s', 0)}", f"exit {behavior.get('exit_code', 0)}"]
    return ["sh", "-c", "\n".join(lines)]


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def _runs(behavior: Fields) -> list[dict[str, Any]]:
    if "oom_at_s" in behavior:
        return [{"duration": seconds(behavior["oom_at_s"]), "exitCode": 137, "reason": "OOMKilled"}]
    delay_s = behavior.get("start_delay_s", 0)
    entries = behavior.get("runs") or [behavior]
    return [_run(entry, behavior, delay_s) for entry in entries]


def _run(entry: Fields, behavior: Fields, delay_s: float) -> dict[str, Any]:
    run_s = entry.get("run_s", behavior.get("run_s"))
    exit_code = entry.get("exit_code", behavior.get("exit_code", 0))
    return {"duration": "forever" if run_s is None else seconds(run_s + entry.get("start_delay_s", delay_s)), "exitCode": exit_code}


def _hook(behavior: Fields, hook: str, horizon_s: float) -> dict[str, Any] | None:
    if hook == "postStart" and behavior.get("postStart_until_up"):
        return {"duration": seconds(behavior.get("start_delay_s", 0)), "result": "success"}
    if f"{hook}_s" not in behavior and f"{hook}_fails" not in behavior:
        return None
    duration = behavior.get(f"{hook}_s", 0)
    beyond = seconds(horizon_s + 3600)
    return {"duration": beyond if duration == "forever" else seconds(duration), "result": "failure" if behavior.get(f"{hook}_fails") else "success"}


def _windows(behavior: Fields) -> Mapping[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = {}
    if "startup_probe_ok_after_s" in behavior:
        found["startup"] = _interval(behavior["startup_probe_ok_after_s"], None)
    if "liveness_probe_ok_until_s" in behavior:
        found["liveness"] = _interval(0, behavior["liveness_probe_ok_until_s"])
    if "readiness_probe_ok_after_s" in behavior or "readiness_probe_ok_until_s" in behavior:
        found["readiness"] = _interval(behavior.get("readiness_probe_ok_after_s", 0), behavior.get("readiness_probe_ok_until_s"))
    for probe in _durations(behavior):
        found.setdefault(probe, _interval(0, None))
    return found


def _durations(behavior: Fields) -> Mapping[str, float]:
    """How long the handler of each probe takes; one number is for all of them."""
    said = behavior.get("probe_duration_s") or {}
    return said if isinstance(said, Mapping) else dict.fromkeys(PROBES, float(said))


def _interval(after_s: float | None, until_s: float | None) -> list[dict[str, str]]:
    """Success from `after_s` (None: never) until `until_s` (None: for ever), failure elsewhere."""
    if after_s is None or (until_s is not None and until_s <= after_s):
        return [{"from": "0s", "result": "failure"}]
    windows = [{"from": "0s", "result": "failure"}] if after_s > 0 else []
    windows.append({"from": seconds(after_s), "result": "success"})
    if until_s is not None:
        windows.append({"from": seconds(until_s), "result": "failure"})
    return windows


def _result(container: Fields, probe: str, result: str) -> str:
    """A handler that takes longer than it may comes to nothing, whatever it would have said."""
    if probe not in PROBES:
        raise BadCase(f"container {container['name']}: there is no probe type {probe!r}")
    duration_s = _durations(container["behavior"]).get(probe, 0)
    timeout_s = (container.get(PROBES[probe]) or {}).get("timeoutSeconds", DEFAULT_TIMEOUT_S)
    return "timeout" if duration_s > timeout_s else result
