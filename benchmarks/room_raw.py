"""What do the same bytes cost without a room? An ASGI application that gives what one socket says to all others, and does nothing else.

Served as nodeviz is; `benchmarks/room.py` compares the two.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

Message = dict[str, Any]
Send = Callable[[Message], Awaitable[None]]

sockets: set[Send] = set()


async def application(scope: Message, receive: Callable[[], Awaitable[Message]], send: Send) -> None:
    """A socket that only listens says nothing."""
    if scope["type"] != "websocket":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"alive\n"})
        return
    await receive()
    await send({"type": "websocket.accept"})
    sockets.add(send)
    try:
        while (message := await receive())["type"] == "websocket.receive":
            for each in tuple(sockets):
                await each({"type": "websocket.send", "text": message["text"]})
    finally:
        sockets.discard(send)
