"""How far apart are two instants?"""

from __future__ import annotations

from tests.conformance.drive import Evidence
from tests.conformance.expectations.checking import at, options
from tests.conformance.history import Moment

ONE_RELIST_S = 1.2
ONE_KILL_S = 0.1
EARLIER_S = -0.5
"""Without `min_s` the second instant still comes after the first, but for the time that the API takes to show it."""
ROUNDING_S = 0.0005
"""Times of the trace have milliseconds."""
_OF_A_KILL = ("sigterm", "sigkill", "exit", "prestop_begin", "prestop_end")


def window(evidence: Evidence, value: object) -> str | None:
    """The distance of two instants. `nominal_s` counts with jitter off only."""
    given = options(value, ("from", "to"), ("nominal_s", "min_s", "max_s"))
    begin, end = evidence.instants.get(given["from"]), evidence.instants.get(given["to"])
    distance_s = round(end.t - begin.t, 6)
    wrong = distance_s < given.get("min_s", EARLIER_S) - ROUNDING_S or ("max_s" in given and distance_s > given["max_s"] + ROUNDING_S)
    if "nominal_s" in given and not evidence.setting.jitter:
        tolerance_s = ONE_KILL_S if _of_one_kill(evidence, given["from"], given["to"]) else ONE_RELIST_S
        wrong = wrong or abs(distance_s - given["nominal_s"]) > tolerance_s
    return f"{distance_s:.3f} s ({at(begin)} to {at(end)})" if wrong else None


def _of_one_kill(evidence: Evidence, first: str, second: str) -> bool:
    """Do both belong to the same termination? An exit belongs to it when a stop signal came before; two runs of one container never end together."""
    if not all(_is_of_a_kill(evidence, text) for text in (first, second)):
        return False
    left, right = (evidence.instants.select(text.partition(":")[2]) for text in (first, second))
    return left.pod is right.pod and (left.container is not right.container or left.run == right.run)


def _is_of_a_kill(evidence: Evidence, text: str) -> bool:
    kind, _, rest = text.partition(":")
    if kind not in _OF_A_KILL or "+" in rest:
        return False
    if kind != "exit":
        return True
    exit_ = evidence.instants.get(text)
    return any(run.exit == exit_ and run.sigterm is not None for run in evidence.instants.select(rest).container.runs)


def simultaneous(evidence: Evidence, value: object) -> str | None:
    """The latest minus the earliest of some instants."""
    given = options(value, ("instants", "within_s"))
    moments: list[Moment] = [evidence.instants.get(text) for text in given["instants"]]
    spread_s = max(moments).t - min(moments).t
    if spread_s <= given["within_s"] + ROUNDING_S:
        return None
    return ", ".join(f"{text} at {at(moment)}" for text, moment in zip(given["instants"], moments, strict=True))


def gone(evidence: Evidence, value: object) -> str | None:
    """The object left the API in time."""
    given = options(value, ("after", "max_s"), ("min_s",))
    begin, end = evidence.instants.get(given["after"]), evidence.instants.find("gone")
    if end is None:
        return "the object is still there"
    took_s = end.t - begin.t
    in_time = given.get("min_s", 0) - ROUNDING_S <= took_s <= given["max_s"] + ROUNDING_S
    return None if in_time else f"gone {took_s:.3f} s after {given['after']}"
