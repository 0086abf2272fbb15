"""How do workers run tasks? The Celery application, and the sign of life of each worker."""

from __future__ import annotations

import contextlib
import os
import resource
import time
from importlib import import_module
from typing import Any

import redis
from celery import Celery
from celery.signals import task_postrun, task_prerun, worker_init, worker_process_init, worker_ready, worker_shutting_down
from django.conf import settings

from nodeviz.logs import now_about
from nodeviz.supervisor.death import die_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nodeviz.settings")

HEARTBEAT_KEY = "nodeviz:workers"
"""A sorted set: each worker's name, scored by the Unix time of its last sign of life."""

HEARTBEAT_INTERVAL_S = 1.0
HEARTBEAT_EXPIRES_S = 10
"""Silent for so long, a worker does not count. Several beats fit in, so that a busy machine raises no alarm."""

app = Celery("nodeviz")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


def workers_alive(connection: redis.Redis) -> int:
    """How many workers gave a sign of life lately. Raises redis.RedisError."""
    count: Any = connection.zcount(HEARTBEAT_KEY, time.time() - HEARTBEAT_EXPIRES_S, "+inf")
    return int(count)


def is_alive(connection: redis.Redis, name: str) -> bool:
    """Did this one? Raises redis.RedisError."""
    beat_at: Any = connection.zscore(HEARTBEAT_KEY, name)
    return beat_at is not None and float(beat_at) > time.time() - HEARTBEAT_EXPIRES_S


@worker_ready.connect
def start_heartbeat(sender: Any, **_: Any) -> None:
    """Beat from the worker's own timer: a worker whose main loop hangs falls silent. Who leaves in order is missed at once."""
    connection = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2, max_connections=2)

    def beat() -> None:
        now = time.time()
        with connection.pipeline() as pipe:
            pipe.zadd(HEARTBEAT_KEY, {sender.hostname: now})
            pipe.zremrangebyscore(HEARTBEAT_KEY, "-inf", now - 60)
            pipe.execute()

    def fall_silent(**_: Any) -> None:
        timer.cancel()
        with contextlib.suppress(redis.RedisError):
            connection.zrem(HEARTBEAT_KEY, sender.hostname)

    # First: a Redis that is away just now makes the first beat fail, and not the others.
    timer = sender.timer.call_repeatedly(HEARTBEAT_INTERVAL_S, beat)
    worker_shutting_down.connect(fall_silent, weak=False)
    beat()


@worker_init.connect
def remember_worker(**_: Any) -> None:
    """Its pool processes are forked from here and inherit the number."""
    os.environ["NODEVIZ_WORKER_PID"] = str(os.getpid())


@worker_process_init.connect
def bound_memory(**_: Any) -> None:
    """A scenario that was made to explode ends with a MemoryError, and takes nobody's memory but its own."""
    most_bytes = settings.WORKER_MEMORY_MIB << 20
    _soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (most_bytes if hard == resource.RLIM_INFINITY else min(most_bytes, hard), hard))


@worker_process_init.connect
def end_with_worker(**_: Any) -> None:
    """A pool process whose worker was killed would wait for work for ever."""
    die_with_parent(int(os.environ["NODEVIZ_WORKER_PID"]))


@task_prerun.connect
def name_task(args: Any, task_id: str, **_: Any) -> None:
    """What the log says from now on is about this task. Only a run has a number; the id of a try would let others listen."""
    now_about(**({"run": args[0]} if args and isinstance(args[0], int) else {}))


@task_postrun.connect
def hand_in_counts(**_: Any) -> None:
    """A pool process may end after any task. Imported late, because models are not loaded when this module is."""
    import_module("nodeviz.metrics").flush()
    now_about()
