"""How does somebody learn alone? The list of lessons, a lesson's page, one file to take along, a handout to print."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

import simulator
from nodeviz.classroom.lesson_values import Lesson
from nodeviz.classroom.lessons import lesson, lesson_context, lessons
from nodeviz.runs.models import RunState
from nodeviz.runs.views import page_of_any_run


@require_safe
@ensure_csrf_cookie
def lesson_list(request: HttpRequest) -> HttpResponse:
    """All lessons, in the order in which they are best taken."""
    return render(request, "classroom/lessons.html", {"lessons": lessons()})


@require_safe
@ensure_csrf_cookie
def page(request: HttpRequest, name: str) -> HttpResponse:
    """A lesson at one's own pace: the page of a run, with the lesson beside it."""
    chosen = known(name)
    shared = lesson_context(chosen)
    context = {
        **shared,
        **empty_run(chosen.title),
        "lesson": chosen,
        "page_config": {**page_of_any_run(), "lesson": shared["lesson_config"]},
    }
    return render(request, "classroom/lesson.html", context)


def known(name: str) -> Lesson:
    """Raises Http404."""
    found = lesson(name)
    if found is None:
        raise Http404(f"there is no lesson {name!r}")
    return found


def empty_run(title: str) -> dict[str, Any]:
    """What `runs/run.html` shows until the scripts put a run there."""
    return {
        "scenario": {"id": "", "title": title, "parent": None, "text": ""},
        "run": {"status": RunState.QUEUED, "version": simulator.VERSION, "verdict": None, "error": ""},
        "problems": [],
    }
