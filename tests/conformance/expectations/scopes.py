"""When must a fact about the API's status hold? `at:` of the vocabulary: `end`, `always`, `from:...`, `before:...`, `while_waiting:...`, ...

Statuses are compared by time only: records of one instant are one patch.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

from tests.conformance.case import BadCase
from tests.conformance.drive import Evidence
from tests.conformance.history import PodHistory, Timeline

T = TypeVar("T")
SETTLED_AFTER_S = 3.0
"""`after:<instant>` begins this much later."""
_FROM_UNTIL = re.compile(r"^from:(?P<begin>.+?):until:(?P<end>.+)$")
_MOST = 1e18


class Scope:
    """Where to look: at one instant, throughout an interval, or somewhere in it."""

    def __init__(self, begin: float, end: float, *, throughout: bool, just_before: bool = False) -> None:
        self.begin = begin
        self.end = end
        self.throughout = throughout
        self.just_before = just_before

    def _values(self, timeline: Timeline[T] | None) -> list[T | None]:
        if timeline is None:
            return [None]
        if self.just_before:
            return [timeline.before(self.end)]
        if self.begin == self.end:
            return [timeline.at(self.begin)]
        return list(timeline.values(self.begin, self.end)) or [None]

    def holds(self, timeline: Timeline[T] | None, wanted: Callable[[T | None], bool]) -> bool:
        """Does the value hold? Somewhere in an interval it holds when it came about there, or was in force throughout."""
        if all(wanted(value) for value in self._values(timeline)):
            return True
        if self.throughout or self.just_before or timeline is None:
            return False
        return any(wanted(change.value) for change in timeline.changes if self.begin < change.moment.t < self.end)


def scope_of(evidence: Evidence, text: object, pod: PodHistory) -> list[Scope]:
    """The scopes of an `at`; of several one has to hold. Raises BadCase, NoSuchInstant."""
    get, end_s = evidence.instants.get, _MOST
    words = "end" if text is None else str(text)
    kind, _, rest = words.partition(":")
    both = _FROM_UNTIL.match(words)
    if words == "end":
        return [Scope(end_s, end_s, throughout=True)]
    if words == "always":
        return [Scope(get("created").t, end_s, throughout=True)]
    if both:
        return [Scope(get(both["begin"]).t, get(both["end"]).t, throughout=True)]
    match kind:
        case "from":
            return [Scope(get(rest).t, end_s, throughout=True)]
        case "until":
            return [Scope(get("created").t, get(rest).t, throughout=True)]
        case "at":
            instant_s = get(rest).t
            return [Scope(instant_s, instant_s, throughout=True)]
        case "at_s":
            return [Scope(float(rest), float(rest), throughout=True)]
        case "after":
            return [_after(evidence, get(rest).t)]
        case "before":
            return [_before(evidence, get(rest).t)]
        case "while_waiting":
            spans = evidence.instants.select(rest).container.state.spans(end_s)
            # The last moment of each stretch: at its beginning the pod may still be without a sandbox.
            return [Scope(begin, stop, throughout=False, just_before=True) for begin, stop, state in spans if state.startswith("waiting")]
    raise BadCase(f'at: "{words}" is not known')


def _after(evidence: Evidence, instant_s: float) -> Scope:
    begin = instant_s + SETTLED_AFTER_S
    following = evidence.instants.actions_between(instant_s, _MOST)
    return Scope(begin, max(begin, following[0]) if following else _MOST, throughout=True)


def _before(evidence: Evidence, instant_s: float) -> Scope:
    earlier = evidence.instants.actions_between(-1, instant_s)
    return Scope(earlier[-1] if earlier else -1.0, instant_s, throughout=False)
