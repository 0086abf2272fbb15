"""What does the page of a lesson show? The page of a run without a run, and the lesson's steps; a room's page has the same."""

from __future__ import annotations

from typing import Any

from django.templatetags.static import static
from django.urls import reverse

import simulator
from nodeviz.classroom.lesson_values import Lesson
from nodeviz.runs.models import RunState
from nodeviz.runs.views import page_of_any_run


def page_context(lesson: Lesson) -> dict[str, Any]:
    """For `classroom/with_panel.html` and its scripts, which put the lesson's runs there."""
    return {
        "scenario": {"id": "", "title": lesson.title, "parent": None, "text": ""},
        "run": {"status": RunState.QUEUED, "version": simulator.VERSION, "verdict": None, "error": ""},
        "problems": [],
        "title": lesson.title,
        "steps": lesson.steps,
        "lessons_url": reverse("lessons"),
        "page_config": {**page_of_any_run(), "lesson": {"name": lesson.name, "pack_url": pack_url(lesson)}},
    }


def pack_url(lesson: Lesson) -> str:
    """Under a name with a hash of its content, where static files have been collected."""
    return static(f"vendor/lessons/{lesson.name}.json")
