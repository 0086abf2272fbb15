"""Which address is whose? Those of the document, each with the function that carries it out; a test holds the two lists together."""

from __future__ import annotations

import re
from collections.abc import Mapping

from django.urls import path, re_path

from nodeviz.api import comparing, facts, records, runs, scenarios, texts, viewer
from nodeviz.api.document import operations
from nodeviz.api.gate import Handler, nothing, view_of

HANDLERS: Mapping[str, Handler] = {
    "about": facts.about,
    "versions": facts.versions,
    "limits": facts.limits,
    "examples": facts.examples,
    "exampleText": facts.example_text,
    "lessons": facts.lessons,
    "check": texts.check,
    "lint": texts.lint,
    "compare": comparing.compare,
    "createScenario": scenarios.create,
    "scenario": scenarios.read,
    "deleteScenario": scenarios.delete,
    "scenarioText": scenarios.text,
    "share": scenarios.share,
    "run": runs.state,
    "startRun": runs.start,
    "cancel": runs.cancel,
    "records": records.records,
    "verdict": runs.verdict,
}

PREFIX = "api/v1/"


def route(documented: str) -> str:
    """`/scenarios/{id}` as Django writes it."""
    return PREFIX + re.sub(r"\{(\w+)\}", r"<str:\1>", documented.removeprefix("/"))


urlpatterns = [
    path(f"{PREFIX}openapi.json", viewer.openapi, name="api-openapi"),
    path(f"{PREFIX}docs", viewer.docs, name="api-docs"),
    *(path(route(documented), view_of(by_method, HANDLERS), name=f"api-{next(iter(by_method.values())).id}") for documented, by_method in operations().items()),
    re_path(rf"^{PREFIX}", nothing),
]
