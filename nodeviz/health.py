"""Is this process alive, and can it serve? `/healthz` and `/readyz`, for those who watch over it.

Answered before hosts and TLS are looked at, because who asks is a neighbour and not a browser.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse

from nodeviz.celery import workers_alive

OK, UNAVAILABLE = 200, 503


class HealthMiddleware:
    """Answers its two paths, and hands everything else on."""

    sync_capable = True
    async_capable = False

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path == "/healthz":
            return HttpResponse("alive\n", content_type="text/plain")
        if request.path == "/readyz":
            return readiness()
        return self.get_response(request)


def readiness() -> JsonResponse:
    """What serving takes, each either ok or not. The reason stands in the log, not in the answer."""
    found = {"database": database_answers(), **redis_and_worker()}
    return JsonResponse({name: "ok" if good else "unavailable" for name, good in found.items()}, status=OK if all(found.values()) else UNAVAILABLE)


def database_answers() -> bool:
    """It takes a query."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def redis_and_worker() -> Mapping[str, bool]:
    """Redis answers, and at least one worker told it lately that it is there."""
    try:
        with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2, max_connections=2) as client:
            return {"redis": True, "worker": workers_alive(client) > 0}
    except redis.RedisError:
        return {"redis": False, "worker": False}
