"""What is wrong with a text, and what would a colleague say of it? The page's check, with places in the files as they were sent."""

from __future__ import annotations

from typing import Any

from django.http import JsonResponse
from django.http.response import HttpResponseBase

import simulator
from nodeviz.api.calls import Call
from nodeviz.api.document import JSON
from nodeviz.api.refusals import refused_text
from nodeviz.scenarios import documents as docs
from nodeviz.scenarios import switch
from nodeviz.scenarios.answers import as_json


def handed_in(call: Call) -> tuple[docs.Document, ...]:
    """The text or the files of a body."""
    name = call.given["name"] or docs.DEFAULT_NAME
    if call.body_media != JSON:
        return (docs.uploaded_document(name, call.body),)
    if "text" in call.body:
        return (docs.text_document(name, call.body["text"]),)
    return docs.with_different_names(docs.text_document(file["name"], file["text"]) for file in call.body["files"])


def check(call: Call) -> HttpResponseBase:
    """Every problem; or what the simulator leaves out."""
    documents = handed_in(call)
    answer: dict[str, Any] = {"valid": False, "problems": [], "warnings": [], "not_simulated": [], "kubernetes": None, "gates": None}
    try:
        if not docs.over_limits(documents):
            answer |= switch.settings_json(docs.joined(documents).text)
        loaded = docs.load(documents)
        answer |= {"valid": True, "warnings": list(loaded.warnings), "not_simulated": list(loaded.not_simulated)}
    except simulator.ManifestError as error:
        answer["problems"] = [as_json(problem) for problem in error.problems]
    return JsonResponse(answer)


def lint(call: Call) -> HttpResponseBase:
    """Advice. Raises Refusal with every problem."""
    try:
        _scenario, advice = docs.load_with_advice(handed_in(call))
    except simulator.ManifestError as error:
        raise refused_text(error.problems) from error
    return JsonResponse({"advice": [simulator.advice_object(each) for each in advice][: docs.MAX_ADVICE]})
