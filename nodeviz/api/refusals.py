"""How does the API say no? As problem details (RFC 9457), with every problem of a text as the page has it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

import simulator
from nodeviz.api.document import PROBLEM
from nodeviz.scenarios.answers import as_json

BAD_REQUEST, UNAUTHORIZED, FORBIDDEN, NOT_FOUND, BAD_METHOD, NOT_ACCEPTABLE, CONFLICT = 400, 401, 403, 404, 405, 406, 409
TOO_BIG, BAD_MEDIA, REFUSED, TOO_OFTEN, UNAVAILABLE = 413, 415, 422, 429, 503

KINDS: Mapping[int, tuple[str, Any]] = {
    BAD_REQUEST: ("bad-request", gettext_lazy("The request cannot be understood")),
    UNAUTHORIZED: ("no-token", gettext_lazy("A token is needed")),
    FORBIDDEN: ("forbidden", gettext_lazy("That may not be done from here")),
    NOT_FOUND: ("not-found", gettext_lazy("There is nothing here")),
    BAD_METHOD: ("method", gettext_lazy("That cannot be done with this")),
    NOT_ACCEPTABLE: ("not-acceptable", gettext_lazy("There is no such form of the answer")),
    CONFLICT: ("conflict", gettext_lazy("Not in this state")),
    TOO_BIG: ("too-big", gettext_lazy("The request is too large")),
    BAD_MEDIA: ("media-type", gettext_lazy("A body of that type is not read")),
    REFUSED: ("refused", gettext_lazy("The content is refused")),
    TOO_OFTEN: ("too-often", gettext_lazy("Too many requests")),
    UNAVAILABLE: ("unavailable", gettext_lazy("Not at the moment")),
}
"""By status: the end of the type's address, which is an anchor of the page of the API, and the title."""


class Refusal(Exception):
    """An answer that is a no."""

    def __init__(self, status: int, detail: str, *, problems: Sequence[simulator.Problem] = (), headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status, self.detail, self.problems, self.headers = status, detail, problems, headers or {}


def refused_text(problems: Sequence[simulator.Problem]) -> Refusal:
    """A text that cannot be run, or a field that cannot be read."""
    first = problems[0]
    detail = first.message if len(problems) == 1 else _("%(count)d problems; the first: %(message)s") % {"count": len(problems), "message": first.message}
    return Refusal(REFUSED, detail, problems=problems)


def answer_of(refusal: Refusal) -> HttpResponse:
    """For the wire."""
    slug, title = KINDS[refusal.status]
    said: dict[str, Any] = {"type": f"{reverse('api-docs')}#problem-{slug}", "title": str(title), "status": refusal.status, "detail": refusal.detail}
    if refusal.problems:
        said["problems"] = [as_json(problem) for problem in refusal.problems]
    response = HttpResponse(json.dumps(said, ensure_ascii=False), status=refusal.status, content_type=PROBLEM)
    response["Cache-Control"] = "no-store"
    for name, value in refusal.headers.items():
        response[name] = value
    return response
