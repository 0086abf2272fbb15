"""How does a browser have a text simulated that nobody stores? It posts the text, and reads the run as it is computed, one message a line.

The messages are those of a socket (`frames.py`). Nothing is written down on the way (`try_channels.py`); who leaves ends the computation.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import time
import zlib
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_POST
from kombu.exceptions import OperationalError
from redis import RedisError

import simulator
from nodeviz.metrics import counted, observed
from nodeviz.runs.frames import COMPRESSION, Frame, hello_message, records_message, state_message, unpack
from nodeviz.runs.models import RunState
from nodeviz.runs.stream import async_client, redis_answers
from nodeviz.runs.tasks import simulate_try
from nodeviz.runs.try_channels import (
    FRAME,
    READY,
    SEQ_BYTES,
    SILENT_S,
    STATE,
    WAIT_FOR_WORKER_S,
    new_try_id,
    reader_channel,
    worker_channel,
)
from nodeviz.scenarios import documents as docs
from nodeviz.scenarios.answers import (
    REFUSED,
    TOO_OFTEN,
    UNAVAILABLE,
    no_redis_message,
    posted_json,
    problems_json,
    too_big_for_json,
    too_often_message,
)
from nodeviz.scenarios.bounds import TRIES, bounded_body, may_ask
from nodeviz.streaming import streamed

log = logging.getLogger(__name__)

NO_WORKER = gettext_noop("No worker took this up in time. Try again in a moment.")
WORKER_LOST = gettext_noop("The worker that computed this was lost. Try again.")
BROKEN_OFF = gettext_noop("Some records were lost on the way, because they were not read fast enough or Redis was restarted. Try again.")


class Failed(Exception):
    """A reason for the page, in whole sentences."""


@require_POST
@bounded_body(too_big=too_big_for_json)
def try_text(request: HttpRequest) -> HttpResponse:
    """JSON in (`text`, and `name` if problems shall name the file); the messages of the run out, as JSON lines, or every problem."""
    if not may_ask(TRIES, request):
        return problems_json((simulator.Problem(message=too_often_message()),), TOO_OFTEN)
    form = posted_json(request)
    documents = (docs.text_document(str(form.get("name", "")), str(form.get("text", ""))),)
    try:
        docs.load(documents)
    except simulator.ManifestError as error:
        return problems_json(docs.as_shown(error.problems, documents), REFUSED)
    if not redis_answers():
        return problems_json((simulator.Problem(message=no_redis_message()),), UNAVAILABLE)
    files = {document.name: str(document.content) for document in documents}
    response = streamed(request, lines_of(messages(files)), content_type="application/x-ndjson; charset=utf-8")
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"
    response["X-Content-Type-Options"] = "nosniff"
    return response


async def lines_of(parts: AsyncGenerator[str]) -> AsyncGenerator[str]:
    """A line a message."""
    async with contextlib.aclosing(parts):
        async for part in parts:
            yield f"{part}\n"


async def messages(files: Mapping[str, str]) -> AsyncGenerator[str]:
    """The messages for the reader, from the greeting to the final state."""
    yield hello_message(scenario="", version=simulator.VERSION, status=RunState.QUEUED, head=-1, queue=None, error=None)
    outcome, started_s = "left", time.monotonic()
    try:
        async with contextlib.aclosing(followed(files)) as following:
            async for message in following:
                yield message
        outcome = "computed"
    except Failed as error:
        outcome = "lost"
        yield _failed(str(error))
    except (RedisError, OperationalError, OSError) as error:
        outcome = "lost"
        log.warning("a try is lost: %s", type(error).__name__)
        yield _failed(WORKER_LOST)
    finally:
        counted("tries", outcome=outcome)
        observed("try_seconds", time.monotonic() - started_s)


async def followed(files: Mapping[str, str]) -> AsyncGenerator[str]:
    """What the worker says, as messages, up to the final state. Raises Failed."""
    async with listening() as ear:
        await asyncio.to_thread(simulate_try.apply_async, args=[ear.try_id], expires=WAIT_FOR_WORKER_S, retry=False)
        if await ear.heard(WAIT_FOR_WORKER_S, NO_WORKER) != READY:
            raise Failed(WORKER_LOST)
        yield state_message(RunState.RUNNING, queue=None, error=None, verdict=None)
        await ear.send(zlib.compress(json.dumps(files).encode(), COMPRESSION))
        next_seq = 0
        while (said := await ear.heard(SILENT_S, WORKER_LOST))[:1] != STATE:
            if said[:1] == FRAME:
                first_seq = int.from_bytes(said[1 : 1 + SEQ_BYTES])
                if first_seq != next_seq:
                    raise Failed(BROKEN_OFF)
                frame = Frame(first_seq=first_seq, lines=unpack(said[1 + SEQ_BYTES :]))
                yield records_message(frame, first_seq)
                next_seq = frame.next_seq
        yield said[1:].decode()


class Ear:
    """The reader's end of a try."""

    def __init__(self, redis: Any, hearing: Any) -> None:
        self.try_id = new_try_id()
        self._redis, self._hearing = redis, hearing

    async def open(self) -> None:
        """From now on nothing is missed."""
        await self._hearing.subscribe(reader_channel(self.try_id))
        async with asyncio.timeout(SILENT_S):
            while not await self._hearing.get_message(timeout=SILENT_S):
                pass
        _end_if_cancelled()

    async def heard(self, wait_s: float, otherwise: str) -> bytes:
        """The worker's next word. Raises Failed, in the words of `otherwise`, if none comes in time."""
        deadline_s = time.monotonic() + wait_s
        while (left_s := deadline_s - time.monotonic()) > 0:
            message = await self._hearing.get_message(ignore_subscribe_messages=True, timeout=left_s)
            _end_if_cancelled()
            if message:
                return bytes(message["data"])
        raise Failed(otherwise)

    async def send(self, content: bytes) -> None:
        """To the worker. Raises Failed if it is not there."""
        if not await self._redis.publish(worker_channel(self.try_id), content):
            raise Failed(WORKER_LOST)
        _end_if_cancelled()


def _end_if_cancelled() -> None:
    """redis-py sends within asyncio.wait_for, which loses a cancellation that comes just as it is done (Python 3.11): the reader has gone all the same."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


@contextlib.asynccontextmanager
async def listening() -> AsyncIterator[Ear]:
    """A channel of its own, gone with the reader: the worker finds nobody there and stops."""
    redis = async_client()
    try:
        async with redis.pubsub() as hearing:
            ear = Ear(redis, hearing)
            await ear.open()
            yield ear
    finally:
        await redis.aclose()


def _failed(why: str) -> str:
    return state_message(RunState.FAILED, queue=None, error=_(why), verdict=None)
