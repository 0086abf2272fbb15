"""How is a run written down? Into its stream while it is computed, into its artefact when it is over. Nobody else writes either.

A worker that takes over simulates again from the start. The same scenario gives the same frames, so it writes only what the stream does not hold yet;
a worker that was given up is refused by its epoch. The artefact is the truth and the stream is for those who watch now: a Redis that is away stops no run,
and one that forgot is told again, from its beginning, because a stream with a hole would leave viewers waiting.
"""

from __future__ import annotations

import bisect
import copy
import dataclasses
import logging
import time
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any, cast

import redis
from django.db import close_old_connections, transaction
from django.utils import timezone

import simulator
from nodeviz.database_away import DATABASE_AWAY
from nodeviz.metrics import counted, observed
from nodeviz.runs.frames import cut, pack
from nodeviz.runs.models import ArtefactFrame, Run, RunState
from nodeviz.runs.stream import FRAME_FIELD, client, entry_id, epoch_key, stream_key

log = logging.getLogger(__name__)

Record = dict[str, Any]

LIVE_TTL = timedelta(minutes=10)
"""Since the last frame, longer than a worker may compute; a stream that nobody ever closes goes away by itself."""

CLOSED_TTL = timedelta(seconds=10)
"""Since the end, for those who follow at that moment; everybody else reads the artefact. Streams share no other limit than what workers write meanwhile."""

FENCED_TTL = timedelta(minutes=10)
"""Since the end. A worker that wakes up even later writes a stream that nobody reads."""

MAX_TRACE_BYTES = 64 << 20
"""Of a run's packed frames: twice what the longest trace of ordinary records takes. Long names of random letters do not shrink."""

NOBODY = 2**53
"""An epoch that no worker ever has; the largest number that a script counts exactly."""

STREAM_RETRY_S = 1.0
"""A Redis that did not take a frame is asked again after this, or after twice the time that it took to find out, if that is longer: waiting for it must not
become what a worker mostly does."""

CLOSE_WITHIN_S = 20.0
"""The database may be away for so long at the end of a run. The frames are in memory meanwhile, and nobody else has the run."""

CLOSE_RETRY_S = 0.5

# Refuses an older epoch (nil) and remembers a newer one. Appends the frame if it begins where the stream ends, so that neither a frame that is there already
# nor one behind a hole gets in. Answers where the stream ends now.
APPEND = """
if tonumber(ARGV[1]) < tonumber(redis.call('GET', KEYS[2]) or '0') then return false end
redis.call('SET', KEYS[2], ARGV[1], 'EX', ARGV[2])
local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)
local there = tonumber(string.match(last[1] and last[1][1] or '0-0', '%d+'))
if ARGV[3] and there == tonumber(ARGV[3]) then
  there = tonumber(string.match(ARGV[4], '%d+'))
  redis.call('XADD', KEYS[1], ARGV[4], ARGV[5], ARGV[6])
end
redis.call('EXPIRE', KEYS[1], ARGV[2])
return there
"""

# An entry behind the last one, under an id that no frame has. With an epoch, at the end: workers under earlier ones are refused from now on.
WAKE = """
if ARGV[2] and tonumber(ARGV[2]) >= tonumber(redis.call('GET', KEYS[2]) or '0') then redis.call('SET', KEYS[2], ARGV[2], 'EX', ARGV[3]) end
local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)
local seq, wakes = string.match(last[1] and last[1][1] or '0-0', '(%d+)-(%d+)')
redis.call('XADD', KEYS[1], seq .. '-' .. (wakes + 1), 'row', 'changed')
redis.call('EXPIRE', KEYS[1], ARGV[1])
"""


class CannotCompute(Exception):
    """A reason for the page, in whole sentences."""


class Fenced(Exception):
    """The run belongs to somebody else by now. Not an error: whoever gets it stops, and leaves everything as it is."""


