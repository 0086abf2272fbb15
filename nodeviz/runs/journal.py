"""How is a run written down? Into its stream while it is computed, into its artefact when it is over. Nobody else writes either.

A worker that takes over simulates again from the start. The same scenario gives the same frames, so it writes only what the stream does not hold yet;
a worker that was given up is refused by its epoch.
"""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any, cast

import redis
from django.db import transaction
from django.utils import timezone

import simulator
from nodeviz.runs.frames import cut, pack
from nodeviz.runs.models import ArtefactFrame, Run, RunState
from nodeviz.runs.stream import FRAME_FIELD, client, entry_id, epoch_key, next_seq_of, stream_key

log = logging.getLogger(__name__)

Record = dict[str, Any]

LIVE_TTL = timedelta(days=1)
"""Since the last frame; a stream that nobody ever closes goes away by itself."""

CLOSED_TTL = timedelta(minutes=10)
"""Since the end, for those who follow at that moment; everybody else reads the artefact."""

NOBODY = 2**53
"""An epoch that no worker ever has; the largest number that a script counts exactly."""

# Refuses an older epoch (nil); remembers a newer one; appends, if there is an id to append under; answers the stream's last id.
APPEND = """
if tonumber(ARGV[1]) < tonumber(redis.call('GET', KEYS[2]) or '0') then return false end
redis.call('SET', KEYS[2], ARGV[1], 'EX', ARGV[2])
if ARGV[3] then
  redis.call('XADD', KEYS[1], ARGV[3], ARGV[4], ARGV[5])
end
redis.call('EXPIRE', KEYS[1], ARGV[2])
local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)
return last[1] and last[1][1] or '0-0'
"""


# An entry behind the last one, under an id that no frame has.
WAKE = """
local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)
local seq, wakes = string.match(last[1] and last[1][1] or '0-0', '(%d+)-(%d+)')
redis.call('XADD', KEYS[1], seq .. '-' .. (wakes + 1), 'row', 'changed')
redis.call('EXPIRE', KEYS[1], ARGV[1])
"""


class Fenced(Exception):
    """The run belongs to somebody else by now. Not an error: whoever gets it stops, and leaves everything as it is."""


class Journal:
    """The pen of the worker that holds a run."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._frames: list[ArtefactFrame] = []
        self._last: Record = {"t": 0}

    def keep(self, records: Iterable[Record]) -> Iterator[Record]:
        """Write the records down, a frame at a time, and hand them on. Fences off every earlier worker. Raises Fenced."""
        written = next_seq_of(self._append())
        for frame in cut(records):
            packed = pack(simulator.encode(record) for record in frame)
            first_seq, next_seq = frame[0]["seq"], frame[-1]["seq"] + 1
            if next_seq > written:
                self._append(entry_id(next_seq), FRAME_FIELD, packed)
            self._frames.append(ArtefactFrame(run=self._run, first_seq=first_seq, next_seq=next_seq, packed=packed))
            self._last = frame[-1]
            yield from frame

    def finish(self, verdict: simulator.Verdict) -> None:
        """The run is computed: artefact, verdict and state at once, or nothing. Raises Fenced."""
        self._close(RunState.FINISHED, verdict=dataclasses.asdict(verdict))

    def fail(self, error: str) -> None:
        """The run cannot be computed; what was written until then stays. Raises Fenced."""
        self._close(RunState.FAILED, error=error)

    def _close(self, to: RunState, **changes: Any) -> None:
        count = self._frames[-1].next_seq if self._frames else 0
        with transaction.atomic():
            changes |= {"records": count, "virtual_end_ms": round(self._last["t"] * 1000), "finished": timezone.now()}
            if not Run.objects.move(self._run, to, **changes):
                raise Fenced
            ArtefactFrame.objects.filter(run=self._run).delete()
            ArtefactFrame.objects.bulk_create(self._frames, batch_size=100)
        wake_readers(self._run)

    def _append(self, *entry: str | bytes) -> bytes:
        """Through the fence. Returns the stream's last id; without an entry it only closes the fence behind us. Raises Fenced."""
        keys = (stream_key(self._run), epoch_key(self._run))
        arguments = (str(self._run.epoch), str(int(LIVE_TTL.total_seconds())), *entry)
        last = cast("bytes | None", client().eval(APPEND, len(keys), *keys, *arguments))
        if last is None:
            raise Fenced
        return last


def wake_readers(run: Run) -> None:
    """Tell who follows that the row has changed. Without this they find out a moment later by themselves, so an unreachable Redis stops nothing here."""
    try:
        client().eval(WAKE, 1, stream_key(run), str(int(CLOSED_TTL.total_seconds())))
    except redis.RedisError as error:
        log.warning("readers of %s are not woken: %s", run, error)


def forget(run: Run) -> None:
    """Take its stream away, and keep every worker out that still has records for it. An unreachable Redis forgets it by itself."""
    try:
        with client().pipeline() as pipe:
            pipe.set(epoch_key(run), NOBODY, ex=CLOSED_TTL)
            pipe.delete(stream_key(run))
            pipe.execute()
    except redis.RedisError as error:
        log.warning("the stream of %s stays until it expires: %s", run, error)
