"""How does a run reach those who watch it? One reader a process and run; every socket has its own cursor and takes what it has not seen yet.

A cursor finds its next frame in the ring of recent frames (shared, already unpacked), else in the run's stream, else, when the run is over, in its artefact.
So a late, slow or interrupted viewer costs a read, not memory, and everybody gets the same records.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import weakref
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from channels.db import database_sync_to_async
from django.db import Error
from django.utils import timezone
from redis import RedisError

from nodeviz.celery import workers_alive
from nodeviz.framed_socket import WriteFramed, framed
from nodeviz.runs.frames import WrittenFrame, hello_message, state_message, written
from nodeviz.runs.models import ArtefactFrame, Run, RunState
from nodeviz.runs.stream import FRAME_FIELD, async_client, client, entry_id, next_seq_of, stop_reader, stream_key
from nodeviz.runs.turns import place_in_queue

RING_CHARACTERS = 8 << 20
"""Of recent frames that a process keeps of a live run: some 40,000 records. A cursor further behind reads the stream for itself."""

READ_FRAMES = 8
"""Taken from the stream, or from the database, in one go: some 8 ms of unpacking, and 90 of writing to a crowd of 300, before others have their turn."""

BLOCK_MS = 2_000
"""The reader waits so long for news before it looks at the row by itself; below the connection's timeout."""

OVERDUE = timedelta(seconds=5)
"""A lease that is over for so long should have been noticed by the reaper, so something is wrong that may last."""

SILENT = "Nothing is heard from this run's worker. It is computed again as soon as that is possible; what is here is not yet the end."

UNTAKEN = "No worker takes this run at the moment. It stays in the queue, and is computed as soon as one is there."

CACHED_CHARACTERS = 8 << 20
"""Of frames of finished runs that a process keeps: a class that opens one link reads it once, and waits for no thread."""


class FeedLost(Exception):
    """The run cannot be followed any more: Redis or the database is away, or the row is gone. Whoever watches may come again."""


@dataclass(frozen=True, kw_only=True)
class Status:
    """A run's row, as far as viewers are told."""

    state: RunState
    records: int
    queue: int | None
    error: str | None
    verdict: dict[str, Any] | None

    @functools.cached_property
    def message(self) -> str:
        """For the wire. Written once for all sockets: a verdict may be long."""
        return state_message(self.state, queue=self.queue, error=self.error, verdict=self.verdict)


async def follow(run: Run, from_seq: int, write: WriteFramed | None = None) -> AsyncGenerator[str, None]:
    """The messages for one socket, from the greeting to the final state. Raises FeedLost.

    Frames that come while the socket has everything else are written by the reader, if it is told how, and are not among them.
    """
    cursor = Cursor(from_seq)
    async with _subscribed(run) as feed:
        said = feed.status
        feed.cursors.add(cursor)
        head = feed.next_seq - 1
        yield hello_message(scenario=run.scenario_id, version=run.simulator_version, status=said.state, head=head, queue=said.queue, error=said.error)
        while True:
            seen = feed.version
            while frame := feed.from_ring(cursor.seq) or await feed.from_store(cursor.seq):
                yield frame.message_from(cursor.seq)
                cursor.seq = frame.next_seq
            status = feed.status
            if status.state.is_terminal and cursor.seq >= status.records:
                yield status.message
                return
            if status != said and not status.state.is_terminal:
                said = status
                yield status.message
            if write and cursor.seq == feed.next_seq and status is feed.status and not feed.is_over:
                await feed.served(write, cursor)
            else:
                await feed.newer_than(seen)


class Cursor:
    """Where one socket is."""

    def __init__(self, seq: int) -> None:
        self.seq = seq


