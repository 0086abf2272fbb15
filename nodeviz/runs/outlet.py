"""How long does a socket's own task wait for it? As long as it takes something now and then."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any


class Outlet:
    """The way into one socket."""

    def __init__(self, send: Callable[[dict[str, Any]], Awaitable[None]]) -> None:
        self.waits_since_s: float | None = None
        """Since when the socket has not taken what it was given; None: it is not waited for."""
        self._send = send

    async def send(self, text: str) -> None:
        """To its end."""
        self.waits_since_s = time.monotonic()
        await self._send({"type": "websocket.send", "text": text})
        self.waits_since_s = None


@contextlib.asynccontextmanager
async def patience(outlet: Outlet, most_s: float) -> AsyncIterator[None]:
    """Raises TimeoutError in its block when the socket takes nothing for so long, or half as long again.

    It looks now and then: a timer for each message would cost a third of what sending it does.
    """
    loop = asyncio.get_running_loop()
    timer: asyncio.TimerHandle
    async with asyncio.timeout(None) as limit:

        def look() -> None:
            nonlocal timer
            if outlet.waits_since_s is not None and time.monotonic() - outlet.waits_since_s >= most_s:
                limit.reschedule(loop.time())
            else:
                timer = loop.call_later(most_s / 2, look)

        timer = loop.call_later(most_s / 2, look)
        try:
            yield
        finally:
            timer.cancel()
