"""Who may change what of a room, when, and into what? Pure: a command is decided here and carried out elsewhere.

`decide` is the one door. `room_store.py` carries out what it returns, at once or not at all; what is refused is refused with a sentence for whoever asked.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from nodeviz.classroom.room_questions import Ask, AskKind, Malformed, checked_answer
from nodeviz.classroom.room_state import LENSES, PHASE_MOVES, WIRE_FIELDS, Clock, Json, Phase, Poll, Role, RoomState, Who, fresh
from nodeviz.scenarios.models import ID_PATTERN

MAX_SECONDS = 10**9
"""Virtual time; a run has at most seven days."""

MAX_SPEED = 10**6

MAX_ROW_CHARACTERS = 300
MAX_NICKNAME_CHARACTERS = 30
MAX_QUESTION_CHARACTERS = 300
MAX_OPTIONS, MAX_OPTION_CHARACTERS = 8, 120
"""Of a poll; it is typed in front of a class."""
MAX_POLLS = 30

PERSON_PATTERN = "[A-Za-z0-9_-]{8,24}"


class Refused(Exception):
    """A sentence for whoever asked."""


# -- what is decided ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """The state is to become this one, and everybody is told the named fields of it."""

    state: RoomState
    fields: tuple[str, ...]
    forgets: tuple[str, ...] = ()
    """What goes with it: of "people", "answers", "questions"; or of the person who is named "one", which is everything, or "roaming"."""
    names: str = ""
    """A person who must be known to the room."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """To be kept if the step still takes answers and this person has none there."""

    step: str
    answer: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Signalled:
    """Something that the teacher sees of a person: `lost`, `roaming` or `fork`. Empty takes it back."""

    field: str
    value: str

    @property
    def told(self) -> Json:
        """In the words of the wire."""
        return {self.field: (self.value or None) if self.field == "fork" else bool(self.value)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Questioned:
    """A question for the teacher."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """The teacher has dealt with a question."""

    question: int


Decision = Changed | Answered | Signalled | Questioned | Done


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What a command is decided on: the state, and the questions of the lesson's steps (None: a step without one)."""

    state: RoomState
    asks: tuple[Ask | None, ...]

    def ask_of(self, step: str) -> Ask | None:
        """What is asked there; None if nothing is."""
        if self.state.poll and step == self.state.poll.step:
            return self.state.poll.ask
        return next((ask for number, ask in enumerate(self.asks) if step == str(number)), None)


Rule = Callable[[Room, Json, int], Decision]


def decide(room: Room, who: Who, message: Json, *, now_ms: int) -> Decision:
    """What becomes of a command. `now_ms` is Redis' clock. Raises Refused."""
    known = COMMANDS.get(op) if isinstance(op := message.get("op"), str) else None
    if known is None:
        raise Refused(_("There is no such command."))
    may, rule = known
    if room.state.ended:
        raise Refused(_("This class is over."))
    if not may(room.state, who):
        raise Refused(_(WHY_NOT[may]))
    if rule is _drive and not is_teacher(room.state, who) and _sets_what_is_the_teachers(message):
        raise Refused(_(WHY_NOT[is_teacher]))
    return rule(room, message, now_ms)


def is_teacher(state: RoomState, who: Who) -> bool:
    """With the driver's link."""
    return who.role is Role.TEACHER


def is_student(state: RoomState, who: Who) -> bool:
    """With a nickname."""
    return who.role is Role.STUDENT


def has_wheel(state: RoomState, who: Who) -> bool:
    """The teacher always, so that a wheel that was handed over can be taken back by driving."""
    return is_teacher(state, who) or (bool(who.person) and who.person == state.driver)


WHY_NOT: Mapping[Callable[[RoomState, Who], bool], str] = {
    is_teacher: "Only the teacher may do that.",
    is_student: "That is for students: the teacher has no nickname here.",
    has_wheel: "Somebody else has the wheel at the moment.",
}


# -- the rules ---------------------------------------------------------------------------------------------------------------------


def _drive(room: Room, message: Json, now_ms: int) -> Decision:
    given = message.get("set")
    if not isinstance(given, dict) or not given:
        raise Refused(_("A change of the room needs the fields that change."))
    if unknown := sorted(str(name) for name in given if name not in FIELDS):
        raise Refused(_("%(name)s cannot be set.") % {"name": unknown[0][:40]})
    state = room.state
    for name, change in FIELDS.items():
        if name in given:
            state = change(replace(room, state=state), given[name], now_ms)
    named = [name for name in FIELDS if name in given]
    if "step" in given and "phase" not in given:
        named.append("phase")
    return Changed(state=state, fields=tuple(named))


def _set_step(room: Room, value: Any, now_ms: int) -> RoomState:
    if not _is_whole(value) or not 0 <= value < len(room.asks):
        raise Refused(_("There is no such step."))
    return replace(room.state, step=value)


