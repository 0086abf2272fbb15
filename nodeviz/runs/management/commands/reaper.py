"""Which runs lost their worker or their message, and which links have expired? Finds them again and again: sends the ones once more, deletes the others."""

from __future__ import annotations

import contextlib
import logging
import signal
import threading
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import Error, close_old_connections
from django.utils import timezone
from redis import RedisError

from nodeviz import metrics
from nodeviz.health import say_reaper_lives
from nodeviz.runs.dispatch import reap
from nodeviz.runs.forgetting import delete_expired, write_log_anew
from nodeviz.runs.stream import client

log = logging.getLogger(__name__)

INTERVAL_S = 1
"""A lease is six times as long, so a lost run is seen within a sixth of the time that it was already lost."""

EXPIRY_INTERVAL_S = 3_600
"""Links last for days, and the classes that Redis' file still knows for hours, so an hour is exact enough."""


class Command(BaseCommand):
    help = "Sends runs again whose worker or message was lost, and deletes links that have expired."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="look once and end")

    def handle(self, *args: Any, **options: Any) -> None:
        stopped = threading.Event()
        if not options["once"]:
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, lambda *_: stopped.set())
        self.looked_s = float("-inf")
        while True:
            try:
                self.look()
            except Error as error:
                # It comes back, and then there is most to do.
                if options["once"]:
                    raise
                log.warning("the database is away: %s", error)
            if options["once"] or stopped.wait(INTERVAL_S):
                return
            close_old_connections()

    def look(self) -> None:
        """Once. Raises django.db.Error."""
        if count := reap():
            log.warning("%d runs were lost and are on their way again", count)
        if time.monotonic() - self.looked_s >= EXPIRY_INTERVAL_S:
            if count := delete_expired(timezone.now()):
                log.info("%d links have expired", count)
            with contextlib.suppress(RedisError):
                write_log_anew()
            self.looked_s = time.monotonic()
        with contextlib.suppress(RedisError):
            say_reaper_lives(client())
        metrics.flush()
