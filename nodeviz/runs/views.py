"""How does a browser get a run? As a page that follows it."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

import simulator
from nodeviz.runs.embeds import oembed_url
from nodeviz.runs.models import Run, RunState
from nodeviz.runs.palette import palette
from nodeviz.runs.shown import PARAMETER, query_of, run_for_page, run_shown
from nodeviz.runs.turns import client_of
from nodeviz.scenarios import switch
from nodeviz.scenarios.book import book_of
from nodeviz.scenarios.bounds import bounded_reads
from nodeviz.scenarios.documents import DEFAULT_NAME, PAGE_LIMITS
from nodeviz.scenarios.models import Scenario

EXPORTS = {"jsonl": "trace", "csv": "csv", "perfetto": "perfetto", "plotly": "plotly", "html": "html"}
"""Form -> the name of its address, without `run-`."""

OF_A_RUN = frozenset({"page", "embed"})
"""Addresses that show one run of a link; the others are about the link."""

ANY_RUN = "0" * 11
"""Looks like the id of a run, and is none's."""


@require_safe
@bounded_reads
@ensure_csrf_cookie
def page(request: HttpRequest, scenario_id: str) -> HttpResponse:
    """The run of a scenario, as `shown.py` chooses it."""
    scenario = get_object_or_404(Scenario, pk=scenario_id)
    Scenario.objects.opened(scenario)
    version = request.GET.get(PARAMETER, "")
    run = run_for_page(scenario, version, asked_by=client_of(request))
    context = {
        "scenario": {"id": scenario.pk, "title": scenario.title, "created": scenario.created, "parent": scenario.parent_id, "text": scenario.text},
        "run": {"status": run.state, "version": run.simulator_version, "verdict": run.verdict, "error": run.error},
        "problems": [],
        **read_from(scenario),
        **computed_by(run),
        "abuse_url": abuse_url(scenario),
        "page_config": page_config(scenario, version),
        "oembed_url": oembed_url(request, scenario),
    }
    response = render(request, "runs/run.html", context)
    response["X-Robots-Tag"] = "noindex"
    return response


def computed_by(run: Run) -> dict[str, str]:
    """For the note on a page whose run is another simulator's than the installed one's, or than the one under which the link was made."""
    scenario = run.scenario
    if run.simulator_version != simulator.VERSION:
        again_url = scenario.get_absolute_url() + query_of(simulator.VERSION)
        return {"other_version": run.simulator_version, "installed_version": simulator.VERSION, "again_url": again_url}
    if scenario.simulator_version == simulator.VERSION:
        return {}
    first = run_shown(scenario.pk)
    first_url = scenario.get_absolute_url() if first and first.simulator_version == scenario.simulator_version else ""
    return {"first_version": scenario.simulator_version, "first_url": first_url}


def abuse_url(scenario: Scenario) -> str:
    """Where a reader can say that this page should not be there; empty where the operator takes no messages."""
    contact = settings.ABUSE_CONTACT
    return f"{contact}?{urlencode({'subject': f'nodeviz /s/{scenario.pk}'}, quote_via=quote)}" if contact.startswith("mailto:") else contact


def page_config(scenario: Scenario, version: str = "") -> dict[str, Any]:
    """What the page's scripts need to know."""
    return {
        "scenario": scenario.pk,
        "text": scenario.text,
        "file_name": scenario.documents[0].name,
        "shared": scenario.shared is not None,
        "expires": scenario.expires.date().isoformat() if scenario.expires else None,
        **addresses(scenario.pk, version),
        **common_config(),
    }


def addresses(scenario_id: str, version: str = "") -> dict[str, str]:
    """Where everything is that belongs to one run."""
    names = ("page", "embed", "why", "share", "delete", "cancel")
    return {
        "ws_path": f"/ws/runs/{scenario_id}/{query_of(version)}",
        "yaml_url": reverse("scenario-yaml", args=[scenario_id]),
        **{f"{form}_url": reverse(f"run-{name}", args=[scenario_id]) + query_of(version) for form, name in EXPORTS.items()},
        **{f"{name}_url": reverse(f"run-{name}", args=[scenario_id]) + query_of(version if name in OF_A_RUN else "") for name in names},
    }


def page_of_any_run() -> dict[str, Any]:
    """The same for a page that shows now this run and now that one, as a lesson's does: the scripts put a run's id in the place of `any_run`."""
    return {"scenario": "", "text": "", "file_name": DEFAULT_NAME, "any_run": ANY_RUN, **addresses(ANY_RUN), **common_config()}


def common_config() -> dict[str, Any]:
    """What holds for every run's page."""
    urls = {f"{name}_url": reverse(name) for name in ("run", "check", "intervene", "knobs", "try", "book", "private")}
    return {**urls, "palette": palette(_), "limits": PAGE_LIMITS, "simulator_version": simulator.VERSION, **switch.page_config()}


@require_safe
@ensure_csrf_cookie
def private(request: HttpRequest) -> HttpResponse:
    """The page of a private link: the text is in the address's fragment, so this page is the same for everybody."""
    context = {
        "scenario": {"id": "", "title": _("Private run"), "parent": None, "text": ""},
        "run": {"status": RunState.QUEUED, "version": simulator.VERSION, "verdict": None, "error": ""},
        "problems": [],
        "page_config": {**common_config(), "private": True, "scenario": "", "text": "", "file_name": DEFAULT_NAME},
    }
    response = render(request, "runs/run.html", context)
    response["X-Robots-Tag"] = "noindex"
    # Where a link on the page leads to learns nothing of this address; its fragment is never sent anyway.
    response["Referrer-Policy"] = "no-referrer"
    return response


def read_from(scenario: Scenario) -> dict[str, Any]:
    """What the page says of the text besides its run; nothing for a text that is refused today.

    `notes`: what the run leaves out, fields that the chosen version drops and kinds that are not simulated. `kubelet`: the node's merged configuration, as
    field, value and file. `description`: the scenario's own, in Markdown. Read each time and not stored, because the installed simulator computes the run, too;
    most texts take a few milliseconds.
    """
    try:
        loaded = scenario.loaded()
    except simulator.ManifestError:
        return {"notes": (), "kubelet": ()}
    notes = (*loaded.warnings, *(_("%(other)s is kept, but not simulated") % {"other": other} for other in loaded.not_simulated))
    return {"notes": notes, "kubelet": loaded.kubelet.rows(), "description": loaded.description}


@require_safe
@bounded_reads
def why(request: HttpRequest, scenario_id: str) -> JsonResponse:
    """What the page looks up: the explanation of each code of a record, the lines of the text that decide, and the pods' own fields."""
    scenario = get_object_or_404(Scenario, pk=scenario_id)
    response = JsonResponse(book_of(scenario.documents))
    response["X-Robots-Tag"] = "noindex"
    return response
