"""How does the text look with a piece of advice followed? For the button beside the advice."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_POST

import simulator
from nodeviz.scenarios import documents as docs
from nodeviz.scenarios.answers import REFUSED, TOO_OFTEN, TOO_OFTEN_MESSAGE, json_object, problems_json, too_big_for_json
from nodeviz.scenarios.bounds import CHECKS, bounded_body, may_ask

KINDS = ("ConfigMap", "Secret")


@require_POST
@bounded_body(too_big=too_big_for_json)
def follow(request: HttpRequest) -> JsonResponse:
    """JSON in: `text`, and the advice as `check` gave it (`rule`, `line`, `column`, `object`). JSON out: the text, or why it has to be changed by hand."""
    if not may_ask(CHECKS, request):
        return problems_json((simulator.Problem(message=TOO_OFTEN_MESSAGE),), TOO_OFTEN)
    form = json_object(request.body)
    document = docs.text_document("", str(form.get("text", "")))
    problems = docs.over_limits([document])
    if problems:
        return problems_json(problems, REFUSED)
    try:
        return JsonResponse({"text": followed(str(document.content), form.get("advice"))})
    except simulator.ManifestError as error:
        return problems_json(error.problems, REFUSED)


def followed(text: str, advice: Any) -> str:
    """The text with the advice followed. Raises simulator.ManifestError for what no machine can do."""
    fields: dict[str, Any] = advice if isinstance(advice, dict) else {}
    match fields.get("rule"):
        case "job-never-finishes" if isinstance(fields.get("line"), int) and isinstance(fields.get("column"), int):
            return simulator.with_native_sidecar(text, fields["line"], fields["column"])
        case "unknown-field":
            return simulator.with_lenient_validation(text)
        case "missing-object":
            kind, _, rest = str(fields.get("object", "")).partition("/")
            namespace, _, name = rest.partition("/")
            if kind in KINDS and simulator.is_subdomain(namespace) and simulator.is_subdomain(name):
                return simulator.with_object(text, kind, namespace, name)
    raise simulator.ManifestError([simulator.Problem(message="this advice has to be followed by hand")])
