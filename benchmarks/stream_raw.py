"""What does sending the same bytes cost without nodeviz? An ASGI application that holds the messages of a run and sends each to every socket when it is due.

No cursor, no Redis, no consumer and no task for each socket: less cannot be done under the same server. Served as nodeviz is; `benchmarks/stream.py` compares.
"""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

Message = dict[str, Any]
Send = Callable[[Message], Awaitable[None]]

MESSAGES = "STREAM_MESSAGES"
"""Environment variable: a file with a JSON array of pairs, when each message is due in seconds after the first, and its text."""

sockets: set[Send] = set()
messages: list[tuple[float, str]] = json.loads(Path(os.environ[MESSAGES]).read_text()) if MESSAGES in os.environ else []


async def application(scope: Message, receive: Callable[[], Awaitable[Message]], send: Send) -> None:
    """Who says `go` has all of it sent to all others, at the pace of the file, and hears when each message was begun. Who says anything else only listens."""
    if scope["type"] != "websocket":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"alive\n"})
        return
    await receive()
    await send({"type": "websocket.accept"})
    try:
        while (said := await receive())["type"] == "websocket.receive":
            if said["text"] == "go":
                await send({"type": "websocket.send", "text": json.dumps(await send_all())})
            else:
                sockets.add(send)
    finally:
        sockets.discard(send)


async def send_all() -> list[float]:
    """When each message was begun."""
    started_s, begun_s = time.perf_counter(), []
    for due_s, text in messages:
        await asyncio.sleep(max(0.0, started_s + due_s - time.perf_counter()))
        begun_s.append(time.perf_counter())
        message = {"type": "websocket.send", "text": text}
        for each in tuple(sockets):
            await each(message)
    return begun_s
