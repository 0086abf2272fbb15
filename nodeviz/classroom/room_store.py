"""Where does a room live? In Redis alone: this is the only module that speaks to it about rooms.

A command that changes the state is decided on what was read and written if nobody was faster; else it is decided again. Everything else is one script.
A process that dies between two commands therefore leaves nothing half done, and a second one sees the same room.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, cast

import redis.asyncio
from django.conf import settings
from django.utils.translation import gettext as _

from nodeviz.classroom import room_scripts as scripts
from nodeviz.classroom.room_codes import new_code
from nodeviz.classroom.room_commands import Answered, Changed, Done, Questioned, Refused, Room, Signalled, cleaned_nickname, decide
from nodeviz.classroom.room_questions import Ask, ask_of
from nodeviz.classroom.room_state import RoomState, Who, initial, state_of
from nodeviz.runs.stream import SOCKET_TIMEOUT_S
from nodeviz.scenarios.models import OPENED_EVERY

Json = dict[str, Any]
Check = Callable[[Changed], Awaitable[None]]

MAX_PEOPLE = 500
"""In a room, those apart who make place for others. The load test has 300 (docs/workshop.md)."""
MAX_QUESTIONS, MAX_QUESTIONS_EACH = 500, 20
"""That are open at once, of a class and of a person."""

TOKEN_BYTES, KEY_BYTES, PERSON_BYTES = 16, 16, 8

CONNECTIONS = 16
"""A process speaks to Redis over so many at once; whoever comes meanwhile waits a moment. Three hundred answers take some ten milliseconds of them."""

PATIENCE = 20
"""Commands that change the state at the same moment: each is decided again that often."""

READ_ENTRIES = 200

REMEMBERED_MS = 60_000
"""What a process saw of a room serves for so long to decide on: then it looks at Redis' clock again."""

UNTOUCHED_MS = 30 * 60_000
"""A room into which nobody came dies after so long. Its teacher is in it a moment after it was opened."""

HERE_MS = 25_000
"""A socket that its process did not confirm for so long is not there any more: the process was killed."""

END_ENTRY, SET_ENTRY, RESET_ENTRY = "end", "set", "reset"


class RoomGone(Exception):
    """There is no such room, or not any more."""


class NobodyKnown(Exception):
    """The room does not know this person, because it was reset."""


class Overtaken(Exception):
    """The state is not any more what was decided on."""


class TooManyRooms(Exception):
    """As many rooms are open as this server takes, of all or of one address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What of a room never changes."""

    title: str
    lesson: str | None
    """Its name."""
    scenario: str | None
    """The link that the room shows, if it is not a lesson's."""
    token_sha256: str
    asks: tuple[Ask | None, ...]
    """The questions as they were when the room was opened, whatever becomes of the lesson meanwhile."""

    def is_driven_by(self, token: object) -> bool:
        """Is that the driver's token? Takes as long for a wrong one as for the right one."""
        return isinstance(token, str) and secrets.compare_digest(hash_of(token), self.token_sha256)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A new room, for whoever opened it."""

    code: str
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A student, for the student alone: who has the key is this person."""

    person: str
    key: str
    nickname: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A room at one instant."""

    about: About
    state: RoomState
    now_ms: int
    """Of Redis' clock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Everything:
    """A room at one instant with all that is known of its people, and where its stream was at that instant or a little earlier."""

    seen: Seen
    people: Mapping[str, str]
    answers: Mapping[str, str]
    questions: Mapping[str, str]
    here: Sequence[str]
    position: str
    count: int
    """How many entries the stream has had."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One of the stream."""

    position: str
    count: int
    at_ms: int
    kind: str
    text: str


def hash_of(token: str) -> str:
    """A random token needs no salt."""
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()


def life_ms() -> int:
    """Of a room since its last command. Shorter than that of the link that it shows, so that nobody teaches from a deleted one."""
    return int(min(timedelta(hours=settings.ROOM_HOURS), timedelta(days=settings.UNSHARED_DAYS) - 2 * OPENED_EVERY) / timedelta(milliseconds=1))


