"""How does the web server meet who sends too much, too slowly, or does not read? Over real connections, with uvicorn as `./run` starts it and shorter times."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn
import websockets

from nodeviz import bounded_http
from nodeviz.bounded_http import BoundedHttp, without_large_bodies
from nodeviz.framed_socket import FramedSocket
from nodeviz.supervisor import programs
from nodeviz.web_limits import MAX_BODY_BYTES, MAX_HEAD_BYTES

LONG_S = 30.0
"""Nothing of what is tested lasts so long; a test that waits for it has failed."""

BLOCK = b"x" * 65536


async def echo(scope: dict[str, Any], receive: Callable[..., Any], send: Callable[..., Any]) -> None:
    """Says how many bytes of body it was given, as Django reads them."""
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        size, more = size + len(message["body"]), message["more_body"]
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(str(size)))]})
    await send({"type": "http.response.body", "body": str(size).encode()})


async def endless(scope: dict[str, Any], receive: Callable[..., Any], send: Callable[..., Any]) -> None:
    """An answer that is never over."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    gone = asyncio.ensure_future(until_gone(receive))
    while not gone.done():
        await send({"type": "http.response.body", "body": BLOCK, "more_body": True})
        await asyncio.sleep(0)


async def until_gone(receive: Callable[..., Any]) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


@asynccontextmanager
async def server(application: Callable[..., Any], **options: Any) -> AsyncIterator[tuple[int, uvicorn.Server]]:
    """Its port, and itself."""
    config = uvicorn.Config(application, http=BoundedHttp, port=0, lifespan="off", log_level="critical", timeout_graceful_shutdown=1, **options)
    serving = uvicorn.Server(config)
    task = asyncio.create_task(serving.serve())
    while not serving.started:
        await asyncio.sleep(0)
    try:
        yield serving.servers[0].sockets[0].getsockname()[1], serving
    finally:
        serving.should_exit = True
        await task


