"""Does a socket that the reader writes to get everything, and cost nobody anything when it is slow, deaf or broken? And one whose server has no such way?"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from asgiref.sync import sync_to_async

from nodeviz.framed_socket import WRITE_FRAMED
from nodeviz.runs import consumers, feed
from nodeviz.runs.journal import Record
from nodeviz.runs.models import Run
from tests.nodeviz.sockets import RECORDS, MakeRun, Wire, finish, finished, join, pen, socket, until, write

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("redis_client")]


class Tap(Wire):
    """A server's end of a socket that can be shut: what is sent meanwhile waits, as with a slow reader."""

    def __init__(self, run: Run, *, offers_writing: bool = True) -> None:
        super().__init__(run, self.wait)
        self.scope["extensions"] = {WRITE_FRAMED: self.write} if offers_writing else {}
        self.is_open = asyncio.Event()
        self.is_open.set()
        self.waits = asyncio.Event()
        self.taken: list[list[Any]] = []
        self.error: type[Exception] | None = None
        self.written = 0

    async def wait(self) -> None:
        if self.error:
            self.said.put_nowait({"type": "websocket.disconnect", "code": 1006})
            raise self.error
        if not self.is_open.is_set():
            self.waits.set()
            await self.is_open.wait()

    def write(self, frame: bytes) -> bool:
        if self.error or not self.is_open.is_set():
            return False
        head = {126: 4, 127: 10}.get(frame[1], 2)
        self.taken.append(json.loads(frame[head:]))
        self.written += 1
        return True

    async def send(self, message: dict[str, Any]) -> None:
        await super().send(message)
        if message["type"] == "websocket.send":
            self.taken.append(json.loads(message["text"]))
            if self.taken[-1][:2] == ["s", "finished"]:
                self.said.put_nowait({"type": "websocket.disconnect", "code": 1001})

    @property
    def records(self) -> list[Record]:
        return [record for message in self.taken if message[0] == "e" for record in message[2]]


@asynccontextmanager
async def watched_by(*taps: Tap) -> AsyncIterator[None]:
    """Until each of them has left."""
    async with asyncio.TaskGroup() as tasks:
        for tap in taps:
            tasks.create_task(tap.until_closed())
        yield


async def served(tap: Tap, records: int) -> None:
    """Until the tap has so many."""
    async with asyncio.timeout(5):
        while len(tap.records) < records:
            await asyncio.sleep(0.005)


@pytest.mark.parametrize("offers_writing", [pytest.param(True, id="written by the reader"), pytest.param(False, id="sent by its own task")])
async def test_a_socket_that_is_slow_for_a_while_gets_everything_and_holds_nobody_up(make_run: MakeRun, offers_writing: bool) -> None:
    run = await sync_to_async(make_run)()
    slow, quick = Tap(run, offers_writing=offers_writing), Tap(run, offers_writing=offers_writing)
    holder = await pen(run)
    async with watched_by(slow, quick):
        await write(holder, 63)
        await served(slow, 63)
        slow.is_open.clear()
        await write(holder, 64)
        await slow.waits.wait()
        await write(holder, 800)
        await served(quick, 511)
        assert len(slow.records) == 63
        slow.is_open.set()
        await finish(holder)

    assert (slow.records, quick.records) == (RECORDS, RECORDS)
    assert bool(quick.written) == offers_writing


async def test_a_socket_that_breaks_in_the_middle_takes_nobody_with_it(make_run: MakeRun, caplog: pytest.LogCaptureFixture) -> None:
    run = await sync_to_async(make_run)()
    broken, whole = Tap(run), Tap(run)
    holder = await pen(run)
    async with watched_by(broken, whole):
        await write(holder, 63)
        await served(broken, 63)
        await served(whole, 63)
        broken.error = OSError
        await finish(holder)

    assert (broken.records, whole.records, caplog.records, feed.live_feeds()) == (RECORDS[:63], RECORDS, [], 0)


async def test_a_socket_that_takes_nothing_in_the_middle_is_closed(make_run: MakeRun, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumers, "STALLED_S", 0.2)
    run = await sync_to_async(make_run)()
    deaf, whole = Tap(run), Tap(run)
    holder = await pen(run)
    async with watched_by(deaf, whole):
        await write(holder, 63)
        await served(deaf, 63)
        deaf.is_open.clear()
        await write(holder, 64)
        await deaf.waits.wait()
        async with asyncio.timeout(5):
            while not deaf.closed:
                await asyncio.sleep(0.01)
        await finish(holder)

    assert (deaf.closed, deaf.records, whole.records) == ([4008], RECORDS[:63], RECORDS)


@pytest.mark.parametrize("characters", [pytest.param(1, id="room for one frame"), pytest.param(1 << 20, id="room for all")])
async def test_a_finished_run_is_read_once_for_those_who_come_one_after_the_other(make_run: MakeRun, monkeypatch: pytest.MonkeyPatch, characters: int) -> None:
    monkeypatch.setattr(feed, "_finished", feed._Finished())
    monkeypatch.setattr(feed, "CACHED_CHARACTERS", characters)
    run = await sync_to_async(lambda: finished(make_run()))()
    read: list[int] = []
    from_database = feed._artefact_frames
    monkeypatch.setattr(feed, "_artefact_frames", lambda run_id, seq: read.append(seq) or from_database(run_id, seq))
    monkeypatch.setattr(feed, "READ_FRAMES", 1)
    for _ in range(2):
        async with socket(run) as viewer:
            await join(viewer)
            records, _ = await until(viewer, "finished")

            assert records == RECORDS

    assert len(read) == (22 if characters == 1 else 11)


async def test_a_class_that_opens_a_finished_run_together_reads_it_once(make_run: MakeRun, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "_finished", feed._Finished())
    run = await sync_to_async(lambda: finished(make_run()))()
    read: list[int] = []
    from_database = feed._artefact_frames
    monkeypatch.setattr(feed, "_artefact_frames", lambda run_id, seq: read.append(seq) or from_database(run_id, seq))

    async def watch() -> list[Record]:
        async with socket(run) as viewer:
            await join(viewer)
            return (await until(viewer, "finished"))[0]

    everybody = await asyncio.gather(*(watch() for _ in range(20)))

    assert (everybody, len(read)) == ([RECORDS] * 20, 2)
