"""Is this process alive, and can it serve? `/healthz` and `/readyz`, for those who watch over it.

Answered before hosts and TLS are looked at, because who asks is a neighbour and not a browser.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse

from nodeviz.celery import workers_alive

OK, UNAVAILABLE = 200, 503

REAPER_KEY = "nodeviz:reaper:beat"
"""Unix time of the reaper's last round."""

REAPER_EXPIRES_S = 30
"""Silent for so long, it does not count. Fifteen rounds."""

LOOKED_AFTER = frozenset({"reaper", "persistence"})
"""What a page can do without for a while. It is named, and the answer is 200: if every server went out of the proxy's list because of the reaper, nobody would
be served at all."""

_up_to_date = False
"""The tables were, once, and a process has the same migrations all its life."""


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
    found = parts()
    good = all(held for name, held in found.items() if name not in LOOKED_AFTER)
    return JsonResponse({name: "ok" if held else "unavailable" for name, held in found.items()}, status=OK if good else UNAVAILABLE)


def parts() -> dict[str, bool]:
    """Every part and whether it is there."""
    has_database = database_answers()
    return {"database": has_database, "migrations": has_database and is_migrated(), "disk": has_room(), **of_redis()}


def database_answers() -> bool:
    """It takes a query."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def is_migrated() -> bool:
    """The tables are those of this code, or newer ones."""
    global _up_to_date
    if not _up_to_date:
        try:
            executor = MigrationExecutor(connection)
            _up_to_date = not executor.migration_plan(executor.loader.graph.leaf_nodes())
        except DatabaseError:
            return False
    return _up_to_date


def free_bytes() -> int | None:
    """On the disk of the SQLite database; None for any other."""
    if connection.vendor != "sqlite":
        return None
    folder = Path(str(settings.DATABASES["default"]["NAME"])).parent
    return shutil.disk_usage(folder).free if folder.is_dir() and os.access(folder, os.X_OK) else None


def has_room() -> bool:
    """For what SQLite writes. A database on another machine watches over its own disk."""
    free = free_bytes()
    return free is None or free >= settings.MIN_FREE_MB << 20


def of_redis() -> Mapping[str, bool]:
    """Redis answers and takes what it is told; a worker and the reaper told it lately that they are there; and what it knows outlives its process."""
    try:
        with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2, max_connections=2) as client:
            return {"redis": takes_writes(client), "persistence": is_kept(client), "worker": workers_alive(client) > 0, "reaper": reaper_alive(client)}
    except redis.RedisError:
        return dict.fromkeys(("redis", "persistence", "worker", "reaper"), False)


def takes_writes(client: redis.Redis) -> bool:
    """Not while its disk is full, its memory is used up, or it is a copy of another one. Raises redis.RedisError if there is no answer at all."""
    try:
        client.set("nodeviz:ready", "1", ex=60)
    except redis.ResponseError:
        return False
    return True


def is_kept(client: redis.Redis) -> bool:
    """It writes down what it is told, and the last time that worked. An imitation that cannot say so does not. Raises redis.RedisError."""
    try:
        known: Any = client.info("persistence")
    except redis.ResponseError:
        return False
    return bool(known.get("aof_enabled")) and known.get("aof_last_write_status", "ok") == "ok"


def reaper_alive(client: redis.Redis) -> bool:
    """Raises redis.RedisError."""
    seen: Any = client.get(REAPER_KEY)
    return seen is not None and float(seen) > time.time() - REAPER_EXPIRES_S


def say_reaper_lives(client: redis.Redis) -> None:
    """Raises redis.RedisError."""
    client.set(REAPER_KEY, time.time(), ex=REAPER_EXPIRES_S)
