"""Whose is a run while it is computed? The worker's that renews its lease.

A thread does it, so that neither a long step nor a silent Redis costs a run its lease.
"""

from __future__ import annotations

import logging
import threading
from types import TracebackType

from django.db import Error, connection

from nodeviz.runs.models import Run

log = logging.getLogger(__name__)

RENEW_S = 1.0
"""Between two renewals; a lease is six times as long."""

LEAVE_WITHIN_S = 1.0
"""A renewal that waits for a locked database is not waited for: it changes nothing any more."""


class HeldLease:
    """`with HeldLease(run) as lease:` renews it until the end of the block, or until `is_lost`."""

    def __init__(self, run: Run) -> None:
        self.is_lost = False
        """Somebody else has the run, or nobody: it was stopped or deleted."""
        self._run_id, self._epoch, self._name = run.pk, run.epoch, str(run)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._renew, name=f"lease of run {run.pk}", daemon=True)

    def __enter__(self) -> HeldLease:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._over.set()
        self._thread.join(LEAVE_WITHIN_S)

    def _renew(self) -> None:
        try:
            while not self._over.wait(RENEW_S) and not self.is_lost:
                try:
                    self.is_lost = not Run.objects.renew(self._run_id, self._epoch)
                except Error as failed:
                    # Whoever could take the run away needs the database, too.
                    log.warning("the lease of %s is not renewed: %s", self._name, failed)
                    connection.close()
        finally:
            connection.close()