def packed(value: object) -> str:
    """As JSON, for Redis and for the wire."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


class RoomStore:
    """All rooms, over one pool of connections."""

    def __init__(self) -> None:
        pool = redis.asyncio.BlockingConnectionPool.from_url(
            settings.REDIS_URL, max_connections=CONNECTIONS, timeout=SOCKET_TIMEOUT_S, socket_timeout=SOCKET_TIMEOUT_S, decode_responses=True
        )
        self._redis = redis.asyncio.Redis.from_pool(pool)
        # Its connection is blocked most of the time.
        self._reader = redis.asyncio.Redis.from_url(settings.REDIS_URL, socket_timeout=SOCKET_TIMEOUT_S, max_connections=2, decode_responses=True)
        self._queue = asyncio.Lock()
        self._last: dict[str, tuple[Seen, float]] = {}
        """Of each room what was seen last, and when on this process' clock."""
        self._scripts = {
            name: self._redis.register_script(getattr(scripts, name))
            for name in ("CREATE", "CHANGE", "JOIN", "ANSWER", "SIGNAL", "QUESTION", "DONE", "TOUCH", "STAY", "LEAVE")
        }

    async def close(self) -> None:
        """Give the connections back."""
        await self._redis.aclose()
        await self._reader.aclose()

    # -- a room --------------------------------------------------------------------------------------------------------------------

    async def create(self, *, title: str, lesson: str | None, scenario: str | None, asks: Sequence[Ask | None], address: str = "") -> Opened:
        """A room that nobody is in yet, for somebody at this address. Raises TooManyRooms."""
        token = secrets.token_urlsafe(TOKEN_BYTES)
        asks = tuple(asks) or (None,)
        about = {
            "title": title,
            "lesson": lesson,
            "scenario": scenario,
            "token_sha256": hash_of(token),
            "asks": [ask and ask.as_json() for ask in asks],
        }
        state = initial(asks, await self._now_ms())
        while True:
            code = new_code()
            limits = settings.MAX_ROOMS_EACH, min(UNTOUCHED_MS, life_ms())
            keys = (scripts.own_rooms_key(address),)
            answer = await self._run("CREATE", code, settings.MAX_ROOMS, packed(about), state.seq, packed(state.as_json()), *limits, keys=keys)
            if answer == "full":
                raise TooManyRooms
            if answer == "ok":
                return Opened(code=code, token=token)

    async def seen(self, code: str) -> Seen:
        """The room now, also one that is over. Raises RoomGone."""
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.hmget(scripts.keys_of(code)[0], ["about", "state"])
            pipe.time()
            found, now = await pipe.execute()
        seen = _seen(found, now)
        self._last[code] = seen, time.monotonic()
        return seen

    async def everything(self, code: str) -> Everything:
        """For a reader that begins. Raises RoomGone."""
        room, stream, people, _names, answers, questions, here, _rooms = scripts.keys_of(code)
        async with self._reader.pipeline(transaction=True) as pipe:
            pipe.hmget(room, ["about", "state", "n"])
            pipe.time()
            pipe.hgetall(people)
            pipe.hgetall(answers)
            pipe.hgetall(questions)
            pipe.zrange(here, 0, -1, withscores=True)
            pipe.xrevrange(stream, count=1)
            found, now, of_people, of_answers, of_questions, of_here, tail = await pipe.execute()
        seen = _seen(found, now)
        return Everything(
            seen=seen,
            people=of_people,
            answers=of_answers,
            questions=of_questions,
            here=[member for member, until_ms in of_here if until_ms > seen.now_ms],
            position=tail[0][0] if tail else "0-0",
            count=int(found[2]),
        )

    async def news(self, code: str, position: str, *, block_ms: int) -> list[Entry]:
        """What the stream got behind a position; waits for it, and gives nothing if nothing comes."""
        reply = await self._reader.xread({scripts.keys_of(code)[1]: position}, count=READ_ENTRIES, block=block_ms)
        entries = reply[0][1] if reply else []
        return [Entry(position=at, count=int(fields["n"]), at_ms=int(at.split("-")[0]), kind=fields["k"], text=fields["m"]) for at, fields in entries]

    # -- people --------------------------------------------------------------------------------------------------------------------

    async def join(self, code: str, nickname: object) -> Person:
        """Somebody new. Raises Refused and RoomGone."""
        name = cleaned_nickname(nickname)
        person, key = secrets.token_urlsafe(PERSON_BYTES), secrets.token_urlsafe(KEY_BYTES)
        answer = await self._run("JOIN", code, MAX_PEOPLE, person, hash_of(key), name, name.casefold())
        if answer == "full":
            raise Refused(_("This room is full: %(count)d people are in it.") % {"count": MAX_PEOPLE})
        return Person(person=person, key=key, nickname=answer[1])

    async def known(self, code: str, person: object, key: object) -> Person | None:
        """Who comes back; None for anybody else."""
        if not isinstance(person, str) or not isinstance(key, str) or ":" in person:
            return None
        kept, nickname = await cast("Awaitable[list[str | None]]", self._redis.hmget(scripts.keys_of(code)[2], [f"{person}:key", f"{person}:name"]))
        if not kept or not nickname or not secrets.compare_digest(hash_of(key), kept):
            return None
        return Person(person=person, key=key, nickname=nickname)

    async def touch(self, code: str) -> None:
        """The teacher is in the room. Raises RoomGone."""
        await self._run("TOUCH", code)

    async def stay(self, code: str, sockets: Sequence[str]) -> None:
        """These (`<person> <socket>`) are there. To be said again before HERE_MS are over. Raises RoomGone."""
        await self._run("STAY", code, await self._now_ms() + HERE_MS, *sockets)

    async def leave(self, code: str, socket: str) -> None:
        """This one is not. A room that is gone knows that already."""
        with contextlib.suppress(RoomGone):
            await self._run("LEAVE", code, socket)

    async def here(self, code: str) -> tuple[set[str], int]:
        """The sockets that are there, in any process, and what time it is."""
        async with self._redis.pipeline(transaction=False) as pipe:
            pipe.zrange(scripts.keys_of(code)[6], 0, -1, withscores=True)
            pipe.time()
            found, now = await pipe.execute()
        now_ms = _ms(now)
        return {member for member, until_ms in found if until_ms > now_ms}, now_ms

    # -- commands ------------------------------------------------------------------------------------------------------------------

    async def command(self, code: str, who: Who, message: Json, check: Check | None = None) -> Answered | Questioned | None:
        """Decide and carry out. Returns the answer or the question that is kept, if it was one. Raises Refused, RoomGone, NobodyKnown, and what `check` raises.

        `check` is asked of a change that is allowed, before it is carried out.
        """
        with contextlib.suppress(Refused, Overtaken):
            if remembered := self._remembered(code):
                return await self._attempt(code, who, message, remembered, check)
        with contextlib.suppress(Overtaken):
            return await self._attempt(code, who, message, await self.seen(code), check)
        # Those of one process queue up here, so that each contends with as many others as there are processes.
        async with self._queue:
            for _ in range(PATIENCE):
                with contextlib.suppress(Overtaken):
                    return await self._attempt(code, who, message, await self.seen(code), check)
        raise Refused(_("Too many things happened at once; try again."))

    async def _attempt(self, code: str, who: Who, message: Json, seen: Seen, check: Check | None) -> Answered | Questioned | None:
        """On what was seen. Raises Overtaken, and nothing was done."""
        match decide(Room(state=seen.state, asks=seen.about.asks), who, message, now_ms=seen.now_ms):
            case Changed() as change:
                if check:
                    await check(change)
                await self._change(code, seen, change)
            case Answered(step=step, answer=answer):
                return await self._answer(code, who.person, step, answer)
            case Signalled() as signal:
                await self._run("SIGNAL", code, who.person, signal.field, signal.value, packed({"person": who.person, **signal.told}))
            case Questioned(text=text) as question:
                if await self._run("QUESTION", code, who.person, text, MAX_QUESTIONS, MAX_QUESTIONS_EACH) == "full":
                    raise Refused(_("There are many questions already; wait until some have been talked about."))
                return question
            case Done(question=number):
                await self._done(code, number)
        return None

    def _remembered(self, code: str) -> Seen | None:
        """The room as this process left or saw it last. What is decided on it is only carried out if it is still so; what is refused is looked at again."""
        kept = self._last.get(code)
        gone_ms = (time.monotonic() - kept[1]) * 1000 if kept else REMEMBERED_MS
        return replace(kept[0], now_ms=kept[0].now_ms + round(gone_ms)) if kept and gone_ms < REMEMBERED_MS else None

    async def _change(self, code: str, seen: Seen, change: Changed) -> None:
        """Raises Overtaken."""
        state = replace(change.state, seq=seen.state.seq + 1)
        kind = END_ENTRY if state.ended else RESET_ENTRY if "people" in change.forgets else SET_ENTRY
        told = packed([state.seq, {name: state.part(name) for name in change.fields}])
        forgets = "".join(part[0] for part in change.forgets)
        written = (state.seq, packed(state.as_json()), *state.open_steps, kind, told, change.names, forgets, int(state.ended))
        self._last.pop(code, None)
        try:
            answer = await self._run("CHANGE", code, seen.state.seq, *written)
        except NobodyKnown:
            raise Refused(_("There is nobody of that name in the room.")) from None
        if answer == "changed":
            raise Overtaken
        self._last[code] = replace(seen, state=state, now_ms=_ms(answer)), time.monotonic()

    async def _answer(self, code: str, person: str, step: str, answer: Any) -> Answered:
        entry = packed({"step": step, "person": person, "answer": answer})
        kept = await self._run("ANSWER", code, person, step, packed(answer), entry)
        if kept == "closed":
            raise Refused(_("No answers are taken there now."))
        return Answered(step=step, answer=json.loads(kept[1]))

    async def _done(self, code: str, question: int) -> None:
        try:
            await self._run("DONE", code, question, packed({"id": question, "done": True}))
        except NobodyKnown:
            raise Refused(_("There is no such question.")) from None

    async def answers(self, code: str) -> Mapping[str, str]:
        """`<step>:<person>` -> JSON."""
        return await cast("Awaitable[dict[str, str]]", self._redis.hgetall(scripts.keys_of(code)[4]))

    async def _now_ms(self) -> int:
        return _ms(await self._redis.time())

    async def _run(self, name: str, code: str, *arguments: object, keys: Sequence[str] = ()) -> Any:
        """Raises RoomGone and NobodyKnown."""
        answer = await self._scripts[name](keys=[*scripts.keys_of(code), *keys], args=[code, str(life_ms()), *map(str, arguments)])
        if answer == "gone":
            raise RoomGone
        if answer == "nobody":
            raise NobodyKnown
        return answer


@contextlib.asynccontextmanager
async def opened_store() -> AsyncIterator[RoomStore]:
    """For one request."""
    store = RoomStore()
    try:
        yield store
    finally:
        await store.close()


def _seen(found: Sequence[str | None], now: tuple[int, int]) -> Seen:
    about, state = found[:2]
    if about is None or state is None:
        raise RoomGone
    told = json.loads(about)
    asks = tuple(ask and ask_of(ask) for ask in told.pop("asks"))
    return Seen(about=About(**told, asks=asks), state=state_of(json.loads(state)), now_ms=_ms(now))


def _ms(now: Sequence[int | str]) -> int:
    """Of Redis' TIME, which a script gives as texts."""
    return int(now[0]) * 1000 + int(now[1]) // 1000
