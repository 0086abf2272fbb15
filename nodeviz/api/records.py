"""How does a script get the records of a run? From any one on: as JSON with the number of the next, as JSON Lines, or as server-sent events that go on.

The waiting happens in the body of the answer, which is asynchronous: who waits holds a cursor of the feed (`runs/feed.py`), and no thread.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from nodeviz.api.calls import Call
from nodeviz.api.document import EVENTS, JSON_LINES
from nodeviz.api.gate import ASK_AGAIN, kept
from nodeviz.api.links import run_of
from nodeviz.api.refusals import UNAVAILABLE, Refusal
from nodeviz.runs.feed import FeedLost, follow
from nodeviz.runs.models import Run, RunState
from nodeviz.runs.stream import redis_answers
from nodeviz.streaming import streamed

NO_CONTENT = 204

MOST_RECORDS = 10_000
"""In one answer, where a limit is named; some 2 MB."""

RECORDS_AT_ONCE = 1_000
"""In one answer as JSON, which most programs hold as a whole."""

MOST_WAIT_S = 60
"""Proxies cut longer silences off."""

STREAM_S = 900
"""Of one event stream. Who is still there comes back by itself, perhaps to another process."""

PAUSE_S = 15
"""Of silence before a comment is sent, so that a proxy does not take the connection for dead."""

RETRY_MS = 2_000
"""How long a browser waits before it comes back."""

RETRY_AFTER_S = "5"


@dataclass(slots=True, kw_only=True)
class Place:
    """How far somebody has read."""

    next: int
    state: str
    head: int = -1
    """The number of the last record that there was when it was begun."""

    @property
    def over(self) -> bool:
        """There is nothing after it."""
        return RunState(self.state).is_terminal and self.next > self.head


def records(call: Call) -> HttpResponseBase:
    """In the form that is wanted."""
    run = run_of(call)
    since, limit, wait_s = call.given["since"], call.given["limit"], call.given["wait"]
    is_over = RunState(run.state).is_terminal
    if not is_over:
        needs_redis()
    if call.media == EVENTS:
        return _event_stream(call, run, since, is_over=is_over)
    pieces = as_lines(run, since, limit, wait_s) if call.media == JSON_LINES else as_json(run, since, limit or RECORDS_AT_ONCE, wait_s)
    content_type = f"{call.media}; charset=utf-8" if call.media == JSON_LINES else call.media
    response = streamed(call.request, pieces, content_type=content_type)
    return kept(response, ASK_AGAIN, run.pk, run.epoch, run.finished, since, limit, call.media) if is_over else _live(response)


def needs_redis(*, waits: bool = False) -> None:
    """What is to be computed reaches a worker through it, and what is computed its reader. Raises Refusal."""
    if not redis_answers(waits=waits):
        raise Refusal(UNAVAILABLE, _("the server's Redis does not answer; try again in a moment"), headers={"Retry-After": RETRY_AFTER_S})


def _event_stream(call: Call, run: Run, since: int, *, is_over: bool) -> HttpResponseBase:
    last = call.given["Last-Event-ID"] or ""
    if last.isascii() and last.isdecimal() and len(last) < 10:
        since = int(last) + 1
        if is_over and since >= run.records:
            # A browser would come back for ever; this tells it not to.
            return HttpResponse(status=NO_CONTENT)
    return _live(streamed(call.request, as_events(run, since), content_type=EVENTS))


def _live(response: HttpResponseBase) -> HttpResponseBase:
    response["Cache-Control"] = "no-store"
    # A proxy passes it on at once.
    response["X-Accel-Buffering"] = "no"
    return response


# -- the three forms ---------------------------------------------------------------------------------------------------------------


async def as_json(run: Run, since: int, limit: int, wait_s: float) -> AsyncGenerator[str]:
    """One object, whose records are sent as they are read."""
    place = Place(next=since, state=run.state)
    yield f'{{"since":{since},"records":['
    async with contextlib.aclosing(frames(run, place, limit=limit, wait_s=wait_s)) as found:
        async for lines in found:
            comma = "" if place.next == since + len(lines) else ","
            yield comma + ",".join(lines)
    yield f'],"next":{place.next},"state":{json.dumps(place.state)},"over":{json.dumps(place.over)}}}'


async def as_lines(run: Run, since: int, limit: int | None, wait_s: float) -> AsyncGenerator[str]:
    """A record a line, byte for byte those of the command line."""
    async with contextlib.aclosing(frames(run, Place(next=since, state=run.state), limit=limit, wait_s=wait_s)) as found:
        async for lines in found:
            yield "".join(f"{line}\n" for line in lines)


async def as_events(run: Run, since: int) -> AsyncGenerator[str]:
    """Until the run is over, the stream has become old, or the run cannot be followed any more. In the last two cases the client comes back."""
    seq = since
    yield f"retry: {RETRY_MS}\n\n"
    with contextlib.suppress(FeedLost):
        async with contextlib.aclosing(with_pauses(follow(run, since), pause_s=PAUSE_S, most_s=STREAM_S)) as messages:
            async for message in messages:
                if message is None:
                    yield ": still here\n\n"
                elif message.startswith('["e"'):
                    lines = list(lines_in(message))
                    yield "".join(f"id: {seq + number}\nevent: record\ndata: {line}\n\n" for number, line in enumerate(lines))
                    seq += len(lines)
                else:
                    yield _state_event(message)


def _state_event(message: str) -> str:
    kind, *said = json.loads(message)
    state, known = (said[0]["status"], {"queue": said[0]["queue"]}) if kind == "h" else (said[0], said[1])
    name = "end" if kind == "s" and RunState(state).is_terminal else "state"
    return f"event: {name}\ndata: {json.dumps({'state': state, **known}, ensure_ascii=False)}\n\n"


# -- reading -----------------------------------------------------------------------------------------------------------------------


async def frames(run: Run, place: Place, *, limit: int | None, wait_s: float) -> AsyncGenerator[list[str]]:
    """The records that there are from `place` on, some at a time; it moves along. If there are none yet: the first that come within so many seconds."""
    place.head, took = place.next, 0
    deadline_s = time.monotonic() + wait_s
    with contextlib.suppress(FeedLost):
        async with contextlib.aclosing(follow(run, place.next)) as messages:
            while limit is None or took < limit:
                if place.next <= place.head:
                    message = await anext(messages, None)
                elif took or place.over:
                    return
                else:
                    message = await soon(messages, deadline_s - time.monotonic())
                if message is None:
                    return
                if not message.startswith('["e"'):
                    _note(message, place)
                    continue
                lines = list(lines_in(message))[: None if limit is None else limit - took]
                took += len(lines)
                place.next += len(lines)
                yield lines


def _note(message: str, place: Place) -> None:
    """What a greeting or a state says of the run."""
    kind, *said = json.loads(message)
    if kind == "h":
        place.state, place.head = said[0]["status"], said[0]["head"]
    else:
        place.state = said[0]


async def soon(messages: AsyncGenerator[str], within_s: float) -> str | None:
    """The next one; None if there is none in time. The generator is at its end then."""
    if within_s <= 0:
        return None
    try:
        async with asyncio.timeout(within_s):
            return await anext(messages, None)
    except TimeoutError:
        return None


async def with_pauses(messages: AsyncGenerator[str], *, pause_s: float, most_s: float) -> AsyncGenerator[str | None]:
    """The same messages, and None after each silence. Ends by itself after `most_s`."""
    waiting: asyncio.Task[str | None] | None = None
    deadline_s = time.monotonic() + most_s
    try:
        while time.monotonic() < deadline_s:
            waiting = waiting or asyncio.create_task(_next(messages))
            done, _pending = await asyncio.wait({waiting}, timeout=pause_s)
            if not done:
                yield None
                continue
            message, waiting = waiting.result(), None
            if message is None:
                return
            yield message
    finally:
        if waiting is not None:
            waiting.cancel()
            await asyncio.wait({waiting})
        await messages.aclose()


async def _next(messages: AsyncGenerator[str]) -> str | None:
    return await anext(messages, None)


def lines_in(message: str) -> Iterator[str]:
    """The records of a message `["e",SEQ,[…]]`, as they were written: reading and writing them again might change a byte."""
    decoder = json.JSONDecoder()
    at = message.index("[", 1) + 1
    while message[at] != "]":
        _record, end = decoder.raw_decode(message, at)
        yield message[at:end]
        at = end + (message[end] == ",")
