"""What may be answered to a question, how are the answers of a class counted, and which of them are right? Pure.

The words are those of a lesson's pack: options are counted from 1, as in lesson.yaml; the items that are put in order from 0.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _

Json = dict[str, Any]

MAX_SECONDS = 10**9

HALF_A_MS = 0.0005
"""Instants are whole milliseconds; the page compares in the same way (static/js/lesson/scoring.js)."""


class Malformed(Exception):
    """A sentence for whoever answered."""


class AskKind(StrEnum):
    """How a question is answered."""

    CHOOSE = "choose"
    ORDER = "order"
    MOMENT = "moment"
    BUILD = "build"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One question, as far as a room needs to know it."""

    kind: AskKind
    question: str
    labels: tuple[str, ...] = ()
    """Options, items or goals."""
    answer: tuple[int, ...] = ()
    """choose: the right options, from 1. order: the items in their true order, from 0. Empty: nobody knows (a poll)."""
    answer_s: float | None = None
    tolerance_s: float = 0.0

    def as_json(self) -> Json:
        """For Redis; `ask_of` reads it."""
        return {
            "kind": self.kind,
            "question": self.question,
            "labels": list(self.labels),
            "answer": list(self.answer),
            "answer_s": self.answer_s,
            "tolerance_s": self.tolerance_s,
        }


def ask_of(stored: Json) -> Ask:
    """What `Ask.as_json` wrote."""
    return Ask(**{**stored, "kind": AskKind(stored["kind"]), "labels": tuple(stored["labels"]), "answer": tuple(stored["answer"])})


def ask_of_pack(ask: Json | None) -> Ask | None:
    """Of a step of a lesson's pack."""
    if ask is None:
        return None
    kind = AskKind(ask["kind"])
    labels = {
        AskKind.CHOOSE: lambda: ask["options"],
        AskKind.ORDER: lambda: [item["label"] for item in ask["items"]],
        AskKind.MOMENT: lambda: [],
        AskKind.BUILD: lambda: [goal["text"] for goal in ask["goals"]],
    }[kind]()
    counted = kind in (AskKind.CHOOSE, AskKind.ORDER)
    return Ask(
        kind=kind,
        question=ask["question"],
        labels=tuple(labels),
        answer=tuple(sorted(ask["answer"]) if kind is AskKind.CHOOSE else ask["answer"]) if counted else (),
        answer_s=ask["answer_s"] if kind is AskKind.MOMENT else None,
        tolerance_s=ask["tolerance_s"] if kind is AskKind.MOMENT else 0.0,
    )


def checked_answer(ask: Ask, given: Any) -> Any:
    """The answer as it is kept. Raises Malformed."""
    match ask.kind:
        case AskKind.CHOOSE:
            chosen = given if isinstance(given, list) else [given]
            if not chosen or not all(type(option) is int and 1 <= option <= len(ask.labels) for option in chosen):
                raise Malformed(_("There is no such option."))
            return sorted(set(chosen))
        case AskKind.ORDER:
            if not isinstance(given, list) or not all(type(item) is int for item in given) or sorted(given) != list(range(len(ask.labels))):
                raise Malformed(_("Each item has one place in the order."))
            return given
        case AskKind.MOMENT:
            if type(given) not in (int, float) or not 0 <= given <= MAX_SECONDS:
                raise Malformed(_("An instant is a number of seconds, 0 or more."))
            return round(given, 3)
        case AskKind.BUILD:
            reached = given.get("reached") if isinstance(given, dict) else given
            if not isinstance(reached, bool):
                raise Malformed(_("The goals are reached or not: true or false."))
            return {"reached": reached}


def histogram(ask: Ask, answers: Iterable[Any]) -> Json:
    """How a class answered, without who answered what."""
    given = list(answers)
    match ask.kind:
        case AskKind.CHOOSE:
            counts = Counter(option for answer in given for option in answer)
            return {"counts": [counts[option] for option in range(1, len(ask.labels) + 1)], "total": len(given)}
        case AskKind.ORDER:
            orders = Counter(",".join(map(str, answer)) for answer in given)
            return {"counts": dict(sorted(orders.items())), "total": len(given)}
        case AskKind.MOMENT:
            return {"times_s": sorted(given)}
        case AskKind.BUILD:
            return {"reached": sum(answer["reached"] for answer in given), "total": len(given)}


def is_right(ask: Ask, answer: Any) -> bool | None:
    """None: nobody knows."""
    match ask.kind:
        case AskKind.CHOOSE | AskKind.ORDER:
            return tuple(answer) == ask.answer if ask.answer else None
        case AskKind.MOMENT:
            return None if ask.answer_s is None else abs(answer - ask.answer_s) <= ask.tolerance_s + HALF_A_MS
        case AskKind.BUILD:
            return bool(answer["reached"])


def in_words(ask: Ask, answer: Any) -> str:
    """For a table that people read."""
    match ask.kind:
        case AskKind.CHOOSE:
            return "; ".join(ask.labels[option - 1] for option in answer)
        case AskKind.ORDER:
            return " < ".join(ask.labels[item] for item in answer)
        case AskKind.MOMENT:
            return f"{answer:.3f}".rstrip("0").rstrip(".") + " s"
        case AskKind.BUILD:
            return _("reached") if answer["reached"] else _("not reached")


def ask_of_poll(poll: Json) -> Ask:
    """Of what a room's state says of its poll."""
    return Ask(kind=AskKind(poll["kind"]), question=poll["question"], labels=tuple(poll["options"]))
