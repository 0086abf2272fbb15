"""What does somebody wait for whose server has a Redis that takes connections and says nothing? One patience, and not one for each question."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from nodeviz import metrics
from nodeviz.env import celery_url
from nodeviz.runs import stream
from nodeviz.runs.dispatch import ensure_run, reap
from nodeviz.runs.models import Run, RunState
from nodeviz.scenarios.models import Scenario
from tests.nodeviz.conftest import POD

pytestmark = pytest.mark.django_db(transaction=True)

JSON = {"Accept": "application/json"}


class Silent:
    """A Redis behind a network that swallows everything."""

    def __init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=100)
        self._listening.setblocking(False)
        self.url = f"redis://127.0.0.1:{self._listening.getsockname()[1]}/0"

    def asked(self) -> int:
        """How often since it was asked last: whoever asks it comes with a new connection, because the one before was given up."""
        count = 0
        while True:
            try:
                self._listening.accept()[0].close()
            except BlockingIOError:
                return count
            count += 1

    def close(self) -> None:
        self._listening.close()


@pytest.fixture
def silent(settings: Any, send_through: Callable[[str], None], monkeypatch: pytest.MonkeyPatch) -> Iterator[Silent]:
    made = Silent()
    settings.REDIS_URL = made.url
    monkeypatch.setattr(stream, "ANSWER_WITHIN_S", 0.1)
    monkeypatch.setattr(stream, "SILENT_FOR_S", 60.0)
    stream.client.cache_clear()
    send_through(celery_url(made.url))
    yield made
    stream.client.cache_clear()
    made.close()


def test_who_presses_run_is_told_and_keeps_the_text(client: Client, silent: Silent) -> None:
    client.get("/")
    page = client.post("/run", {"text": POD})

    assert (page.status_code, silent.asked(), Scenario.objects.count()) == (503, 1, 0)
    assert "Redis does not answer" in page.context["problems"][0]["message"]
    assert page.context["text"] == POD


def test_a_script_is_told_when_to_come_back(client: Client, silent: Silent) -> None:
    answer = client.post("/api/v1/scenarios", POD, content_type="application/yaml", headers=JSON)

    assert (answer.status_code, answer.headers["Retry-After"], silent.asked(), Scenario.objects.count()) == (503, "5", 1, 0)


@pytest.mark.parametrize(("method", "query"), [pytest.param("get", "?wait=60", id="to wait for a run"), pytest.param("post", "", id="to start it again")])
def test_nobody_is_asked_to_wait_in_vain(client: Client, silent: Silent, make_run: Callable[..., Run], method: str, query: str) -> None:
    run = make_run()
    answer = getattr(client, method)(f"/api/v1/scenarios/{run.scenario_id}/run{query}", content_type="application/json")

    assert (answer.status_code, silent.asked()) == (503, 1)


def test_a_page_and_the_check_beside_it_wait_once(client: Client, silent: Silent, make_run: Callable[..., Run]) -> None:
    run = make_run(state=RunState.FINISHED, verdict={"headline": "", "pods": []})
    client.get("/")
    answers = [client.get(f"/s/{run.scenario_id}").status_code, client.post("/check", {"text": POD}).status_code]

    assert (answers, silent.asked()) == ([200, 200], 1)


def test_what_is_queued_all_the_same_waits_for_the_reaper_and_not_for_the_broker(make_scenario: Callable[..., Scenario], silent: Silent) -> None:
    runs = [ensure_run(make_scenario()) for _ in range(3)]
    assert silent.asked() == 1
    Run.objects.update(lease_until=timezone.now())
    reap()

    assert ({run.state for run in runs}, silent.asked()) == ({RunState.QUEUED}, 0)


def test_the_numbers_say_in_time_that_redis_is_gone(client: Client, silent: Silent) -> None:
    metrics._forget_the_parents()
    answer = client.get("/metrics")

    assert 'nodeviz_ready{part="redis"} 0.0' in answer.content.decode()
    # Once for the numbers, once for the readiness, which looks for itself.
    assert silent.asked() == 2


def test_a_redis_that_answers_again_is_asked_again(silent: Silent, settings: Any, redis_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (stream.redis_answers(), stream.redis_answers(), silent.asked()) == (False, False, 1)
    monkeypatch.setattr(stream, "SILENT_FOR_S", 0.0)
    stream.client.cache_clear()
    assert (stream.redis_answers(), stream.redis_answers(), silent.asked()) == (False, False, 2)
    settings.REDIS_URL = redis_url
    stream.client.cache_clear()

    assert stream.redis_answers()
