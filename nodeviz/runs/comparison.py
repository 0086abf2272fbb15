"""Two runs beside each other: which ones does an address mean, and what does the page need to show them? Nothing is stored on the way.

`/compare?a=REF&b=REF`, each the id of a scenario, a link to one, or `example:NAME`; `b.kubernetes=1.28`, `b.seed=7`, `b.gate.NAME=false`, `b.pulls=parallel`
and `b.sidecars=native` change what runs on that side (`a.…` likewise). A side that is stored as it is, and was computed, is followed; the browser has any other
computed as a try.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

import simulator
from nodeviz.runs.models import Run, RunState
from nodeviz.runs.palette import palette
from nodeviz.runs.shown import query_of
from nodeviz.scenarios import gallery, switch
from nodeviz.scenarios.answers import REFUSED, TOO_OFTEN, as_json, too_often_message
from nodeviz.scenarios.bounds import TRIES, may_ask
from nodeviz.scenarios.changes import Changes, changed, read, words_of
from nodeviz.scenarios.comparisons import COMPARISONS, Comparison, comparison
from nodeviz.scenarios.models import ID_PATTERN, Scenario

NOT_FOUND = 404
EXAMPLE = "example:"
LINK = re.compile(rf"/[se]/({ID_PATTERN})(?:\.\w+)*(?:[?#]|$)")
EXAMPLE_LINK = re.compile(r"/\?example=([\w-]+)(?:[&#]|$)")
SIDES = ("a", "b")
OTHER = {"a": "b", "b": "a"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What a reference leads to."""

    ref: str
    title: str
    text: str
    scenario: Scenario | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """What runs on one side of the page."""

    letter: str
    origin: Origin
    text: str
    """With its changes."""
    changes: Changes
    problems: tuple[simulator.Problem, ...]

    @property
    def is_stored(self) -> bool:
        """Is there a run of exactly this under the installed simulator, which has not failed?"""
        scenario = self.origin.scenario
        unchanged = scenario is not None and self.text == scenario.text
        ours = Run.objects.filter(scenario=scenario, simulator_version=simulator.VERSION)
        return unchanged and ours.exclude(state=RunState.FAILED).exists()


@require_safe
@ensure_csrf_cookie
def compare(request: HttpRequest) -> HttpResponse:
    """Two references, or the form that asks for them."""
    query = {name: value for name, value in request.GET.items() if isinstance(value, str)}
    if not (query.get("a", "").strip() and query.get("b", "").strip()):
        return choose(request, query)
    return both(request, query)


@require_safe
@ensure_csrf_cookie
def ready_made(request: HttpRequest, name: str) -> HttpResponse:
    """One of those that come with nodeviz."""
    found = comparison(name)
    return both(request, found.query, found) if found else choose(request, {}, wrong=_("There is no comparison %(name)s.") % {"name": name})


def both(request: HttpRequest, query: Mapping[str, str], found: Comparison | None = None) -> HttpResponse:
    """The page; or the form again, with a sentence about a reference that leads nowhere."""
    origins = {letter: origin_of(query[letter]) for letter in SIDES}
    missing = [letter for letter, origin in origins.items() if origin is None]
    if missing:
        named = {"side": missing[0].upper(), "ref": query[missing[0]]}
        return choose(request, query, wrong=_("%(side)s leads nowhere: there is no run or example %(ref)s.") % named)
    if not may_ask(TRIES, request):
        return choose(request, query, wrong=too_often_message(), status=TOO_OFTEN)
    for origin in origins.values():
        if origin and origin.scenario:
            Scenario.objects.opened(origin.scenario)
    sides = [side_of(letter, origin, query) for letter, origin in origins.items() if origin]
    return shown(request, query, sides, found)


def origin_of(ref: str) -> Origin | None:
    """What a person may have pasted: an id, a link to a run, `example:NAME`, or a link to an example."""
    ref = ref.strip()
    if example_link := EXAMPLE_LINK.search(ref):
        ref = f"{EXAMPLE}{example_link[1]}"
    if ref.startswith(EXAMPLE):
        example = gallery.example(ref.removeprefix(EXAMPLE))
        return Origin(ref=ref, title=example.title, text=example.text, scenario=None) if example else None
    link = LINK.search(ref)
    scenario = Scenario.objects.linked(link[1] if link else ref)
    return Origin(ref=scenario.pk, title=scenario.title, text=scenario.text, scenario=scenario) if scenario else None


