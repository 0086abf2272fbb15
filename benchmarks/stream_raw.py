"""What does sending the same bytes cost without nodeviz? An ASGI application that holds the messages of a run and sends each to every socket when it is due.

No cursor, no Redis, no consumer and no task for each socket: less cannot be done by ASGI's own `send`. It can also write framed bytes as nodeviz does
(`nodeviz/framed_socket.py`), and then less cannot be done at all. Served as nodeviz is; `benchmarks/stream.py` compares.
"""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from nodeviz.framed_socket import WRITE_FRAMED, WriteFramed, framed

Message = dict[str, Any]
Send = Callable[[Message], Awaitable[None]]

MESSAGES = "STREAM_MESSAGES"
"""Environment variable: a file with a JSON array of pairs, when each message is due in seconds after the first, and its text."""

GO, GO_FRAMED = "go", "go framed"

sockets: dict[Send, WriteFramed] = {}
messages: list[tuple[float, str]] = json.loads(Path(os.environ[MESSAGES]).read_text()) if MESSAGES in os.environ else []


async def application(scope: Message, receive: Callable[[], Awaitable[Message]], send: Send) -> None:
    """Who says GO has all of it sent to all others, at the pace of the file, and hears when each message was begun. Who says anything else only listens."""
    if scope["type"] != "websocket":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"alive\n"})
        return
    await receive()
    await send({"type": "websocket.accept"})
    try:
        while (said := await receive())["type"] == "websocket.receive":
            if said["text"] in (GO, GO_FRAMED):
                await send({"type": "websocket.send", "text": json.dumps(await send_all(is_framed=said["text"] == GO_FRAMED))})
            else:
                sockets[send] = scope["extensions"][WRITE_FRAMED]
    finally:
        sockets.pop(send, None)


async def send_all(*, is_framed: bool) -> list[float]:
    """When each message was begun."""
    started_s, begun_s = time.perf_counter(), []
    for due_s, text in messages:
        await asyncio.sleep(max(0.0, started_s + due_s - time.perf_counter()))
        begun_s.append(time.perf_counter())
        message = {"type": "websocket.send", "text": text}
        if is_framed:
            frame = framed(text)
            for send, write in tuple(sockets.items()):
                if not write(frame):
                    await send(message)
        else:
            for send in tuple(sockets):
                await send(message)
    return begun_s
