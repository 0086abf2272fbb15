"""How do the records of a run reach a script? Through the real ASGI application and a real Redis; the run is written by the real journal, a frame at a time."""

from __future__ import annotations

import asyncio
import functools
import json
import threading
import zlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from celery.contrib.testing.worker import start_worker

import simulator
from nodeviz.api import comparing
from nodeviz.api import records as of_api
from nodeviz.asgi import application
from nodeviz.celery import app
from nodeviz.runs import feed, stream
from nodeviz.runs.dispatch import give_up
from nodeviz.runs.forgetting import delete_link
from nodeviz.runs.models import Run
from nodeviz.runs.tries import NO_WORKER
from nodeviz.scenarios import bounds
from nodeviz.scenarios.models import Scenario
from tests.nodeviz.conftest import POD
from tests.nodeviz.test_socket import RECORDS, VERDICT, finish, finished, pen, write

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("redis_client")]

MakeRun = Callable[..., Run]
JSON, LINES, EVENTS = "application/json", "application/x-ndjson", "text/event-stream"


class Reader:
    """A client's end of one answer."""

    def __init__(self, path: str, accept: str = JSON, *, method: str = "GET", body: bytes = b"", query: str = "", **headers: str) -> None:
        names = {"host": "localhost", "accept": accept, **{name.replace("_", "-"): value for name, value in headers.items()}}
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": method,
            "path": f"/api/v1{path}",
            "query_string": query.encode(),
            "headers": [(name.encode(), value.encode()) for name, value in names.items()],
            "client": ("127.0.0.1", 1),
        }
        self.connection = ApplicationCommunicator(application, scope)
        self.body, self.status, self.headers = body, 0, dict[str, str]()
        self._read, self._over = b"", False

    async def open(self) -> None:
        await self.connection.send_input({"type": "http.request", "body": self.body})
        start = await self.connection.receive_output(timeout=10)
        self.status, self.headers = start["status"], {name.decode().lower(): value.decode() for name, value in start["headers"]}

    async def piece(self) -> bytes:
        """What comes next; nothing at the end."""
        while not self._over:
            chunk = await self.connection.receive_output(timeout=20)
            self._over = not chunk.get("more_body")
            if chunk.get("body"):
                return bytes(chunk["body"])
        return b""

    async def whole(self) -> bytes:
        """Up to the end."""
        pieces = []
        while piece := await self.piece():
            pieces.append(piece)
        return b"".join(pieces)

    async def event(self) -> dict[str, str]:
        """The next of a stream, by its fields; an empty one at the end."""
        while b"\n\n" not in self._read:
            piece = await self.piece()
            if not piece:
                return {}
            self._read += piece
        block, _, self._read = self._read.partition(b"\n\n")
        return dict(line.split(": ", 1) for line in block.decode().split("\n"))

    async def until(self, count: int) -> list[dict[str, Any]]:
        """So many records of an event stream, each under its number."""
        found: list[dict[str, Any]] = []
        while len(found) < count:
            event = await self.event()
            assert event, "the stream ended"
            if event.get("event") == "record":
                found.append(json.loads(event["data"]))
                assert int(event["id"]) == found[-1]["seq"]
        return found

    async def leave(self) -> None:
        if self.connection.future is not None and self.connection.future.done():
            return
        await self.connection.send_input({"type": "http.disconnect"})
        await self.connection.wait(5)


@asynccontextmanager
async def reading(run: Run | str, what: str = "records", accept: str = JSON, query: str = "", **headers: str) -> AsyncIterator[Reader]:
    scenario_id = run if isinstance(run, str) else run.scenario_id
    reader = Reader(f"/scenarios/{scenario_id}/{what}", accept, query=query, **headers)
    try:
        await reader.open()
        yield reader
    finally:
        await reader.leave()


async def answer(run: Run | str, what: str = "records", query: str = "") -> Any:
    async with reading(run, what, query=query) as reader:
        return json.loads(await reader.whole())


finished_run = sync_to_async(lambda make_run: finished(make_run()))