async def said(port: int, *pieces: bytes) -> bytes:
    """Everything that the server says to these, up to the end of the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        async with asyncio.timeout(LONG_S):
            try:
                for piece in pieces:
                    writer.write(piece)
                    await writer.drain()
                return await reader.read()
            except ConnectionError:
                return b""
    finally:
        writer.close()


def post(*headers: bytes) -> bytes:
    return b"POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + b"".join(header + b"\r\n" for header in headers) + b"\r\n"


CHUNK = b"%x\r\n%s\r\n" % (len(BLOCK), BLOCK)
LAST_CHUNK = b"0\r\n\r\n"


@pytest.mark.parametrize(
    ("pieces", "status", "words"),
    [
        pytest.param([post(b"Content-Length: 5"), b"hello"], 200, b"5", id="an ordinary request"),
        pytest.param([post(b"Transfer-Encoding: chunked"), CHUNK, CHUNK, LAST_CHUNK], 200, b"131072", id="a body in chunks"),
        pytest.param([post(b"Content-Length: %d" % MAX_BODY_BYTES), *[BLOCK] * 128], 200, b"%d" % MAX_BODY_BYTES, id="the largest body"),
        pytest.param([post(b"Content-Length: %d" % (MAX_BODY_BYTES + 1))], 200, b"0", id="what is announced as larger is not waited for"),
        pytest.param([post(b"Transfer-Encoding: chunked"), *[CHUNK] * 129], 413, b"", id="chunks beyond the limit are refused before there is an end"),
        pytest.param([post(b"Content-Length: 3", b"Transfer-Encoding: chunked"), CHUNK, LAST_CHUNK], 400, b"", id="two lengths at once"),
        pytest.param([post(b"Content-Length: 3", b"Content-Length: 5"), b"hello"], 400, b"", id="two different lengths"),
        pytest.param([post(b"Content-Length: -1")], 400, b"", id="a length below nothing"),
        pytest.param([post(b"Content-Length: 0x10")], 400, b"", id="a length in another notation"),
        pytest.param([post(b"X: " + b"x" * MAX_HEAD_BYTES)], 431, b"", id="a long header"),
        pytest.param([post(*[b"X%d: x" % n for n in range(8000)])], 431, b"", id="many short headers"),
        pytest.param([b"GET /" + b"x" * MAX_HEAD_BYTES + b" HTTP/1.1\r\nHost: localhost\r\n\r\n"], 431, b"", id="a long address"),
        pytest.param([b"GET / HTTP/1.1\r\nX: ", BLOCK, BLOCK, BLOCK], 431, b"", id="a header without an end"),
        pytest.param([post(b"Transfer-Encoding: chunked"), b"0\r\n", b"X: y\r\n" * 20_000], 431, b"", id="headers behind the body without an end"),
        pytest.param([b"\x16\x03\x01\x02\x00\x01"], 400, b"", id="TLS where there is none"),
    ],
)
async def test_how_much_is_taken(pieces: list[bytes], status: int, words: bytes) -> None:
    async with server(without_large_bodies(echo)) as (port, _serving):
        answer = await said(port, *pieces)

    # A connection that is closed while more is on its way may lose the answer; then there is none, and never a good one.
    head, _, body = answer.partition(b"\r\n\r\n")
    assert (head.split(b" ")[1:2], body if status == 200 else b"") in [([b"%d" % status], words), *([([], b"")] if status in (413, 431) else [])]


async def test_a_packed_body_is_not_unpacked() -> None:
    packed = gzip.compress(bytes(10 << 20))
    async with server(without_large_bodies(echo)) as (port, _serving):
        answer = await said(port, post(b"Content-Encoding: gzip", b"Content-Length: %d" % len(packed)), packed)

    assert answer.endswith(b"\r\n\r\n%d" % len(packed))


@pytest.mark.parametrize(
    ("limit", "pieces"),
    [
        pytest.param("HEAD_WITHIN_S", [], id="who says nothing"),
        pytest.param("HEAD_WITHIN_S", [b"GET / HTTP/1.1\r\nHost: loc"], id="who never ends the headers"),
        pytest.param("HEAD_WITHIN_S", [b"\r\n"], id="who sends empty lines"),
        pytest.param("BODY_WITHIN_S", [post(b"Content-Length: 5"), b"hell"], id="who never ends the body"),
        pytest.param("BODY_WITHIN_S", [post(b"Transfer-Encoding: chunked"), b"5;x=y"], id="who never ends a chunk"),
        pytest.param(
            "HEAD_WITHIN_S", [b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello", b"\r\n"], id="who sends an empty line behind a request"
        ),
    ],
)
async def test_who_is_not_waited_for(monkeypatch: pytest.MonkeyPatch, limit: str, pieces: list[bytes]) -> None:
    monkeypatch.setattr(bounded_http, limit, 0.1)
    async with server(echo) as (port, serving):
        await said(port, *pieces)

        assert not serving.server_state.connections


async def test_a_reader_who_does_not_read_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded_http, "READ_WITHIN_S", 0.1)
    async with server(endless) as (port, serving):
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1)
        writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        async with asyncio.timeout(LONG_S):
            while not serving.server_state.tasks:
                await asyncio.sleep(0)
            while serving.server_state.connections or serving.server_state.tasks:
                await asyncio.sleep(0.01)
        writer.close()
        del reader


async def test_a_reader_who_reads_gets_more_than_the_limit_s_time_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded_http, "HEAD_WITHIN_S", 0.05)
    monkeypatch.setattr(bounded_http, "BODY_WITHIN_S", 0.05)
    async with server(endless) as (port, _serving):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        loop = asyncio.get_running_loop()
        until_s = loop.time() + 0.3
        while loop.time() < until_s:
            assert await reader.read(65536)
        writer.close()


async def address(scope: dict[str, Any], receive: Callable[..., Any], send: Callable[..., Any]) -> None:
    """Says who asks, and how."""
    words = f"{scope['client'][0]} {scope['scheme']}".encode()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(words))]})
    await send({"type": "http.response.body", "body": words})


@pytest.mark.parametrize(
    ("trusted", "forwarded", "believed"),
    [
        pytest.param("192.0.2.1", b"203.0.113.9", b"127.0.0.1 http", id="from who is no proxy of ours: nothing"),
        pytest.param("127.0.0.1", b"203.0.113.9", b"203.0.113.9 https", id="from our proxy: what it says"),
        pytest.param("127.0.0.1", b"198.51.100.7, 203.0.113.9", b"203.0.113.9 https", id="of a list what our proxy wrote, which is last"),
    ],
)
async def test_who_is_believed_about_an_address(trusted: str, forwarded: bytes, believed: bytes) -> None:
    async with server(address, forwarded_allow_ips=trusted) as (port, _serving):
        answer = await said(port, post(b"X-Forwarded-For: " + forwarded, b"X-Forwarded-Proto: https", b"Content-Length: 0"))

    assert answer.endswith(b"\r\n\r\n" + believed)


async def listening(scope: dict[str, Any], receive: Callable[..., Any], send: Callable[..., Any]) -> None:
    """A socket that takes everything."""
    await receive()
    await send({"type": "websocket.accept"})
    while (await receive())["type"] != "websocket.disconnect":
        pass


async def test_a_socket_s_message_has_a_size() -> None:
    options = programs.web("127.0.0.1", 1).arguments
    limit = int(options[options.index("--ws-max-size") + 1])
    async with (
        server(listening, ws=FramedSocket, ws_max_size=limit) as (port, _serving),
        websockets.connect(f"ws://127.0.0.1:{port}/") as socket,
    ):
        await socket.send("x" * limit)
        await socket.send("x" * (limit + 1))
        with pytest.raises(websockets.ConnectionClosed) as closed:
            await socket.recv()

    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1009
