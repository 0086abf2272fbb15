"""What does each container of a text do, and how does the text look when that is changed? For the page's form."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_POST

import simulator
from nodeviz.scenarios import documents as docs
from nodeviz.scenarios.answers import REFUSED, TOO_OFTEN, TOO_OFTEN_MESSAGE, json_object, problems_json, too_big_for_json
from nodeviz.scenarios.bounds import CHECKS, bounded_body, may_ask

MAX_CONTAINERS = 200
"""Shown in the form: a person does not go through more, and 110 pods may have thousands."""

MAX_ADDRESS_CHARACTERS = 600
"""Kind, a name of 253 characters and a container's of 63, with room."""


@require_POST
@bounded_body(too_big=too_big_for_json)
def behaviors(request: HttpRequest) -> JsonResponse:
    """JSON in: `text`, and to change it `address` with `behavior` (as in the contract; null: what was said of that container is taken out).

    JSON out: the text and every container with its behavior, or every problem of the text, or of what the new behavior says.
    """
    if not may_ask(CHECKS, request):
        return problems_json((simulator.Problem(message=TOO_OFTEN_MESSAGE),), TOO_OFTEN)
    form = json_object(request.body)
    document = docs.text_document("", str(form.get("text", "")))
    problems = docs.over_limits([document]) or wrong_form(form)
    if problems:
        return problems_json(problems, REFUSED)
    try:
        text = str(document.content)
        if "address" in form:
            text = simulator.with_behavior(text, form["address"], form.get("behavior"))
        return JsonResponse({"text": text, **listed(text)})
    except simulator.ManifestError as error:
        return problems_json(error.problems, REFUSED)


def wrong_form(form: dict[str, Any]) -> tuple[simulator.Problem, ...]:
    """What is not as `behaviors` says."""
    if "address" not in form:
        return ()
    address, behavior = form["address"], form.get("behavior")
    if not isinstance(address, str) or not 0 < len(address) <= MAX_ADDRESS_CHARACTERS:
        return (simulator.Problem(path="address", message="must be the address of a container, such as web/app"),)
    if behavior is not None and not isinstance(behavior, dict):
        return (simulator.Problem(path="behavior", message="must be a map, or null"),)
    return ()


def listed(text: str) -> dict[str, Any]:
    """The containers, and how many there are besides. Raises simulator.ManifestError with every problem."""
    loaded = simulator.load_with_sources({"": text})
    found = simulator.container_behaviors(loaded.scenario, loaded.sources)
    containers = [
        {
            "address": each.address,
            "type": each.container_type,
            "behavior": simulator.behavior_fields(each.behavior),
            "sources": each.sources,
            "parts": each.parts,
            "command": each.command,
        }
        for each in found[:MAX_CONTAINERS]
    ]
    return {"containers": containers, "more": max(0, len(found) - MAX_CONTAINERS)}
