"""How does somebody learn alone? The list of lessons, a lesson's page, one file to take along, a handout to print."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from nodeviz.classroom.lesson_pages import page_context
from nodeviz.classroom.lesson_values import Lesson
from nodeviz.classroom.lessons import lesson, lessons


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
    return render(request, "classroom/lesson.html", page_context(chosen))


def known(name: str) -> Lesson:
    """Raises Http404."""
    found = lesson(name)
    if found is None:
        raise Http404(f"there is no lesson {name!r}")
    return found
