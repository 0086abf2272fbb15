"""Are the numbers that Prometheus reads those of all processes, and does nobody else read them?"""

from __future__ import annotations

import contextlib
import os
import re
import socket
import threading
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from nodeviz import metrics, metrics_page, watched
from nodeviz.classroom.room_scripts import ROOMS_KEY, keys_of
from nodeviz.runs.dispatch import give_up, reap
from nodeviz.runs.models import RunState
from nodeviz.runs.tasks import simulate_run

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_counted(redis_client):
    metrics._forget_the_parents()
    yield redis_client
    metrics._forget_the_parents()


def shown(**headers: str) -> dict[str, float]:
    """Every sample, by its name with its labels."""
    answer = Client(headers=headers).get("/metrics")
    assert answer.status_code == 200
    return {name: float(value) for name, value in re.findall(r"^(nodeviz\S+) (\S+)$", answer.content.decode(), flags=re.MULTILINE)}


def test_runs_and_the_queue_are_those_of_the_database(make_run):
    make_run(state=RunState.FINISHED)
    waiting = make_run()
    type(waiting).objects.filter(pk=waiting.pk).update(created=timezone.now() - timedelta(seconds=90))

    found = shown()

    assert (found['nodeviz_runs{state="finished"}'], found['nodeviz_runs{state="queued"}'], found["nodeviz_queue_length"]) == (1, 1, 1)
    assert 90 <= found["nodeviz_queue_oldest_seconds"] < 120


def test_what_becomes_of_runs_is_counted(make_run):
    run = make_run()
    simulate_run.apply(args=[run.pk])
    make_run(lease_until=timezone.now() - timedelta(seconds=1))
    reap()
    give_up(make_run(), "enough")

    found = shown()

    assert (found['nodeviz_runs_ended_total{state="finished"}'], found['nodeviz_runs_ended_total{state="failed"}'], found["nodeviz_runs_lost_total"]) == (
        1,
        1,
        1,
    )
    assert (found["nodeviz_run_seconds_count"], found["nodeviz_run_wait_seconds_count"], found['nodeviz_run_seconds_bucket{le="+Inf"}']) == (1, 1, 1)


def test_processes_add_up(redis_client):
    metrics.counted("refused", kind="invalid")
    metrics.flush()
    if child := os.fork():
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    else:
        metrics.client.cache_clear()
        metrics.counted("refused", kind="invalid")
        metrics.observed("request_seconds", 0.02)
        metrics.flush()
        os._exit(0)

    found = shown()

    assert found['nodeviz_refused_total{kind="invalid"}'] == 2
    assert (found['nodeviz_request_seconds_bucket{le="0.01"}'], found['nodeviz_request_seconds_bucket{le="0.025"}']) == (0, 1)


def test_gauges_of_processes_are_added_and_the_slowest_viewer_counts(redis_client):
    for name, viewers, lag in (("a", 3, 10), ("b", 4, 500)):
        redis_client.hset(f"{metrics.PROCESSES_KEY}:{name}", mapping={"viewers": viewers, "stream_lag_records": lag, "web_processes": 1})
        redis_client.zadd(metrics.PROCESSES_KEY, {name: timezone.now().timestamp()})
    redis_client.zadd(metrics.PROCESSES_KEY, {"gone": 1.0})

    found = shown()

    assert [found[f"nodeviz_{name}"] for name in ("web_processes", "viewers", "stream_lag_records")] == [2, 7, 500]


def test_without_redis_the_rest_is_told_and_what_was_counted_waits(settings, tmp_path, redis_client, redis_url):
    metrics.counted("runs_lost")
    settings.REDIS_URL = f"unix://{tmp_path}/nothing.sock"
    metrics.client.cache_clear()
    without = shown()
    settings.REDIS_URL = redis_url
    metrics.client.cache_clear()

    assert (without['nodeviz_ready{part="redis"}'], without['nodeviz_ready{part="database"}'], "nodeviz_queue_length" in without) == (0, 1, True)
    assert shown()["nodeviz_runs_lost_total"] == 1


@pytest.mark.parametrize("lost", [pytest.param(1, id="once"), pytest.param(3, id="also by whoever asks again at once")])
def test_a_redis_whose_answer_is_lost_counts_nothing_twice(settings, redis_client, redis_url, lost):
    wire = LosesAnswers(redis_url, lost)
    settings.REDIS_URL = wire.url
    metrics.client.cache_clear()
    metrics.counted("runs_lost")
    metrics.flush()
    metrics.counted("runs_lost")
    for _ in range(3):
        metrics.flush()
    metrics.client().connection_pool.disconnect()
    wire.close()
    settings.REDIS_URL = redis_url
    metrics.client.cache_clear()

    assert (wire.lost, metrics.totals()) == (lost, {"runs_lost||": 2.0})


