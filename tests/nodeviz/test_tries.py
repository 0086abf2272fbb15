"""What does a reader get of a run that nobody stores, and what is left of it? Through the real ASGI application, a real Redis and a real Celery worker."""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
import zlib
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import redis
from asgiref.testing import ApplicationCommunicator
from celery.contrib.testing.worker import start_worker
from django.db import connection

import simulator
from nodeviz.asgi import application
from nodeviz.celery import app
from nodeviz.env import celery_url
from nodeviz.places import BASE_DIR
from nodeviz.runs import stream, tasks, tries, try_channels, try_worker
from nodeviz.runs.models import Run
from nodeviz.runs.tasks import simulate_try
from nodeviz.scenarios import bounds
from nodeviz.scenarios.models import Scenario
from tests.conftest import wait_for_redis

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("redis_client")]

SECRET = "tell-nobody"
POD = f"""\
apiVersion: v1
kind: Pod
metadata: {{name: {SECRET}, annotations: {{behavior.nodeviz.dev/app: "{{runs: [{{duration: 1s, exitCode: 1}}]}}"}}}}
spec: {{containers: [{{name: app, image: "main-app1:1.0"}}]}}
"""
SCENARIO = "---\napiVersion: nodeviz.dev/v1alpha1\nkind: Scenario\nspec: {until: %s}\n"
SMALL = POD + SCENARIO % "5m"
LONG = "".join(POD.replace(SECRET, f"{SECRET}-{number}") + "---\n" for number in range(60)) + (SCENARIO % "24h").removeprefix("---\n")
"""Minutes of computing: it ends because it is stopped."""
TOKEN = "t" * 32


class Reader:
    """A browser's fetch of a try."""

    def __init__(self, body: object, *, gzip: bool = False) -> None:
        self.body = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {
            "host": "localhost",
            "content-type": "application/json",
            "content-length": str(len(self.body)),
            "cookie": f"csrftoken={TOKEN}",
            "x-csrftoken": TOKEN,
            **({"accept-encoding": "gzip, br"} if gzip else {}),
        }
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": "POST",
            "path": "/try",
            "query_string": b"",
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
            "client": ("127.0.0.1", 1),
        }
        self.connection = ApplicationCommunicator(application, scope)
        self.status, self.headers = 0, dict[str, str]()
        self._unpack: Callable[[bytes], bytes] = zlib.decompressobj(31).decompress if gzip else bytes
        self._read = b""

    async def open(self) -> None:
        await self.connection.send_input({"type": "http.request", "body": self.body})
        start = await self.connection.receive_output(timeout=10)
        self.status, self.headers = start["status"], {name.decode().lower(): value.decode() for name, value in start["headers"]}

    async def line(self, timeout_s: float = 20) -> Any:
        """The next message; None at the end. A long one comes in several pieces."""
        while b"\n" not in self._read:
            chunk = await self.connection.receive_output(timeout=timeout_s)
            if chunk.get("body"):
                self._read += self._unpack(chunk["body"])
            elif not chunk.get("more_body"):
                assert not self._read
                return None
        line, _, self._read = self._read.partition(b"\n")
        return json.loads(line)

    async def all(self) -> tuple[list[Any], list[dict[str, Any]]]:
        """The messages that are no records, and the records."""
        others, records = [], []
        while (message := await self.line()) is not None:
            if message[0] == "e":
                assert message[1] == message[2][0]["seq"] == len(records)
                records += message[2]
            else:
                others.append(message)
        return others, records

    async def text(self) -> str:
        """Of an answer that is no stream."""
        return str((await self.connection.receive_output(timeout=10))["body"].decode())

    async def leave(self) -> None:
        if self.connection.future is not None and self.connection.future.done():
            return
        await self.connection.send_input({"type": "http.disconnect"})
        await self.connection.wait(5)


@asynccontextmanager
async def reading(body: object, **options: bool) -> AsyncIterator[Reader]:
    reader = Reader(body, **options)
    try:
        await reader.open()
        yield reader
    finally:
        await reader.leave()


@pytest.fixture
def worker(redis_client: redis.Redis) -> Iterator[None]:
    """Two at a time, in threads of this process."""
    with start_worker(app, pool="threads", concurrency=2, perform_ping_check=False, shutdown_timeout=30):
        yield


def trace(text: str) -> list[dict[str, Any]]:
    return [json.loads(simulator.encode(record)) for record in simulator.simulate(simulator.load({"pods.yaml": text}))]


async def until(holds: Callable[[], bool]) -> None:
    """Wait for something that happens elsewhere."""
    async with asyncio.timeout(20):
        while not holds():
            await asyncio.sleep(0.01)


def channels(client: redis.Redis) -> list[bytes]:
    return list(client.pubsub_channels("nodeviz:try:*"))  # type: ignore[arg-type]


