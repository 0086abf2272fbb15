"""What does a teacher see of a class? People, their answers and their questions, as far as a process has heard, and what of it is news.

Pure: it takes entries of a room's stream, and gives messages. A class of 300 is some 30 kB; only what has changed is told again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from nodeviz.classroom.room_questions import Ask, histogram

Json = dict[str, Any]

SIGNALS: Mapping[str, Any] = {"roaming": False, "lost": False, "fork": None}
"""What a person says of itself, and what holds until then."""


class Class:
    """The people of one room."""

    def __init__(self, people: Mapping[str, str], answers: Mapping[str, str], questions: Mapping[str, str], here: Iterable[str]) -> None:
        self._people: dict[str, Json] = {}
        self._sockets: dict[str, set[str]] = {}
        self._answers: dict[str, dict[str, Any]] = {}
        """Step -> person -> answer."""
        self._questions: dict[int, Json] = {}
        self._changed: dict[str, Json] = {}
        """Person -> the fields that are news."""
        self._changed_questions: dict[int, Json] = {}
        self._changed_steps: dict[str, None] = {}
        self._removed: dict[str, None] = {}
        for field, value in people.items():
            person, _, name = field.partition(":")
            if name in ("name", *SIGNALS):
                self.on_person({"person": person, **_told(name, value)})
        for field, value in answers.items():
            step, _, person = field.partition(":")
            self.on_answer({"step": step, "person": person, "answer": json.loads(value)})
        for value in questions.values():
            self.on_question(json.loads(value))
        self.on_here(here)

    # -- what happened -------------------------------------------------------------------------------------------------------------

    def on_person(self, told: Json) -> None:
        """Somebody has come, or said something of itself."""
        person = told["person"]
        if person not in self._people:
            known = self._people[person] = {"person": person, "nickname": "", "here": bool(self._sockets.get(person)), **SIGNALS, "answered": []}
            self._changed[person] = dict(known)
        known = self._people[person]
        self._change(person, {name: value for name, value in told.items() if known.get(name) != value})

    def on_removed(self, person: str) -> None:
        """With everything."""
        for of_people in (self._people, self._sockets, self._changed):
            of_people.pop(person, None)
        self._changed_steps |= dict.fromkeys(step for step, answers in self._answers.items() if answers.pop(person, None) is not None)
        for number in [number for number, question in self._questions.items() if question.get("person") == person]:
            del self._questions[number]
            self._changed_questions.pop(number, None)
        self._removed[person] = None

    def on_answer(self, told: Json) -> None:
        """Heard twice it counts once."""
        step, person = told["step"], told["person"]
        self._answers.setdefault(step, {})[person] = told["answer"]
        self._changed_steps[step] = None
        if person in self._people and step not in (answered := self._people[person]["answered"]):
            self._change(person, {"answered": [*answered, step]})

    def on_question(self, told: Json) -> None:
        """Asked, or done with."""
        known = self._questions.setdefault(told["id"], {"id": told["id"], "nickname": "", "text": "", "done": False})
        known.update(told)
        self._changed_questions[told["id"]] = known

    def on_come(self, member: str) -> None:
        """A socket (`<person> <socket>`) is there."""
        person = member.partition(" ")[0]
        self._sockets.setdefault(person, set()).add(member)
        self._is_here(person)

    def on_left(self, member: str) -> None:
        """It is not there any more."""
        person = member.partition(" ")[0]
        self._sockets.get(person, set()).discard(member)
        self._is_here(person)

    def on_here(self, members: Iterable[str]) -> None:
        """These sockets are there, and no others."""
        now: dict[str, set[str]] = {}
        for member in members:
            now.setdefault(member.partition(" ")[0], set()).add(member)
        gone = self._sockets.keys() - now.keys()
        self._sockets = now
        for person in sorted({*gone, *now}):
            self._is_here(person)

    # -- what is told --------------------------------------------------------------------------------------------------------------

    @property
    def is_news(self) -> bool:
        """Is there something that `news` would tell?"""
        return bool(self._changed or self._changed_questions or self._changed_steps or self._removed)

    def whole(self, asks: Mapping[str, Ask]) -> Json:
        """For a teacher who comes. `asks`: of the steps whose answers can be counted."""
        return {
            "full": True,
            "people": list(self._people.values()),
            "questions": [self._questions[number] for number in sorted(self._questions)],
            "histograms": self.histograms(asks, self._answers),
        }

    def news(self, asks: Mapping[str, Ask]) -> Json:
        """What has changed since it was asked last: who was removed, of people the changed fields, of questions and histograms the changed ones whole."""
        told = {
            "full": False,
            "removed": list(self._removed),
            "people": [{"person": person, **changed} for person, changed in self._changed.items()],
            "questions": list(self._changed_questions.values()),
            "histograms": self.histograms(asks, self._changed_steps),
        }
        self._changed, self._changed_questions, self._changed_steps, self._removed = {}, {}, {}, {}
        return {name: value for name, value in told.items() if value or name == "full"}

    def histograms(self, asks: Mapping[str, Ask], steps: Iterable[str]) -> dict[str, Json]:
        """Of those steps that ask something."""
        return {step: self.histogram(asks[step], step) for step in steps if step in asks}

    def histogram(self, ask: Ask, step: str) -> Json:
        """How the class answered so far."""
        return histogram(ask, self._answers.get(step, {}).values())

    def answers_of(self, person: str) -> Json:
        """Step -> answer."""
        return {step: answers[person] for step, answers in self._answers.items() if person in answers}

    def signals_of(self, person: str) -> Json:
        """What somebody has said of itself, so that its page shows what the teacher sees."""
        known = self._people.get(person, {})
        return {name: known.get(name, unset) for name, unset in SIGNALS.items()}

    def nickname(self, person: str | None) -> str | None:
        """None: nobody, or somebody who is not known."""
        return self._people[person]["nickname"] if person in self._people else None

    @property
    def here(self) -> int:
        """How many people are there."""
        return sum(1 for sockets in self._sockets.values() if sockets)

    def _is_here(self, person: str) -> None:
        here = bool(self._sockets.get(person))
        if person in self._people and self._people[person]["here"] != here:
            self._change(person, {"here": here})

    def _change(self, person: str, changed: Json) -> None:
        self._people[person].update(changed)
        if changed:
            self._changed.setdefault(person, {}).update(changed)


def _told(name: str, value: str) -> Json:
    """A stored field of a person in the words of the wire."""
    if name == "name":
        return {"nickname": value}
    return {name: value if name == "fork" else bool(value)}
