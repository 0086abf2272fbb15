"""How do records travel? Cut into frames by count, packed for the stream and the artefact, written out for the wire. Pure.

A frame is consecutive records as JSON lines. The same bytes stand in the run's Redis stream, in its artefact and in the `.jsonl` that a person downloads;
the wire has them as a JSON array. `WIRE_VERSION` is in the first message of every socket; the browser's `live/` modules read what is written here.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

T = TypeVar("T")

WIRE_VERSION = 1

MAX_FRAME_RECORDS = 500
"""At 200 bytes a record 100 kB on the wire: one message that a browser parses in about a millisecond."""

MAX_FRAME_CHARACTERS = 1 << 18
"""Of the texts in a frame, whatever its last record adds: a text may name an image in 200,000 characters, and every record of its pulls repeats them."""

MAX_TRACE_CHARACTERS = 400_000_000
"""Of the texts in all records of a run: twice what the longest trace of ordinary records has. What says more says the same long name again and again."""

MAX_MESSAGE_CHARACTERS = 200
"""Of what a client sends; a join has about thirty."""

COMPRESSION = 1
"""zlib's fastest: records shrink tenfold, and a better ratio would cost more than the simulation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Consecutive records of one run."""

    first_seq: int
    lines: tuple[str, ...]
    """Canonical JSON (`simulator.encode`), one a record."""

    @property
    def next_seq(self) -> int:
        """Of the record after the last one."""
        return self.first_seq + len(self.lines)

    def holds(self, seq: int) -> bool:
        """Is that record in it?"""
        return self.first_seq <= seq < self.next_seq


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenFrame:
    """A frame as sockets get it: written out once, for all who want it from its beginning."""

    first_seq: int
    next_seq: int
    message: str
    packed: bytes

    def message_from(self, seq: int) -> str:
        """For one who has the records before `seq` already."""
        return self.message if seq == self.first_seq else records_message(Frame(first_seq=self.first_seq, lines=unpack(self.packed)), seq)


def written(packed: bytes, *, first_seq: int | None = None, next_seq: int = 0) -> WrittenFrame:
    """From what the stream or the artefact has; either number says where it is."""
    text = _text(packed)
    count = text.count("\n") + 1
    first_seq = next_seq - count if first_seq is None else first_seq
    message = f'["e",{first_seq},[{text.replace(chr(10), ",")}]]'
    return WrittenFrame(first_seq=first_seq, next_seq=first_seq + count, message=message, packed=packed)


def cut(records: Iterable[T]) -> Iterator[list[T]]:
    """Frames of 1, 2, 4 … records up to the limits: the first is seen at once, and a worker that starts again cuts at the same places."""
    size: int = 1
    frame: list[T] = []
    length = 0
    for record in records:
        frame.append(record)
        length += characters(record)
        if len(frame) == size or length > MAX_FRAME_CHARACTERS:
            yield frame
            size, frame, length = min(2 * size, MAX_FRAME_RECORDS), [], 0
    if frame:
        yield frame


def characters(record: object) -> int:
    """Of its texts, which are what a person can make long; cheaper than writing it out."""
    return sum(len(value) for value in record.values() if isinstance(value, str)) if isinstance(record, dict) else 0


def pack(lines: Iterable[str]) -> bytes:
    """For the stream and the artefact."""
    return zlib.compress("\n".join(lines).encode(), COMPRESSION)


def unpack(packed: bytes) -> tuple[str, ...]:
    """The lines again. No JSON line holds a newline."""
    return tuple(_text(packed).split("\n"))


def _text(packed: bytes) -> str:
    return zlib.decompress(packed).decode()


# -- the wire --------------------------------------------------------------------------------------------------------------------


def records_message(frame: Frame, from_seq: int) -> str:
    """`["e", first_seq, [record, …]]` with the records from `from_seq` on; it must be in the frame."""
    return f'["e",{from_seq},[{",".join(frame.lines[from_seq - frame.first_seq :])}]]'


def hello_message(*, scenario: str, version: str, status: str, head: int, queue: int | None, error: str | None) -> str:
    """`["h", {…}]`: the answer to every join. `head` is the number of the last record so far, or -1; `queue` counts from 1."""
    return _message("h", {"v": WIRE_VERSION, "scenario": scenario, "version": version, "status": status, "head": head, "queue": queue, "error": error})


def state_message(status: str, *, queue: int | None, error: str | None, verdict: dict[str, Any] | None) -> str:
    """`["s", state, {…}]`: with what is known in that state only."""
    known = {"queue": queue, "error": error, "verdict": verdict}
    return _message("s", status, {name: value for name, value in known.items() if value is not None})


def joined_at(text: str) -> int | None:
    """The record that `{"op": "join", "from": SEQ}` asks for; None for any other message."""
    if len(text) > MAX_MESSAGE_CHARACTERS:
        return None
    try:
        message: Any = json.loads(text)
    except ValueError:
        return None
    if not isinstance(message, dict) or message.get("op") != "join":
        return None
    seq = message.get("from", 0)
    return seq if type(seq) is int and seq >= 0 else None


def _message(*parts: object) -> str:
    return json.dumps(parts, ensure_ascii=False, separators=(",", ":"))
