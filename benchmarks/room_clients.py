"""What does a class cost whom it is measured by? Websocket clients that do as little as possible: a frame is looked at, and only what is needed is parsed.

A client library takes longer for a message than the server that is measured; three hundred of them in one process would measure themselves.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import struct
import time
from collections.abc import Callable
from typing import Any

Heard = Callable[["Client", str, float], None]


class Client(asyncio.Protocol):
    """One socket. `heard` gets each text with the moment at which its bytes were read."""

    def __init__(self, path: str, host: str, heard: Heard) -> None:
        self.path, self.host, self.heard = path, host, heard
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.bytes = 0
        self._buffer = bytearray()
        self._transport: Any = None

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        key = base64.b64encode(os.urandom(16)).decode()
        lines = (f"GET {self.path} HTTP/1.1", f"Host: {self.host}", f"Origin: http://{self.host}", "Upgrade: websocket", "Connection: Upgrade")
        transport.write("\r\n".join((*lines, f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13", "", "")).encode())

    def connection_lost(self, error: Exception | None) -> None:
        if not self.opened.done():
            self.opened.set_exception(ConnectionError(f"no socket: {bytes(self._buffer[:80])!r}"))
        if not self.closed.done():
            self.closed.set_result(None)

    def data_received(self, data: bytes) -> None:
        at_s = time.perf_counter()
        self.bytes += len(data)
        self._buffer += data
        if not self.opened.done():
            head, separator, rest = bytes(self._buffer).partition(b"\r\n\r\n")
            if not separator:
                return
            if b" 101 " not in head:
                self._transport.close()
                return
            self._buffer = bytearray(rest)
            self.opened.set_result(None)
        while (frame := self._frame()) is not None:
            opcode, payload = frame
            if opcode == 1:
                self.on_payload(payload, at_s)
            elif opcode == 9:
                self._write(10, payload)
            elif opcode == 8:
                self._transport.close()

    def on_payload(self, payload: bytes, at_s: float) -> None:
        """A text has come."""
        self.heard(self, payload.decode(), at_s)

    def say(self, op: str, **words: Any) -> None:
        self.write(json.dumps({"op": op, **words}))

    def write(self, text: str) -> None:
        self._write(1, text.encode())

    def stop_reading(self) -> None:
        """As a laptop that was closed, or a tab that hangs."""
        self._transport.pause_reading()

    def drop(self) -> None:
        """As a wifi does: no word of farewell."""
        self._transport.abort()

    def _frame(self) -> tuple[int, bytes] | None:
        """The next whole one of the buffer; a server's are neither masked nor, here, split."""
        buffer = self._buffer
        if len(buffer) < 2:
            return None
        size, start = buffer[1] & 127, 2
        if size == 126:
            if len(buffer) < 4:
                return None
            size, start = struct.unpack_from("!H", buffer, 2)[0], 4
        elif size == 127:
            if len(buffer) < 10:
                return None
            size, start = struct.unpack_from("!Q", buffer, 2)[0], 10
        if len(buffer) < start + size:
            return None
        opcode, payload = buffer[0] & 15, bytes(buffer[start : start + size])
        del buffer[: start + size]
        return opcode, payload

    def _write(self, opcode: int, payload: bytes) -> None:
        size = len(payload)
        head = struct.pack("!BB", 128 | opcode, 128 | size) if size < 126 else struct.pack("!BBH", 128 | opcode, 254, size)
        # The mask is nothing: what it protects from is a proxy, and there is none.
        self._transport.write(head + b"\0\0\0\0" + payload)


async def connected(address: tuple[str, int], path: str, heard: Heard, kind: type[Client] = Client) -> Client:
    """A client whose handshake is done."""
    host = f"{address[0]}:{address[1]}"
    _, client = await asyncio.get_running_loop().create_connection(lambda: kind(path, host, heard), *address)
    await client.opened
    return client