# -- as JSON and as lines ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "first", "after", "over"),
    [
        pytest.param("", 0, 1000, False, id="as many as most programs hold"),
        pytest.param("since=1000", 1000, 1300, True, id="the rest"),
        pytest.param("since=1299", 1299, 1300, True, id="the last"),
        pytest.param("since=1300", 1300, 1300, True, id="behind the last"),
        pytest.param("since=5000&wait=60", 5000, 5000, True, id="far behind it, without waiting"),
        pytest.param("limit=10000", 0, 1300, True, id="all"),
        pytest.param("limit=1300", 0, 1300, True, id="exactly all"),
        pytest.param("since=510&limit=3", 510, 513, False, id="some over the edge of a frame"),
    ],
)
async def test_a_finished_run_in_pieces(make_run: MakeRun, query: str, first: int, after: int, over: bool) -> None:
    run = await finished_run(make_run)

    said = await answer(run, query=query)

    assert said["records"] == RECORDS[first:after]
    assert (said["since"], said["next"], said["state"], said["over"]) == (first, after, "finished", over)


@pytest.mark.parametrize("headers", [pytest.param({}, id="as it is"), pytest.param({"accept_encoding": "gzip"}, id="compressed")])
async def test_lines_are_those_of_the_command_line(make_run: MakeRun, headers: dict[str, str]) -> None:
    run = await finished_run(make_run)
    async with reading(run, accept=LINES, **headers) as reader:
        content = await reader.whole()

    text = zlib.decompress(content, 31) if headers else content
    assert text.decode() == "".join(f"{simulator.encode(record)}\n" for record in RECORDS)
    assert reader.headers["content-type"] == "application/x-ndjson; charset=utf-8"


async def test_what_is_over_need_not_be_sent_twice(make_run: MakeRun) -> None:
    run = await finished_run(make_run)
    async with reading(run) as reader:
        await reader.whole()
    async with reading(run, if_none_match=reader.headers["etag"]) as again:
        content = await again.whole()

    assert (reader.headers["cache-control"], again.status, content) == ("private, no-cache", 304, b"")


async def test_a_run_on_its_way_gives_what_there_is(make_run: MakeRun) -> None:
    run = await sync_to_async(make_run)()
    holder = await pen(run)
    await write(holder, 200)

    said = await answer(run)
    rest = await answer(run, query=f"since={said['next']}")

    # What is written travels in frames, of which the last one begun is whole.
    assert (said["records"], said["over"], rest["records"]) == (RECORDS[: said["next"]], False, [])
    assert said["next"] == 255


@pytest.mark.parametrize("accept", [JSON, LINES])
async def test_who_waits_is_answered_when_records_come(make_run: MakeRun, accept: str) -> None:
    run = await sync_to_async(make_run)()
    async with reading(run, accept=accept, query="wait=60") as reader:
        holder = await pen(run)
        await write(holder, 3)
        content = (await reader.whole()).decode()

    assert json.loads(content)["records"][0] == RECORDS[0] if accept == JSON else json.loads(content.split("\n")[0]) == RECORDS[0]


async def test_who_waits_is_answered_when_the_run_ends_without_more(make_run: MakeRun) -> None:
    run = await sync_to_async(make_run)()
    async with reading(run, query="since=1300&wait=60") as reader:
        await finish(await pen(run))
        said = json.loads(await reader.whole())

    assert (said["records"], said["over"], said["state"]) == ([], True, "finished")


async def test_who_waits_in_vain_is_told_so(make_run: MakeRun) -> None:
    run = await sync_to_async(make_run)()

    assert await answer(run, query="wait=0.01") == {"since": 0, "records": [], "next": 0, "state": "queued", "over": False}


async def test_a_script_that_asks_again_and_again_gets_everything_once(make_run: MakeRun) -> None:
    run = await sync_to_async(make_run)()
    holder = await pen(run)
    steps = [functools.partial(write, holder, 300)] * 4 + [functools.partial(finish, holder)]
    got, said = list[Any](), {"next": 0, "over": False}
    while not said["over"]:
        if steps:
            await steps.pop(0)()
        said = await answer(run, query=f"since={said['next']}&wait=60&limit=250")
        got += said["records"]

    assert got == RECORDS


# -- the state ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("end", "state"),
    [
        pytest.param(lambda run: Run.objects.get(pk=run.pk) and finished(run), "finished", id="it finishes"),
        pytest.param(lambda run: give_up(run, "No."), "failed", id="it fails"),
    ],
)
async def test_who_waits_for_the_end_is_told_of_it(make_run: MakeRun, end: Callable[[Run], Any], state: str) -> None:
    run = await sync_to_async(make_run)()
    async with reading(run, "run", query="wait=60") as reader:
        await sync_to_async(end)(run)
        said = json.loads(await reader.whole())

    assert (said["state"], said["over"]) == (state, True)


