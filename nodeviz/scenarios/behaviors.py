"""What does each container of a text do, and how does the text look when that is changed? For the page's form."""

from __future__ import annotations

from django.utils.translation import gettext as _

import simulator
from nodeviz.scenarios.questions import Form, about_a_text, refuse_if

MAX_CONTAINERS = 200
"""Shown in the form: a person does not go through more, and 110 pods may have thousands."""

MAX_ADDRESS_CHARACTERS = 600
"""Kind, a name of 253 characters and a container's of 63, with room."""


@about_a_text
def behaviors(text: str, form: Form) -> Form:
    """The text and every container with its behavior. To change it: `address` with `behavior` (as in the contract; null: what was said of it is taken out)."""
    refuse_if(wrong_form(form))
    if "address" in form:
        text = simulator.with_behavior(text, form["address"], form.get("behavior"))
    return {"text": text, **listed(text)}


def wrong_form(form: Form) -> tuple[simulator.Problem, ...]:
    """What is not as `behaviors` says."""
    if "address" not in form:
        return ()
    address, behavior = form["address"], form.get("behavior")
    if not isinstance(address, str) or not 0 < len(address) <= MAX_ADDRESS_CHARACTERS:
        return (simulator.Problem(path="address", message=_("must be the address of a container, such as web/app")),)
    if behavior is not None and not isinstance(behavior, dict):
        return (simulator.Problem(path="behavior", message=_("must be a map, or null")),)
    return ()


def listed(text: str) -> Form:
    """The containers, and how many there are besides. Raises simulator.ManifestError with every problem."""
    loaded = simulator.load_with_sources({"": text})
    found = simulator.container_behaviors(loaded.scenario, loaded.sources)
    containers = [
        {
            "address": each.address,
            "type": each.container_type,
            "behavior": simulator.behavior_fields(each.behavior),
            "sources": each.sources,
            "parts": each.parts,
            "command": each.command,
        }
        for each in found[:MAX_CONTAINERS]
    ]
    return {"containers": containers, "more": max(0, len(found) - MAX_CONTAINERS)}
