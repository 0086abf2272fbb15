"""Which expectations do we believe to be wrong, and why? Each with what is checked instead. Sections are those of the lifecycle specification."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.conformance.case import Case


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """An expectation of a case, word for word, in the versions in which it cannot hold."""

    case: str
    expectation: Mapping[str, Any]
    instead: Mapping[str, Any]
    reason: str
    first: int = 0
    last: int = 99


DOUBTS = (
    Doubt(
        case="223-backoff-never-outlives-600s",
        expectation={"window": {"from": "exit:c#7", "to": "start:c#8", "nominal_s": 200, "min_s": 199, "max_s": 295}},
        instead={"window": {"from": "exit:c#7", "to": "start:c#8", "nominal_s": 240, "min_s": 199, "max_s": 295}},
        reason="the entry is forgotten 200 s after the exit, but nothing wakes the pod then: after a crash-loop error it comes again after the rest of the "
        "back-off, at most 60 s (section 3.4), so at 60, 120, 180 and 240 s; the case's own upper bound includes that",
        first=35,
    ),
)


def doubt_of(case: Case, minor: int, expectation: object) -> Doubt | None:
    """The doubt about an expectation of a case in a version."""
    return next((d for d in DOUBTS if d.case == case.title and d.first <= minor <= d.last and d.expectation == expectation), None)