async def test_who_waits_for_the_end_in_vain_gets_the_state(make_run: MakeRun) -> None:
    run = await sync_to_async(make_run)()

    assert (await answer(run, "run", query="wait=0.01"))["state"] == "queued"


# -- as events ---------------------------------------------------------------------------------------------------------------------


async def test_a_stream_of_events_up_to_the_end(make_run: MakeRun) -> None:
    run = await sync_to_async(make_run)()
    async with reading(run, accept=EVENTS) as reader:
        assert [await reader.event(), (await reader.event())["event"]] == [{"retry": "2000"}, "state"]
        await finish(await pen(run))
        records = await reader.until(len(RECORDS))
        # That it was taken up may be told late.
        while (end := await reader.event())["event"] == "state":
            pass
        nothing = await reader.event()

    assert records == RECORDS
    assert (end["event"], json.loads(end["data"])["verdict"]["headline"], "id" in end) == ("end", VERDICT.headline, False)
    assert nothing == {}
    assert (reader.headers["content-type"], reader.headers["cache-control"], reader.headers["x-accel-buffering"]) == (EVENTS, "no-store", "no")


@pytest.mark.parametrize("drops", [pytest.param([1], id="at once"), pytest.param([100], id="once"), pytest.param([3, 60, 1, 1, 400], id="again and again")])
async def test_who_is_cut_off_goes_on_behind_what_was_received(make_run: MakeRun, drops: list[int]) -> None:
    run = await sync_to_async(make_run)()
    holder = await pen(run)
    got: list[dict[str, Any]] = []
    for count in drops:
        await write(holder, 200)
        last = {"last_event_id": str(got[-1]["seq"])} if got else {}
        # A browser that comes back asks the address that it asked first.
        async with reading(run, accept=EVENTS, query="since=0", **last) as reader:
            got += await reader.until(count) if len(got) + count < holder.journal._frames[-1].next_seq else []
    await finish(holder)
    async with reading(run, accept=EVENTS, last_event_id=str(got[-1]["seq"])) as reader:
        got += await reader.until(len(RECORDS) - len(got))

    assert got == RECORDS


@pytest.mark.parametrize(
    ("last", "status"),
    [
        pytest.param("1299", 204, id="everything was received: do not come back"),
        pytest.param("1298", 200, id="one is missing"),
        pytest.param("nonsense", 200, id="no number"),
        pytest.param("9" * 40, 200, id="no number that a record has"),
    ],
)
async def test_who_comes_back_to_a_run_that_is_over(make_run: MakeRun, last: str, status: int) -> None:
    run = await finished_run(make_run)
    async with reading(run, accept=EVENTS, last_event_id=last) as reader:
        assert reader.status == status


async def test_a_run_that_is_deleted_ends_the_stream(make_run: MakeRun, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "BLOCK_MS", 10)
    run = await sync_to_async(make_run)()
    async with reading(run, accept=EVENTS) as reader:
        assert [(await reader.event()).get("event") for _ in range(2)] == [None, "state"]
        await sync_to_async(delete_link)(run.scenario_id)

        assert await reader.event() == {}
    async with reading(run, accept=EVENTS) as reader:
        assert reader.status == 404


async def test_silence_is_filled_and_a_stream_grows_no_older_than_allowed() -> None:
    over = asyncio.Event()

    async def messages() -> AsyncGenerator[str]:
        yield "first"
        await over.wait()
        yield "second"

    got = list[str | None]()
    async for message in of_api.with_pauses(messages(), pause_s=0.001, most_s=60):
        got.append(message)
        if got.count(None) == 3:
            over.set()
    old = [message async for message in of_api.with_pauses(messages(), pause_s=0.001, most_s=0)]

    assert [message for message in got if message] == ["first", "second"]
    assert got.count(None) >= 3
    assert old == []


