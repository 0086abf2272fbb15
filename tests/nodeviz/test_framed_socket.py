"""Does a socket that bytes are written to directly behave as one that messages are sent to? Over real connections, with uvicorn as `./run` starts it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
import websockets
from uvicorn.protocols.utils import ClientDisconnected

from nodeviz.framed_socket import WRITE_FRAMED, FramedSocket, WriteFramed, framed
from tests.nodeviz.test_bounded_http import server

PIECE = "x" * 65_536
PIECES = 1_000
"""Far more than what the system keeps for a reader who does not read."""

Send = Callable[[dict[str, Any]], Any]


class Socket:
    """The application's end of one."""

    def __init__(self) -> None:
        self.send: Send
        self.write: WriteFramed
        self.is_open, self.is_gone = asyncio.Event(), asyncio.Event()

    async def __call__(self, scope: dict[str, Any], receive: Callable[..., Any], send: Send) -> None:
        await receive()
        self.send, self.write = send, scope["extensions"][WRITE_FRAMED]
        self.refused_before = not self.write(framed("too soon"))
        await send({"type": "websocket.accept"})
        self.is_open.set()
        while (await receive())["type"] != "websocket.disconnect":
            pass
        self.is_gone.set()


@asynccontextmanager
async def connected() -> AsyncIterator[tuple[Socket, websockets.ClientConnection]]:
    """Both ends."""
    socket = Socket()
    async with (
        asyncio.timeout(30),
        server(socket, ws=FramedSocket, ws_per_message_deflate=False) as (port, _serving),
        websockets.connect(f"ws://127.0.0.1:{port}/", compression=None, max_size=None, max_queue=1) as client,
    ):
        await socket.is_open.wait()
        yield socket, client


@pytest.mark.parametrize("text", ["", "ä", "x" * 125, "x" * 126, "x" * 65_535, "x" * 65_536])
async def test_what_is_written_is_what_would_be_sent_and_both_keep_their_order(text: str) -> None:
    async with connected() as (socket, client):
        for number in range(2):
            assert socket.write(framed(f"{number}{text}"))
            await socket.send({"type": "websocket.send", "text": f"{number}{text}"})
        heard = [await client.recv() for _ in range(4)]

    assert heard == [f"0{text}", f"0{text}", f"1{text}", f"1{text}"]


async def test_who_does_not_read_is_written_nothing_more_and_can_be_waited_for() -> None:
    async with connected() as (socket, client):
        frame, taken = framed(PIECE), 0
        while taken < PIECES and socket.write(frame):
            taken += 1
        refused_again = not socket.write(frame)
        waits = asyncio.ensure_future(socket.send({"type": "websocket.send", "text": "the rest"}))
        heard = [await client.recv() for _ in range(taken + 1)]
        await waits
        takes_again = socket.write(frame)

    assert 0 < taken < PIECES
    assert (refused_again, heard, takes_again) == (True, [PIECE] * taken + ["the rest"], True)


async def test_nothing_is_written_before_the_handshake_nor_behind_the_farewell() -> None:
    async with connected() as (socket, client):
        await socket.send({"type": "websocket.close", "code": 4404})
        refused_behind = not socket.write(framed("too late"))
        with pytest.raises(websockets.ConnectionClosed) as closed:
            await client.recv()

    assert closed.value.rcvd is not None
    assert (socket.refused_before, refused_behind, closed.value.rcvd.code) == (True, True, 4404)


@pytest.mark.parametrize("how", ["with a word", "without one"])
async def test_nothing_is_written_to_who_has_left(how: str) -> None:
    async with connected() as (socket, client):
        if how == "with a word":
            await client.close()
        else:
            client.transport.abort()
        await socket.is_gone.wait()
        is_refused = not socket.write(framed("anybody?"))
        with pytest.raises(ClientDisconnected):
            await socket.send({"type": "websocket.send", "text": "anybody?"})

    assert is_refused