class Journal:
    """The pen of the worker that holds a run."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._frames: list[ArtefactFrame] = []
        self._bytes = 0
        """Of them."""
        self._starts: list[int] = []
        """The first record of each frame."""
        self._there = 0
        """Where the stream ends, as far as this worker knows."""
        self._ask_again_s = 0.0
        """Until then Redis is left alone."""
        self._last: Record = {"t": 0}

    def keep(self, records: Iterable[Record]) -> Iterator[Record]:
        """Write the records down, a frame at a time, and hand them on. Fences off every earlier worker. Raises Fenced, and CannotCompute for too much."""
        self._append()
        for frame in cut(records):
            packed = pack(simulator.encode(record) for record in frame)
            first_seq, next_seq = frame[0]["seq"], frame[-1]["seq"] + 1
            self._bytes += len(packed)
            if self._bytes > MAX_TRACE_BYTES:
                raise CannotCompute(f"Stopped at record {first_seq} and {frame[0]['t']} s of virtual time: the records so far take too much room.")
            self._frames.append(ArtefactFrame(run=self._run, first_seq=first_seq, next_seq=next_seq, packed=packed))
            self._starts.append(first_seq)
            self._last = frame[-1]
            self._bring_up_to(next_seq)
            yield from frame

    def finish(self, verdict: simulator.Verdict) -> None:
        """The run is computed: artefact, verdict and state at once, or nothing. Raises Fenced."""
        self._close(RunState.FINISHED, verdict=dataclasses.asdict(verdict))

    def fail(self, error: str, *, with_records: bool = True) -> None:
        """The run cannot be computed; what was written until then stays. Without the records, if there is no room for them. Raises Fenced."""
        if not with_records:
            self._frames = []
        self._close(RunState.FAILED, error=error)

    def _close(self, to: RunState, **changes: Any) -> None:
        """Waits for a database that is away. Raises what it says when that takes too long, and Fenced."""
        deadline_s = time.monotonic() + CLOSE_WITHIN_S
        while True:
            try:
                self._close_now(to, **changes)
            except DATABASE_AWAY as error:
                if time.monotonic() > deadline_s:
                    raise
                log.warning("%s waits for the database: %s", self._run, error)
                close_old_connections()
                time.sleep(CLOSE_RETRY_S)
            else:
                break
        counted("runs_ended", state=to)
        if self._run.started:
            observed("run_seconds", (timezone.now() - self._run.started).total_seconds())
        wake_readers(self._run, is_over=True)

    def _close_now(self, to: RunState, **changes: Any) -> None:
        count = self._frames[-1].next_seq if self._frames else 0
        # What is rolled back must not have happened to our own copy of the row either: it is tried again.
        run = copy.copy(self._run)
        with transaction.atomic():
            changes |= {"records": count, "virtual_end_ms": round(self._last["t"] * 1000), "finished": timezone.now()}
            if not Run.objects.move(run, to, **changes):
                raise Fenced
            ArtefactFrame.objects.filter(run=self._run).delete()
            ArtefactFrame.objects.bulk_create(self._frames, batch_size=100)

    def _bring_up_to(self, next_seq: int) -> None:
        """Write what the stream lacks: one frame as a rule, every frame if Redis was emptied. Nothing while Redis is away. Raises Fenced."""
        while self._there < next_seq and time.monotonic() >= self._ask_again_s:
            before = self._there
            self._append(self._frames[bisect.bisect_right(self._starts, before) - 1])
            if self._there == before and time.monotonic() >= self._ask_again_s:
                log.error("the stream of %s ends at %d, where no frame begins; its viewers have to wait for the end", self._run, before)
                self._ask_again_s = float("inf")

    def _append(self, frame: ArtefactFrame | None = None) -> None:
        """Through the fence; without a frame it only closes the fence behind us. Raises Fenced."""
        keys = (stream_key(self._run), epoch_key(self._run))
        entry = (str(frame.first_seq), entry_id(frame.next_seq), FRAME_FIELD, frame.packed) if frame else ()
        asked_s = time.monotonic()
        try:
            there = cast("int | None", client().eval(APPEND, len(keys), *keys, str(self._run.epoch), seconds(LIVE_TTL), *entry))
        except redis.RedisError as error:
            now_s = time.monotonic()
            self._ask_again_s = now_s + max(STREAM_RETRY_S, 2 * (now_s - asked_s))
            log.warning("%s goes on without its stream: %s", self._run, error)
            return
        if there is None:
            raise Fenced
        self._there = there


def wake_readers(run: Run, *, is_over: bool = False) -> None:
    """Tell who follows that the row has changed. Without this they find out a moment later by themselves, so an unreachable Redis stops nothing here.

    `is_over`: nobody writes its stream any more, neither a worker that has not heard of it yet.
    """
    fence = (str(run.epoch), seconds(FENCED_TTL)) if is_over else ()
    try:
        client().eval(WAKE, 2, stream_key(run), epoch_key(run), seconds(CLOSED_TTL if is_over else LIVE_TTL), *fence)
    except redis.RedisError as error:
        log.warning("readers of %s are not woken: %s", run, error)


def forget(run: Run) -> None:
    """Take its stream away, and keep every worker out that still has records for it. An unreachable Redis forgets it by itself."""
    try:
        with client().pipeline() as pipe:
            pipe.set(epoch_key(run), NOBODY, ex=FENCED_TTL)
            pipe.delete(stream_key(run))
            pipe.execute()
    except redis.RedisError as error:
        log.warning("the stream of %s stays until it expires: %s", run, error)


def seconds(span: timedelta) -> str:
    """As an argument of a script."""
    return str(int(span.total_seconds()))
