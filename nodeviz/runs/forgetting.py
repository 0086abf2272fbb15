"""How does a link go for good? With its text, its runs, their artefacts and what Redis still holds of them. Whoever forked it keeps the fork."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from nodeviz.runs.journal import forget
from nodeviz.runs.models import Run
from nodeviz.scenarios.models import Scenario


def delete_link(scenario_id: str) -> None:
    """Everything under it. A worker that computes it finds the row gone, and stops; who follows it is told that there is nothing."""
    with transaction.atomic():
        runs = list(Run.objects.filter(scenario=scenario_id))
        Scenario.objects.filter(pk=scenario_id).delete()
    for run in runs:
        forget(run)


def delete_expired(now: datetime) -> int:
    """All links whose time is over. Returns how many there were."""
    expired = list(Scenario.objects.expired(now).values_list("pk", flat=True))
    for scenario_id in expired:
        delete_link(scenario_id)
    return len(expired)
