"""How do a web process and a worker speak about a try? Over two Redis channels that only they know; what is published is written nowhere.

A try is a run for one reader: a slider's, or that of a link that keeps its whole text for itself. Neither the text nor the records may reach a disk, so they
are in no key, no message of the broker and no log. The order of things: the reader listens, and sends the try's id to the workers; a worker listens, and says
READY; the reader sends the text; the worker sends FRAMEs, and in the end the STATE.
"""

from __future__ import annotations

import secrets

READY, FRAME, BEAT, STATE = b"r", b"e", b"b", b"s"
"""First byte of what a worker says. FRAME: four bytes of its first record's number, then the packed lines. STATE: a message for the wire."""

SEQ_BYTES = 4

WAIT_FOR_WORKER_S = 60
"""From the question to READY. Workers are busy with one run for two seconds as a rule; who waits a minute has asked again, or has gone."""

WAIT_FOR_TEXT_S = 10
"""From READY to the text: one round trip, and room for a busy machine."""

BEAT_S = 2
"""A worker that has no record for so long says that it is there, and learns whether the reader is."""

SILENT_S = 20
"""From one word of the worker to the next. Ten beats: reading a text of the largest size takes some seconds, and nothing is said meanwhile."""


def new_try_id() -> str:
    """128 random bits: who guesses it could read along."""
    return secrets.token_urlsafe(16)


def reader_channel(try_id: str) -> str:
    """What the reader hears."""
    return f"nodeviz:try:{try_id}:reader"


def worker_channel(try_id: str) -> str:
    """What the worker hears."""
    return f"nodeviz:try:{try_id}:worker"
