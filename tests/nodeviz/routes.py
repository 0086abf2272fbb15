"""Which addresses are there, and what was decided about each? For the tests that attack all of them: a new one without a decision fails them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver

FORM, READ = "form", "read"
"""FORM: a POST that Django's CSRF check guards, and nothing else. READ: GET and HEAD, which change nothing but when a link was last opened."""

DECISIONS: Mapping[str, str] = {
    "new": READ,
    "gates": READ,
    "fields": READ,
    "scenario-yaml": READ,
    "private": READ,
    "run-page": READ,
    "run-trace": READ,
    "run-csv": READ,
    "run-perfetto": READ,
    "run-plotly": READ,
    "run-html": READ,
    "run-why": READ,
    "run-embed": READ,
    "compare": READ,
    "ready-made-comparison": READ,
    "oembed": READ,
    "gallery": READ,
    "lessons": READ,
    "lesson": READ,
    "lesson-file": READ,
    "lesson-handout": READ,
    "join": READ,
    "room": READ,
    "service-worker": READ,
    "run": FORM,
    "check": FORM,
    "edit": FORM,
    "behaviors": FORM,
    "intervene": FORM,
    "book": FORM,
    "knobs": FORM,
    "follow": FORM,
    "try": FORM,
    "run-share": FORM,
    "run-delete": FORM,
    "run-cancel": FORM,
    "rooms": FORM,
    "room-answers": FORM,
}

ELSEWHERE = ("api/v1/",)
"""Below these there are no cookies and no forms: what may be done stands in the request itself, and the API's own tests attack it."""

FRAMED = frozenset({"run-embed"})
"""What may stand in a frame of any page."""

KEPT_BY_ALL = frozenset({"gates", "fields"})
"""What a cache of others may keep: nothing in it is anybody's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One address."""

    name: str
    pattern: str

    def path(self, *, scenario: str = "AAAAAAAAAAA", name: str = "crash-loops", code: str = "BCDFGH") -> str:
        """With these in the place of what differs."""
        filled = self.pattern.replace("<scenario_id:scenario_id>", scenario).replace("<slug:name>", name).replace("<slug:code>", code)
        assert "<" not in filled, f"{self.pattern}: say here what stands in it"
        return f"/{filled}"

    @property
    def decision(self) -> str:
        """What DECISIONS says; a KeyError is a route without one."""
        return DECISIONS[self.name]


def routes() -> list[Route]:
    """All, in their order, without those that are attacked elsewhere."""
    return [route for route in _walk(get_resolver().url_patterns) if not route.pattern.startswith(ELSEWHERE)]


def _walk(patterns: list[URLPattern | URLResolver], before: str = "") -> Iterator[Route]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, before + str(pattern.pattern))
        else:
            yield Route(name=pattern.name or "", pattern=(before + str(pattern.pattern)).removeprefix("^"))
