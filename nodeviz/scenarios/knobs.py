"""Which numbers of a text can be turned, and how does it look when one was? For the page's sliders."""

from __future__ import annotations

import dataclasses

from django.utils.translation import gettext as _

import simulator
from nodeviz.scenarios.questions import Form, about_a_text, refuse_if

MAX_KNOBS = 400
"""Shown: some forty containers with their probes, which nobody goes through. A node full of pods has thousands."""

MAX_ID_CHARACTERS = 700
"""A container's address (600) and what is turned of it."""


@about_a_text
def knobs(text: str, form: Form) -> Form:
    """The text and its knobs. To turn one: `id` with `value`."""
    refuse_if(wrong_form(form))
    if form.get("id") is not None:
        text = simulator.with_knob(text, form["id"], form.get("value", ""))
    found = simulator.knobs_in(text)
    return {"text": text, "knobs": [dataclasses.asdict(knob) for knob in found[:MAX_KNOBS]], "more": max(0, len(found) - MAX_KNOBS)}


def wrong_form(form: Form) -> tuple[simulator.Problem, ...]:
    """What is not as `knobs` says."""
    knob_id = form.get("id")
    if knob_id is not None and (not isinstance(knob_id, str) or len(knob_id) > MAX_ID_CHARACTERS):
        return (simulator.Problem(path="id", message=_("must be the id of a knob, or null")),)
    return ()
