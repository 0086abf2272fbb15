"""What does sending the same bytes cost without nodeviz? An ASGI application that holds the messages of a run and sends one to every socket when it is told to.

No cursor, no Redis, no consumer and no task for each socket: less cannot be done under the same server. Served as nodeviz is; `benchmarks/stream.py` compares.
"""

from __future__ import annotations

import json
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

Message = dict[str, Any]
Send = Callable[[Message], Awaitable[None]]

MESSAGES = "STREAM_MESSAGES"
"""Environment variable: a file with the texts as one JSON array."""

sockets: set[Send] = set()
messages: list[str] = json.loads(Path(os.environ[MESSAGES]).read_text()) if MESSAGES in os.environ else []


async def application(scope: Message, receive: Callable[[], Awaitable[Message]], send: Send) -> None:
    """Who says a number has that message sent to all others; who says anything else only listens."""
    if scope["type"] != "websocket":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"alive\n"})
        return
    await receive()
    await send({"type": "websocket.accept"})
    try:
        while (said := await receive())["type"] == "websocket.receive":
            if not said["text"].isdecimal():
                sockets.add(send)
                continue
            message = {"type": "websocket.send", "text": messages[int(said["text"])]}
            for each in tuple(sockets):
                await each(message)
    finally:
        sockets.discard(send)
