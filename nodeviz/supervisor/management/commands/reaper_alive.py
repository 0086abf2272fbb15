"""`manage.py reaper_alive`: did a reaper make its round lately? For Docker's health check."""

from __future__ import annotations

import sys
from typing import Any

import redis
from django.conf import settings
from django.core.management.base import BaseCommand

from nodeviz.health import reaper_alive


class Command(BaseCommand):
    """Exit code 0: it did."""

    help = "Exit with 0 if a reaper is alive, else with 1."
    requires_system_checks = ()

    def handle(self, **_: Any) -> None:
        try:
            with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=5, socket_connect_timeout=5, max_connections=1) as client:
                alive = reaper_alive(client)
        except redis.RedisError as error:
            self.stderr.write(f"Redis does not answer: {error}")
            alive = False
        if not alive:
            sys.exit(1)
