"""How does the gallery show its examples? As cards: a story, subjects, versions, and what can be done with each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_safe

from nodeviz.scenarios import gallery
from nodeviz.scenarios.comparisons import COMPARISONS
from nodeviz.scenarios.templatetags.prose import plain


@require_safe
def gallery_page(request: HttpRequest) -> HttpResponse:
    """All examples."""
    return gallery_with(request, lessons={})


def gallery_with(request: HttpRequest, *, lessons: Mapping[str, Sequence[Mapping[str, str]]]) -> HttpResponse:
    """`lessons`: `title` and `url` of those that use an example, by its name."""
    try:
        rooms_url = reverse("rooms")
    except NoReverseMatch:
        rooms_url = ""
    tags = [(name, tag, count) for name, (tag, count) in gallery.tags_in_use().items()]
    cards = [{**card_of(example), "lessons": lessons.get(example.name, ())} for example in gallery.examples()]
    return render(request, "scenarios/gallery.html", {"cards": cards, "tags": tags, "comparisons": COMPARISONS, "rooms_url": rooms_url})


def card_of(example: gallery.Example) -> dict[str, Any]:
    """What the gallery says of an example; of one without a readable about.yaml, what its author describes."""
    said, query = example.about, example.comparison
    return {
        "name": example.name,
        "title": example.title,
        "story": said.story if said else plain(example.description),
        "tags": said.tags if said else (),
        "words": [str(gallery.TAGS[name].word) for name in said.tags] if said else (),
        "versions": said.versions if said else "",
        "compare_url": f"{reverse('compare')}?{urlencode(query)}" if query else "",
    }
