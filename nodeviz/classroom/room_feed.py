"""How does a room reach everybody who is in it? One reader a process and room; what is new is written out once, and every socket gets the same text.

Nothing is replayed: who comes, comes back, or fell behind is told how the room stands now, in a few kB, and from then on what changes. A socket has a bounded
outbox, so a slow one costs a known amount of memory, and is closed when it is full; its page comes back and is told the state.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import time
import weakref
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from typing import Any

from channels.db import database_sync_to_async
from django.db import DatabaseError
from redis import RedisError

from nodeviz.classroom import room_store
from nodeviz.classroom.room_class import Class
from nodeviz.classroom.room_questions import Ask, ask_of_poll
from nodeviz.classroom.room_state import Phase, Role, Who, aged
from nodeviz.classroom.room_store import Entry, Everything, Person, RoomGone, RoomStore, life_ms, packed
from nodeviz.runs.stream import stop_reader
from nodeviz.scenarios.models import Scenario

log = logging.getLogger(__name__)

Json = dict[str, Any]

BLOCK_MS = 5_000
"""The reader waits so long for news before it looks whether the room is still there; below the connection's timeout."""

TELL_S = 0.3
"""The teacher's view of the class, and how many are here, are told at most so often: 300 people who answer at once are four messages, not 300."""

HEARTBEAT_S = 8.0
"""A process says so often which sockets it has, and looks which the others have. Three times within HERE_MS."""

KEEP_LINKS_S = 1800.0
"""The links that a room shows count as opened so often."""

MAX_OUTBOX = 200
"""Messages that a socket may be behind: ten seconds of a driver who scrubs, some 60 kB of texts that it shares with everybody."""

STALLED_S = 15.0
"""A socket that takes no message for so long is closed."""

BAD_MESSAGE, NOT_YOURS, UNKNOWN_ROOM, STALLED, RESET, ENDED, REMOVED, TOO_OFTEN, LOST = 4400, 4403, 4404, 4008, 4409, 4410, 4411, 4429, 1011
"""Codes that a socket is closed with. After 4404 and 4410 there is nothing to come back to; after 4409 and 4411 one comes back with a nickname."""


class RoomLost(Exception):
    """The room cannot be followed at the moment; whoever is in it may come again."""


class Seat:
    """One socket in the room."""

    def __init__(self, who: Who, member: str, send: Callable[[str], Awaitable[None]], close: Callable[[int], Coroutine[Any, Any, None]]) -> None:
        self.who = who
        self.member = member
        """`<person> <socket>`; empty for a teacher."""
        self._send, self._close = send, close
        self._outbox: deque[str] = deque()
        self._code = 0
        self._sending_since_s = float("inf")
        self._filled = asyncio.Event()
        self._sender = _reported(self._run())

    @property
    def is_teacher(self) -> bool:
        """Sees the class."""
        return self.who.role is Role.TEACHER

    def put(self, text: str) -> None:
        """To be sent in its turn; or the socket is too far behind."""
        if self._code:
            return
        if len(self._outbox) >= MAX_OUTBOX:
            self._outbox.clear()
            self.end(STALLED)
            return
        self._outbox.append(text)
        self._filled.set()

    def end(self, code: int) -> None:
        """Close behind what is in the outbox."""
        self._code = self._code or code
        self._filled.set()

    def end_if_stalled(self, now_s: float) -> None:
        """Looked at now and then: a timer for each message would cost a third of what sending it does."""
        if now_s - self._sending_since_s > STALLED_S:
            self._sending_since_s = float("inf")
            self._sender.cancel()
            self._sender = _reported(self._close(STALLED))

    async def stop(self) -> None:
        """The socket is gone."""
        self._sender.cancel()
        await asyncio.wait({self._sender})

    async def _run(self) -> None:
        while True:
            while self._outbox:
                self._sending_since_s = time.monotonic()
                await self._send(self._outbox.popleft())
                self._sending_since_s = float("inf")
            if self._code:
                break
            self._filled.clear()
            await self._filled.wait()
        await self._close(self._code)


