"""What do the page's questions about a text have in common? JSON in with a `text`, within the page's limits; JSON out, or every problem."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_POST

import simulator
from nodeviz.scenarios import documents as docs
from nodeviz.scenarios.answers import REFUSED, TOO_OFTEN, posted_json, problems_json, too_big_for_json, too_often_message
from nodeviz.scenarios.bounds import CHECKS, bounded_body, may_ask

Form = dict[str, Any]


def about_a_text(answer: Callable[[str, Form], Form]) -> Callable[..., HttpResponse]:
    """A view from a function of the text and of all that came with it. It raises simulator.ManifestError for what it refuses."""

    @functools.wraps(answer)
    def view(request: HttpRequest) -> JsonResponse:
        if not may_ask(CHECKS, request):
            return problems_json((simulator.Problem(message=too_often_message()),), TOO_OFTEN)
        form = posted_json(request)
        document = docs.text_document("", str(form.get("text", "")))
        problems = docs.over_limits([document])
        if problems:
            return problems_json(problems, REFUSED)
        try:
            return JsonResponse(answer(str(document.content), form))
        except simulator.ManifestError as error:
            return problems_json(error.problems, REFUSED)

    return require_POST(bounded_body(too_big=too_big_for_json)(view))


def refuse_if(problems: tuple[simulator.Problem, ...]) -> None:
    """Raises simulator.ManifestError if there are any."""
    if problems:
        raise simulator.ManifestError(problems)
