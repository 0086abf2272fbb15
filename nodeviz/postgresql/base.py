"""How many connections to PostgreSQL may this process hold? Django's own backend, of whose connections there are at most so many at once.

A web server has a thread for each request, and each thread a connection. Not psycopg's pool: it waits a second, two, four for each connection that a restart
of the database broke, and never gets back one that nobody closed.
"""

from __future__ import annotations

import functools
import threading
import weakref
from typing import Any

from django.db.backends.postgresql import base

WAIT_S = 5.0
"""For a connection of others to be given back; as long as a new one may take."""


class DatabaseWrapper(base.DatabaseWrapper):
    """With OPTIONS["connections"]."""

    _given_back: weakref.finalize[[], Any] | None = None

    def get_connection_params(self) -> dict[str, Any]:
        """What psycopg is told."""
        params: dict[str, Any] = super().get_connection_params()
        self._most = params.pop("connections")
        return params

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Raises OperationalError when the others keep theirs for too long."""
        free = places(self._most)
        if not free.acquire(timeout=WAIT_S):
            raise base.Database.OperationalError(f"none of this process' {self._most} connections to the database became free within {WAIT_S:g} s")
        try:
            connection = super().get_new_connection(conn_params)
        except BaseException:
            free.release()
            raise
        # Also when a thread ends that did not close it.
        self._given_back = weakref.finalize(connection, free.release)
        return connection

    def _close(self) -> None:
        try:
            super()._close()
        finally:
            if self._given_back is not None:
                self._given_back()


@functools.cache
def places(most: int) -> threading.Semaphore:
    """One for all threads."""
    return threading.Semaphore(most)
