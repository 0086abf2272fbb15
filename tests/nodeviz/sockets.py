"""What do the tests of sockets share? A browser's end and a server's end of one, and a worker in slow motion."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator

import simulator
from nodeviz.asgi import application
from nodeviz.runs.journal import Journal, Record
from nodeviz.runs.models import Run

MakeRun = Callable[..., Run]
RECORDS: list[Record] = [{"seq": seq, "t": seq / 10, "layer": "kubelet", "call": "SyncPod enter"} for seq in range(1300)]
VERDICT = simulator.verdict(RECORDS)


class Viewer:
    """A browser's end of a socket."""

    def __init__(self, scenario_id: str, origin: bytes = b"http://localhost") -> None:
        self.scope = {
            "type": "websocket",
            "path": f"/ws/runs/{scenario_id}/",
            "query_string": b"",
            "headers": [(b"origin", origin), (b"host", b"localhost")],
            "subprotocols": [],
        }
        self.connection = ApplicationCommunicator(application, self.scope)

    async def open(self) -> str:
        """Returns how the handshake was answered."""
        await self.connection.send_input({"type": "websocket.connect"})
        return str((await self.connection.receive_output())["type"])

    async def say(self, message: str | bytes) -> None:
        kind = "text" if isinstance(message, str) else "bytes"
        await self.connection.send_input({"type": "websocket.receive", kind: message})

    async def hear(self) -> list[Any]:
        answer = await self.connection.receive_output(timeout=5)
        assert answer["type"] == "websocket.send", answer
        return list(json.loads(answer["text"]))

    async def closed(self) -> int:
        """Returns the code that the server closes with; nothing may come before."""
        answer = await self.connection.receive_output(timeout=5)
        assert answer["type"] == "websocket.close", answer
        return int(answer["code"])

    async def leave(self) -> None:
        await self.connection.send_input({"type": "websocket.disconnect", "code": 1001})
        await self.connection.wait(5)


@asynccontextmanager
async def socket(run: Run | str) -> AsyncIterator[Viewer]:
    viewer = Viewer(run if isinstance(run, str) else run.scenario_id)
    assert await viewer.open() == "websocket.accept"
    try:
        yield viewer
    finally:
        await viewer.leave()


async def join(viewer: Viewer, from_seq: int = 0) -> dict[str, Any]:
    """Join, and return what the greeting says."""
    await viewer.say(json.dumps({"op": "join", "from": from_seq}))
    kind, greeting = await viewer.hear()
    assert kind == "h"
    return dict(greeting)


async def until(viewer: Viewer, *states: str) -> tuple[list[Record], list[list[Any]]]:
    """The records and the states that come, up to one of these states."""
    records: list[Record] = []
    seen: list[list[Any]] = []
    while not seen or seen[-1][0] not in states:
        kind, *rest = await viewer.hear()
        if kind == "e":
            assert rest[0] == rest[1][0]["seq"]
            records += rest[1]
        else:
            seen.append(rest)
    return records, seen


class Pen:
    """A worker in slow motion: it writes as many records as it is told, then waits."""

    def __init__(self, run: Run) -> None:
        claimed = Run.objects.claim(run.pk, task_id="message-1")
        assert claimed
        self.run = claimed
        self.journal = Journal(claimed)
        self.kept: Iterator[Record] = self.journal.keep(iter(RECORDS))

    def write(self, count: int) -> None:
        for _ in range(count):
            next(self.kept, None)

    def finish(self) -> None:
        for _ in self.kept:
            pass
        self.journal.finish(VERDICT)


pen = sync_to_async(Pen)


async def write(holder: Pen, count: int) -> None:
    await sync_to_async(holder.write)(count)


async def finish(holder: Pen) -> None:
    await sync_to_async(holder.finish)()


def finished(run: Run) -> Run:
    """Written to its end before anybody looks."""
    Pen(run).finish()
    return run


class Wire:
    """A server's end of a socket that has joined, with a way of its own to take messages."""

    def __init__(self, run: Run, take: Callable[[], Awaitable[None]]) -> None:
        self.scope = Viewer(run.scenario_id).scope
        self.take = take
        self.closed: list[int] = []
        self.said = asyncio.Queue[dict[str, Any]]()
        self.said.put_nowait({"type": "websocket.connect"})
        self.said.put_nowait({"type": "websocket.receive", "text": '{"op": "join", "from": 0}'})

    async def send(self, message: dict[str, Any]) -> None:
        if message["type"] == "websocket.send":
            await self.take()
        elif message["type"] == "websocket.close":
            self.closed.append(message["code"])
            self.said.put_nowait({"type": "websocket.disconnect", "code": message["code"]})

    async def until_closed(self) -> None:
        await asyncio.wait_for(application(self.scope, self.said.get, self.send), 5)