def _set_phase(room: Room, value: Any, now_ms: int) -> RoomState:
    state = room.state
    to = _phase(value)
    if to not in PHASE_MOVES[state.phase]:
        raise Refused(_("A step cannot go from %(from)s to %(to)s.") % {"from": state.phase, "to": to})
    if to in (Phase.ASKED, Phase.LOCKED) and room.asks[state.step] is None:
        raise Refused(_("This step asks nothing."))
    return replace(state, phases=(*state.phases[: state.step], to, *state.phases[state.step + 1 :]))


def _set_run(room: Room, value: Any, now_ms: int) -> RoomState:
    if value is None:
        return replace(room.state, run=None)
    run = value.get("id") if isinstance(value, dict) else None
    return replace(room.state, run=_link(run))


def _set_shown(room: Room, value: Any, now_ms: int) -> RoomState:
    return replace(room.state, shown_until_s=None if value is None else _seconds(value))


def _set_clock(room: Room, value: Any, now_ms: int) -> RoomState:
    if not isinstance(value, dict) or not {"at_s", "speed", "playing"} <= value.keys():
        raise Refused(_("A clock needs at_s, speed and playing."))
    speed = value["speed"]
    if speed is not None and not (_is_number(speed) and 0 < speed <= MAX_SPEED):
        raise Refused(_("A speed is a number above 0, or null for as fast as can be."))
    if not isinstance(value["playing"], bool):
        raise Refused(_("A clock plays or does not: true or false."))
    return replace(room.state, clock=Clock(at_s=_seconds(value["at_s"]), speed=speed, playing=value["playing"], since_ms=now_ms))


def _set_selected(room: Room, value: Any, now_ms: int) -> RoomState:
    if value is None:
        return replace(room.state, selected=None)
    if not isinstance(value, dict):
        raise Refused(_("A selection is a row and an instant, or null."))
    row, at_s = value.get("row"), value.get("at_s")
    if not isinstance(row, str) or not 0 < len(row) <= MAX_ROW_CHARACTERS or not _is_text(row):
        raise Refused(_("A row has a name of at most %(count)d characters.") % {"count": MAX_ROW_CHARACTERS})
    return replace(room.state, selected=(row, None if at_s is None else _seconds(at_s)))


def _set_lens(room: Room, value: Any, now_ms: int) -> RoomState:
    if value not in LENSES:
        raise Refused(_("There is no such lens."))
    return replace(room.state, lens=value)


def _set_poll(room: Room, value: Any, now_ms: int) -> RoomState:
    """A new one, `{"phase": "locked" | "revealed"}` for the one that is asked, or null when it has been talked about."""
    state = room.state
    if value is None:
        return replace(state, poll=None)
    if not isinstance(value, dict):
        raise Refused(_("A poll is a question, or null."))
    if "kind" in value:
        if len(state.polls) == MAX_POLLS:
            raise Refused(_("A class has at most %(count)d polls.") % {"count": MAX_POLLS})
        ask = _poll_ask(value)
        return replace(state, polls=(*state.polls, ask), poll=Poll(number=len(state.polls) + 1, ask=ask))
    if state.poll is None:
        raise Refused(_("No poll is asked."))
    to = _phase(value.get("phase"))
    if to not in PHASE_MOVES[state.poll.phase]:
        raise Refused(_("A poll cannot go from %(from)s to %(to)s.") % {"from": state.poll.phase, "to": to})
    return replace(state, poll=replace(state.poll, phase=to))


def _poll_ask(value: Json) -> Ask:
    question, options = value.get("question"), value.get("options")
    if value["kind"] not in (AskKind.CHOOSE, AskKind.MOMENT):
        raise Refused(_("A poll is of the kind choose or moment."))
    kind = AskKind(value["kind"])
    if kind is AskKind.MOMENT:
        return Ask(kind=kind, question=_line(question, MAX_QUESTION_CHARACTERS, _("A question")))
    if not isinstance(options, list) or not 2 <= len(options) <= MAX_OPTIONS:
        raise Refused(_("A poll has 2 to %(count)d options.") % {"count": MAX_OPTIONS})
    labels = tuple(_line(option, MAX_OPTION_CHARACTERS, _("An option")) for option in options)
    return Ask(kind=kind, question=_line(question, MAX_QUESTION_CHARACTERS, _("A question")), labels=labels)


FIELDS: Mapping[str, Callable[[Room, Any, int], RoomState]] = {
    "step": _set_step,
    "phase": _set_phase,
    "run": _set_run,
    "shown_until_s": _set_shown,
    "clock": _set_clock,
    "selected": _set_selected,
    "lens": _set_lens,
    "poll": _set_poll,
}
"""What a driver may set, in the order in which several are: a phase is that of the step that was gone to."""


TEACHERS_FIELDS = frozenset({"poll"})
"""Of these. Polls are asked and shown in the panel of the class, which is not handed over with the wheel."""


def _sets_what_is_the_teachers(message: Json) -> bool:
    given = message.get("set")
    return isinstance(given, dict) and not TEACHERS_FIELDS.isdisjoint(given)


