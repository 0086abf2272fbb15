"""What does one socket of a room say and hear? JSON objects come in, JSON arrays go out; ARCHITECTURE.md and room_commands.py have the words.

First `hello`: with the driver's token, as somebody who was here before (person and key), or with a nickname. Then commands, one at a time.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import secrets
from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.db import DatabaseError
from django.utils.translation import gettext as _
from redis import RedisError

from nodeviz.classroom import room_feed
from nodeviz.classroom.guessing import counts_as_guess, may_guess
from nodeviz.classroom.room_codes import typed_code
from nodeviz.classroom.room_commands import Changed, Refused
from nodeviz.classroom.room_feed import RoomFeed, RoomLost, Seat, entered
from nodeviz.classroom.room_state import TEACHER, Role, Who
from nodeviz.classroom.room_store import NobodyKnown, Person, RoomGone, packed
from nodeviz.reader_language import activate_language
from nodeviz.scenarios.models import Scenario

log = logging.getLogger(__name__)

Json = dict[str, Any]

MAX_MESSAGE_CHARACTERS = 8_000
"""The longest is a poll of eight long options."""

MESSAGES_PER_S, MESSAGES_AT_ONCE = 30, 90
"""Of one socket. A driver who scrubs says some ten a second."""

HELLO_WITHIN_S = 20
"""A socket that says nothing is closed."""

SOCKET_BYTES = 6


class RoomConsumer(AsyncWebsocketConsumer):
    """One window of somebody in a room."""

    seat: Seat | None = None
    deadline: asyncio.TimerHandle | None = None
    is_closed = False

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """However it ends, its place is free: behind an exception Channels says nothing of a disconnect."""
        self.holding = contextlib.AsyncExitStack()
        try:
            await super().__call__(scope, receive, send)
        except Exception:
            log.exception("a socket of a room ended")
            await self.close(room_feed.LOST)
        finally:
            await self.leave()

    async def connect(self) -> None:
        """Accepted before it is looked up, because a browser sees the code of an accepted socket only."""
        await self.accept()
        activate_language(dict(self.scope["headers"]).get(b"accept-language", b"").decode("latin-1"))
        self.allowance, self.asked_s = float(MESSAGES_AT_ONCE), asyncio.get_running_loop().time()
        self.deadline = asyncio.get_running_loop().call_later(HELLO_WITHIN_S, self.on_silence)

    def on_silence(self) -> None:
        """No hello came."""
        self.closing = asyncio.create_task(self.close(room_feed.BAD_MESSAGE))

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        message = _object(text_data)
        if self.is_closed:
            # What was under way when it was closed.
            return
        if message is None:
            await self.close(room_feed.BAD_MESSAGE)
        elif not self.may_speak():
            await self.close(room_feed.TOO_OFTEN)
        elif self.seat is None:
            await self.hello(message)
        else:
            await self.command(self.seat, message)

    async def close(self, code: int | bool | None = None, reason: str | None = None) -> None:
        """Once; a server that is told twice takes it for a mistake."""
        if not self.is_closed:
            self.is_closed = True
            await super().close(code, reason)

    async def leave(self) -> None:
        """The socket is gone, and everything that it held."""
        if self.deadline:
            self.deadline.cancel()
        if self.seat:
            seat, self.seat = self.seat, None
            self.feed.unseat(seat)
            await seat.stop()
            if seat.member:
                with contextlib.suppress(RedisError):
                    await self.feed.store.leave(self.feed.code, seat.member)
        await self.holding.aclose()

    # -- coming in -----------------------------------------------------------------------------------------------------------------

    async def hello(self, message: Json) -> None:
        """Find the room, and a seat in it."""
        if message.get("op") != "hello":
            await self.close(room_feed.BAD_MESSAGE)
            return
        if self.deadline:
            self.deadline.cancel()
        address = (self.scope.get("client") or ("",))[0]
        code = typed_code(self.scope["url_route"]["kwargs"]["code"])
        try:
            if not await may_guess(address):
                await self.close(room_feed.TOO_OFTEN)
                return
            if code is None:
                raise RoomGone
            if not hasattr(self, "feed"):
                self.feed = await self.holding.enter_async_context(entered(code))
            if self.feed.is_over:
                raise RoomLost
            await self.sit(self.feed, message)
        except RoomGone:
            await counts_as_guess(address)
            await self.close(room_feed.UNKNOWN_ROOM)
        except (RoomLost, RedisError):
            await self.close(room_feed.LOST)

    async def sit(self, feed: RoomFeed, message: Json) -> None:
        """As the teacher, as somebody who was here, or as somebody new. Raises RoomGone."""
        if message.get("token") is not None:
            if not feed.is_driven_by(message["token"]):
                await self.close(room_feed.NOT_YOURS)
                return
            self.take(feed, Seat(TEACHER, "", self.send, self.close), None)
            return
        me = await feed.store.known(feed.code, message.get("person"), message.get("key"))
        if me is None:
            try:
                me = await feed.store.join(feed.code, message.get("nickname"))
            except Refused as error:
                await self.refuse("hello", error)
                return
        member = f"{me.person} {secrets.token_urlsafe(SOCKET_BYTES)}"
        await feed.store.stay(feed.code, [member])
        self.take(feed, Seat(Who(role=Role.STUDENT, person=me.person), member, self.send, self.close), me)

    def take(self, feed: RoomFeed, seat: Seat, me: Person | None) -> None:
        """From here on it hears everything."""
        self.seat = seat
        feed.seat(seat, me)

    # -- saying something ----------------------------------------------------------------------------------------------------------

    async def command(self, seat: Seat, message: Json) -> None:
        """One of `room_commands.COMMANDS`."""
        op = str(message.get("op", ""))[:20]
        try:
            answered = await self.feed.store.command(self.feed.code, seat.who, message, self.check_link)
        except Refused as error:
            await self.refuse(op, error)
        except NobodyKnown:
            seat.end(room_feed.RESET)
        except RoomGone:
            seat.end(room_feed.UNKNOWN_ROOM)
        except (RedisError, DatabaseError) as error:
            log.warning("a command of a room is lost: %s", error)
            seat.end(room_feed.LOST)
        else:
            if answered:
                seat.put(packed(["answered", answered.step, answered.answer]))

    async def check_link(self, change: Changed) -> None:
        """A run that the class shall look at exists. Raises Refused."""
        link = change.state.run if "run" in change.fields else None
        if link and await database_sync_to_async(Scenario.objects.linked)(link) is None:
            raise Refused(_("There is nothing under this link: it was deleted, has expired, or never existed."))

    async def refuse(self, op: str, error: Refused) -> None:
        """`["refused", {"op", "message"}]`, to whoever asked and to nobody else."""
        text = packed(["refused", {"op": op, "message": str(error)}])
        if self.seat:
            self.seat.put(text)
        else:
            await self.send(text)

    def may_speak(self) -> bool:
        """A bucket that fills evenly."""
        now_s = asyncio.get_running_loop().time()
        self.allowance = min(MESSAGES_AT_ONCE, self.allowance + (now_s - self.asked_s) * MESSAGES_PER_S) - 1
        self.asked_s = now_s
        return self.allowance >= 0


def _object(text: str | None) -> Json | None:
    """None: it is none, or too long."""
    if text is None or len(text) > MAX_MESSAGE_CHARACTERS:
        return None
    try:
        message = json.loads(text)
        # What has a lone surrogate is no text: neither Redis nor the wire takes it.
        packed(message).encode()
    except (ValueError, RecursionError):
        return None
    return message if isinstance(message, dict) else None
