"""Which runs lost their worker or their message? Finds them again and again, and sends them once more."""

from __future__ import annotations

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import close_old_connections

from nodeviz.runs.dispatch import reap

INTERVAL_S = 2
"""A lease is five times as long, so a lost run is seen within a fifth of the time that it was already lost."""


class Command(BaseCommand):
    help = "Sends runs again whose worker or message was lost."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="look once and end")

    def handle(self, *args: Any, **options: Any) -> None:
        stopped = threading.Event()
        if not options["once"]:
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, lambda *_: stopped.set())
        while True:
            if count := reap():
                self.stdout.write(f"{count} runs were lost and are on their way again")
            if options["once"] or stopped.wait(INTERVAL_S):
                return
            close_old_connections()
