"""What does a lesson look like on paper? Its questions with room to write, and for the teacher a page of answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from nodeviz.classroom.lesson_values import Lesson, Step
from nodeviz.classroom.lessons import pack_head

Json = Mapping[str, Any]


def printed(lesson: Lesson) -> list[dict[str, Any]]:
    """A step each: title, text, question as its pack has it, the right answer in words and the text of the reveal."""
    return [_printed(step, packed["ask"]) for step, packed in zip(lesson.steps, pack_head(lesson.name)["steps"], strict=True)]


def _printed(step: Step, ask: Json | None) -> dict[str, Any]:
    return {"title": step.title, "before": step.before, "ask": ask, "answer": answer_in_words(ask), "reveal": step.reveal}


def answer_in_words(ask: Json | None) -> list[str]:
    """One line each; none where nothing is asked, or where the solution is a text."""
    match ask:
        case {"kind": "choose", "options": options, "answer": answer}:
            return [f"{number}. {options[number - 1]}" for number in answer]
        case {"kind": "order", "items": items, "answer": answer, "times_s": times_s}:
            return [
                _("%(label)s, at %(time)s s") % {"label": items[index]["label"], "time": f"{at_s:.1f}"} for index, at_s in zip(answer, times_s, strict=True)
            ]
        case {"kind": "moment", "answer_s": answer_s, "tolerance_s": tolerance_s}:
            return [_("at %(time)s s; %(tolerance)s s before or after count as right") % {"time": f"{answer_s:.1f}", "tolerance": f"{tolerance_s:g}"}]
        case _:
            return []
