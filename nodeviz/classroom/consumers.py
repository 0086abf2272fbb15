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
from django.http import parse_cookie
from django.utils.translation import gettext as _
from redis import RedisError

from nodeviz.classroom import room_feed
from nodeviz.classroom.guessing import counts_as_guess, may_guess, may_join
from nodeviz.classroom.room_codes import typed_code
from nodeviz.classroom.room_commands import Answered, Changed, Questioned, Refused, cleaned_nickname
from nodeviz.classroom.room_feed import RoomFeed, RoomLost, Seat, entered
from nodeviz.classroom.room_state import TEACHER, Role, Who
from nodeviz.classroom.room_store import NobodyKnown, Person, RoomGone, packed
from nodeviz.reader_language import activate_language
from nodeviz.scenarios.bounds import browser_with
from nodeviz.scenarios.models import Scenario

log = logging.getLogger(__name__)

Json = dict[str, Any]

MAX_MESSAGE_CHARACTERS = 8_000
"""The longest is a poll of eight long options."""

MESSAGES_PER_S, MESSAGES_AT_ONCE = 30, 90
"""Of one socket. A driver who scrubs says some ten a second."""

HELLO_WITHIN_S = 20
"""A socket that says nothing is closed."""

NAME_WITHIN_S = 600
"""So is one whose nickname was refused, and that thinks of no other."""

MAX_WINDOWS = 12
"""Of one person, or of the teacher, in one process. Those of a connection that was lost in silence are among them for some seconds."""

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
        headers = {name: value.decode("latin-1") for name, value in self.scope["headers"]}
        activate_language(headers.get(b"accept-language", ""))
        self.from_where = (self.scope.get("client") or ("",))[0], browser_with(parse_cookie(headers.get(b"cookie", "")))
        self.allowance, self.asked_s = float(MESSAGES_AT_ONCE), asyncio.get_running_loop().time()
        self.wait_for_hello(HELLO_WITHIN_S)

    def wait_for_hello(self, within_s: float) -> None:
        """And not for ever."""
        self.deadline = asyncio.get_running_loop().call_later(within_s, self.on_silence)

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
        code = typed_code(self.scope["url_route"]["kwargs"]["code"])
        may_try = await may_guess(*self.from_where)
        if not may_try and message.get("token") is None and message.get("key") is None:
            await self.close(room_feed.TOO_OFTEN)
            return
        try:
            if code is None:
                raise RoomGone
            if not hasattr(self, "feed"):
                self.feed = await self.holding.enter_async_context(entered(code))
            if self.feed.is_over:
                raise RoomLost
            await self.sit(self.feed, message, may_try=may_try)
        except RoomGone:
            await counts_as_guess(*self.from_where, code or "")
            await self.close(room_feed.UNKNOWN_ROOM if may_try else room_feed.TOO_OFTEN)
        except (RoomLost, RedisError):
            await self.close(room_feed.LOST)

    async def sit(self, feed: RoomFeed, message: Json, *, may_try: bool) -> None:
        """As the teacher, as somebody who was here, or, if it may be tried, as somebody new. Raises RoomGone."""
        me, who = None, TEACHER
        if message.get("token") is None:
            me = await feed.store.known(feed.code, message.get("person"), message.get("key"))
            if me is None and may_try:
                me = await self.join(feed, message.get("nickname"))
                if me is None:
                    return
            who = Who(role=Role.STUDENT, person=me.person if me else "")
        is_known = me or feed.is_driven_by(message.get("token"))
        if not is_known or feed.windows_of(who) >= MAX_WINDOWS:
            await self.close(room_feed.TOO_OFTEN if is_known or not may_try else room_feed.NOT_YOURS)
            return
        member = f"{me.person} {secrets.token_urlsafe(SOCKET_BYTES)}" if me else ""
        await (feed.store.stay(feed.code, [member]) if member else feed.store.touch(feed.code))
        # From here on it hears everything.
        self.seat = Seat(who, member, self.send, self.close)
        feed.seat(self.seat, me)

    async def join(self, feed: RoomFeed, nickname: object) -> Person | None:
        """Somebody new; None if it was told why not, and has some time to think about it. Raises RoomGone."""
        try:
            name = cleaned_nickname(nickname)
            if not await may_join(*self.from_where):
                raise Refused(_("Too many people came in from your address; wait a minute and try again."))
            return await feed.store.join(feed.code, name)
        except Refused as error:
            self.wait_for_hello(NAME_WITHIN_S)
            await self.refuse("hello", error)
            return None

    # -- saying something ----------------------------------------------------------------------------------------------------------

    async def command(self, seat: Seat, message: Json) -> None:
        """One of `room_commands.COMMANDS`."""
        op = str(message.get("op", ""))[:20]
        try:
            kept = await self.feed.store.command(self.feed.code, seat.who, message, self.check_link)
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
            match kept:
                case Answered(step=step, answer=answer):
                    seat.put(packed(["answered", step, answer]))
                case Questioned():
                    seat.put(packed(["questioned"]))

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
