"""How does one message get into hundreds of sockets? Framed once, and written by each as it is.

An ASGI server encodes, frames and copies a message anew for each socket, which is a quarter of what it costs to show something to a crowd. But a server's
frames are neither masked nor, here, compressed, so they are the same bytes for everybody. This is uvicorn's own protocol and a way to write such bytes: an
extension of its scope, which an application that is served otherwise does not find.
"""

from __future__ import annotations

from collections.abc import Callable

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame, Opcode
from websockets.protocol import State

WRITE_FRAMED = "nodeviz.write_framed"
"""The extension's name. Its value is a `WriteFramed`."""

WriteFramed = Callable[[bytes], bool]
"""False: nothing was written, because the socket does not take it at once or is gone; the server's `send` waits, and says so."""


def framed(text: str) -> bytes:
    """As any socket has it on the wire."""
    return Frame(Opcode.TEXT, text.encode()).serialize(mask=False)


class FramedSocket(WebSocketsSansIOProtocol):
    """One socket."""

    async def run_asgi(self) -> None:
        """The application, which is told what else there is."""
        self.scope["extensions"][WRITE_FRAMED] = self.write_framed  # type: ignore[index, assignment]
        await super().run_asgi()

    def write_framed(self, frame: bytes) -> bool:
        """A `WriteFramed`."""
        if not self.writable.is_set() or self.conn.state is not State.OPEN or self.transport.is_closing():
            return False
        self.transport.write(frame)
        return True
