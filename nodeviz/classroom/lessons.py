"""Which lessons are there? Those of `lessons/` whose pack has been made since they were changed; in their order."""

from __future__ import annotations

import functools
import json
import logging
from pathlib import Path
from typing import Any

from django.conf import settings

from nodeviz.classroom.lesson_check import folders
from nodeviz.classroom.lesson_fields import Refused
from nodeviz.classroom.lesson_loading import load
from nodeviz.classroom.lesson_pack import is_current
from nodeviz.classroom.lesson_values import Lesson

log = logging.getLogger(__name__)

LESSONS: Path = settings.BASE_DIR / "lessons"
PACKS: Path = settings.BASE_DIR / "static" / "vendor" / "lessons"


@functools.cache
def lessons() -> tuple[Lesson, ...]:
    """All of them. Read once in a process: they change only with the program."""
    return installed(LESSONS, PACKS)


def lesson(name: str) -> Lesson | None:
    """By the name of its folder. Looked up in the list, so that no name leads out of `lessons/`."""
    return next((each for each in lessons() if each.name == name), None)


def lessons_with(example: str) -> tuple[Lesson, ...]:
    """Those with a step that shows this example of the gallery."""
    return tuple(each for each in lessons() if any(step.scenario == example for step in each.steps))


def pack_text(name: str) -> str:
    """The JSON of an installed lesson."""
    return (PACKS / f"{name}.json").read_text(encoding="utf-8")


@functools.lru_cache(maxsize=32)
def pack_head(name: str) -> dict[str, Any]:
    """Its pack without the runs: title, and steps with their questions and right answers."""
    return {key: value for key, value in json.loads(pack_text(name)).items() if key != "runs"}


def installed(folder: Path, packs: Path) -> tuple[Lesson, ...]:
    """Sorted by `order`. One that is refused, or has no pack of its present text, is left out and logged."""
    found: list[Lesson] = []
    for each in folders(folder):
        if not is_current(each, packs):
            log.error("the lesson %s is not listed, because it has no pack, or one of its earlier text: manage.py build_lessons", each.name)
            continue
        try:
            found.append(load(each))
        except Refused as error:
            log.error("the lesson %s is not listed: %s", each.name, error)
    return tuple(sorted(found, key=lambda lesson: (lesson.order, lesson.name)))
