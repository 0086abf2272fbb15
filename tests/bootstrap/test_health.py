"""Who watches over a process learns whether it lives, and whether it can serve."""

from __future__ import annotations

import time

import pytest
import redis
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from nodeviz import health
from nodeviz.celery import HEARTBEAT_EXPIRES_S, HEARTBEAT_KEY, is_alive

PARTS = ("database", "migrations", "disk", "redis", "persistence", "worker", "reaper")


@pytest.fixture
def own_redis(redis_url, settings):
    """A Redis in which no worker ever beat."""
    settings.REDIS_URL = redis_url
    with redis.Redis.from_url(redis_url) as client:
        client.delete(HEARTBEAT_KEY)
        yield client
        client.config_set("maxmemory", "0")
        client.config_set("appendonly", "no")
        client.delete(HEARTBEAT_KEY, health.REAPER_KEY)


def test_a_process_that_answers_is_alive():
    assert Client().get("/healthz").status_code == 200


def test_who_asks_needs_to_know_no_host_and_no_tls(settings):
    settings.SECURE_SSL_REDIRECT = True

    assert Client(headers={"Host": "10.0.0.7:8000"}).get("/healthz").status_code == 200


@pytest.mark.django_db
def test_it_is_ready_when_database_redis_and_a_worker_are_there(own_redis):
    own_redis.zadd(HEARTBEAT_KEY, {"celery@a": time.time()})
    own_redis.config_set("appendonly", "yes")
    health.say_reaper_lives(own_redis)

    answer = Client().get("/readyz")

    assert (answer.status_code, answer.json()) == (200, dict.fromkeys(PARTS, "ok"))


@pytest.mark.django_db
def test_without_a_worker_it_is_not_ready(own_redis):
    own_redis.zadd(HEARTBEAT_KEY, {"celery@a": time.time() - HEARTBEAT_EXPIRES_S - 1})

    answer = Client().get("/readyz")

    assert (answer.status_code, answer.json()["worker"]) == (503, "unavailable")


@pytest.mark.django_db
def test_without_redis_it_is_not_ready(settings, tmp_path):
    settings.REDIS_URL = f"unix://{tmp_path}/nothing.sock"

    answer = Client().get("/readyz")

    down = {"redis", "persistence", "worker", "reaper"}
    assert (answer.status_code, {name for name, state in answer.json().items() if state == "unavailable"}) == (503, down)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("part", "status", "break_it"),
    [
        pytest.param("disk", 503, lambda settings, client: setattr(settings, "MIN_FREE_MB", 10**9), id="a disk that is nearly full"),
        pytest.param(
            "migrations", 503, lambda settings, client: MigrationRecorder.Migration.objects.filter(app="runs").delete(), id="tables of an older release"
        ),
        pytest.param("redis", 503, lambda settings, client: client.config_set("maxmemory", "1"), id="a Redis that takes nothing any more"),
        pytest.param("persistence", 200, lambda settings, client: client.config_set("appendonly", "no"), id="a Redis that would forget"),
        pytest.param("reaper", 200, lambda settings, client: client.delete(health.REAPER_KEY), id="a reaper that is gone"),
    ],
)
def test_what_is_down_is_named(own_redis, settings, part, status, break_it):
    own_redis.zadd(HEARTBEAT_KEY, {"celery@a": time.time()})
    own_redis.config_set("appendonly", "yes")
    health.say_reaper_lives(own_redis)
    health._up_to_date = False
    break_it(settings, own_redis)

    answer = Client().get("/readyz")

    assert (answer.status_code, {name for name, state in answer.json().items() if state == "unavailable"}) == (status, {part})


@pytest.mark.parametrize(
    ("age_s", "expected"),
    [
        pytest.param(0, True, id="a moment ago"),
        pytest.param(HEARTBEAT_EXPIRES_S + 1, False, id="too long ago"),
        pytest.param(None, False, id="never"),
    ],
)
def test_a_worker_is_alive_if_it_beat(own_redis, age_s, expected):
    if age_s is not None:
        own_redis.zadd(HEARTBEAT_KEY, {"celery@a": time.time() - age_s})

    assert is_alive(own_redis, "celery@a") is expected
