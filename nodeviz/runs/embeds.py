"""How does a run stand in somebody else's page? As a frame of `/e/<id>`, which pages that speak oEmbed find by themselves.

The framed page sets no cookie, and no click in it changes anything on the server, so that it may be framed by anybody (security.py closes all others).
"""

from __future__ import annotations

import re
from urllib.parse import urlencode, urlsplit

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import Resolver404, resolve, reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from nodeviz.runs.palette import palette
from nodeviz.runs.shown import PARAMETER, query_of, run_for_page
from nodeviz.runs.turns import client_of
from nodeviz.scenarios.bounds import bounded_reads
from nodeviz.scenarios.models import Scenario
from nodeviz.security import may_be_framed

WIDTH, HEIGHT = 800, 420
"""Of a frame, in CSS pixels: room for a headline, the clock and ten rows."""

LEAST_PX = 200
"""Narrower than that nothing is to be seen."""

NOT_FOUND, NOT_IMPLEMENTED = 404, 501

EMBEDDABLE = frozenset({"run-page", "run-embed"})

VIEW = re.compile(r"[\w=&@/.:-]{1,2000}")
"""A fragment as static/js/text/view-link.js writes it."""


@may_be_framed
@require_safe
@bounded_reads
def embed(request: HttpRequest, scenario_id: str) -> HttpResponse:
    """Headline, clock, chart, and a link to the whole. `?theme=dark` or `light` chooses; else the reader's system does."""
    scenario = get_object_or_404(Scenario, pk=scenario_id)
    Scenario.objects.opened(scenario)
    version = request.GET.get(PARAMETER, "")
    run = run_for_page(scenario, version, asked_by=client_of(request))
    theme = request.GET.get("theme", "")
    context = {
        "title": scenario.title,
        "theme": theme if theme in ("light", "dark") else "",
        "run": {"status": run.state, "verdict": run.verdict, "error": run.error},
        "page_url": reverse("run-page", args=[scenario.pk]),
        "page_config": {"palette": palette(gettext), "ws_path": f"/ws/runs/{scenario.pk}/{query_of(version)}"},
    }
    response = render(request, "runs/embed.html", context)
    response["X-Robots-Tag"] = "noindex"
    return response


@require_safe
def oembed(request: HttpRequest) -> JsonResponse:
    """https://oembed.com: a page of ours -> a frame of it. 404 for what is not ours, 501 for anything but JSON."""
    if request.GET.get("format", "json") != "json":
        return JsonResponse({"error": "only JSON"}, status=NOT_IMPLEMENTED)
    url = request.GET.get("url", "")
    scenario = embeddable(request, url)
    if scenario is None:
        return JsonResponse({"error": "no run of this site"}, status=NOT_FOUND)
    width, height = (fitting(request.GET.get(name, ""), default) for name, default in (("maxwidth", WIDTH), ("maxheight", HEIGHT)))
    fragment = urlsplit(url).fragment
    source = request.build_absolute_uri(reverse("run-embed", args=[scenario.pk])) + (f"#{fragment}" if VIEW.fullmatch(fragment) else "")
    frame = '<iframe src="{}" width="{}" height="{}" title="{}" loading="lazy" style="border:0" allowfullscreen></iframe>'
    answer = {
        "version": "1.0",
        "type": "rich",
        "provider_name": "nodeviz",
        "provider_url": request.build_absolute_uri(reverse("new")),
        "title": scenario.title or gettext("A run"),
        "width": width,
        "height": height,
        "html": format_html(frame, source, width, height, scenario.title or gettext("A run")),
    }
    return JsonResponse(answer)


def oembed_url(request: HttpRequest, scenario: Scenario) -> str:
    """Where oEmbed's readers ask about this run."""
    page = request.build_absolute_uri(reverse("run-page", args=[scenario.pk]))
    return f"{request.build_absolute_uri(reverse('oembed'))}?{urlencode({'url': page, 'format': 'json'})}"


def embeddable(request: HttpRequest, url: str) -> Scenario | None:
    """The run that this address shows; None for the address of another site, or of something else."""
    try:
        parts = urlsplit(url)
        match = resolve(parts.path)
    except (ValueError, Resolver404):
        return None
    if parts.scheme not in ("http", "https") or parts.netloc != request.get_host() or match.url_name not in EMBEDDABLE:
        return None
    return Scenario.objects.linked(match.kwargs["scenario_id"])


def fitting(most: str, default_px: int) -> int:
    """As large as we like, within what the other page allows, but never too small to see; nonsense allows everything."""
    return max(LEAST_PX, min(int(most), default_px)) if re.fullmatch(r"[0-9]{1,6}", most) else default_px