class RoomFeed:
    """One room as this process sees it, from its first socket to its last."""

    def __init__(self, code: str) -> None:
        self.code = code
        self.store = RoomStore()
        self.users = 0
        """Sockets that hold on to it, seated or not."""
        self._seats: set[Seat] = set()
        self._state: Json = {}
        """In the words of the wire, with `since_ms`."""
        self._asks: dict[str, Ask] = {}
        """Step -> what it asks, polls among them."""
        self._revealed: set[str] = set()
        self._offset_ms = 0.0
        """From this process' monotonic clock to Redis' time."""
        self._told_people = ""
        self._news = asyncio.Event()
        self._ready = asyncio.Event()
        self._closing = asyncio.Event()
        self._reader = asyncio.create_task(self._read(), name=f"reader of room {code}")
        self._reader.add_done_callback(self._on_reader_end)
        self._voice, self._pulse = _reported(self._tell()), _reported(self._live())

    @property
    def is_over(self) -> bool:
        """It will hear nothing more."""
        return self._reader.done()

    async def ready(self) -> None:
        """It knows the room. Raises RoomGone and RoomLost."""
        await self._ready.wait()
        if self.is_over:
            error = self._reader.exception()
            if isinstance(error, RoomGone) or error is None:
                raise RoomGone
            raise RoomLost from error

    async def close(self) -> None:
        """The last socket has left."""
        self._voice.cancel()
        # Not cancelled: a connection that is being made would stay open.
        self._closing.set()
        await stop_reader(self._reader)
        await asyncio.wait((self._voice, self._pulse))
        await self.store.close()

    # -- who is in it --------------------------------------------------------------------------------------------------------------

    def is_driven_by(self, token: object) -> bool:
        """Is that the driver's token?"""
        return self.about.is_driven_by(token)

    def seat(self, seat: Seat, me: Person | None) -> None:
        """From the welcome on it gets everything: no change falls between the two, because nothing else happens meanwhile."""
        seat.put(packed(["welcome", self._welcome(seat, me)]))
        if seat.is_teacher:
            seat.put(packed(["class", self.people.whole(self._asks)]))
        seat.put(packed(["people", self._here()]))
        self._seats.add(seat)

    def unseat(self, seat: Seat) -> None:
        """It has left."""
        self._seats.discard(seat)

    def windows_of(self, who: Who) -> int:
        """How many there are in this process."""
        return sum(seat.who == who for seat in self._seats)

    def _welcome(self, seat: Seat, me: Person | None) -> Json:
        steps = self._asks if seat.is_teacher else self._revealed
        about = self.about
        return {
            "room": {"code": self.code, "title": about.title, "lesson": about.lesson, "scenario": about.scenario, "ends_s": life_ms() // 1000},
            "me": {
                "person": me.person if me else None,
                "key": me.key if me else None,
                "nickname": me.nickname if me else None,
                **self.people.signals_of(seat.who.person),
                "role": seat.who.role,
            },
            "state": aged(self._state, self._now_ms()),
            "answers": self.people.answers_of(seat.who.person) if me else {},
            "histograms": self.people.histograms(self._asks, sorted(steps)),
        }

    def _here(self) -> Json:
        return {"here": self.people.here, "driver": self.people.nickname(self._state["driver"])}

    # -- what happens --------------------------------------------------------------------------------------------------------------

    async def _read(self) -> None:
        """Until the room is over. Raises RoomGone, RoomLost and RedisError."""
        found = await self.store.everything(self.code)
        self._take(found)
        position, count = found.position, found.count
        if found.seen.state.ended:
            return
        self._ready.set()
        while True:
            entries = await self.store.news(self.code, position, block_ms=BLOCK_MS)
            for entry in entries:
                if entry.count != count + 1 and entry.kind not in (room_store.END_ENTRY, room_store.RESET_ENTRY):
                    # After an end or a new beginning nobody misses what was before it, which is forgotten.
                    raise RoomLost(f"room {self.code}: entry {entry.count} follows {count}")
                position, count = entry.position, entry.count
                self._on_entry(entry)
                if entry.kind == room_store.END_ENTRY:
                    return
            if not entries:
                await self.store.seen(self.code)

    def _take(self, found: Everything) -> None:
        self.about = found.seen.about
        state = found.seen.state
        self._set_time(found.seen.now_ms)
        self._state = {name: value for name, value in state.as_json().items() if name not in ("phases", "polls", "ended")}
        self._asks = {str(number): ask for number, ask in enumerate(self.about.asks) if ask}
        self._asks |= {f"poll-{number}": ask for number, ask in enumerate(state.polls, 1)}
        self._revealed = {str(number) for number, phase in enumerate(state.phases) if phase is Phase.REVEALED and str(number) in self._asks}
        if state.poll and state.poll.phase is Phase.REVEALED:
            self._revealed.add(state.poll.step)
        self.people = Class(found.people, found.answers, found.questions, found.here)
        self.people.news(self._asks)

    def _on_entry(self, entry: Entry) -> None:
        match entry.kind:
            case room_store.SET_ENTRY:
                self._on_set(*json.loads(entry.text))
            case room_store.RESET_ENTRY:
                self._on_reset(*json.loads(entry.text))
            case room_store.END_ENTRY:
                self._to_all(packed(["end", {}]))
                for seat in self._seats:
                    seat.end(ENDED)
            case "person":
                self.people.on_person(json.loads(entry.text))
            case "removed":
                self.people.on_removed(entry.text)
                for seat in self._seats:
                    if seat.who.person == entry.text:
                        seat.end(REMOVED)
            case "answer":
                self.people.on_answer(json.loads(entry.text))
            case "question":
                self.people.on_question(json.loads(entry.text))
            case "here":
                self.people.on_come(entry.text)
            case "left":
                self.people.on_left(entry.text)
        self._news.set()

    def _on_set(self, seq: int, part: Json) -> None:
        """Everybody gets the same text; who follows needs nobody's time of day."""
        self._state |= {"seq": seq, **part}
        self._to_all(packed(["set", seq, aged(part, self._now_ms())]))
        if "phase" in part:
            self._show(str(self._state["step"]), part["phase"])
        if poll := part.get("poll"):
            self._asks.setdefault(poll["step"], ask_of_poll(poll))
            self._show(poll["step"], poll["phase"])

    def _show(self, step: str, phase: str) -> None:
        """How the class answered, to everybody, as soon as the truth is shown. All answers stand before this entry of the stream: later ones are refused."""
        if phase == Phase.REVEALED and step in self._asks:
            self._revealed.add(step)
            self._to_all(packed(["histogram", step, self.people.histogram(self._asks[step], step)]))

    def _on_reset(self, seq: int, part: Json) -> None:
        self._state |= {"seq": seq, **part}
        self._asks = {step: ask for step, ask in self._asks.items() if not step.startswith("poll-")}
        self._revealed.clear()
        self.people = Class({}, {}, {}, ())
        text = packed(["set", seq, aged(part, self._now_ms())])
        whole = packed(["class", self.people.whole(self._asks)])
        for seat in self._seats:
            if seat.is_teacher:
                seat.put(text)
                seat.put(whole)
            else:
                seat.end(RESET)

    def _to_all(self, text: str) -> None:
        for seat in self._seats:
            seat.put(text)

    # -- what is told now and then -------------------------------------------------------------------------------------------------

    async def _tell(self) -> None:
        """The class to its teacher, and to all how many they are: what has gathered since the last time."""
        await self._ready.wait()
        while True:
            await self._news.wait()
            self._news.clear()
            if self.people.is_news:
                text = packed(["class", self.people.news(self._asks)])
                for seat in self._seats:
                    if seat.is_teacher:
                        seat.put(text)
            people = packed(["people", self._here()])
            if people != self._told_people:
                self._told_people = people
                self._to_all(people)
            await asyncio.sleep(TELL_S)

    async def _live(self) -> None:
        """Say who is here, hear who is elsewhere, and keep the links that the room shows. A Redis that is away is the reader's business."""
        await self._ready.wait()
        kept_s = float("-inf")
        while not self.is_over and not self._closing.is_set():
            if time.monotonic() - kept_s >= KEEP_LINKS_S:
                kept_s = time.monotonic()
                # A database that is away is no reason to stop saying who is here.
                with contextlib.suppress(DatabaseError):
                    await self.keep_links()
            for seat in self._seats:
                seat.end_if_stalled(time.monotonic())
            with contextlib.suppress(RedisError, RoomGone):
                if members := [seat.member for seat in self._seats if seat.member]:
                    await self.store.stay(self.code, members)
                here, now_ms = await self.store.here(self.code)
                self._set_time(now_ms)
                self.people.on_here({*here, *(seat.member for seat in self._seats if seat.member)})
                self._news.set()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._closing.wait(), HEARTBEAT_S)

    async def keep_links(self) -> None:
        """Nobody deletes what a class looks at."""
        run = self._state["run"]
        links = [link for link in (self.about.scenario, run and run["id"]) if link]
        if links:
            await database_sync_to_async(_opened)(links)

    def _on_reader_end(self, reader: asyncio.Task[None]) -> None:
        """Nobody waits for it any more: whoever is in the room comes again, or learns that there is none."""
        self._ready.set()
        if reader.cancelled():
            return
        error = reader.exception()
        if error is not None and not isinstance(error, RoomGone | RoomLost | RedisError):
            log.error("the reader of a room ended", exc_info=error)
        for seat in self._seats:
            seat.end(ENDED if error is None else UNKNOWN_ROOM if isinstance(error, RoomGone) else LOST)

    def _set_time(self, now_ms: int) -> None:
        self._offset_ms = now_ms - time.monotonic() * 1000

    def _now_ms(self) -> int:
        return round(time.monotonic() * 1000 + self._offset_ms)


