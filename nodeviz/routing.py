"""Which address is a websocket?"""

from __future__ import annotations

from channels.generic.websocket import AsyncWebsocketConsumer
from django.urls import re_path

from nodeviz.classroom.routing import websocket_urlpatterns as rooms
from nodeviz.runs.routing import websocket_urlpatterns as runs


class NoSuchSocket(AsyncWebsocketConsumer):
    """Refuses the handshake. Without it an unknown address would be an exception in the log."""

    async def connect(self) -> None:
        await self.close()


websocket_urlpatterns = [*runs, *rooms, re_path(r"", NoSuchSocket.as_asgi())]
