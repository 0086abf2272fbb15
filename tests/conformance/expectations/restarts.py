"""How often, and after which waits, did a container restart?

Waits count from the exit. With jitter off a start is late by detection only: one relist, or one tick of the sync ticker. With jitter the wait may be half as
long again, and two seconds. Up to 1.34 a container in back-off was looked at every 10 s x U(1,1.5) only.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from tests.conformance.case import BadCase
from tests.conformance.drive import Evidence
from tests.conformance.expectations.checking import at, options, within_bounds
from tests.conformance.history import Run

DETECTION_S = 1.2
EARLY_S = 0.002
LATE_FACTOR = 1.5
LATE_S = 2.0
REQUEUE_AT_EXPIRY = 35
"""From 1.35 on a worker comes again when the back-off is over."""
OLD_RETRY_S = 10.0


def restarts(evidence: Evidence, value: object) -> str | None:
    """restartCount at the end."""
    given = options(value, ("container",), ("exactly", "at_least", "at_most", "times"))
    return within_bounds(evidence.instants.select(given["container"]).container.restart_count.last or 0, given, "restartCount")


def restart_bound(evidence: Evidence, value: object) -> str | None:
    """Restarts up to a second."""
    given = options(value, ("container", "by_s"), ("exactly", "at_least", "at_most"))
    count = max(0, sum(run.start.t <= given["by_s"] for run in evidence.instants.select(given["container"]).container.runs) - 1)
    return within_bounds(count, given, f"restarts by {given['by_s']} s")


def latest_wait_s(evidence: Evidence, wait_s: float) -> float:
    """How long a wait of that nominal length may last."""
    retry_s = OLD_RETRY_S if wait_s > 0 and evidence.setting.minor < REQUEUE_AT_EXPIRY else 0.0
    if not evidence.setting.jitter:
        return wait_s + retry_s + DETECTION_S
    if retry_s:
        return max(LATE_FACTOR * wait_s, wait_s + LATE_FACTOR * retry_s) + LATE_S
    return LATE_FACTOR * wait_s + LATE_S


def _wrong_wait(evidence: Evidence, wait_s: float, nominal_s: float) -> bool:
    return not nominal_s - EARLY_S <= wait_s <= latest_wait_s(evidence, nominal_s)


def start_offsets(evidence: Evidence, value: object) -> str | None:
    """All starts relative to an origin: each wait is as long as it should be, or late by what is allowed."""
    given = options(value, ("container", "origin", "nominal_s"), ("jitter",))
    if given.get("jitter", "backoff") != "backoff":
        raise BadCase(f"jitter: {given['jitter']!r} is not known")
    nominal = [float(offset) for offset in given["nominal_s"]]
    origin = evidence.instants.get(given["origin"])
    runs = [run for run in evidence.instants.select(given["container"]).container.runs if run.start >= origin]
    seen = f"starts at {', '.join(f'{run.start.t - origin.t:.3f}' for run in runs) or 'no time'}"
    if not runs or _wrong_wait(evidence, runs[0].start.t - origin.t, nominal[0]):
        return seen
    for index in range(1, len(nominal)):
        previous = runs[index - 1]
        if index >= len(runs):
            return None if _may_come_later(evidence, previous, nominal[index] - nominal[index - 1]) else seen
        gap_s = runs[index].start.t - previous.start.t
        run_s = (previous.exit.t if previous.exit else runs[index].start.t) - previous.start.t
        if _wrong_wait(evidence, gap_s - run_s, round(nominal[index] - nominal[index - 1] - run_s, 3)):
            return f"{seen}; wait {index} was {gap_s - run_s:.3f} s"
    return None


def _may_come_later(evidence: Evidence, previous: Run, nominal_gap_s: float) -> bool:
    """Could the start that is missing lie behind the horizon?"""
    return previous.start.t + latest_wait_s(evidence, nominal_gap_s) > evidence.case.horizon_s


def waits(runs: list[Run]) -> list[tuple[Run, float]]:
    """Each run but the first, with the time since the exit before it."""
    return [(run, run.start.t - before.exit.t) for before, run in pairwise(runs) if before.exit]


def restart_wait(evidence: Evidence, value: object) -> str | None:
    """Exit of run n-1 to start of run n."""
    given = options(value, ("container", "restart"), ("nominal_s", "min_s", "max_s"))
    runs, index = evidence.instants.select(given["container"]).container.runs, int(given["restart"])
    if index < 1 or index >= len(runs):
        before = runs[index - 1] if 1 <= index <= len(runs) else None
        late = before is not None and before.exit is not None and before.exit.t + latest_wait_s(evidence, given.get("nominal_s", 0)) > evidence.case.horizon_s
        return None if late and evidence.setting.jitter else f"there were {max(0, len(runs) - 1)} restarts"
    wait_s = dict(enumerate(wait for _, wait in waits(runs)))[index - 1]
    return _wait_bounds(evidence, given, wait_s)


def _wait_bounds(evidence: Evidence, given: Any, wait_s: float) -> str | None:
    wrong = "nominal_s" in given and _wrong_wait(evidence, wait_s, float(given["nominal_s"]))
    wrong = wrong or ("min_s" in given and wait_s < given["min_s"] - EARLY_S) or ("max_s" in given and wait_s > given["max_s"])
    return f"the wait was {wait_s:.3f} s" if wrong else None


def restart_wait_after(evidence: Evidence, value: object) -> str | None:
    """The longest wait after an action: of the restart that it causes, if it causes one, and of the next own exit.

    The upstream test compares the first back-off seen after the action; later waits double again in a kubelet that resets correctly.
    """
    given = options(value, ("container", "action", "max_s"))
    action = evidence.instants.get(f"action:{given['action']}")
    after = [(run, wait_s) for run, wait_s in waits(evidence.instants.select(given["container"]).container.runs) if run.start > action]
    if len(after) < 2:
        return f"only {len(after)} restarts after {at(action)}"
    longest = max(wait_s for _, wait_s in after[:2])
    return None if longest <= given["max_s"] else f"waits after the action: {', '.join(f'{wait_s:.3f}' for _, wait_s in after)}"