class Feed:
    """One run as this process sees it, from its first viewer to its last."""

    def __init__(self, run: Run) -> None:
        self.status: Status
        """Of the row when it was last looked at; there from version 1 on."""
        self.next_seq = 0
        """How many records there are so far."""
        self.version = 0
        """Counts the changes of the two."""
        self.viewers = 0
        self.cursors: weakref.WeakSet[Cursor] = weakref.WeakSet()
        self._run = run
        self._ring: dict[int, WrittenFrame] = {}
        """By their first record, oldest first."""
        self._ring_characters = 0
        self._reading: dict[int, asyncio.Task[list[WrittenFrame]]] = {}
        """What is being read from the database, by the first record that somebody wants of it."""
        self._waiting: list[asyncio.Future[None]] = []
        self._served: set[_Served] = set()
        self._redis = async_client(longest_wait_s=BLOCK_MS / 1000)
        self._reader = asyncio.create_task(self._read(), name=f"reader of run {run.pk}")
        self._reader.add_done_callback(lambda _: self._wake())

    @property
    def is_over(self) -> bool:
        """Nothing new will come in: the run is over, or the reader is lost."""
        return self._reader.done()

    @property
    def is_finished(self) -> bool:
        """It will never be otherwise."""
        return self.version > 0 and self.status.state is RunState.FINISHED

    async def newer_than(self, version: int) -> None:
        """Wait for a change. Raises FeedLost."""
        while True:
            if self._reader.done() and (error := self._reader.exception()):
                raise FeedLost from error
            if self.version > version:
                return
            woken = asyncio.get_running_loop().create_future()
            self._waiting.append(woken)
            await woken

    async def served(self, write: WriteFramed, cursor: Cursor) -> None:
        """Let the reader write what comes from the cursor on, until the socket does not take it at once or there is something else to be said.

        A task that is woken for each message would cost more than writing it does.
        """
        served = _Served(write, cursor, asyncio.get_running_loop().create_future())
        self._served.add(served)
        try:
            await served.over
        finally:
            self._served.discard(served)

    def from_ring(self, seq: int) -> WrittenFrame | None:
        """The frame that holds that record, if it is among the recent ones."""
        if seq >= self.next_seq:
            return None
        return self._ring.get(seq) or next((frame for frame in self._ring.values() if frame.first_seq <= seq < frame.next_seq), None)

    async def from_store(self, seq: int) -> WrittenFrame | None:
        """The frame that holds that record, if there is one. Raises FeedLost."""
        if self.status.state.is_terminal:
            return await self._from_artefact(seq) if seq < self.status.records else None
        if seq >= self.next_seq:
            return None
        try:
            entries = await self._redis.xrange(stream_key(self._run), min=entry_id(seq + 1), count=1)
        except RedisError as error:
            raise FeedLost from error
        frame = _frame(*entries[0]) if entries else None
        # A stream that lost its beginning, because Redis was restarted, cannot serve this cursor; the artefact will.
        return frame if frame and frame.first_seq <= seq < frame.next_seq else None

    async def close(self) -> None:
        """The last viewer has left."""
        await stop_reader(self._reader)
        if self._reading:
            await asyncio.wait(self._reading.values())
        await self._redis.aclose()

    async def _from_artefact(self, seq: int) -> WrittenFrame:
        if known := _finished.get((self._run.scenario_id, self._run.pk, seq)):
            return known
        # A class that opens a link together wants the same frame at the same moment.
        if seq not in self._reading:
            self._reading[seq] = asyncio.create_task(self._read_artefact(seq))
        try:
            # Whoever leaves meanwhile does not take it from the others.
            frames = await asyncio.shield(self._reading[seq])
        except Error as error:
            raise FeedLost from error
        return frames[0]

    async def _read_artefact(self, seq: int) -> list[WrittenFrame]:
        """Into the cache, by its own end: whoever comes at that very moment does not read it again."""
        try:
            frames = await database_sync_to_async(_artefact_frames)(self._run.pk, seq)
            for frame in frames:
                _finished.put((self._run.scenario_id, self._run.pk, frame.first_seq), frame)
            return frames
        finally:
            del self._reading[seq]

    async def _read(self) -> None:
        """Until the run is over: put what arrives into the ring, look at the row when told to, and wake the cursors."""
        await self._look()
        last = b"0-0"
        if self.status.state.is_terminal:
            self.next_seq = self.status.records
        elif tail := await self._redis.xrevrange(stream_key(self._run), count=1):
            last = tail[0][0]
            self.next_seq = next_seq_of(last)
        self._wake()
        while not self.status.state.is_terminal:
            before = self.status
            last = await self._take(last)
            self._wake(all_of_them=self.status is not before)

    async def _take(self, last: bytes) -> bytes:
        """What came after the entry `last`. Returns the id of the new last one."""
        reply = await self._redis.xread({stream_key(self._run): last}, count=READ_FRAMES, block=BLOCK_MS)
        entries = reply[0][1] if reply else []
        frames = [frame for entry in entries if (frame := _frame(*entry))]
        for frame in frames:
            self._keep(frame)
        # Silence, or an entry without a frame, or a first frame: then the row has more to say.
        if len(frames) < len(entries) or not entries or self.status.state is RunState.QUEUED:
            await self._look()
        return entries[-1][0] if entries else last

    def _keep(self, frame: WrittenFrame) -> None:
        """In the ring, and as many of the older ones as there is room for."""
        if again := self._ring.pop(frame.first_seq, None):
            self._ring_characters -= len(again.message)
        self._ring[frame.first_seq] = frame
        self._ring_characters += len(frame.message)
        self.next_seq = frame.next_seq
        while self._ring_characters > RING_CHARACTERS and len(self._ring) > 1:
            self._ring_characters -= len(self._ring.pop(next(iter(self._ring))).message)
        if self._served:
            bytes_of_all = framed(frame.message)
            for served in self._served:
                served.give(frame, bytes_of_all)

    async def _look(self) -> None:
        self.status = await database_sync_to_async(_status)(self._run.pk)

    def _wake(self, *, all_of_them: bool = True) -> None:
        """Those who wait for a change; also those who are served, if it is one of the row."""
        self.version += 1
        if all_of_them:
            for served in self._served:
                served.end()
        waiting, self._waiting = self._waiting, []
        for woken in waiting:
            # Who has left meanwhile was cancelled.
            if not woken.done():
                woken.set_result(None)


