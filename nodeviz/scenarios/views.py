"""What does a person hand in, and what is the answer? The editor, Run, the check beside the editor, the raw text."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_POST, require_safe

import simulator
from nodeviz.runs.dispatch import ensure_run
from nodeviz.runs.palette import palette
from nodeviz.runs.shown import address_of
from nodeviz.runs.stream import redis_answers
from nodeviz.runs.turns import client_of
from nodeviz.scenarios import documents as docs
from nodeviz.scenarios import gallery, switch
from nodeviz.scenarios.answers import (
    CREATED,
    REFUSED,
    SEE_OTHER,
    TOO_BIG,
    TOO_OFTEN,
    UNAVAILABLE,
    as_json,
    json_object,
    no_redis_message,
    problems_json,
    too_big_for_json,
    too_big_message,
    too_often_message,
)
from nodeviz.scenarios.bounds import CHECKS, RUNS, bounded_body, may_ask
from nodeviz.scenarios.models import Scenario, TakenDown, hash_of, hold_blocked_texts, new_token

EXAMPLES_AT_FIRST = 3
"""Beside the editor; the gallery has all of them."""


@require_safe
@ensure_csrf_cookie
def new(request: HttpRequest) -> HttpResponse:
    """The editor, with an example in it."""
    name = request.GET.get("example", "")
    chosen = gallery.example(name) if name else next(iter(gallery.examples()), None)
    if name and chosen is None:
        raise Http404(f"there is no example {name!r}")
    return editor(request, text=chosen.text if chosen else "")


def too_big(request: HttpRequest) -> HttpResponse:
    """The body was not read, so the text cannot be shown again."""
    problems = (simulator.Problem(message=too_big_message(), hint=_("go back in your browser to get your text again")),)
    return problems_json(problems, TOO_BIG) if wants_json(request) else editor(request, text="", problems=problems, status=TOO_BIG)


@require_POST
@bounded_body(too_big=too_big)
def run(request: HttpRequest) -> HttpResponse:
    """Run was pressed: to the run's page, or every problem beside the same text."""
    documents = handed_in(request)
    if not may_ask(RUNS, request):
        return refusal(request, documents, (simulator.Problem(message=too_often_message()),), status=TOO_OFTEN)
    try:
        loaded = docs.load(documents)
    except simulator.ManifestError as error:
        return refusal(request, documents, error.problems, status=REFUSED)
    if not redis_answers():
        return refusal(request, documents, (simulator.Problem(message=no_redis_message()),), status=UNAVAILABLE)
    try:
        with transaction.atomic():
            scenario, token = scenario_of(documents, loaded, parent_id=request.POST.get("parent", ""))
            url = address_of(ensure_run(scenario, again=True, asked_by=client_of(request)))
    except TakenDown as error:
        return refusal(request, documents, error.problems, status=REFUSED)
    answer = {"url": url, **({"token": token} if token else {})}
    return JsonResponse(answer, status=CREATED) if wants_json(request) else HttpResponseRedirect(url, status=SEE_OTHER)


@require_POST
@bounded_body(too_big=too_big_for_json)
def check(request: HttpRequest) -> JsonResponse:
    """What Run would say of the text, while it is written, and which version and gates it chooses. JSON in (`text`, `name`) or a form, JSON out."""
    if not may_ask(CHECKS, request):
        return problems_json((simulator.Problem(message=too_often_message()),), TOO_OFTEN)
    started = time.perf_counter()
    documents = handed_in(request)
    answer: dict[str, Any] = {"problems": [], "warnings": [], "not_simulated": [], "advice": [], "kubernetes": None, "gates": None}
    try:
        if not docs.over_limits(documents):
            answer |= switch.settings_json(docs.joined(documents).text)
        scenario, advice = docs.load_with_advice(documents)
        answer |= {"warnings": list(scenario.warnings), "not_simulated": list(scenario.not_simulated), "advice": docs.advice_as_shown(advice, documents)}
    except simulator.ManifestError as error:
        answer["problems"] = [as_json(problem) for problem in docs.as_shown(error.problems, documents)]
    answer["ms"] = round((time.perf_counter() - started) * 1000, 1)
    return JsonResponse(answer)


