"""What does a room need to know of a lesson? Its title, its questions, and what its page shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from nodeviz.classroom.lesson_pages import page_context
from nodeviz.classroom.lessons import lesson, pack_head
from nodeviz.classroom.room_questions import Ask, ask_of_pack


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomLesson:
    """As much of a lesson as is kept with a room."""

    title: str
    asks: tuple[Ask | None, ...]


def lesson_of_room(name: str) -> RoomLesson | None:
    """None: there is no such lesson."""
    if lesson(name) is None:
        return None
    pack = pack_head(name)
    return RoomLesson(title=pack["title"], asks=tuple(ask_of_pack(step["ask"]) for step in pack["steps"]))


def lesson_context(name: str) -> dict[str, Any] | None:
    """Of the room's page; None if there is no such lesson any more."""
    found = lesson(name)
    return page_context(found) if found else None