def _answer(room: Room, message: Json, now_ms: int) -> Decision:
    given = message.get("step")
    if not (_is_whole(given) or isinstance(given, str)):
        raise Refused(_("There is no such step."))
    step = str(given)
    ask = room.ask_of(step)
    if ask is None or step not in room.state.open_steps:
        raise Refused(_("No answers are taken there now."))
    try:
        return Answered(step=step, answer=checked_answer(ask, message.get("answer")))
    except Malformed as error:
        raise Refused(str(error)) from error


def _question(room: Room, message: Json, now_ms: int) -> Decision:
    return Questioned(text=_line(message.get("text"), MAX_QUESTION_CHARACTERS, _("A question")))


def _lost(room: Room, message: Json, now_ms: int) -> Decision:
    return Signalled(field="lost", value="1" if _on(message) else "")


def _roam(room: Room, message: Json, now_ms: int) -> Decision:
    return Signalled(field="roaming", value="1" if _on(message) else "")


def _fork(room: Room, message: Json, now_ms: int) -> Decision:
    link = message.get("id")
    return Signalled(field="fork", value="" if link is None else _link(link))


def _hand(room: Room, message: Json, now_ms: int) -> Decision:
    person = None if message.get("person") is None else _person(message)
    # Who drives is where the room is.
    return Changed(state=replace(room.state, driver=person), fields=("driver",), forgets=("roaming",) if person else (), names=person or "")


def _remove(room: Room, message: Json, now_ms: int) -> Decision:
    """From the list of the class, with everything. Whoever it was may come in again, under another name."""
    person, driver = _person(message), room.state.driver
    return Changed(state=replace(room.state, driver=None if driver == person else driver), fields=("driver",), forgets=("one",), names=person)


def _done(room: Room, message: Json, now_ms: int) -> Decision:
    question: Any = message.get("question")
    if not _is_whole(question) or question < 1:
        raise Refused(_("There is no such question."))
    return Done(question=question)


def _reset(room: Room, message: Json, now_ms: int) -> Decision:
    fields = tuple(name for name in WIRE_FIELDS if name != "seq")
    return Changed(state=fresh(room.state, now_ms), fields=fields, forgets=("people", "answers", "questions"))


def _end(room: Room, message: Json, now_ms: int) -> Decision:
    """The answers stay for the table after class; who gave them does not."""
    return Changed(state=replace(room.state, ended=True, driver=None), fields=(), forgets=("people", "questions"))


COMMANDS: Mapping[str, tuple[Callable[[RoomState, Who], bool], Rule]] = {
    "drive": (has_wheel, _drive),
    "answer": (is_student, _answer),
    "question": (is_student, _question),
    "lost": (is_student, _lost),
    "roam": (is_student, _roam),
    "fork": (is_student, _fork),
    "hand": (is_teacher, _hand),
    "remove": (is_teacher, _remove),
    "done": (is_teacher, _done),
    "reset": (is_teacher, _reset),
    "end": (is_teacher, _end),
}
"""Command -> who may, and what follows from it."""


# -- single values -----------------------------------------------------------------------------------------------------------------


def cleaned_nickname(given: Any) -> str:
    """As it is shown: one line without control or invisible characters. Raises Refused."""
    return _line(given, MAX_NICKNAME_CHARACTERS, _("A nickname"))


def _line(given: Any, most: int, what: str) -> str:
    if not isinstance(given, str):
        raise Refused(_("%(what)s is a text.") % {"what": what})
    # Format characters would let one name look like another, or run from right to left; a lone surrogate is no text.
    visible = "".join(
        " " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in given[: 8 * most] if unicodedata.category(c) not in ("Cf", "Cs", "Co", "Cn")
    )
    line = " ".join(unicodedata.normalize("NFC", visible).split())
    if not 1 <= len(line) <= most:
        raise Refused(_("%(what)s has 1 to %(most)d characters.") % {"what": what, "most": most})
    return line


def _on(message: Json) -> bool:
    on = message.get("on")
    if not isinstance(on, bool):
        raise Refused(_("On or off: true or false."))
    return on


def _link(given: Any) -> str:
    if not isinstance(given, str) or not re.fullmatch(ID_PATTERN, given):
        raise Refused(_("That is no link of a run."))
    return given


def _person(message: Json) -> str:
    person = message.get("person")
    if not isinstance(person, str) or not re.fullmatch(PERSON_PATTERN, person):
        raise Refused(_("There is nobody of that name in the room."))
    return person


def _phase(given: Any) -> Phase:
    if not isinstance(given, str) or given not in Phase.__members__.values():
        raise Refused(_("There is no such phase."))
    return Phase(given)


def _seconds(given: Any) -> float:
    if not _is_number(given) or not 0 <= given <= MAX_SECONDS:
        raise Refused(_("An instant is a number of seconds, 0 or more."))
    return given


def _is_number(given: Any) -> bool:
    return isinstance(given, int | float) and not isinstance(given, bool)


def _is_whole(given: Any) -> bool:
    return type(given) is int


def _is_text(given: str) -> bool:
    return all(unicodedata.category(character) not in ("Cc", "Cs") for character in given)