@require_safe
def raw(request: HttpRequest, scenario_id: str) -> HttpResponse:
    """The text alone. It never changes, so it may be kept for ever."""
    scenario = get_object_or_404(Scenario, pk=scenario_id)
    response = HttpResponse(scenario.text, content_type="text/plain; charset=utf-8")
    disposition = "attachment" if request.GET.get("download") else "inline"
    response["Content-Disposition"] = f'{disposition}; filename="{scenario.pk}.yaml"'
    response["X-Content-Type-Options"] = "nosniff"
    response["X-Robots-Tag"] = "noindex"
    response["Cache-Control"] = "private, max-age=31536000, immutable"
    return response


# -- between the request and the answer --------------------------------------------------------------------------------------------


def handed_in(request: HttpRequest) -> tuple[docs.Document, ...]:
    """The uploaded files, else the editor's text: who chooses a file means the file, whatever example the editor still shows."""
    if request.content_type == "application/json":
        form = json_object(request.body)
        return (docs.text_document(str(form.get("name", "")), str(form.get("text", ""))),)
    uploads = [docs.uploaded_document(file.name or "", file.read()) for file in request.FILES.getlist("files")]
    return docs.with_different_names(uploads or [docs.text_document(request.POST.get("name", ""), request.POST.get("text", ""))])


@transaction.atomic
def scenario_of(documents: Sequence[docs.Document], loaded: simulator.Scenario, *, parent_id: str) -> tuple[Scenario, str]:
    """A new link with the token that deletes it; or the parent itself, if nothing was changed, with none."""
    hold_blocked_texts()  # Before the parent is read, which may be about to go.
    parent = Scenario.objects.linked(parent_id)
    if parent and parent.text == docs.joined(documents).text:
        return parent, ""
    files = [{"name": document.name, "text": document.content} for document in documents]
    token = new_token()
    made = Scenario.objects.create(files=files, title=docs.title_of(loaded), parent=parent, simulator_version=simulator.VERSION, owner_sha256=hash_of(token))
    return made, token


def refusal(request: HttpRequest, documents: Sequence[docs.Document], problems: Sequence[simulator.Problem], *, status: int) -> HttpResponse:
    """Every problem, beside the text as it was handed in; or as JSON for who prefers it."""
    shown = docs.as_shown(problems, documents)
    if wants_json(request):
        return problems_json(shown, status)
    # A file that is no text leaves the editor as it was.
    text = docs.joined(documents).text or request.POST.get("text", "")
    return editor(request, text=text, file_name=documents[0].name, problems=shown, parent_id=request.POST.get("parent", ""), status=status)


def wants_json(request: HttpRequest) -> bool:
    """Browsers ask for text/html; `*/*` alone gets the page."""
    accepted = request.headers.get("Accept", "")
    return "application/json" in accepted and "text/html" not in accepted


def editor(
    request: HttpRequest,
    *,
    text: str,
    file_name: str = docs.DEFAULT_NAME,
    problems: Sequence[simulator.Problem] = (),
    parent_id: str = "",
    status: int = 200,
) -> HttpResponse:
    """The page of a scenario that does not exist yet."""
    context = {
        # JSON can say half of a surrogate pair, and no page can.
        "text": text.encode(errors="replace").decode(),
        "file_name": file_name,
        "problems": [as_json(problem) for problem in problems],
        "examples": gallery.examples()[:EXAMPLES_AT_FIRST],
        "limits": docs.PAGE_LIMITS,
        "parent_id": parent_id,
        "page_config": {
            "run_url": reverse("run"),
            "check_url": reverse("check"),
            "limits": docs.PAGE_LIMITS,
            "palette": palette(_),
            **switch.page_config(),
        },
    }
    return render(request, "scenarios/new.html", context, status=status)
