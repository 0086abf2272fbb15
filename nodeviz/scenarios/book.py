"""Why does a run do what it does? The explanation of each code of a record, and the lines of the text that decide, for stored texts and for others."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import simulator
from nodeviz.scenarios import documents as docs
from nodeviz.scenarios.questions import Form, about_a_text

Places = dict[str, dict[str, tuple[str, int, int]]]


@about_a_text
def book(text: str, form: Form) -> Form:
    """What the page needs to tell the reasons of a run whose text nobody stores."""
    return book_of([docs.text_document(str(form.get("name", "")), text)])


def book_of(documents: Sequence[docs.Document]) -> dict[str, Any]:
    """The explanations by code, and the places by pod or controller."""
    explanations = {code: dataclasses.asdict(explanation) for code, explanation in simulator.EXPLANATIONS.items()}
    return {"explanations": explanations, "places": field_places(documents)}


def field_places(documents: Sequence[docs.Document]) -> Places:
    """Where the fields stand that decide something, with the lines of the text as the editor shows it; none for a text that is refused today."""
    try:
        sources = simulator.load_with_sources({document.name: document.content for document in documents}).sources
    except simulator.ManifestError:
        return {}
    offsets = docs.joined(documents).offsets
    found = simulator.field_places(sources)
    return {owner: {field: (file, line + offsets.get(file, 0), column) for field, (file, line, column) in places.items()} for owner, places in found.items()}
