"""How does the gallery show its examples? As cards: a story, subjects, versions, the lessons that use it, and what can be done with each."""

from __future__ import annotations

import functools
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from nodeviz.classroom.lessons import lessons_with
from nodeviz.runs.comparison import SIDES, origin_of, side_of
from nodeviz.scenarios import gallery
from nodeviz.scenarios.changes import words_of
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
        "compared": compared(example),
        "lessons": lessons_with(example.name),
    }


def compared(example: gallery.Example) -> str:
    """What its comparison shows, for who has not opened it yet: `Kubernetes 1.27 and 1.36`."""
    said = example.about
    if said is None:
        return ""
    ends = (f"Kubernetes 1.{said.oldest}", f"1.{said.newest}")
    a, b = sides_in_words(example.name, get_language()) if said.compare else ends
    return _("%(a)s and %(b)s") % {"a": a, "b": b}


@functools.cache
def sides_in_words(name: str, _language: str | None) -> tuple[str, str]:
    """Of an example whose folder says what to compare. Kept, since texts have to be read for it, and they change only with the program."""
    query = found.comparison if (found := gallery.example(name)) else {}
    a, b = (side_of(letter, origin, query) for letter in SIDES if (origin := origin_of(query[letter])))
    kinds = a.changes.kinds | b.changes.kinds
    if not kinds:
        return _("this example"), f"\N{LEFT DOUBLE QUOTATION MARK}{b.origin.title}\N{RIGHT DOUBLE QUOTATION MARK}"
    return ", ".join(words_of(a.text, kinds)), ", ".join(words_of(b.text, kinds))
