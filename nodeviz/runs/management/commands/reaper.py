"""Which runs lost their worker or their message, and which links have expired? Finds them again and again: sends the ones once more, deletes the others."""

from __future__ import annotations

import signal
import threading
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import close_old_connections
from django.utils import timezone

from nodeviz.runs.dispatch import reap
from nodeviz.runs.forgetting import delete_expired

INTERVAL_S = 2
"""A lease is five times as long, so a lost run is seen within a fifth of the time that it was already lost."""

EXPIRY_INTERVAL_S = 3_600
"""Links last for days, so an hour is exact enough."""


class Command(BaseCommand):
    help = "Sends runs again whose worker or message was lost, and deletes links that have expired."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="look once and end")

    def handle(self, *args: Any, **options: Any) -> None:
        stopped = threading.Event()
        if not options["once"]:
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, lambda *_: stopped.set())
        looked_s = float("-inf")
        while True:
            if time.monotonic() - looked_s >= EXPIRY_INTERVAL_S:
                looked_s = time.monotonic()
                if count := delete_expired(timezone.now()):
                    self.stdout.write(f"{count} links have expired")
            if count := reap():
                self.stdout.write(f"{count} runs were lost and are on their way again")
            if options["once"] or stopped.wait(INTERVAL_S):
                return
            close_old_connections()
