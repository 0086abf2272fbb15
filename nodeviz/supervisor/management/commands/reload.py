"""`manage.py reload`: the running `up` brings tables and static files up to date and replaces web server, worker and reaper by new ones. Nobody is refused."""

from __future__ import annotations

import fcntl
import os
import signal
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    """Says so, and leaves: what comes of it stands in the lines of `up`."""

    help = "Let the running nodeviz replace its processes by new ones, after an upgrade."
    requires_system_checks = ()

    def handle(self, **_: Any) -> None:
        path = settings.VAR_DIR / "up.lock"
        nobody = CommandError(f"nodeviz is not running from this folder ({settings.VAR_DIR}).")
        if not path.exists():
            raise nobody
        with path.open("r+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.kill(int(lock.read()), signal.SIGUSR1)
                return
        raise nobody