def everything_in(client: redis.Redis) -> str:
    """All keys with all their values, as far as they can be read."""
    found = []
    for key in client.scan_iter():
        found.append(key)
        kind = client.type(key)
        if kind == b"string":
            found.append(client.get(key))
        elif kind == b"list":
            found += client.lrange(key, 0, -1)
        elif kind == b"hash":
            found += [part for pair in client.hgetall(key).items() for part in pair]
        elif kind in (b"zset", b"set"):
            found += client.zrange(key, 0, -1) if kind == b"zset" else client.smembers(key)
        else:
            found.append(client.dump(key))
    return repr(found)


@pytest.mark.usefixtures("worker")
@pytest.mark.parametrize("gzip", [pytest.param(False, id="as it is"), pytest.param(True, id="compressed")])
async def test_the_records_are_those_of_the_library(gzip: bool) -> None:
    async with reading({"text": SMALL}, gzip=gzip) as reader:
        (hello, running, last), records = await reader.all()

    assert records == trace(SMALL)
    assert hello == ["h", {"v": 1, "scenario": "", "version": simulator.VERSION, "status": "queued", "head": -1, "queue": None, "error": None}]
    assert running == ["s", "running", {}]
    assert last[:2] == ["s", "finished"]
    assert last[2]["verdict"]["headline"] == simulator.verdict(records).headline
    assert (reader.status, reader.headers["cache-control"], reader.headers["content-type"]) == (200, "no-store", "application/x-ndjson; charset=utf-8")
    assert reader.headers.get("content-encoding") == ("gzip" if gzip else None)


async def test_the_greeting_comes_before_any_worker_does() -> None:
    async with reading({"text": SMALL}) as reader:
        assert (await reader.line())[1]["status"] == "queued"


@pytest.mark.parametrize("after_s", [0, 0.001, 0.003, 0.01, 0.05])
async def test_who_leaves_is_gone_whatever_was_being_done(redis_client: redis.Redis, after_s: float) -> None:
    async with reading({"text": SMALL}) as reader:
        await reader.line()
        await asyncio.sleep(after_s)
        async with asyncio.timeout(2):
            await reader.leave()

    assert channels(redis_client) == []


@pytest.mark.usefixtures("worker")
async def test_two_at_once_do_not_hear_each_other() -> None:
    other = SMALL.replace("exitCode: 1", "exitCode: 2")
    async with reading({"text": SMALL}) as one, reading({"text": other}) as two:
        (_, first), (_, second) = await asyncio.gather(one.all(), two.all())

    assert (first, second) == (trace(SMALL), trace(other))


@pytest.mark.usefixtures("worker")
async def test_who_leaves_stops_the_worker(redis_client: redis.Redis) -> None:
    async with reading({"text": LONG}) as reader:
        while (await reader.line())[0] != "e":
            pass
        assert channels(redis_client)
    await until(lambda: not channels(redis_client))

    # Both of the worker's hands are free: two others are computed to their ends.
    async with reading({"text": SMALL}) as one, reading({"text": SMALL}) as two:
        assert [others[-1][1] for others, _ in await asyncio.gather(one.all(), two.all())] == ["finished", "finished"]


async def test_a_worker_that_comes_too_late_finds_nobody_and_does_nothing(redis_client: redis.Redis) -> None:
    async with reading({"text": LONG}) as reader:
        await reader.line()
        await until(lambda: bool(channels(redis_client)))
        (channel,) = channels(redis_client)
    await until(lambda: not channels(redis_client))

    try_id = channel.decode().split(":")[2]
    with pytest.raises(try_worker.ReaderGone):
        await asyncio.to_thread(try_worker.Speaker(try_id).say, try_channels.READY)
    await asyncio.to_thread(simulate_try, try_id)


@pytest.mark.usefixtures("worker")
async def test_nothing_of_it_is_left(redis_client: redis.Redis, caplog: pytest.LogCaptureFixture) -> None:
    seen = []
    async with reading({"text": SMALL}) as reader:
        seen.append(everything_in(redis_client))
        while (await reader.line()) is not None:
            seen.append(everything_in(redis_client))

    assert SECRET not in "".join(seen)
    assert SECRET not in caplog.text
    assert await asyncio.to_thread(rows) == (0, 0)


def rows() -> tuple[int, int]:
    found = Scenario.objects.count(), Run.objects.count()
    connection.close()
    return found


