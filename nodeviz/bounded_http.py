"""How long does the web server wait for who sends or reads slowly, and how much does it take from one connection?

uvicorn itself waits for ever for a request, for its body and for a reader, and takes headers and bodies of any length; Django writes a body of any length
into a temporary file before a view is asked. This is uvicorn's own protocol with an end to each.
"""

from __future__ import annotations

import asyncio
import http
from collections.abc import Callable
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from nodeviz.web_limits import BODY_WITHIN_S, HEAD_WITHIN_S, LAST_REQUEST_WITHIN_S, MAX_BODY_BYTES, MAX_DISCARDED_BYTES, MAX_HEAD_BYTES, READ_WITHIN_S


class TooMuch(Exception):
    """Raised inside the parser, which then takes the request for a broken one."""


class BoundedHttp(HttpToolsProtocol):
    """One connection."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """From now on a request must come."""
        super().connection_made(transport)
        self._refused = http.HTTPStatus.BAD_REQUEST
        self._is_head = True
        """Between the end of one message and the end of the next one's headers."""
        self._unparsed_bytes = self._head_bytes = self._body_bytes = 0
        self._sender: asyncio.TimerHandle | None = None
        self._reader: asyncio.TimerHandle | None = None
        self._wait_for_sender(HEAD_WITHIN_S)

    def connection_lost(self, exc: Exception | None) -> None:
        """Nobody is waited for any more."""
        self._stop_waiting()
        super().connection_lost(exc)

    def shutdown(self) -> None:
        """The server ends. Who has just come is heard first: their request may be on its way, and they could not know whether it was taken."""
        if getattr(self, "cycle", None) is None:
            self.loop.call_later(LAST_REQUEST_WITHIN_S, super().shutdown)
        else:
            super().shutdown()

    # -- what comes in -------------------------------------------------------------------------------------------------------------

    def data_received(self, data: bytes) -> None:
        """A piece of a request."""
        if self._is_head:
            if self._sender is None:
                self._wait_for_sender(HEAD_WITHIN_S)
            self._unparsed_bytes += len(data)
        super().data_received(data)
        # Headers arrive one by one (`on_header`); a single one without end does not.
        if self._is_head and self._unparsed_bytes > MAX_HEAD_BYTES and not self.transport.is_closing():
            self._refuse(http.HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)

    def on_message_begin(self) -> None:
        """The first line begins."""
        self._head_bytes = self._body_bytes = 0
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        """A piece of the address. Raises TooMuch."""
        self._count_head(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header, or one trailer behind a body. Raises TooMuch."""
        self._count_head(len(name) + len(value))
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Now the body must come."""
        self._is_head, self._unparsed_bytes = False, 0
        self._wait_for_sender(BODY_WITHIN_S)
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """A piece of it. Raises TooMuch: whoever announced so much was answered before it was read."""
        self._body_bytes += len(body)
        if self._body_bytes > (MAX_DISCARDED_BYTES if self.cycle.response_complete else MAX_BODY_BYTES):
            self._refused = http.HTTPStatus.REQUEST_ENTITY_TOO_LARGE
            raise TooMuch
        super().on_body(body)

    def on_message_complete(self) -> None:
        """A whole request is there. How long the answer takes is not the sender's business."""
        self._is_head = True
        self._stop_waiting_for_sender()
        super().on_message_complete()

    def handle_websocket_upgrade(self) -> None:
        """The connection goes to another protocol."""
        self._stop_waiting()
        super().handle_websocket_upgrade()

    def send_400_response(self, msg: str) -> None:
        """Said instead, where it was too much and not wrong. After a part of an answer only the end of the connection can say it."""
        if self.cycle and self.cycle.response_started and not self.cycle.response_complete:
            self.transport.close()
        elif self._refused is http.HTTPStatus.BAD_REQUEST:
            super().send_400_response(msg)
        else:
            self._refuse(self._refused)

    def _count_head(self, size_bytes: int) -> None:
        self._head_bytes += size_bytes
        if self._head_bytes > MAX_HEAD_BYTES:
            self._refused = http.HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
            raise TooMuch

    def _refuse(self, status: http.HTTPStatus) -> None:
        words = f"{status.phrase}\n".encode()
        head = b"content-type: text/plain; charset=utf-8\r\ncontent-length: %d\r\nconnection: close\r\n\r\n" % len(words)
        self.transport.write(STATUS_LINE[status] + head + words)
        self.transport.close()

    # -- who is waited for ---------------------------------------------------------------------------------------------------------

    def pause_writing(self) -> None:
        """The reader is behind."""
        super().pause_writing()
        if self._reader is None:
            self._reader = self.loop.call_later(READ_WITHIN_S, self.transport.abort)

    def resume_writing(self) -> None:
        """It has caught up."""
        super().resume_writing()
        if self._reader is not None:
            self._reader.cancel()
            self._reader = None

    def _wait_for_sender(self, within_s: float) -> None:
        self._stop_waiting_for_sender()
        self._sender = self.loop.call_later(within_s, self.transport.abort)

    def _stop_waiting_for_sender(self) -> None:
        if self._sender is not None:
            self._sender.cancel()
            self._sender = None

    def _stop_waiting(self) -> None:
        self._stop_waiting_for_sender()
        if self._reader is not None:
            self._reader.cancel()
            self._reader = None


Application = Callable[..., Any]


def without_large_bodies(application: Application) -> Application:
    """An ASGI application that is not given a body that is announced as too large: the view then says so in its own words (`scenarios/bounds.py`)."""

    async def asked(scope: dict[str, Any], receive: Callable[..., Any], send: Callable[..., Any]) -> None:
        lengths = [value for name, value in scope["headers"] if name == b"content-length"]
        if not any(value.isdigit() and int(value) > MAX_BODY_BYTES for value in lengths):
            await application(scope, receive, send)
            return
        is_told = False

        async def receive_nothing() -> dict[str, Any]:
            nonlocal is_told
            if is_told:
                message: dict[str, Any] = await receive()
                while message["type"] == "http.request":
                    message = await receive()
                return message
            is_told = True
            return {"type": "http.request", "body": b"", "more_body": False}

        await application(scope, receive_nothing, send)

    return asked
