"""How does a text get a link, and what may be done with it? As on the page: created with a run, read, shared, deleted with the token."""

from __future__ import annotations

from django.db import transaction
from django.http import HttpResponse, JsonResponse
from django.http.response import HttpResponseBase

import simulator
from nodeviz.api.calls import Call
from nodeviz.api.document import YAML
from nodeviz.api.gate import FOR_EVER, kept
from nodeviz.api.links import links, own_scenario_of, scenario_json, scenario_of
from nodeviz.api.records import needs_redis
from nodeviz.api.refusals import refused_text
from nodeviz.api.texts import handed_in
from nodeviz.runs.dispatch import ensure_run
from nodeviz.runs.forgetting import delete_link
from nodeviz.runs.turns import client_of
from nodeviz.scenarios import documents as docs
from nodeviz.scenarios.models import Scenario
from nodeviz.scenarios.views import scenario_of as stored

CREATED, NO_CONTENT = 201, 204


def create(call: Call) -> HttpResponseBase:
    """A new link, whose run is queued. Raises Refusal with every problem, or because nobody would compute it."""
    documents = handed_in(call)
    try:
        loaded = docs.load(documents)
        needs_redis(waits=True)
        with transaction.atomic():
            scenario, token = stored(documents, loaded, parent_id=call.given["parent"] or "")
            ensure_run(scenario, again=True, asked_by=client_of(call.request))
    except simulator.ManifestError as error:
        raise refused_text(error.problems) from error
    said = {**scenario_json(call, scenario), "url": call.address(scenario.get_absolute_url()), "token": token or None}
    response = JsonResponse(said, status=CREATED if token else 200)
    response["Location"] = links(call, scenario)["self"]
    return response


def read(call: Call) -> HttpResponseBase:
    """Without its text."""
    return JsonResponse(scenario_json(call, scenario_of(call)))


def text(call: Call) -> HttpResponseBase:
    """It alone."""
    scenario = scenario_of(call)
    return kept(HttpResponse(scenario.text, content_type=f"{YAML}; charset=utf-8"), FOR_EVER, scenario.pk)


def share(call: Call) -> HttpResponseBase:
    """Keep it."""
    scenario = scenario_of(call)
    Scenario.objects.share(scenario)
    scenario.refresh_from_db()
    return JsonResponse(scenario_json(call, scenario))


def delete(call: Call) -> HttpResponseBase:
    """Take everything away."""
    delete_link(own_scenario_of(call).pk)
    return HttpResponse(status=NO_CONTENT)
