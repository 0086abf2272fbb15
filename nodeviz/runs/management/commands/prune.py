"""What may be forgotten? Links that nobody shared and nobody opened for long, and the traces of runs that ended long ago: those are computed again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db.models import Q
from django.utils import timezone

import simulator
from nodeviz.runs.forgetting import delete_expired
from nodeviz.runs.models import Run, RunState

KEPT_DAYS = 30
"""By default. A trace is some kilobytes and a second of computing, so it is kept for convenience, not for safety."""


class Command(BaseCommand):
    help = "Deletes links that have expired (UNSHARED_DAYS), and the traces of runs that ended long ago; every other link stays valid."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--days", type=int, default=KEPT_DAYS, help=f"age in days from which a run's trace is forgotten (default: {KEPT_DAYS})")

        parser.add_argument("--irreplaceable", action="store_true", help="also what an older simulator computed for a link that is shared")

    def handle(self, *args: Any, **options: Any) -> None:
        links = delete_expired(timezone.now())
        old = Run.objects.filter(finished__lt=timezone.now() - timedelta(days=options["days"]))
        if not options["irreplaceable"]:
            # Nobody can compute it again as it was, and people were given this link.
            old = old.exclude(~Q(simulator_version=simulator.VERSION), state=RunState.FINISHED, scenario__shared__isnull=False)
        _, deleted = old.delete()
        self.stdout.write(f"{links} links have expired, {deleted.get('runs.Run', 0)} runs are forgotten")
