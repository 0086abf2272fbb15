"""What does one socket say and hear? It joins a run at a record, and gets everything from there on. The messages are those of `frames.py`."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
from typing import Any
from urllib.parse import parse_qs

from asgiref.sync import sync_to_async
from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.http import parse_cookie

from nodeviz.framed_socket import WRITE_FRAMED
from nodeviz.runs.feed import FeedLost, follow
from nodeviz.runs.frames import joined_at
from nodeviz.runs.models import Run
from nodeviz.runs.outlet import Outlet, patience
from nodeviz.runs.shown import PARAMETER, run_shown
from nodeviz.scenarios.bounds import READS, browser_with, may_take

log = logging.getLogger(__name__)

STALLED_S = 30
"""A socket that takes no message for so long is closed. Until then the sender waits for it, so a slow viewer costs no memory."""

JOINS_AT_ONCE, JOINS_PER_S = 20, 1
"""Of one socket. A page joins once a connection, and once more for a hole in what it got; each join reads the past again."""

UNKNOWN_RUN, STALLED, BAD_MESSAGE, TOO_OFTEN, FEED_LOST = 4404, 4008, 4400, 4429, 1011


class RunConsumer(AsyncWebsocketConsumer):
    """`{"op": "join", "from": SEQ}` starts the stream at a record, and starts it anew when it comes again."""

    run: Run | None
    sender: asyncio.Task[None] | None = None

    async def connect(self) -> None:
        """Accepted before it is looked up, because a browser sees the code of an accepted socket only."""
        await self.accept()
        self.allowance, self.asked_s = float(JOINS_AT_ONCE), asyncio.get_running_loop().time()
        self.run = None
        if not await may_open(*who_opens(self.scope)):
            await self.close(TOO_OFTEN)
            return
        self.run = await database_sync_to_async(run_shown)(self.scope["url_route"]["kwargs"]["scenario_id"], wanted_version(self.scope))
        if self.run is None:
            await self.close(UNKNOWN_RUN)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        from_seq = joined_at(text_data or "")
        if from_seq is None:
            await self.close(BAD_MESSAGE)
        elif not self.may_join():
            await self.stop()
            await self.close(TOO_OFTEN)
        elif self.run is not None:
            await self.stop()
            self.sender = asyncio.create_task(self.send_from(self.run, from_seq))
            self.sender.add_done_callback(report)

    async def disconnect(self, code: int) -> None:
        await self.stop()

    async def stop(self) -> None:
        """End the sender, if there is one."""
        if self.sender:
            self.sender.cancel()
            await asyncio.wait({self.sender})

    def may_join(self) -> bool:
        """A bucket that fills evenly."""
        now_s = asyncio.get_running_loop().time()
        self.allowance = min(JOINS_AT_ONCE, self.allowance + (now_s - self.asked_s) * JOINS_PER_S) - 1
        self.asked_s = now_s
        return self.allowance >= 0

    async def send_from(self, run: Run, from_seq: int) -> None:
        """Everything from that record on, at the pace at which the socket takes it."""
        outlet = Outlet(self.base_send)
        try:
            write = self.scope.get("extensions", {}).get(WRITE_FRAMED)
            async with contextlib.aclosing(follow(run, from_seq, write)) as messages, patience(outlet, STALLED_S):
                async for message in messages:
                    await outlet.send(message)
        except TimeoutError:
            await self.close(STALLED)
        except FeedLost:
            await self.close(FEED_LOST)


may_open = sync_to_async(functools.partial(may_take, READS), thread_sensitive=False)
"""A socket costs what its page does: whoever opens one after the other would read the past as often as by joining."""


def who_opens(scope: Any) -> tuple[str, str]:
    """Address and browser."""
    cookie = next((value for name, value in scope["headers"] if name == b"cookie"), b"")
    return (scope.get("client") or ("",))[0], browser_with(parse_cookie(cookie.decode("latin-1")))


def report(sender: asyncio.Task[None]) -> None:
    """A mistake of ours must not end a sender in silence. An OSError is none: the socket is gone, and `disconnect` follows."""
    if not sender.cancelled() and (error := sender.exception()) and not isinstance(error, OSError):
        log.error("a sender ended", exc_info=error)


def wanted_version(scope: Any) -> str:
    """Of the simulator, if the address says; opening the page has made a run, if there was none."""
    return parse_qs(scope.get("query_string", b"").decode("latin-1")).get(PARAMETER, [""])[0]
