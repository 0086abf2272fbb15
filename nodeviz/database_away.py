"""What does somebody hear whose question needs a database that is away just now? 503 and when to come back, and not that something is broken for good."""

from __future__ import annotations

import logging

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.utils.deprecation import MiddlewareMixin
from django.utils.translation import gettext as _

log = logging.getLogger(__name__)

DATABASE_AWAY = (OperationalError, InterfaceError)
"""It is locked, full, or being restarted, or all connections to it are taken. What is a mistake of ours is none of these."""

UNAVAILABLE, RETRY_AFTER_S = 503, "5"


def no_database_message(error: Exception) -> str:
    """To who asks; what the database says is for the log."""
    log.error("the database does not answer", exc_info=error)
    return _("the server's database does not answer; try again in a moment")


class DatabaseAwayMiddleware(MiddlewareMixin):
    """For every view that does not say it in its own form."""

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Nothing of the text that somebody sent is lost: it is in their browser."""
        if not isinstance(exception, DATABASE_AWAY):
            return None
        headers = {"Retry-After": RETRY_AFTER_S, "Cache-Control": "no-store"}
        return HttpResponse(no_database_message(exception), status=UNAVAILABLE, content_type="text/plain; charset=utf-8", headers=headers)
