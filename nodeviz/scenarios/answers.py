"""What does a script, or the page's own, get back? Problems as JSON, and the words for what is too much."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _

import simulator
from nodeviz.scenarios import documents as docs
from nodeviz.scenarios.bounds import MAX_BODY_BYTES

CREATED, SEE_OTHER, TOO_BIG, REFUSED, TOO_OFTEN, UNAVAILABLE = 201, 303, 413, 422, 429, 503


def too_often_message() -> str:
    """To who asks for more than one address may."""
    return _("too many requests from your address; wait a minute and try again, your text is still here")


def no_redis_message() -> str:
    """To who wants something computed while nobody would hear of it."""
    return _("nothing can be computed at the moment, because the server's Redis does not answer; your text is still here, try again in a moment")


def too_big_message() -> str:
    """With both limits."""
    limits = {"read": MAX_BODY_BYTES >> 20, "run": docs.MAX_SCENARIO_BYTES >> 20}
    return _("the request is too large: at most %(read)d MiB are read, and %(run)d MiB can be run") % limits


def posted_json(request: HttpRequest) -> dict[str, Any]:
    """What was sent as JSON. A form with parts is none, and cannot be read again: Django's CSRF check has looked into it."""
    return {} if request.content_type == "multipart/form-data" else json_object(request.body)


def json_object(body: bytes) -> dict[str, Any]:
    """An empty one if the body is none; the simulator then says that there is no text."""
    try:
        parsed = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return parsed if isinstance(parsed, dict) else {}


def problems_json(problems: Sequence[simulator.Problem], status: int) -> JsonResponse:
    """For scripts, and for the editor."""
    return JsonResponse({"problems": [as_json(problem) for problem in problems]}, status=status)


def as_json(problem: simulator.Problem) -> dict[str, Any]:
    """As an object: file, line, column, path, message, hint."""
    return dataclasses.asdict(problem)


def too_big_for_json(request: HttpRequest) -> JsonResponse:
    """The body was not read."""
    return problems_json((simulator.Problem(message=too_big_message()),), TOO_BIG)
