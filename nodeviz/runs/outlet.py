"""How does a message get into a socket? At once, as long as the socket takes it at once; otherwise its own task waits, and is not patient for ever.

A task that is woken for each message costs a third of what sending it does, and nearly always the server takes the message without a pause. So the feed's
reader begins the sending itself, as a function that runs until it would have to wait; only then the socket's task takes over, at that very place.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
import types
from collections.abc import AsyncIterator, Callable, Coroutine, Generator
from typing import Any

Message = dict[str, Any]
Send = Callable[[Message], Coroutine[Any, Any, None]]


def text_message(text: str) -> Message:
    """As a server wants it."""
    return {"type": "websocket.send", "text": text}


class Outlet:
    """The way into one socket. One message at a time: who began one waits for `finished` before the next."""

    def __init__(self, send: Send) -> None:
        self.waits_since_s: float | None = None
        """Since when the socket takes nothing; None: it is not waited for."""
        self._send = send
        self._rest: Coroutine[Any, Any, None] | None = None
        self._error: Exception | None = None

    async def send(self, text: str) -> None:
        """To its end."""
        if not self.begin(text_message(text)):
            await self.finished()

    def begin(self, message: Message) -> bool:
        """Send it. False: it is not through, or the socket is gone; `finished` says."""
        sending = self._send(message)
        try:
            waits_for = sending.send(None)
        except StopIteration:
            return True
        except Exception as error:
            self._error = error
        else:
            self.waits_since_s = time.monotonic()
            self._rest = _rest(sending, waits_for)
        return False

    async def finished(self) -> None:
        """What was begun is through. Raises what the server said of it."""
        error, self._error = self._error, None
        if error is not None:
            raise error
        rest, self._rest = self._rest, None
        if rest is not None:
            await rest
            self.waits_since_s = None

    def close(self) -> None:
        """What was begun is given up."""
        if self._rest is not None:
            self._rest.close()


@types.coroutine
def _rest(sending: Coroutine[Any, Any, None], waits_for: Any) -> Generator[Any, Any, None]:
    """What is left of a coroutine that was begun outside a task, for the task that goes on with it: first wait for what it waits for."""
    try:
        yield waits_for
    except BaseException:
        sending.close()
        raise
    yield from sending  # type: ignore[misc]


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
