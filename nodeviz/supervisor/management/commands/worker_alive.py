"""`manage.py worker_alive`: did the worker of this machine give a sign of life lately? For Docker's health check."""

from __future__ import annotations

import socket
import sys
from typing import Any

import redis
from django.conf import settings
from django.core.management.base import BaseCommand

from nodeviz.celery import is_alive


class Command(BaseCommand):
    """Exit code 0: it did."""

    help = "Exit with 0 if the worker of this machine is alive, else with 1."
    requires_system_checks = ()

    def handle(self, **_: Any) -> None:
        try:
            with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=5, socket_connect_timeout=5, max_connections=1) as client:
                alive = is_alive(client, f"celery@{socket.gethostname()}")
        except redis.RedisError as error:
            self.stderr.write(f"Redis does not answer: {error}")
            alive = False
        if not alive:
            sys.exit(1)
