"""What is known of each request, and each socket? A number that the log and the answer have, what it is about, how it ended, and how long that took.

An ASGI application around the real one, so that nothing has to be said twice for pages, streams and sockets.
"""

from __future__ import annotations

import logging
import re
import secrets
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from nodeviz.logs import about
from nodeviz.metrics import counted, observed

log = logging.getLogger("nodeviz.access")

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]

GIVEN_ID = re.compile(rb"[A-Za-z0-9_-]{8,64}")
"""What a proxy may call a request. Anything else is replaced."""

OF_RUN = re.compile(r"/(?:ws/runs|s|e|api/v1/(?:scenarios|runs))/([A-Za-z0-9_][A-Za-z0-9_-]{10})(?:[/.]|$)")
OF_ROOM = re.compile(r"/(?:ws/rooms|r)/([A-Z2-9]{6})(?:[/.]|$)")

UNWATCHED = frozenset({"/healthz", "/readyz", "/metrics"})
"""Asked all day by machines: neither counted nor logged."""

REFUSALS = {403: "forbidden", 413: "too_big", 422: "invalid", 429: "too_often"}
SOCKET_REFUSALS = {4400: "bad_message", 4404: "unknown", 4008: "stalled", 4429: "too_often", 4403: "forbidden"}


class Watched:
    """The application, watched."""

    def __init__(self, application: Application, *, writes_access_log: bool) -> None:
        self._application, self._writes = application, writes_access_log

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """One request or socket."""
        path = scope.get("path", "")
        if scope["type"] not in ("http", "websocket") or path in UNWATCHED:
            await self._application(scope, receive, send)
            return
        request_id = request_id_of(scope)
        watch = Watch(scope, send, request_id)
        with about(request=request_id, **subject_of(path)):
            try:
                await self._application(scope, receive, watch.send)
            finally:
                if self._writes and watch.ending:
                    extra = {"method": scope.get("method", "SOCKET"), "path": path[:200], "status": watch.ending, "ms": round(watch.ms(), 1)}
                    log.info("answered", extra=extra)


class Watch:
    """Looks at what is sent."""

    def __init__(self, scope: MutableMapping[str, Any], send: Send, request_id: str) -> None:
        self.ending = 0
        """Status or close code; 0 before."""
        self._send, self._id, self._started = send, request_id, time.perf_counter()
        self._is_static = scope.get("path", "").startswith("/static/")

    def ms(self) -> float:
        """Since it came."""
        return (time.perf_counter() - self._started) * 1000

    def send(self, message: Message) -> Awaitable[None]:
        """On to the server. What a socket says is the server's own coroutine: three hundred of them a moment are not looked at one by one."""
        return self._send(message) if message["type"] == "websocket.send" else self._looked_at(message)

    async def _looked_at(self, message: Message) -> None:
        match message["type"]:
            case "http.response.start":
                self.ending = message["status"]
                message = {**message, "headers": [*message.get("headers", ()), (b"x-request-id", self._id.encode())]}
                self._count_answer()
            case "websocket.close" if not self.ending:
                self.ending = message.get("code", 1000)
                if kind := SOCKET_REFUSALS.get(self.ending):
                    counted("refused", kind=kind)
            case _:
                pass
        await self._send(message)

    def _count_answer(self) -> None:
        if self._is_static:
            return
        counted("requests", status=str(self.ending))
        observed("request_seconds", self.ms() / 1000)
        if kind := REFUSALS.get(self.ending):
            counted("refused", kind=kind)


def request_id_of(scope: MutableMapping[str, Any]) -> str:
    """What a proxy called it, if that is a name; else a new one."""
    given = next((bytes(value) for name, value in scope.get("headers", ()) if name == b"x-request-id"), b"")
    return given.decode() if GIVEN_ID.fullmatch(given) else secrets.token_hex(8)


def subject_of(path: str) -> dict[str, str]:
    """The scenario or the room that an address is about."""
    if found := OF_RUN.match(path):
        return {"scenario": found[1]}
    if found := OF_ROOM.match(path):
        return {"room": found[1]}
    return {}
