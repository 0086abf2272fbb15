"""Who presses Run while Redis starts again: does it cost a moment, and neither an error nor the text?"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from nodeviz.env import celery_url
from nodeviz.runs import stream
from nodeviz.scenarios.models import Scenario
from tests.nodeviz.conftest import POD
from tests.nodeviz.faults import Wire

pytestmark = pytest.mark.django_db(transaction=True)

LOADING = b"-LOADING Redis is loading the dataset in memory\r\n"


class Restarting(Wire):
    """A Redis that is not there for the first who ask; or that is there, and reads its file."""

    def __init__(self, to: str, *, refuses: int, says: bytes) -> None:
        self._to_refuse, self._says = refuses, says
        self.refused = 0
        super().__init__(to)

    def _carry(self, near: socket.socket, age: int) -> None:
        if self.refused == self._to_refuse:
            super()._carry(near, age)
            return
        self.refused += 1
        with near, contextlib.suppress(OSError):
            if self._says:
                near.recv(1 << 16)
                near.sendall(self._says * 10)


@pytest.fixture
def restarting(settings: Any, redis_client: object, redis_url: str, send_through: Callable[[str], None]) -> Iterator[Callable[..., Restarting]]:
    made: list[Restarting] = []

    def make(*, refuses: int, says: bytes = b"") -> Restarting:
        made.append(Restarting(redis_url.removeprefix("unix://"), refuses=refuses, says=says))
        settings.REDIS_URL = made[0].url
        stream.client.cache_clear()
        send_through(celery_url(made[0].url))
        return made[0]

    yield make
    stream.client.cache_clear()
    made[0].close()


@pytest.mark.parametrize("says", [pytest.param(b"", id="nobody is there"), pytest.param(LOADING, id="it reads its file")])
@pytest.mark.parametrize("path", ["/run", "/api/v1/scenarios"])
def test_who_presses_run_waits_and_gets_the_run(
    client: Client, restarting: Callable[..., Restarting], monkeypatch: pytest.MonkeyPatch, path: str, says: bytes
) -> None:
    monkeypatch.setattr(stream, "RESTARTS_WITHIN_S", 60.0)
    redis = restarting(refuses=20, says=says)
    answer = client.post(path, POD, content_type="application/yaml") if "api" in path else client.post(path, {"text": POD})

    assert (answer.status_code, redis.refused, Scenario.objects.count()) == (201 if "api" in path else 303, 20, 1)


def test_who_waits_too_long_is_told_and_keeps_the_text(client: Client, restarting: Callable[..., Restarting], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "RESTARTS_WITHIN_S", 0.3)
    restarting(refuses=1_000_000)
    page = client.post("/run", {"text": POD})

    assert (page.status_code, page.context["text"], Scenario.objects.count()) == (503, POD, 0)


@pytest.mark.parametrize("path", ["/run", "/try", "/api/v1/scenarios"])
def test_who_waits_has_not_asked_the_database_yet_so_others_have_its_connections(
    client: Client, restarting: Callable[..., Restarting], monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setattr(stream, "RESTARTS_WITHIN_S", 0.3)
    restarting(refuses=1_000_000)
    with CaptureQueriesContext(connection) as asked:
        answer = client.post(path, {"text": POD}, content_type="application/json") if path != "/run" else client.post(path, {"text": POD})

    assert (answer.status_code, asked.captured_queries) == (503, [])


def test_only_so_many_wait(restarting: Callable[..., Restarting], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "_waiting", threading.BoundedSemaphore(1))
    redis = restarting(refuses=1_000_000)
    with stream._waiting:
        assert not stream.redis_answers()

    assert redis.refused == 2  # Both in one question: over an old connection, and over a new one.