async def test_without_redis_nothing_is_promised(make_run: MakeRun, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    run, over = await sync_to_async(make_run)(), await finished_run(make_run)
    settings.REDIS_URL = "unix:///nowhere.sock"
    monkeypatch.setattr(stream, "RESTARTS_WITHIN_S", 0.0)
    stream.client.cache_clear()
    async with reading(run, accept=EVENTS) as reader:
        assert (reader.status, reader.headers["content-type"], reader.headers["retry-after"]) == (503, "application/problem+json", "5")

    assert (await answer(over, query="limit=10000"))["records"] == RECORDS


async def test_who_waits_holds_no_thread(make_run: MakeRun) -> None:
    run = await sync_to_async(make_run)()
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(reading(run, accept=EVENTS))
        before = threading.active_count()
        readers = [await stack.enter_async_context(reading(run, accept=EVENTS)) for _ in range(20)]
        waiting = [await stack.enter_async_context(reading(run, what, query="wait=60")) for what in ("run", "records") for _ in range(10)]
        # The first piece is made behind the last thread.
        for reader in readers:
            await reader.event()
        for reader in waiting[10:]:
            await reader.piece()

        assert threading.active_count() < before + 20
        assert feed.live_feeds() == 1
    assert feed.live_feeds() == 0


async def test_a_body_that_announces_nothing_is_read_no_further_than_allowed() -> None:
    reader = Reader("/check", method="POST", body=b"x" * (bounds.MAX_BODY_BYTES + 1), content_type="application/yaml")
    await reader.open()
    said = json.loads(await reader.whole())
    await reader.leave()

    assert (reader.status, said["status"]) == (413, 413)


# -- comparing ---------------------------------------------------------------------------------------------------------------------


async def compared(a: dict[str, Any], b: dict[str, Any]) -> dict[str, Any]:
    reader = Reader("/compare", method="POST", body=json.dumps({"a": a, "b": b}).encode(), content_type=JSON)
    await reader.open()
    content = await reader.whole()
    await reader.leave()
    return dict(json.loads(content))


ENDS = POD.replace("kind: Pod\nmetadata: {name: web}", 'kind: Pod\nmetadata: {name: web, annotations: {behavior.nodeviz.dev/app: "{runs: [{duration: 5s}]}"}}')


@pytest.mark.parametrize(
    ("b", "identical", "differs"),
    [
        pytest.param({"text": POD}, True, False, id="the same text"),
        pytest.param({"text": ENDS.replace("{name: app,", "{name: app, command: [sleep, '5'],")}, False, True, id="another text"),
        pytest.param({"text": POD, "changes": {"seed": "7"}}, False, True, id="another seed"),
        pytest.param({"ref": "example:crash-loop"}, False, True, id="an example"),
    ],
)
async def test_two_sides_are_compared(make_run: MakeRun, b: dict[str, Any], identical: bool, differs: bool) -> None:
    def prepared() -> Run:
        run = make_run()
        app.tasks["nodeviz.runs.tasks.simulate_run"].apply(args=[run.pk], throw=True)
        return run

    run = await sync_to_async(prepared)()
    # The level is the whole process' from then on.
    worker = start_worker(app, pool="threads", concurrency=2, loglevel="INFO", perform_ping_check=False, shutdown_timeout=30)
    await sync_to_async(worker.__enter__)()
    try:
        said = await compared({"ref": run.scenario_id}, b)
    finally:
        await sync_to_async(worker.__exit__)(None, None, None)

    assert (said["a"]["state"], said["b"]["state"], said["identical"]) == ("finished", "finished", identical)
    assert any(each["differs"] for each in said["milestones"]) is differs
    assert said["milestones"][0]["a"] is not None
    assert await sync_to_async(Scenario.objects.count)() == 1


async def test_a_side_that_failed_says_why(make_run: MakeRun, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nodeviz.runs.tries.WAIT_FOR_WORKER_S", 0.01)

    said = await compared({"text": POD}, {"text": POD})

    assert (said["a"]["state"], said["identical"], said["milestones"]) == ("failed", None, [])
    assert "No worker" in said["a"]["error"]


async def test_a_run_that_nobody_computes_is_not_waited_for_for_ever(make_run: MakeRun, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparing, "STORED_WITHIN_S", 0.1)
    over, waiting = await finished_run(make_run), await sync_to_async(make_run)()
    said = await compared({"ref": waiting.scenario_id}, {"ref": over.scenario_id})

    assert (said["a"]["state"], said["a"]["error"], said["b"]["state"], said["identical"]) == ("failed", NO_WORKER, "finished", None)
