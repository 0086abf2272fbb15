"""How does a link go for good? With its text, its runs, their artefacts and what Redis and its file still hold of them. Whoever forked it keeps the fork."""

from __future__ import annotations

import functools
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from nodeviz.runs.journal import forget
from nodeviz.runs.models import Run
from nodeviz.runs.stream import client
from nodeviz.scenarios.models import Scenario


def delete_link(scenario_id: str) -> None:
    """Everything under it. A worker that computes it finds the row gone, and stops; who follows it is told that there is nothing."""
    _delete(Scenario.objects.filter(pk=scenario_id))


def delete_expired(now: datetime) -> int:
    """All links whose time is over. Returns how many there were."""
    listed = list(Scenario.objects.expired(now).values_list("pk", flat=True))
    # Looked at again one by one: whoever shared or opened one meanwhile was told that it stays.
    return sum(_delete(Scenario.objects.expired(now).filter(pk=scenario_id)) for scenario_id in listed)


def write_log_anew() -> None:
    """What Redis forgot stands in the lines of its append-only file until then. Raises redis.RedisError."""
    told: Any = client().info("persistence")
    if told.get("aof_enabled"):
        client().bgrewriteaof()


def _delete(links: QuerySet[Scenario]) -> bool:
    """The one link that this may still find. Returns whether there was one."""
    with transaction.atomic():
        scenario = links.select_for_update().first()
        if scenario is None:
            return False
        # Their workers are done with them, or find them gone; and no trace is written beside the deletion.
        for run in Run.objects.select_for_update().filter(scenario=scenario).order_by("pk"):
            transaction.on_commit(functools.partial(forget, run))
        scenario.delete()
    return True
