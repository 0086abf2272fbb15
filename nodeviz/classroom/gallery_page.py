"""How does the gallery show its examples? As cards: a story, subjects, versions, the lessons that use it, and what can be done with each."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from nodeviz.classroom.lessons import lessons_with
from nodeviz.scenarios import gallery
from nodeviz.scenarios.comparisons import COMPARISONS
from nodeviz.scenarios.templatetags.prose import plain


@require_safe
def gallery_page(request: HttpRequest) -> HttpResponse:
    """All examples."""
    tags = [(name, tag, count) for name, (tag, count) in gallery.tags_in_use().items()]
    cards = [card_of(example) for example in gallery.examples()]
    return render(request, "classroom/gallery.html", {"cards": cards, "tags": tags, "comparisons": COMPARISONS})


def card_of(example: gallery.Example) -> dict[str, Any]:
    """What is said of an example; of one without a readable about.yaml, what its author describes."""
    said, query = example.about, example.comparison
    return {
        "name": example.name,
        "title": example.title,
        "story": said.story if said else plain(example.description),
        "tags": said.tags if said else (),
        "words": [str(gallery.TAGS[name].word) for name in said.tags] if said else (),
        "versions": said.versions if said else "",
        "compare_url": f"{reverse('compare')}?{urlencode(query)}" if query else "",
        "lessons": lessons_with(example.name),
    }