_feeds: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, RoomFeed]] = weakref.WeakKeyDictionary()
"""The rooms of this process, by code. A process has one event loop; a test has one each."""


def live_rooms() -> int:
    """How many rooms this event loop follows."""
    return len(_feeds.get(asyncio.get_running_loop(), {}))


def gauges() -> dict[str, float]:
    """For the metrics of this process (metrics.py), from any thread."""
    return {"room_sockets": sum(feed.users for loop in list(_feeds.values()) for feed in list(loop.values()))}


@contextlib.asynccontextmanager
async def entered(code: str) -> AsyncIterator[RoomFeed]:
    """A feed that knows the room. It is shared while it is live, and closed behind its last socket. Raises RoomGone and RoomLost."""
    feeds = _feeds.setdefault(asyncio.get_running_loop(), {})
    feed = feeds.get(code)
    if feed is None or feed.is_over:
        feed = feeds[code] = RoomFeed(code)
    feed.users += 1
    try:
        await feed.ready()
        yield feed
    finally:
        feed.users -= 1
        if not feed.users:
            if feeds.get(code) is feed:
                del feeds[code]
            await feed.close()


def _opened(links: list[str]) -> None:
    for scenario in Scenario.objects.filter(pk__in=links):
        Scenario.objects.opened(scenario)


def _reported(work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    """A task. A mistake of ours must not end it in silence; an OSError is none: the socket is gone, and `disconnect` follows."""

    def report(ended: asyncio.Task[None]) -> None:
        if not ended.cancelled() and (error := ended.exception()) and not isinstance(error, OSError):
            log.error("a task of a room ended", exc_info=error)

    task = asyncio.create_task(work)
    task.add_done_callback(report)
    return task
