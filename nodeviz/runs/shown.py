"""Which run does a link show? The first one that finished, whatever simulator is installed since: a link shows tomorrow what it shows today.

`?simulator=VERSION` asks for another one: the installed simulator's is computed if there is none yet, an older one's is shown if it is still there.
"""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import Http404

import simulator
from nodeviz.runs.dispatch import ensure_run
from nodeviz.runs.models import Run, RunState
from nodeviz.scenarios.models import Scenario

PARAMETER = "simulator"

MAX_VERSION_CHARACTERS = 40


def run_shown(scenario_id: str, version: str = "") -> Run | None:
    """Of those there are."""
    runs = Run.objects.filter(scenario=scenario_id).select_related("scenario")
    if version:
        return runs.filter(simulator_version=version[:MAX_VERSION_CHARACTERS].replace("\0", "")).first()
    return runs.filter(state=RunState.FINISHED).order_by("pk").first() or runs.order_by("-pk").first()


def run_for_page(scenario: Scenario, version: str = "", *, asked_by: str = "") -> Run:
    """The same; computed by the installed simulator where none has finished, or where that one is asked for. Raises Http404 for one that is not there.

    `asked_by`: the client (`turns.client_of`).
    """
    run = run_shown(scenario.pk, version)
    if version not in ("", simulator.VERSION):
        if run is None:
            raise Http404(f"there is no run of {scenario.pk} under that simulator")
        return run
    if run and run.state == RunState.FINISHED:
        return run
    return ensure_run(scenario, asked_by=asked_by)


def address_of(run: Run) -> str:
    """Of the page that shows exactly this run."""
    shown = run_shown(run.scenario_id)
    is_default = shown is None or shown.pk == run.pk
    return run.scenario.get_absolute_url() + ("" if is_default else query_of(run.simulator_version))


def query_of(version: str) -> str:
    """To be put behind an address; nothing where the link decides."""
    return f"?{urlencode({PARAMETER: version})}" if version else ""
