"""What does a room need to know of a lesson? Its title, its questions, and what its page shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from nodeviz.classroom.room_questions import Ask


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomLesson:
    """As much of a lesson as is kept with a room."""

    title: str
    asks: tuple[Ask | None, ...]


def lesson_of_room(name: str) -> RoomLesson | None:
    """None: there is no such lesson."""
    return None


def lesson_context(name: str) -> dict[str, Any] | None:
    """Of the room's page; None if there is no such lesson any more."""
    return None