class LosesAnswers:
    """Redis carries out what it is told to add up, and the connection breaks before it says so; so often."""

    def __init__(self, redis_url: str, lost: int) -> None:
        self._redis_socket = redis_url.removeprefix("unix://")
        self._to_lose = lost
        self.lost = 0
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"redis://127.0.0.1:{self._listening.getsockname()[1]}/0"
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def close(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listening.close()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listening.accept()
                with near, socket.socket(socket.AF_UNIX) as far:
                    far.connect(self._redis_socket)
                    while asked := near.recv(1 << 16):
                        far.sendall(asked)
                        answer = far.recv(1 << 16)
                        if metrics.TOTALS_KEY.encode() in asked and self.lost < self._to_lose:
                            self.lost += 1
                            break
                        near.sendall(answer)


def test_rooms_and_people_are_counted(redis_client):
    later_ms = (timezone.now().timestamp() + 60) * 1000
    redis_client.zadd(ROOMS_KEY, {"BCDFGH": later_ms, "GHJKLM": 1})
    redis_client.zadd(keys_of("BCDFGH")[6], {"a 1": later_ms, "b 1": later_ms, "gone 1": 1})

    found = shown()

    assert (found["nodeviz_rooms"], found["nodeviz_room_people"]) == (1, 2)


@pytest.mark.parametrize(
    ("address", "headers", "status"),
    [
        pytest.param("127.0.0.1", {}, 200, id="this machine"),
        pytest.param("::ffff:127.0.0.1", {}, 200, id="this machine over a socket for both kinds of address"),
        pytest.param("203.0.113.9", {}, 403, id="anybody else"),
        pytest.param("127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}, 403, id="through a proxy the address proves nothing"),
        pytest.param("203.0.113.9", {"Authorization": "Bearer a-token-of-the-operator"}, 200, id="from anywhere with the token"),
        pytest.param("203.0.113.9", {"Authorization": "Bearer "}, 403, id="with an empty one"),
        pytest.param("127.0.0.1", {"X-Forwarded-For": "1.2.3.4", "Authorization": "Bearer a-token-of-the-operator"}, 200, id="through a proxy with the token"),
    ],
)
def test_who_may_read_them(settings, address, headers, status):
    settings.METRICS_TOKEN = "a-token-of-the-operator"

    assert Client(headers=headers, REMOTE_ADDR=address).get("/metrics").status_code == status


def test_nobody_has_the_token_that_was_not_set(settings):
    settings.METRICS_TOKEN = ""

    assert Client(headers={"Authorization": "Bearer "}, REMOTE_ADDR="203.0.113.9").get("/metrics").status_code == 403


def test_every_number_says_what_it_is(redis_client):
    text = Client().get("/metrics").content.decode()
    names = {name.removesuffix("_total") for name in re.findall(r"^# HELP (\S+) \S", text, flags=re.MULTILINE)}

    assert {f"nodeviz_{name}" for name in (*metrics.COUNTERS, *metrics.HISTOGRAMS, *metrics_page.GAUGES)} <= names


# -- requests ----------------------------------------------------------------------------------------------------------------------


async def ask(path: str, *answers: dict[str, object], kind: str = "http", headers: tuple[tuple[bytes, bytes], ...] = ()) -> list[dict[str, object]]:
    """What arrives when the application says these."""
    sent: list[dict[str, object]] = []

    async def application(scope: object, receive: object, send: object) -> None:
        for answer in answers:
            await send(answer)  # type: ignore[operator]

    async def receive() -> dict[str, object]:
        return {}

    async def send(message: dict[str, object]) -> None:
        sent.append(message)

    await watched.Watched(application, writes_access_log=True)({"type": kind, "path": path, "headers": headers, "method": "GET"}, receive, send)  # type: ignore[arg-type]
    return sent


@pytest.mark.parametrize(
    ("kind", "answer", "field"),
    [
        pytest.param("http", {"type": "http.response.start", "status": 422}, "refused|invalid|", id="a text that is none"),
        pytest.param("http", {"type": "http.response.start", "status": 429}, "refused|too_often|", id="too often"),
        pytest.param("http", {"type": "http.response.start", "status": 200}, "requests|200|", id="an answer"),
        pytest.param("websocket", {"type": "websocket.close", "code": 4008}, "refused|stalled|", id="a socket that takes nothing"),
    ],
)
async def test_how_requests_and_sockets_end_is_counted(kind, answer, field):
    await ask("/run", answer, kind=kind)

    assert metrics._pending[field] == 1


async def test_those_who_watch_are_not_counted():
    await ask("/metrics", {"type": "http.response.start", "status": 200})

    assert dict(metrics._pending) == {}


@pytest.mark.parametrize(
    ("given", "is_kept"),
    [pytest.param(b"0123456789abcdef", True, id="a name"), pytest.param(b"a b\nc", False, id="no name"), pytest.param(b"x" * 65, False, id="too long a name")],
)
async def test_an_answer_has_the_request_s_number(given, is_kept):
    (start,) = await ask("/", {"type": "http.response.start", "status": 200, "headers": []}, headers=((b"x-request-id", given),))
    ((_name, number),) = start["headers"]  # type: ignore[misc]

    assert (number == given) is is_kept


async def test_a_line_for_each_request_says_what_it_was_about_and_no_query(caplog):
    caplog.set_level("INFO", "nodeviz.access")
    await ask("/s/abcdefghijk.csv", {"type": "http.response.start", "status": 200})
    (line,) = [record for record in caplog.records if record.name == "nodeviz.access"]

    assert (line.path, line.status, line.method) == ("/s/abcdefghijk.csv", 200, "GET")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/s/abcdefghijk", {"scenario": "abcdefghijk"}),
        ("/ws/runs/abcdefghijk/", {"scenario": "abcdefghijk"}),
        ("/e/abcdefghijk", {"scenario": "abcdefghijk"}),
        ("/r/BCDFGH", {"room": "BCDFGH"}),
        ("/ws/rooms/BCDFGH/", {"room": "BCDFGH"}),
        ("/static/s/abcdefghijk", {}),
    ],
)
def test_an_address_is_about_a_scenario_or_a_room(path, expected):
    assert watched.subject_of(path) == expected
