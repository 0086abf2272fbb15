"""Which Kubernetes, with which gates? What the page's switch shows, and the text that says what was chosen."""

from __future__ import annotations

import functools
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

import simulator
from nodeviz.scenarios.questions import Form, about_a_text, refuse_if

MAX_GATES_AT_ONCE = 8
"""Each costs a parse of the text; the page changes one at a time."""

MINORS = range(simulator.versions.NEWEST, simulator.versions.OLDEST - 1, -1)


@require_safe
def gates(request: HttpRequest) -> JsonResponse:
    """Every gate with what it is in each version. It changes only with the simulator, whose version the page has in the address."""
    response = JsonResponse(table())
    response["Cache-Control"] = "public, max-age=86400"
    return response


@functools.cache
def table() -> dict[str, Any]:
    """The gates by name; a version that a gate is not listed with does not have it."""
    rows: dict[str, dict[str, Any]] = {}
    for minor in MINORS:
        for state in simulator.feature_gates.listing(minor):
            row = rows.setdefault(state.name, {"name": state.name, "effect": state.effect, "versions": {}})
            locked = state.stage is simulator.feature_gates.Stage.LOCKED
            row["versions"][f"1.{minor}"] = {"stage": str(state.stage), "default": state.enabled, "locked": locked}
    return {"versions": list(versions()), "gates": [rows[name] for name in sorted(rows)]}


def versions() -> tuple[str, ...]:
    """What can be chosen, the newest first."""
    return tuple(f"1.{minor}" for minor in MINORS)


def page_config() -> dict[str, Any]:
    """What the switch and the advice of a page need to know."""
    urls = {f"{name}_url": reverse(name) for name in ("edit", "follow", "behaviors")}
    tables = {f"{name}_url": f"{reverse(name)}?simulator={simulator.VERSION}" for name in ("gates", "fields")}
    return {**urls, **tables, "versions": versions()}


@about_a_text
def edit(text: str, form: Form) -> Form:
    """The same text with another version or other gates: `kubernetes`, `gates` (null: the version's default); both may be missing."""
    refuse_if(wrong_form(form))
    changed = simulator.with_settings(text, kubernetes=form.get("kubernetes"), gates=form.get("gates"))
    return {"text": changed, **settings_json(changed)}


def wrong_form(form: Form) -> tuple[simulator.Problem, ...]:
    """What is not as `edit` says."""
    kubernetes, gates = form.get("kubernetes"), form.get("gates")
    if kubernetes is not None and not isinstance(kubernetes, str):
        return (simulator.Problem(path="kubernetes", message=_('must be a version in quotes, such as "1.36"')),)
    if gates is None:
        return ()
    if not isinstance(gates, dict) or not all(value is None or isinstance(value, bool) for value in gates.values()):
        return (simulator.Problem(path="gates", message=_("must be a map from gates to true, false or null")),)
    if len(gates) > MAX_GATES_AT_ONCE:
        return (simulator.Problem(path="gates", message=_("at most %(count)d gates can be changed at once") % {"count": MAX_GATES_AT_ONCE}),)
    return ()


def settings_json(text: str) -> dict[str, Any]:
    """What a text chooses; nulls if it is not YAML."""
    try:
        settings = simulator.settings_of(text)
    except simulator.ManifestError:
        return {"kubernetes": None, "gates": None}
    return {"kubernetes": settings.kubernetes, "gates": dict(settings.gates)}
