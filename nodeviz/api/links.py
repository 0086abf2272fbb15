"""What is known of a link and its run? As values for JSON; and the scenario that a call means, or a refusal."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from nodeviz.api.calls import Call
from nodeviz.api.refusals import FORBIDDEN, NOT_FOUND, UNAUTHORIZED, Refusal
from nodeviz.runs.models import Run, RunState
from nodeviz.runs.owner import NOT_YOURS, NOTHING_THERE
from nodeviz.runs.shown import run_shown
from nodeviz.runs.turns import place_in_queue
from nodeviz.scenarios.models import Scenario

OF_API = ("scenarioText", "run", "records", "verdict")
EXPORTS = ("csv", "perfetto", "html")


def scenario_of(call: Call) -> Scenario:
    """The one that the address names; somebody has opened it now. Raises Refusal."""
    found = Scenario.objects.linked(call.given["id"])
    if found is None:
        raise Refusal(NOT_FOUND, _(NOTHING_THERE))
    Scenario.objects.opened(found)
    return found


def own_scenario_of(call: Call) -> Scenario:
    """The same, for who has its token. Raises Refusal."""
    scheme, _space, token = call.request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Refusal(UNAUTHORIZED, _("send the token: Authorization: Bearer TOKEN"), headers={"WWW-Authenticate": 'Bearer realm="nodeviz"'})
    found = scenario_of(call)
    if not found.belongs_to(token.strip()):
        raise Refusal(FORBIDDEN, _(NOT_YOURS))
    return found


def run_of(call: Call) -> Run:
    """The run that the page of the scenario shows (`shown.py`), under the simulator that the call may name. Raises Refusal."""
    run = run_shown(scenario_of(call).pk, call.given["simulator"] or "")
    if run is None:
        raise Refusal(NOT_FOUND, _("it was never computed; ask for that with POST"))
    return run


def run_json(run: Run) -> dict[str, Any]:
    """Everything that may be told of a run, but its verdict's sentences."""
    is_over = RunState(run.state).is_terminal
    return {
        "scenario": run.scenario_id,
        "state": str(run.state),
        "over": is_over,
        "simulator_version": run.simulator_version,
        "queue": place_in_queue(run),
        "error": run.error or None,
        "records": run.records if is_over else None,
        "virtual_end_s": run.virtual_end_ms / 1000 if is_over else None,
        "created": _moment(run.created),
        "started": _moment(run.started),
        "finished": _moment(run.finished),
        "headline": run.verdict["headline"] if run.verdict and is_over else None,
    }


def scenario_json(call: Call, scenario: Scenario) -> dict[str, Any]:
    """A link with the state of the run that it shows."""
    run = run_shown(scenario.pk)
    return {
        "id": scenario.pk,
        "title": scenario.title,
        "created": _moment(scenario.created),
        "parent": scenario.parent_id,
        "shared": scenario.shared is not None,
        "expires": _moment(scenario.expires),
        "files": [document.name for document in scenario.documents],
        "run": run_json(run) if run else None,
        "links": links(call, scenario),
    }


def links(call: Call, scenario: Scenario) -> dict[str, str]:
    """Where everything is that belongs to it."""
    paths = {
        "self": reverse("api-scenario", args=[scenario.pk]),
        "page": scenario.get_absolute_url(),
        **{"yaml" if name == "scenarioText" else name: reverse(f"api-{name}", args=[scenario.pk]) for name in OF_API},
        **{name: reverse(f"run-{name}", args=[scenario.pk]) for name in EXPORTS},
    }
    return {name: call.address(path) for name, path in paths.items()}


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
