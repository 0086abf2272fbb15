"""What happened, in order? The trace, and the one door through which a state changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Any, TypeVar

from simulator.engine.agenda import Agenda
from simulator.errors import BrokenInvariant
from simulator.states import MOVES
from simulator.whys import why_of

Record = dict[str, Any]
T = TypeVar("T")


_LEADS_ON = frozenset({"runtime", "hook", "probe", "kubelet", "node", "action", "image"})
"""Layers whose records are causes of what follows. What the API shows follows from them side by side, and causes nothing but by its first and last words."""
_LEADING_FIELDS = frozenset({"watch", "deletionTimestamp"})


class Recorder:
    """Numbers records without holes and checks every move of a state against its table."""

    __slots__ = ("_agenda", "_states", "count", "fresh", "last_ms")

    def __init__(self, agenda: Agenda) -> None:
        self._agenda = agenda
        self._states: dict[tuple[type[StrEnum], object], StrEnum] = {}
        self.count = 0
        self.last_ms = 0
        """Instant of the newest record."""
        self.fresh: list[Record] = []
        """Records not yet taken by the reader of the run."""

    def record(self, layer: str, **fields: Any) -> int:
        """Append a record at this instant; fields that are None are left out, but for `from`. Returns its number.

        Its cause is `because`, else what the agenda knows; it is itself the cause of what follows, until the agenda goes on.
        """
        seq = self.count
        self.count += 1
        self.last_ms = now_ms = self._agenda.now_ms
        agenda = self._agenda
        because = fields.pop("because", None)
        if because is None:
            because = agenda.cause
        entry: Record = {"seq": seq, "t": now_ms // 1000 if now_ms % 1000 == 0 else now_ms / 1000, "layer": layer}
        for name, value in fields.items():
            if name == "from_":
                entry["from"] = value
            elif value is not None:
                entry[name] = value
        entry["why"] = str(entry["why"]) if "why" in entry else why_of(entry)
        if because is not None:
            entry["because"] = because
        if layer in _LEADS_ON or fields.get("field") in _LEADING_FIELDS:
            agenda.cause = seq
        self.fresh.append(entry)
        return seq

    def because(self, cause: int) -> None:
        """What follows now, follows from this record."""
        self._agenda.cause = cause

    def side_by_side(self, items: Iterable[T]) -> Iterator[T]:
        """Go through things that all follow from what happens now, and none of them from the one before it."""
        cause = self._agenda.cause
        for item in items:
            self._agenda.cause = cause
            yield item
        self._agenda.cause = cause

    def move(self, subject: object, to: StrEnum) -> None:
        """The one door: `subject` (any hashable) is in state `to` from now on. Raises BrokenInvariant if the table forbids it."""
        states = type(to)
        was = self._states.get((states, subject))
        if to not in MOVES[states][was]:
            raise BrokenInvariant(f"{states.__name__} of {subject}: {was} -> {to} at {self._agenda.now_ms} ms is not in the table")
        self._states[states, subject] = to

    def state(self, states: type[StrEnum], subject: object) -> StrEnum | None:
        """The state that `subject` is in; None when it never was in one."""
        return self._states.get((states, subject))

    def take(self) -> list[Record]:
        """The records since the last call."""
        fresh, self.fresh = self.fresh, []
        return fresh