async def test_the_message_to_the_workers_holds_an_id_and_no_more(redis_client: redis.Redis) -> None:
    async with reading({"text": SMALL}) as reader:
        await reader.line()
        await until(lambda: bool(redis_client.exists("nodeviz:celery:tries")))
        (message,) = redis_client.lrange("nodeviz:celery:tries", 0, -1)

    assert SECRET not in message.decode()
    assert len(message) < 3_000


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        pytest.param({"text": POD.replace("image", "imag"), "name": "mine.yaml"}, 422, "mine.yaml", id="a text with a problem, by its name"),
        pytest.param({}, 422, "the text is empty", id="no text"),
        pytest.param(b"[", 422, "the text is empty", id="no JSON"),
        pytest.param({"text": "#" * (2 << 20)}, 422, "too large", id="a text that is too long"),
        pytest.param({"text": "#" * (9 << 20)}, 413, "too large", id="a body that is not read"),
    ],
)
async def test_what_cannot_be_run_is_refused_at_once(body: object, status: int, words: str) -> None:
    async with reading(body) as reader:
        assert reader.status == status
        assert words in await reader.text()


async def test_who_asks_all_the_time_has_to_wait() -> None:
    for _ in range(bounds.TRIES.capacity):
        assert bounds.take_token(bounds.TRIES, "127.0.0.1", now_ms=2**41)
    async with reading({"text": SMALL}) as reader:
        assert reader.status == 429


async def test_without_redis_it_is_refused_in_words(settings: Any, tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.REDIS_URL = f"unix://{tmp_path}/nobody.sock"
    monkeypatch.setattr(stream, "RESTARTS_WITHIN_S", 0.0)
    stream.client.cache_clear()
    async with reading({"text": SMALL}) as reader:
        assert reader.status == 503
        assert "Redis does not answer" in json.loads(await reader.text())["problems"][0]["message"]


async def test_without_a_worker_it_ends_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tries, "WAIT_FOR_WORKER_S", 0.2)
    async with reading({"text": SMALL}) as reader:
        (_, last), records = await reader.all()

    assert (last, records) == (["s", "failed", {"error": tries.NO_WORKER}], [])


@asynccontextmanager
async def as_worker(client: redis.Redis) -> AsyncIterator[try_worker.Speaker]:
    """A worker by hand, once somebody listens."""
    await until(lambda: bool(channels(client)))
    yield try_worker.Speaker(channels(client)[0].decode().split(":")[2])


async def test_a_worker_that_falls_silent_ends_it_in_words(redis_client: redis.Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tries, "SILENT_S", 0.3)
    async with reading({"text": SMALL}) as reader:
        await reader.line()
        async with as_worker(redis_client) as speaker:
            assert json.loads(json.dumps(await asyncio.to_thread(speaker.files)))["pods.yaml"] == SMALL
        (_, last), _ = await reader.all()

    assert last == ["s", "failed", {"error": tries.WORKER_LOST}]


async def test_a_hole_in_the_records_ends_it_in_words(redis_client: redis.Redis) -> None:
    async with reading({"text": SMALL}) as reader:
        await reader.line()
        async with as_worker(redis_client) as speaker:
            await asyncio.to_thread(speaker.files)
            kept = speaker.keep(simulator.simulate(simulator.load({"": SMALL})))
            next(kept)
            speaker.say(try_channels.FRAME, (5).to_bytes(try_channels.SEQ_BYTES) + zlib.compress(b"{}"))
        others, records = await reader.all()

    assert (others[-1], len(records)) == (["s", "failed", {"error": tries.BROKEN_OFF}], 1)


def test_our_own_mistakes_are_logged_without_their_words() -> None:
    try:
        raise ValueError(SECRET)
    except ValueError as error:
        said = try_worker.where_it_failed(error)

    assert said.startswith("ValueError at ")
    assert SECRET not in said


@pytest.mark.usefixtures("worker")
async def test_what_takes_too_long_ends_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "WALL_LIMIT_S", 0.5)
    async with reading({"text": LONG}) as reader:
        others, records = await reader.all()

    assert others[-1][1] == "failed"
    assert others[-1][2]["error"].startswith("Stopped after 0.5 s of computing, at record ")
    assert records


@pytest.fixture
def imitation(settings: Any, send_through: Callable[[str], None], tmp_path: Path) -> Iterator[redis.Redis]:
    """What stands in where there is no Redis at all."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
    url = f"redis://127.0.0.1:{port}/0"
    with subprocess.Popen([sys.executable, "-m", "nodeviz.supervisor.fake_redis", str(port)], cwd=BASE_DIR, stderr=subprocess.DEVNULL) as process:
        try:
            wait_for_redis(url)
            settings.REDIS_URL = url
            stream.client.cache_clear()
            send_through(celery_url(url))
            with stream.client() as client:
                yield client
        finally:
            stream.client.cache_clear()
            process.terminate()


async def test_the_imitation_of_redis_is_enough(imitation: redis.Redis) -> None:
    with start_worker(app, pool="threads", concurrency=1, perform_ping_check=False, shutdown_timeout=30):
        async with reading({"text": LONG}) as reader:
            while (await reader.line())[0] != "e":
                pass
        async with reading({"text": SMALL}) as reader:
            others, records = await reader.all()

    assert (others[-1][1], records) == ("finished", trace(SMALL))
    assert SECRET not in everything_in(imitation)
