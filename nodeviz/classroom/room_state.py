"""What is a room's state, and who is in it? Pure: a state is a value. `room_commands.py` decides what becomes of it, `room_store.py` keeps it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from nodeviz.classroom.room_questions import Ask, ask_of

Json = dict[str, Any]

LENSES = ("node", "kubelet", "api")


class Role(StrEnum):
    """What somebody is in a room."""

    TEACHER = "teacher"
    STUDENT = "student"


class Phase(StrEnum):
    """Where a question is on its way."""

    READ = "read"
    ASKED = "asked"
    """Answers are taken in this phase, and in no other."""
    LOCKED = "locked"
    REVEALED = "revealed"


# Every legal move. A step whose truth was shown takes no answers any more, whatever happens.
PHASE_MOVES: Mapping[Phase, frozenset[Phase]] = {
    Phase.READ: frozenset({Phase.READ, Phase.ASKED, Phase.LOCKED, Phase.REVEALED}),
    Phase.ASKED: frozenset({Phase.ASKED, Phase.LOCKED, Phase.REVEALED}),
    Phase.LOCKED: frozenset({Phase.LOCKED, Phase.ASKED, Phase.REVEALED}),
    Phase.REVEALED: frozenset({Phase.REVEALED}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """Somebody in the room. The teacher is no person: two windows with the driver's link are the same teacher."""

    role: Role
    person: str = ""


TEACHER = Who(role=Role.TEACHER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """The class's clock. It stood at `at_s` when it was `since_ms` on Redis' clock; whoever is told later is told how long ago that was."""

    at_s: float = 0.0
    speed: float | None = 1.0
    """Virtual seconds a second; None: as fast as can be."""
    playing: bool = False
    since_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """A question that the teacher asks off the cuff, whoever drives. Its answers are kept under the step `poll-<number>`."""

    number: int
    ask: Ask
    phase: Phase = Phase.ASKED

    @property
    def step(self) -> str:
        """Under which it is answered."""
        return f"poll-{self.number}"

    def as_json(self) -> Json:
        """For the page and for Redis."""
        return {"step": self.step, "phase": self.phase, "kind": self.ask.kind, "question": self.ask.question, "options": list(self.ask.labels)}


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomState:
    """Everything that moves those who follow."""

    seq: int = 0
    """Counts the commands that changed it."""
    step: int = 0
    phases: tuple[Phase, ...] = (Phase.READ,)
    """Of each step, so that going back shows what was shown."""
    clock: Clock = Clock()
    shown_until_s: float | None = None
    """Up to where the chart has been unveiled; None: nobody has driven yet."""
    run: str | None = None
    """A stored run that stands in the place of the step's own, because the driver intervened."""
    selected: tuple[str, float | None] | None = None
    """Row and instant."""
    lens: str = LENSES[0]
    driver: str | None = None
    """The person who has the wheel; None: the teacher."""
    polls: tuple[Ask, ...] = ()
    """Asked so far, for the table after class."""
    poll: Poll | None = None
    ended: bool = False
    """From then on nothing changes any more."""

    @property
    def phase(self) -> Phase:
        """Of the step that is shown."""
        return self.phases[self.step]

    @property
    def open_steps(self) -> tuple[str, str]:
        """Which lesson's step and which poll take answers now; empty for none."""
        step = str(self.step) if self.phase is Phase.ASKED else ""
        return step, self.poll.step if self.poll and self.poll.phase is Phase.ASKED else ""

    def part(self, name: str) -> Any:
        """One field in the words of the wire; the clock still with `since_ms` (`aged` makes `age_ms` of it)."""
        match name:
            case "clock":
                return dataclasses.asdict(self.clock)
            case "run":
                return {"id": self.run} if self.run else None
            case "selected":
                return {"row": self.selected[0], "at_s": self.selected[1]} if self.selected else None
            case "poll":
                return self.poll.as_json() if self.poll else None
            case _:
                return getattr(self, name)

    def as_json(self) -> Json:
        """For Redis; `state_of` reads it."""
        return {
            **{name: self.part(name) for name in (*WIRE_FIELDS, "ended")},
            "phases": list(self.phases),
            "polls": [ask.as_json() for ask in self.polls],
        }


WIRE_FIELDS = ("seq", "step", "phase", "clock", "shown_until_s", "run", "selected", "lens", "driver", "poll")
"""What a client is told."""


def state_of(stored: Json) -> RoomState:
    """What `RoomState.as_json` wrote."""
    run, selected, poll = stored["run"], stored["selected"], stored["poll"]
    return RoomState(
        **{name: stored[name] for name in ("seq", "step", "shown_until_s", "lens", "driver", "ended")},
        polls=tuple(ask_of(ask) for ask in stored["polls"]),
        phases=tuple(Phase(phase) for phase in stored["phases"]),
        clock=Clock(**stored["clock"]),
        run=run["id"] if run else None,
        selected=(selected["row"], selected["at_s"]) if selected else None,
        poll=poll and Poll(number=(number := int(poll["step"].removeprefix("poll-"))), phase=Phase(poll["phase"]), ask=ask_of(stored["polls"][number - 1])),
    )


def aged(part: Json, now_ms: int) -> Json:
    """A state, or a part of one, as it is sent at this moment: nobody needs to know what time it is elsewhere."""
    if "clock" not in part:
        return part
    clock = dict(part["clock"])
    age_ms = max(0, now_ms - clock.pop("since_ms"))
    return {**part, "clock": {**clock, "age_ms": age_ms}}


def fresh(state: RoomState, now_ms: int) -> RoomState:
    """The same lesson from its beginning, for another class. The count goes on, so that nobody mistakes it for an older state."""
    return RoomState(seq=state.seq, phases=(Phase.READ,) * len(state.phases), clock=Clock(since_ms=now_ms))


def initial(asks: Sequence[Ask | None], now_ms: int) -> RoomState:
    """Of a new room."""
    return RoomState(phases=(Phase.READ,) * max(1, len(asks)), clock=Clock(since_ms=now_ms))