def side_of(letter: str, origin: Origin, query: Mapping[str, str]) -> Side:
    """With the changes that the address asks for, or what is wrong with them."""
    prefix = f"{letter}."
    text, changes = origin.text, Changes()
    problems: tuple[simulator.Problem, ...] = ()
    try:
        changes = read({name.removeprefix(prefix): value for name, value in query.items() if name.startswith(prefix)})
        text = changed(origin.text, changes)
        # Whoever wrote it may not have seen it with this change, or under this simulator.
        simulator.load({"": text})
    except simulator.ManifestError as error:
        problems = tuple(error.problems)
    return Side(letter=letter, origin=origin, text=text, changes=changes, problems=problems)


def shown(request: HttpRequest, query: Mapping[str, str], sides: list[Side], found: Comparison | None) -> HttpResponse:
    """The page itself."""
    kinds = sides[0].changes.kinds | sides[1].changes.kinds
    kinds |= {"kubernetes"} if len({simulator_of(side.text) for side in sides}) > 1 else set()
    listed = [as_shown(side, kinds) for side in sides]
    context = {
        "title": found.title if found else _("Comparison"),
        "story": found.story if found else "",
        "sides": listed,
        "swapped_url": f"{reverse('compare')}?{urlencode(swapped(query))}",
        "page_config": {
            "sides": listed,
            "url": request.get_full_path(),
            "swapped_url": f"{reverse('compare')}?{urlencode(swapped(query))}",
            "try_url": reverse("try"),
            "book_url": reverse("book"),
            "palette": palette(_),
        },
        "versions": switch.versions(),
        "query": query,
    }
    response = render(request, "runs/compare.html", context, status=REFUSED if any(side.problems for side in sides) else 200)
    response["X-Robots-Tag"] = "noindex"
    return response


def simulator_of(text: str) -> str:
    """Which Kubernetes a text chooses; nothing if it is not YAML."""
    try:
        return simulator.settings_of(text).kubernetes
    except simulator.ManifestError:
        return ""


def as_shown(side: Side, kinds: frozenset[str]) -> dict[str, Any]:
    """For the template, and for the page's scripts."""
    scenario, is_stored = side.origin.scenario, side.is_stored
    own_url = scenario.get_absolute_url() if scenario else f"{reverse('new')}?{urlencode({'example': side.origin.ref.removeprefix(EXAMPLE)})}"
    return {
        "title": side.origin.title,
        "words": words_of(side.text, kinds) if kinds and not side.problems else (),
        "problems": [as_json(problem) for problem in side.problems],
        "text": side.text,
        "id": scenario.pk if scenario and is_stored else None,
        "parent": scenario.pk if scenario else "",
        "ws_path": f"/ws/runs/{scenario.pk}/{query_of(simulator.VERSION)}" if scenario and is_stored else "",
        "why_url": reverse("run-why", args=[scenario.pk]) if scenario and is_stored else "",
        "url": own_url if side.text == side.origin.text else "",
    }


def swapped(query: Mapping[str, str]) -> dict[str, str]:
    """The same address with A for B."""
    return {f"{OTHER[name[0]]}{name[1:]}" if name in SIDES or name[:2] in ("a.", "b.") else name: value for name, value in query.items()}


def choose(request: HttpRequest, query: Mapping[str, str], *, wrong: str = "", status: int = NOT_FOUND) -> HttpResponse:
    """The form that asks what is to be compared, with the ready-made comparisons. `wrong` says why it is shown again."""
    context = {"query": {letter: query.get(letter, "") for letter in SIDES}, "wrong": wrong, "comparisons": COMPARISONS, "examples": gallery.examples()}
    response = render(request, "runs/compare_choose.html", context, status=status if wrong else 200)
    response["X-Robots-Tag"] = "noindex"
    return response
