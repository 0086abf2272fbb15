"""How does a run reach those who watch it? One reader a process and run; every socket has its own cursor and takes what it has not seen yet.

A cursor finds its next frame in the ring of recent frames (shared, already unpacked), else in the run's stream, else, when the run is over, in its artefact.
So a late, slow or interrupted viewer costs a read, not memory, and everybody gets the same records.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import weakref
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from channels.db import database_sync_to_async
from django.db import Error
from django.utils import timezone
from redis import RedisError

from nodeviz.runs.dispatch import place_in_queue
from nodeviz.runs.frames import Frame, hello_message, records_message, state_message, unpack
from nodeviz.runs.models import ArtefactFrame, Run, RunState
from nodeviz.runs.stream import FRAME_FIELD, async_client, entry_id, next_seq_of, stop_reader, stream_key

RING_FRAMES = 64
"""Recent frames that a process keeps of a live run: 32,000 records, some 10 MB. A cursor further behind reads the stream for itself."""

READ_FRAMES = 8
"""Taken from the stream in one go: some 8 ms of unpacking before the other sockets have their turn."""

BLOCK_MS = 2_000
"""The reader waits so long for news before it looks at the row by itself; below the connection's timeout."""

OVERDUE = timedelta(seconds=5)
"""A lease that is over for so long should have been noticed by the reaper, so something is wrong that may last."""

SILENT = "Nothing is heard from this run's worker. It is computed again as soon as that is possible; what is here is not yet the end."

CACHED_FRAMES = 64
"""Unpacked frames of finished runs that a process keeps, some 10 MB: a class that opens one link reads it once."""


class FeedLost(Exception):
    """The run cannot be followed any more: Redis or the database is away, or the row is gone. Whoever watches may come again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """A run's row, as far as viewers are told."""

    state: RunState
    records: int
    queue: int | None
    error: str | None
    verdict: dict[str, Any] | None

    def message(self) -> str:
        """For the wire."""
        return state_message(self.state, queue=self.queue, error=self.error, verdict=self.verdict)


async def follow(run: Run, from_seq: int) -> AsyncGenerator[str, None]:
    """The messages for one socket, from the greeting to the final state. Raises FeedLost."""
    seq = from_seq
    async with _subscribed(run) as feed:
        said = feed.status
        cursor = Cursor(from_seq)
        feed.cursors.add(cursor)
        head = feed.next_seq - 1
        yield hello_message(scenario=run.scenario_id, version=run.simulator_version, status=said.state, head=head, queue=said.queue, error=said.error)
        while True:
            seen = feed.version
            async for frame in feed.frames(seq):
                yield records_message(frame, seq)
                seq = cursor.seq = frame.next_seq
            status = feed.status
            if status.state.is_terminal and seq >= status.records:
                yield status.message()
                return
            if status != said and not status.state.is_terminal:
                said = status
                yield status.message()
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
        self._ring: deque[Frame] = deque(maxlen=RING_FRAMES)
        self._changed = asyncio.Event()
        self._redis = async_client(longest_wait_s=BLOCK_MS / 1000)
        self._reader = asyncio.create_task(self._read(), name=f"reader of run {run.pk}")
        self._reader.add_done_callback(lambda _: self._wake())

    @property
    def is_over(self) -> bool:
        """Nothing new will come in: the run is over, or the reader is lost."""
        return self._reader.done()

    async def newer_than(self, version: int) -> None:
        """Wait for a change. Raises FeedLost."""
        while True:
            if self._reader.done() and (error := self._reader.exception()):
                raise FeedLost from error
            if self.version > version:
                return
            await self._changed.wait()

    async def frames(self, seq: int) -> AsyncIterator[Frame]:
        """Those that hold `seq` and later records, as far as there are any. Raises FeedLost."""
        while frame := self._from_ring(seq) or await self._from_store(seq):
            yield frame
            seq = frame.next_seq

    async def close(self) -> None:
        """The last viewer has left."""
        await stop_reader(self._reader)
        await self._redis.aclose()

    def _from_ring(self, seq: int) -> Frame | None:
        return next((frame for frame in self._ring if frame.holds(seq)), None)

    async def _from_store(self, seq: int) -> Frame | None:
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
        return frame if frame and frame.holds(seq) else None

    async def _from_artefact(self, seq: int) -> Frame:
        try:
            return await database_sync_to_async(_artefact_frame)(self._run.pk, seq)
        except Error as error:
            raise FeedLost from error

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
            last = await self._take(last)
            self._wake()

    async def _take(self, last: bytes) -> bytes:
        """What came after the entry `last`. Returns the id of the new last one."""
        reply = await self._redis.xread({stream_key(self._run): last}, count=READ_FRAMES, block=BLOCK_MS)
        entries = reply[0][1] if reply else []
        frames = [frame for entry in entries if (frame := _frame(*entry))]
        for frame in frames:
            self._ring.append(frame)
            self.next_seq = frame.next_seq
        # Silence, or an entry without a frame, or a first frame: then the row has more to say.
        if len(frames) < len(entries) or not entries or self.status.state is RunState.QUEUED:
            await self._look()
        return entries[-1][0] if entries else last

    async def _look(self) -> None:
        self.status = await database_sync_to_async(_status)(self._run.pk)

    def _wake(self) -> None:
        self.version += 1
        self._changed.set()
        self._changed = asyncio.Event()


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
    if feed is None or feed.is_over:
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


def _frame(entry: bytes, fields: dict[bytes, bytes]) -> Frame | None:
    """Of a stream's entry; None if it carries none."""
    if FRAME_FIELD not in fields:
        return None
    lines = unpack(fields[FRAME_FIELD])
    return Frame(first_seq=next_seq_of(entry) - len(lines), lines=lines)


def _status(run_id: int) -> Status:
    run = Run.objects.get(pk=run_id)
    is_silent = run.state == RunState.RUNNING and run.lease_until < timezone.now() - OVERDUE
    error = run.error or (SILENT if is_silent else None)
    return Status(state=RunState(run.state), records=run.records, queue=place_in_queue(run), error=error, verdict=run.verdict)


@functools.lru_cache(maxsize=CACHED_FRAMES)
def _artefact_frame(run_id: int, seq: int) -> Frame:
    """The frame of a terminal run that holds a record. Raises FeedLost when the artefact was pruned."""
    row = ArtefactFrame.objects.filter(run=run_id, first_seq__lte=seq, next_seq__gt=seq).first()
    if row is None:
        raise FeedLost(f"run {run_id} has no record {seq} any more")
    return Frame(first_seq=row.first_seq, lines=unpack(bytes(row.packed)))
