"""What may be done with a link? Whoever has it may keep it; who made it may end its run or delete it, with the token that Run gave.

JSON in, JSON out, or problems.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_POST

import simulator
from nodeviz.runs.dispatch import give_up
from nodeviz.runs.forgetting import delete_link
from nodeviz.runs.models import Run, RunState
from nodeviz.scenarios.answers import TOO_OFTEN, posted_json, problems_json, too_big_for_json, too_often_message
from nodeviz.scenarios.bounds import CHECKS, bounded_body, may_ask
from nodeviz.scenarios.models import Scenario

FORBIDDEN, NOT_FOUND = 403, 404
NOT_YOURS = gettext_noop("only who made this link may do that: the browser in which Run was pressed has its token")
NOTHING_THERE = gettext_noop("there is nothing under this link: it was deleted, has expired, or never existed")
CANCELLED = "Cancelled by whoever started it. Press Run to compute it again."

Answer = Callable[[Scenario], dict[str, Any]]


def about_a_link(*, owner_only: bool) -> Callable[[Answer], Callable[..., HttpResponse]]:
    """A view from a function of the scenario."""

    def decorate(answer: Answer) -> Callable[..., HttpResponse]:
        @functools.wraps(answer)
        def view(request: HttpRequest, scenario_id: str) -> JsonResponse:
            if not may_ask(CHECKS, request):
                return _problem(too_often_message(), TOO_OFTEN)
            scenario = Scenario.objects.linked(scenario_id)
            if scenario is None:
                return _problem(_(NOTHING_THERE), NOT_FOUND)
            if owner_only and not scenario.belongs_to(str(posted_json(request).get("token", ""))):
                return _problem(_(NOT_YOURS), FORBIDDEN)
            return JsonResponse(answer(scenario))

        return require_POST(bounded_body(too_big=too_big_for_json)(view))

    return decorate


@about_a_link(owner_only=False)
def share(scenario: Scenario) -> dict[str, Any]:
    """Keep it."""
    Scenario.objects.share(scenario)
    return {"shared": True, "expires": None}


@about_a_link(owner_only=True)
def delete(scenario: Scenario) -> dict[str, Any]:
    """Take everything away."""
    delete_link(scenario.pk)
    return {"deleted": True}


@about_a_link(owner_only=True)
def cancel(scenario: Scenario) -> dict[str, Any]:
    """End its run; not cancelled if it is over already."""
    run = Run.objects.filter(scenario=scenario, state__in=(RunState.QUEUED, RunState.RUNNING)).order_by("-pk").first()
    return {"cancelled": run is not None and give_up(run, CANCELLED)}


def _problem(message: str, status: int) -> JsonResponse:
    return problems_json((simulator.Problem(message=message),), status)
