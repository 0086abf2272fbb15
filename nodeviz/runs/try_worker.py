"""What does a worker do with a try? It asks the reader for the text, and sends frames for as long as somebody listens."""

from __future__ import annotations

import contextlib
import json
import logging
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

import simulator
from nodeviz.runs.frames import cut, pack
from nodeviz.runs.stream import client
from nodeviz.runs.try_channels import BEAT, BEAT_S, FRAME, READY, SEQ_BYTES, STATE, WAIT_FOR_TEXT_S, reader_channel, worker_channel

log = logging.getLogger(__name__)

Record = dict[str, Any]


class ReaderGone(Exception):
    """Nobody listens any more. Not an error: whoever gets it stops."""


class Speaker:
    """The worker's end of a try."""

    def __init__(self, try_id: str) -> None:
        self._try_id = try_id
        self._said_s = time.monotonic()

    def say(self, kind: bytes, content: bytes = b"") -> None:
        """To the reader. Raises ReaderGone, and redis.RedisError."""
        self._said_s = time.monotonic()
        if not cast("int", client().publish(reader_channel(self._try_id), kind + content)):
            raise ReaderGone

    def files(self) -> Mapping[str, str]:
        """What the reader wants to have simulated. Raises ReaderGone if that does not come."""
        deadline_s = time.monotonic() + WAIT_FOR_TEXT_S
        with contextlib.closing(client().pubsub()) as hearing:
            hearing.subscribe(worker_channel(self._try_id))
            while (left_s := deadline_s - time.monotonic()) > 0:
                message = hearing.get_message(timeout=left_s)
                if message and message["type"] == "subscribe":
                    self.say(READY)
                elif message and message["type"] == "message":
                    files: Mapping[str, str] = json.loads(zlib.decompress(message["data"]))
                    return files
        raise ReaderGone

    def keep(self, records: Iterable[Record]) -> Iterator[Record]:
        """Send the records, a frame at a time, and hand them on. Raises ReaderGone."""
        for frame in cut(self._beating(records)):
            packed = pack(simulator.encode(record) for record in frame)
            self.say(FRAME, frame[0]["seq"].to_bytes(SEQ_BYTES) + packed)
            yield from frame

    def end(self, state_message: str) -> None:
        """The last word. Raises ReaderGone."""
        self.say(STATE, state_message.encode())

    def _beating(self, records: Iterable[Record]) -> Iterator[Record]:
        for record in records:
            if time.monotonic() - self._said_s > BEAT_S:
                self.say(BEAT)
            yield record


def where_it_failed(error: BaseException) -> str:
    """For the log: the kind of the error and the line of ours. No message, because that may quote the text."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    at = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "an unknown place"
    return f"{type(error).__name__} at {at}"
