"""Why does a run do what it does? The explanation of each code of a record, the lines of the text that decide, and the pods' own fields.

For stored texts and for others.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext

import simulator
from nodeviz.scenarios import documents as docs
from nodeviz.scenarios.questions import Form, about_a_text

MAX_SPEC_BYTES = 4 << 20
"""All pods' fields together. A text has at most 1 MiB, but a YAML alias repeats a large part in few characters, and what is here goes over the wire."""

Places = dict[str, dict[str, tuple[str, int, int]]]


@about_a_text
def book(text: str, form: Form) -> Form:
    """What the page needs to tell the reasons of a run whose text nobody stores."""
    return book_of([docs.text_document(str(form.get("name", "")), text)])


def book_of(documents: Sequence[docs.Document]) -> dict[str, Any]:
    """`{explanations, places, node, pods, pods_left_out}`: by code, by pod or controller, and the pods as `simulator.pod_specs` has them.

    The explanations alone for a text that is refused today.
    """
    explanations = {code: translated(explanation) for code, explanation in simulator.EXPLANATIONS.items()}
    try:
        loaded = simulator.load_with_sources({document.name: document.content for document in documents})
    except simulator.ManifestError:
        return {"explanations": explanations, "places": {}, "node": "", "pods": {}, "pods_left_out": 0}
    pods, left_out = within(simulator.pod_specs(loaded), MAX_SPEC_BYTES)
    places = shown_places(loaded, docs.joined(documents).offsets)
    return {"explanations": explanations, "places": places, "node": loaded.scenario.node.name, "pods": pods, "pods_left_out": left_out}


def translated(explanation: Any) -> dict[str, Any]:
    """One of simulator.EXPLANATIONS in the active language; the page fills its {braces}."""
    fields = dataclasses.asdict(explanation)
    return fields | {name: gettext(fields[name]) for name in ("says", "change") if fields[name]}


def shown_places(loaded: simulator.Loaded, offsets: Mapping[str, int]) -> Places:
    """Where the fields stand that decide something, with the lines of the text as the editor shows it."""
    found = simulator.field_places(loaded.sources)
    return {owner: {field: (file, line + offsets.get(file, 0), column) for field, (file, line, column) in places.items()} for owner, places in found.items()}


def within(pods: Mapping[str, dict[str, Any]], limit_bytes: int) -> tuple[dict[str, dict[str, Any]], int]:
    """The first pods that fit, and how many do not."""
    kept: dict[str, dict[str, Any]] = {}
    room = limit_bytes
    for key, fields in pods.items():
        room -= len(json.dumps(fields))
        if room < 0:
            break
        kept[key] = fields
    return kept, len(pods) - len(kept)