@dataclass(slots=True, eq=False)
class _Served:
    """A socket that has everything so far."""

    write: WriteFramed
    cursor: Cursor
    over: asyncio.Future[None]

    def give(self, frame: WrittenFrame, its_bytes: bytes) -> None:
        """The next frame. If it is another one, or the socket does not take it at once, its own task goes on from here."""
        if frame.first_seq == self.cursor.seq and self.write(its_bytes):
            self.cursor.seq = frame.next_seq
        else:
            self.end()

    def end(self) -> None:
        """Once."""
        if not self.over.done():
            self.over.set_result(None)


class _Finished:
    """The frames of finished runs that were asked for lately, by scenario, run and first record."""

    def __init__(self) -> None:
        self._frames: dict[tuple[str, int, int], WrittenFrame] = {}
        self._characters = 0

    def get(self, key: tuple[str, int, int]) -> WrittenFrame | None:
        """It is the youngest now."""
        frame = self._frames.pop(key, None)
        if frame is not None:
            self._frames[key] = frame
        return frame

    def put(self, key: tuple[str, int, int], frame: WrittenFrame) -> None:
        """In the place of as many old ones as it needs."""
        if key in self._frames:
            return
        self._frames[key] = frame
        self._characters += len(frame.message)
        while self._characters > CACHED_CHARACTERS and len(self._frames) > 1:
            self._characters -= len(self._frames.pop(next(iter(self._frames))).message)


_finished = _Finished()

_feeds: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, dict[int, Feed]] = weakref.WeakKeyDictionary()
"""The feeds of this process, by run. A process has one event loop; a test has one each."""


def live_feeds() -> int:
    """How many runs this event loop follows."""
    return len(_feeds.get(asyncio.get_running_loop(), {}))


def gauges() -> dict[str, float]:
    """For the metrics of this process (metrics.py), from any thread: viewers, runs that are followed, how far the slowest viewer of a live one is behind."""
    feeds = [feed for loop in list(_feeds.values()) for feed in list(loop.values())]
    live = [feed for feed in feeds if not feed.is_over]
    lags = [feed.next_seq - cursor.seq for feed in live for cursor in list(feed.cursors)]
    return {"viewers": sum(feed.viewers for feed in feeds), "followed_runs": len(feeds), "stream_lag_records": max(lags, default=0)}


@contextlib.asynccontextmanager
async def _subscribed(run: Run) -> AsyncIterator[Feed]:
    """A feed that knows the run's status. It is shared while it is live, and closed behind its last viewer. Raises FeedLost."""
    feeds = _feeds.setdefault(asyncio.get_running_loop(), {})
    feed = feeds.get(run.pk)
    # A finished run is over for good; a failed one may be tried again.
    if feed is None or (feed.is_over and not feed.is_finished):
        feed = feeds[run.pk] = Feed(run)
    feed.viewers += 1
    try:
        await feed.newer_than(0)
        yield feed
    finally:
        feed.viewers -= 1
        if not feed.viewers:
            if feeds.get(run.pk) is feed:
                del feeds[run.pk]
            await feed.close()


def _frame(entry: bytes, fields: dict[bytes, bytes]) -> WrittenFrame | None:
    """Of a stream's entry; None if it carries none."""
    if FRAME_FIELD not in fields:
        return None
    return written(fields[FRAME_FIELD], next_seq=next_seq_of(entry))


def _status(run_id: int) -> Status:
    run = Run.objects.get(pk=run_id)
    error = run.error or _what_is_missing(run) or None
    return Status(state=RunState(run.state), records=run.records, queue=place_in_queue(run), error=error, verdict=run.verdict)


def _what_is_missing(run: Run) -> str:
    """Of a run that is not over and with which nobody is busy; empty if somebody is."""
    long_ago = timezone.now() - OVERDUE
    if run.state == RunState.RUNNING and run.lease_until < long_ago:
        return SILENT
    # A busy machine takes a moment, too.
    if run.state == RunState.QUEUED and (run.lease_until < long_ago or (run.created < long_ago and not _is_worker_there())):
        return UNTAKEN
    return ""


def _is_worker_there() -> bool:
    try:
        return workers_alive(client()) > 0
    except RedisError:
        # The sockets are closed for that, and say so.
        return True


def _artefact_frames(run_id: int, seq: int) -> list[WrittenFrame]:
    """The frame of a terminal run that holds a record, and some of those behind it. Raises FeedLost when the artefact was pruned."""
    rows = ArtefactFrame.objects.filter(run=run_id, next_seq__gt=seq).order_by("first_seq")[:READ_FRAMES]
    frames = [written(bytes(row.packed), first_seq=row.first_seq) for row in rows]
    if not frames or frames[0].first_seq > seq:
        raise FeedLost(f"run {run_id} has no record {seq} any more")
    return frames
