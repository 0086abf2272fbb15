"""How can a true expectation be made false? A runner is worth something only if it reports each of these.

A mutant is false whenever its original is true: numbers move beyond every tolerance, pairs are swapped, words are replaced, a fact becomes its opposite.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tests.conformance.case import Fields

FAR = 1_000_000
OTHER = "something-else"
PHASES = ("Pending", "Running", "Succeeded", "Failed")
Mutants = Iterator[dict[str, Any]]


def mutants(expectation: Mapping[str, Any]) -> Mutants:
    """False variants of a true expectation."""
    ((key, value),) = expectation.items()
    yield from _MUTATIONS[key](key, value)


def mutated_keys() -> set[str]:
    """The expectations that have mutants."""
    return set(_MUTATIONS)


def _with(value: Fields, /, **changes: Any) -> dict[str, Any]:
    return {**value, **changes}


def _swapped(key: str, value: list[str]) -> Mutants:
    yield {key: [value[1], value[0]]}


def _reversed(key: str, value: list[Any]) -> Mutants:
    yield {key: list(reversed(value))}


def _opposite(other: str) -> Callable[[str, Any], Mutants]:
    def make(key: str, value: Any) -> Mutants:
        yield {other: value}

    return make


def _counts(key: str, value: Fields) -> Mutants:
    """Bounds: more than there is, less than there is, another number."""
    for bound in ("exactly", "times"):
        if bound in value:
            yield {key: _with(value, **{bound: value[bound] + 1})}
    if "at_least" in value:
        yield {key: _with(value, at_least=FAR)}
    if "at_most" in value:
        yield {key: _with(value, at_most=-1)}


def _times(key: str, value: Fields) -> Mutants:
    """Seconds: beyond every tolerance."""
    if "nominal_s" in value:
        yield {key: _with(value, nominal_s=value["nominal_s"] + 10)}
        yield {key: _with(value, nominal_s=value["nominal_s"] - 10)}
    if "min_s" in value:
        yield {key: _with(value, min_s=FAR)}
    if "from" in value and max(value.get("nominal_s", 0), value.get("min_s", 0)) > 1:
        yield {key: _with(value, **{"from": value["to"], "to": value["from"]})}
        yield {key: {"from": value["to"], "to": value["from"], "max_s": FAR}}
    if "max_s" in value:
        yield {key: _with(value, max_s=-FAR)}


def _offsets(key: str, value: Fields) -> Mutants:
    for shift in (5, -5):
        yield {key: _with(value, nominal_s=[*value["nominal_s"][:-1], value["nominal_s"][-1] + shift])}


def _words(*names: str) -> Callable[[str, Any], Mutants]:
    """Each of these options, where it is given, becomes another word."""

    def make(key: str, value: Any) -> Mutants:
        if not isinstance(value, Mapping):
            yield {key: OTHER}
            return
        for name in names:
            if name in value:
                yield {key: _with(value, **{name: OTHER})}

    return make


def _phase(key: str, value: Fields) -> Mutants:
    for phase in PHASES:
        if phase != value["phase"]:
            yield {key: _with(value, phase=phase)}


def _exit_code(key: str, value: Fields) -> Mutants:
    yield {key: _with(value, code=value["code"] + 1)}
    yield from _words("reason")(key, value)


def _waiting(key: str, value: Fields) -> Mutants:
    yield from _words("reason")(key, value)
    if "within_s" in value:
        yield {key: _with(value, within_s=-1)}


def _flags(key: str, value: Fields) -> Mutants:
    """`value`, or `started` and `ready`, flipped; without any the value is true."""
    named = [name for name in ("started", "ready", "running") if isinstance(value.get(name), bool)]
    for name in named or ["value"]:
        yield {key: _with(value, **{name: not value.get(name, True)})}


def _condition(key: str, value: Fields) -> Mutants:
    # `before:` asks for some instant only, and most conditions have both values at some time.
    if not str(value.get("at", "")).startswith("before:"):
        yield {key: _with(value, status={"True": "False", "False": "True"}[value["status"]])}
    yield {key: _with(value, type=OTHER)}
    yield from _words("reason", "message")(key, value)


def _no_event(key: str, value: Fields) -> Mutants:
    yield {"event": value}
    yield {key: {"type": "Normal"}}


def _pods_end(key: str, value: Fields) -> Mutants:
    yield from (_phase(key, value) if "phase" in value else ())
    yield from _words("reason", "message")(key, value)


def _grace(key: str, value: Fields) -> Mutants:
    for pod in value:
        yield {key: _with(value, **{pod: value[pod] + 1})}


def _number(key: str, value: int) -> Mutants:
    yield {key: value + 1}


def _pulls(key: str, value: Fields) -> Mutants:
    yield from _counts(key, value)
    if "min_gaps_s" in value:
        gaps = value["min_gaps_s"]
        yield {key: _with(value, min_gaps_s=[FAR for _ in gaps] if isinstance(gaps, list) else FAR)}


def _together(key: str, value: list[str]) -> Mutants:
    """Whoever runs together with another was not gone before it started."""
    yield {"exits_before": [f"{value[0]}#last", value[1]]}
    if key == "runs_together_first":
        yield {"starts_before": [value[1], value[0]]}


def _prestop_before(key: str, value: list[str]) -> Mutants:
    """No hook begins before the stop signal of the container whose hook has not begun."""
    yield {key: [value[0], OTHER]}


def _stop_is_late(key: str, value: Any) -> Mutants:
    """The hook that ended before the stop signal did not begin after it."""
    name = value["container"] if isinstance(value, Mapping) else value
    yield {"window": {"from": f"sigterm:{name}", "to": f"prestop_begin:{name}", "min_s": 0.0005}}


def _never_ready(key: str, value: Any) -> Mutants:
    yield {"ready": {"container": value["container"] if isinstance(value, Mapping) else value, "at": "end"}}


def _phase_never(key: str, value: Any) -> Mutants:
    yield {key: "Pending"}


def _until_the_end(key: str, value: Any) -> Mutants:
    yield {key: {"instant": "end"}}


def _last_terminated(key: str, value: Fields) -> Mutants:
    yield {"restarts": {"container": value["container"], "exactly": 0}}


def _hook_during_run(key: str, value: Fields) -> Mutants:
    yield {"no_hook": value}


def _start_in(key: str, value: Fields) -> Mutants:
    yield {"no_start_in": value}
    yield {key: _with(value, **{"from": "end", "to": "end"})}


def _no_start_in(key: str, value: Fields) -> Mutants:
    yield {"start_in": value}


def _probes_before(key: str, value: Fields) -> Mutants:
    yield from _counts(key, value)
    yield {key: _with(value, instant="created", at_least=1)}


def _first_probe(key: str, value: Fields) -> Mutants:
    yield {key: _with(value, instant="end")}


def _spec_value(key: str, value: Fields) -> Mutants:
    yield {key: _with(value, value=OTHER)}


def _simultaneous(key: str, value: Fields) -> Mutants:
    yield {key: _with(value, within_s=-1)}
    yield {key: _with(value, instants=[*value["instants"], "created"])}


def _restart_wait(key: str, value: Fields) -> Mutants:
    yield from _times(key, value)
    yield {key: _with(value, restart=FAR)}


_MUTATIONS: dict[str, Callable[[str, Any], Mutants]] = {
    "starts_before": _swapped,
    "up_before": _swapped,
    "exits_before": _swapped,
    "exits_before_exit": _swapped,
    "runs_together": _together,
    "runs_together_first": _together,
    "starts": _opposite("never_starts"),
    "exits": _opposite("never_starts"),
    "never_starts": _opposite("starts"),
    "start_in": _start_in,
    "no_start_in": _no_start_in,
    "restarts": _counts,
    "restart_bound": _counts,
    "start_offsets": _offsets,
    "restart_wait": _restart_wait,
    "restart_wait_after": _times,
    "exit_code": _exit_code,
    "last_terminated": _last_terminated,
    "pod_phase": _phase,
    "phase_never": _phase_never,
    "waiting_reason": _waiting,
    "ready": _flags,
    "running": _flags,
    "never_ready": _never_ready,
    "always": _flags,
    "image": _words("image"),
    "window": _times,
    "simultaneous": _simultaneous,
    "prestop_before": _prestop_before,
    "prestop_before_sigterm": _stop_is_late,
    "hook_during_run": _hook_during_run,
    "hook_ran": _counts,
    "no_hook": _opposite("hook_ran"),
    "probe_runs": _counts,
    "probe_runs_before": _probes_before,
    "first_probe_after": _first_probe,
    "condition": _condition,
    "condition_order": _reversed,
    "event": _words("reason", "type", "message_contains"),
    "no_event": _no_event,
    "gone": _times,
    "pod_reason": _words(),
    "pod_message_prefix": _words(),
    "sandboxes": _number,
    "pull_attempts": _pulls,
    "pull_overlap": _opposite("no_pull_overlap"),
    "no_pull_overlap": _opposite("pull_overlap"),
    "pull_wait_ratio": _counts,
    "pod_order": _reversed,
    "pods_end": _pods_end,
    "effective_grace": _grace,
    "spec_value": _spec_value,
    "termination_message": _words("equals"),
    "no_phase_change_before": _until_the_end,
    "invariant": _words(),
}
