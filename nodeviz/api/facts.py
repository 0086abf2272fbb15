"""What comes with this installation, and what does it allow? Versions, limits, examples, lessons. Rooms are not listed: who has no code is not meant."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

import simulator
from nodeviz.api.calls import Call
from nodeviz.api.document import BUCKETS, YAML
from nodeviz.api.gate import SHORT, kept
from nodeviz.api.records import MOST_RECORDS, MOST_WAIT_S, STREAM_S
from nodeviz.api.refusals import NOT_FOUND, Refusal
from nodeviz.classroom.lessons import lessons as installed_lessons
from nodeviz.scenarios import documents as docs
from nodeviz.scenarios import gallery, switch
from nodeviz.scenarios.bounds import MAX_BODY_BYTES
from nodeviz.scenarios.templatetags.prose import plain


def about(call: Call) -> HttpResponseBase:
    """Where to begin."""
    said = {
        "name": "nodeviz",
        "api": "v1",
        "simulator_version": simulator.VERSION,
        "kubernetes": list(switch.versions()),
        "openapi": call.address(reverse("api-openapi")),
        "docs": call.address(reverse("api-docs")),
    }
    return kept(JsonResponse(said), SHORT, said)


def versions(call: Call) -> HttpResponseBase:
    """Those of the page's switch."""
    return kept(JsonResponse(switch.table()), SHORT, switch.table())


def limits(call: Call) -> HttpResponseBase:
    """Every figure that a request may meet."""
    said = {
        "body_bytes": MAX_BODY_BYTES,
        "scenario_bytes": docs.MAX_SCENARIO_BYTES,
        "files": docs.MAX_FILES,
        "advice": docs.MAX_ADVICE,
        "records_per_answer": MOST_RECORDS,
        "wait_s": MOST_WAIT_S,
        "stream_s": STREAM_S,
        "unshared_days": settings.UNSHARED_DAYS,
        "requests": {name: {"at_once": bucket.capacity, "per_minute": bucket.per_minute} for name, bucket in BUCKETS.items()},
        "simulator": {name.lower(): value for name, value in vars(simulator.limits).items() if name.isupper() and name.startswith(("MAX_", "DEFAULT_"))},
    }
    return kept(JsonResponse(said), SHORT, said)


def examples(call: Call) -> HttpResponseBase:
    """Every card of the gallery."""
    listed = [_example(call, each) for each in gallery.examples()]
    return kept(JsonResponse({"examples": listed}), SHORT, listed)


def example_text(call: Call) -> HttpResponseBase:
    """One of them, as the editor opens it."""
    found = gallery.example(call.given["name"])
    if found is None:
        raise Refusal(NOT_FOUND, _("there is no such example"))
    return kept(HttpResponse(found.text, content_type=f"{YAML}; charset=utf-8"), SHORT, found.text)


def lessons(call: Call) -> HttpResponseBase:
    """Every lesson, without its answers."""
    listed = [
        {
            "name": each.name,
            "title": each.title,
            "objective": each.objective,
            "story": each.story,
            "minutes": each.minutes,
            "tags": list(each.tags),
            "steps": [step.title for step in each.steps],
            "page": call.address(reverse("lesson", args=[each.name])),
        }
        for each in installed_lessons()
    ]
    return kept(JsonResponse({"lessons": listed}), SHORT, listed)


def _example(call: Call, each: gallery.Example) -> dict[str, Any]:
    said = each.about
    return {
        "name": each.name,
        "title": each.title,
        "story": said.story if said else plain(each.description),
        "tags": list(said.tags) if said else [],
        "kubernetes": said.versions if said else "",
        "yaml": call.address(reverse("api-exampleText", args=[each.name])),
        "comparison": each.comparison or None,
    }
