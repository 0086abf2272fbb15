"""Which expectations do we believe to be wrong, and why? Each with what is checked instead. Sections are those of the lifecycle specification."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.conformance.case import Case
from tests.conformance.translation import Setting


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """An expectation of a case, word for word, in the versions in which it cannot hold."""

    case: str
    expectation: Mapping[str, Any]
    instead: Mapping[str, Any]
    reason: str
    first: int = 0
    last: int = 99
    jitter_only: bool = False


DOUBTS = (
    Doubt(
        case="223-backoff-never-outlives-600s",
        expectation={"window": {"from": "exit:c#7", "to": "start:c#8", "nominal_s": 200, "min_s": 199, "max_s": 295}},
        instead={"window": {"from": "exit:c#7", "to": "start:c#8", "nominal_s": 240, "min_s": 199, "max_s": 295}},
        reason="the entry is forgotten 200 s after the exit, but nothing wakes the pod then: after a crash-loop error it comes again after the rest of the "
        "back-off, at most 60 s (section 3.4), so at 60, 120, 180 and 240 s; the case's own upper bound includes that",
        first=35,
    ),
    Doubt(
        case="235-hard-eviction-grace",
        expectation={"exit_code": {"container": "c", "code": 137, "reason": "Error"}},
        instead={"exit_code": {"container": "c", "code": 137}},
        reason="a race, recorded: when a relist falls between the exit of an evicted container and the end of its pod's termination, the dead container is "
        "removed and its end is shown as 137 ContainerStatusUnknown (observed.md, section 12)",
        jitter_only=True,
    ),
    Doubt(
        case="140-evicted-pod-is-terminal",
        expectation={"restarts": {"container": "bar", "exactly": 0}},
        instead={"restarts": {"container": "bar", "at_most": 1}},
        reason="the same race: of a running container whose record vanished restartCount grows by one (section 14.4), although nothing was restarted",
        jitter_only=True,
    ),
)


def doubt_of(case: Case, setting: Setting, expectation: object) -> Doubt | None:
    """The doubt about an expectation of a case under these circumstances."""
    fitting = (d for d in DOUBTS if d.case == case.title and d.first <= setting.minor <= d.last and (setting.jitter or not d.jitter_only))
    return next((d for d in fitting if d.expectation == expectation), None)
