"""How is a run stopped by hand? By the id of its link; its worker notices at the next renewal of its lease."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from nodeviz.runs.dispatch import give_up
from nodeviz.runs.models import Run, RunState


class Command(BaseCommand):
    help = "Stops the run of a link."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("scenario", help="the id in the link: /s/ID")

    def handle(self, *args: Any, **options: Any) -> None:
        run = Run.objects.filter(scenario=options["scenario"], state__in=(RunState.QUEUED, RunState.RUNNING)).select_related("scenario").first()
        if run is None or not give_up(run, "It was stopped by the operator. Press Run to compute it again."):
            raise CommandError(f"nothing is computed for {options['scenario']}")
        self.stdout.write(f"{run} is stopped")
