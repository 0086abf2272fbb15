"""How does somebody learn alone? The list of lessons, a lesson's page, one file to take along, a handout to print."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from nodeviz.classroom.handout import printed
from nodeviz.classroom.lesson_file import lesson_file, policy
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


@require_safe
def file(request: HttpRequest, name: str) -> HttpResponse:
    """The lesson to take along: one HTML file that works without any server."""
    chosen = known(name)
    page_url = request.build_absolute_uri(reverse("lesson", args=[chosen.name]))
    response = HttpResponse(lesson_file(chosen, page_url), content_type="text/html; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{chosen.name}.html"'
    response["X-Content-Type-Options"] = "nosniff"
    # Saved, it has a policy of its own; opened in place, it must not be weaker.
    response["Content-Security-Policy"] = policy()
    return response


@require_safe
def handout(request: HttpRequest, name: str) -> HttpResponse:
    """The lesson on paper: questions with room to write. With `?answers=1` the answers, too, on a page of their own."""
    chosen = known(name)
    context = {"lesson": chosen, "steps": printed(chosen), "with_answers": request.GET.get("answers") == "1"}
    response = render(request, "classroom/handout.html", context)
    response["X-Robots-Tag"] = "noindex"
    return response


def known(name: str) -> Lesson:
    """Raises Http404."""
    found = lesson(name)
    if found is None:
        raise Http404(f"there is no lesson {name!r}")
    return found
