"""Does a room hold in Redis, whoever speaks to it at once? Against a real Redis, through as many stores as there would be processes."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
import redis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nodeviz.classroom import room_scripts, room_store
from nodeviz.classroom.room_commands import Refused
from nodeviz.classroom.room_state import TEACHER, Role, Who
from nodeviz.classroom.room_store import NobodyKnown, RoomGone, RoomStore
from nodeviz.supervisor.network import free_port
from tests.conftest import wait_for_redis
from tests.nodeviz.rooms import ASKS, open_room, window
from tests.nodeviz.test_room_commands import CLOCK, messages

pytestmark = pytest.mark.usefixtures("redis_client")


@asynccontextmanager
async def stores(count: int = 1) -> AsyncIterator[list[RoomStore]]:
    made = [RoomStore() for _ in range(count)]
    try:
        yield made
    finally:
        for store in made:
            await store.close()


async def new_room(store: RoomStore) -> str:
    return (await store.create(title="x", lesson="x", scenario=None, asks=ASKS)).code


async def student(store: RoomStore, code: str, nickname: str) -> Who:
    return Who(role=Role.STUDENT, person=(await store.join(code, nickname)).person)


def drive(**part: Any) -> dict[str, Any]:
    return {"op": "drive", "set": part}


async def stream_of(store: RoomStore, code: str) -> list[room_store.Entry]:
    entries: list[room_store.Entry] = []
    while more := await store.news(code, entries[-1].position if entries else "0-0", block_ms=1):
        entries += more
    return entries


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=st.lists(st.tuples(st.sampled_from(["teacher", "ada", "bob"]), messages), max_size=20))
def test_any_sequence_of_commands_leaves_a_room_whole(said: list[tuple[str, dict[str, Any]]]) -> None:
    asyncio.run(play(said))


async def play(said: list[tuple[str, dict[str, Any]]]) -> None:
    async with stores(2) as pair:
        code = await new_room(pair[0])
        who = {"teacher": TEACHER, "ada": await student(pair[0], code, "Ada"), "bob": await student(pair[1], code, "Bob")}
        given_answers: dict[str, str] = {}
        for number, (name, message) in enumerate(said):
            try:
                await pair[number % 2].command(code, who[name], message)
            except (Refused, NobodyKnown):
                continue
            answers = dict(await pair[0].answers(code))
            if message["op"] == "reset":
                given_answers = {}
            assert given_answers.items() <= answers.items(), "an answer that was given stays as it is"
            given_answers = answers
            seen = await pair[1].seen(code)
            entries = await stream_of(pair[0], code)
            assert [entry.count for entry in entries] == list(range(entries[0].count, entries[0].count + len(entries)))
            seqs = [json.loads(entry.text)[0] for entry in entries if entry.kind in ("set", "reset", "end")]
            assert seqs == list(range(seen.state.seq - len(seqs) + 1, seen.state.seq + 1)), "no number is left out or given twice"


async def test_two_processes_that_drive_at_once_take_their_turns() -> None:
    async with stores(2) as pair:
        code = await new_room(pair[0])
        await asyncio.gather(*(pair[number % 2].command(code, TEACHER, drive(clock={**CLOCK, "at_s": number})) for number in range(40)))
        seen = await pair[0].seen(code)
        told = [json.loads(entry.text) for entry in await stream_of(pair[0], code)]

    assert [seq for seq, _ in told] == list(range(1, 41))
    assert sorted(part["clock"]["at_s"] for _, part in told) == list(range(40))
    assert seen.state.clock.at_s == told[-1][1]["clock"]["at_s"]


async def test_the_clock_of_a_room_does_not_fall_behind_however_long_one_drives(redis_client: redis.Redis) -> None:
    class FarAway(RoomStore):
        """A Redis that answers 5 ms late."""

        async def _run(self, name: str, code: str, *arguments: object, keys: Sequence[str] = ()) -> Any:
            answer = await super()._run(name, code, *arguments, keys=keys)
            await asyncio.sleep(0.005)
            return answer

    store = FarAway()
    try:
        code = await new_room(store)
        for number in range(100):
            await store.command(code, TEACHER, drive(clock={**CLOCK, "at_s": number}))
        since_ms = (await store.seen(code)).state.clock.since_ms
    finally:
        await store.close()
    s, us = redis_client.time()  # type: ignore[misc]

    assert s * 1000 + us // 1000 - since_ms < 250


async def test_of_two_windows_that_answer_at_once_one_answer_is_kept() -> None:
    async with stores(2) as pair:
        code = await new_room(pair[0])
        ada = await student(pair[0], code, "Ada")
        await pair[0].command(code, TEACHER, drive(phase="asked"))
        told = await asyncio.gather(*(pair[number % 2].command(code, ada, {"op": "answer", "step": 0, "answer": 1 + number % 3}) for number in range(12)))
        kept = await pair[0].answers(code)

    assert len({str(answered) for answered in told}) == 1
    assert kept == {f"0:{ada.person}": json.dumps(told[0].answer)}  # type: ignore[union-attr]


async def test_an_answer_and_the_end_of_answering_do_not_overtake_each_other() -> None:
    async with stores(2) as pair:
        code = await new_room(pair[0])
        class_ = [await student(pair[0], code, f"Student {number}") for number in range(30)]
        await pair[0].command(code, TEACHER, drive(phase="asked"))

        async def answer(who: Who) -> bool:
            try:
                return await pair[1].command(code, who, {"op": "answer", "step": 0, "answer": 1}) is not None
            except Refused:
                return False

        async def lock() -> None:
            await asyncio.sleep(0)
            await pair[0].command(code, TEACHER, drive(phase="locked"))

        *taken, _ = await asyncio.gather(*map(answer, class_), lock())
        kinds = [entry.kind for entry in await stream_of(pair[0], code)]
        kept = len(await pair[0].answers(code))

    assert kept == sum(taken) == kinds.count("answer")
    assert "answer" not in kinds[len(kinds) - kinds[::-1].index("set") :]


async def test_a_class_that_comes_at_once_under_one_name_gets_different_ones() -> None:
    async with stores(2) as pair:
        code = await new_room(pair[0])
        people = await asyncio.gather(*(pair[number % 2].join(code, "Ada" if number % 2 else "ADA") for number in range(30)))

    assert len({person.nickname.casefold() for person in people}) == 30
    assert {person.nickname.casefold() for person in people} == {"ada", *(f"ada {number}" for number in range(2, 31))}


async def test_a_room_takes_so_many_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room_store, "MAX_PEOPLE", 2)
    monkeypatch.setattr(room_store, "MAX_QUESTIONS_EACH", 1)
    async with stores() as (store,):
        code = await new_room(store)
        ada, bob = await student(store, code, "Ada"), await student(store, code, "Bob")
        await store.stay(code, [f"{ada.person} window", f"{bob.person} window"])
        await store.command(code, ada, {"op": "question", "text": "Why?"})
        refused = [
            await refusal(store.join(code, "Cyd")),
            await refusal(store.command(code, ada, {"op": "question", "text": "And why?"})),
            await refusal(store.command(code, TEACHER, {"op": "done", "question": 2})),
            await refusal(store.command(code, TEACHER, {"op": "hand", "person": "nobodyhere"})),
        ]

    assert all(refused), refused


async def test_in_a_full_room_who_is_not_there_and_has_not_answered_makes_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room_store, "MAX_PEOPLE", 4)
    async with stores() as (store,):
        code = await new_room(store)
        ada, bob, cyd, dan = [await student(store, code, name) for name in ("Ada", "Bob", "Cyd", "Dan")]
        await store.stay(code, [f"{ada.person} window"])
        await store.command(code, TEACHER, drive(phase="asked"))
        await store.command(code, bob, {"op": "answer", "step": 0, "answer": 1})
        await store.command(code, TEACHER, {"op": "hand", "person": cyd.person})
        eve = await student(store, code, "Eve")
        await store.stay(code, [f"{eve.person} window", f"{dan.person} window"])
        await refusal(store.join(code, "Fay"))
        found = await store.everything(code)

    assert sorted(value for field, value in found.people.items() if field.endswith(":name")) == ["Ada", "Bob", "Cyd", "Eve"]
    assert {member.split()[0] for member in found.here} == {ada.person, eve.person}


async def test_only_open_questions_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room_store, "MAX_QUESTIONS", 2)
    monkeypatch.setattr(room_store, "MAX_QUESTIONS_EACH", 1)
    async with stores() as (store,):
        code = await new_room(store)
        ada, bob, cyd = [await student(store, code, name) for name in ("Ada", "Bob", "Cyd")]
        for who in (ada, bob):
            await store.command(code, who, {"op": "question", "text": "Why?"})
        await refusal(store.command(code, cyd, {"op": "question", "text": "Why?"}))
        await store.command(code, TEACHER, {"op": "done", "question": 1})
        await refusal(store.command(code, bob, {"op": "question", "text": "And why?"}))
        await store.command(code, ada, {"op": "question", "text": "And why?"})
        found = await store.everything(code)

    assert sorted(found.questions) == ["2", "3"]


async def refusal(work: Any) -> str:
    with pytest.raises(Refused) as caught:
        await work
    return str(caught.value)


async def test_who_was_not_confirmed_for_long_is_not_here(monkeypatch: pytest.MonkeyPatch) -> None:
    async with stores() as (store,):
        code = await new_room(store)
        ada, bob = await student(store, code, "Ada"), await student(store, code, "Bob")
        monkeypatch.setattr(room_store, "HERE_MS", 0)
        await store.stay(code, [f"{ada.person} window"])
        monkeypatch.undo()
        await store.stay(code, [f"{bob.person} window"])
        here, _ = await store.here(code)

    assert here == {f"{bob.person} window"}


async def test_everything_of_a_room_goes_some_time_after_its_last_command(redis_client: redis.Redis, settings: Any) -> None:
    settings.ROOM_HOURS, settings.UNSHARED_DAYS = 2, 30
    async with stores() as (store,):
        code = await new_room(store)
        ada = await student(store, code, "Ada")
        await store.stay(code, [f"{ada.person} window"])
        await store.command(code, ada, {"op": "question", "text": "Why?"})
        await store.command(code, TEACHER, drive(phase="asked"))
        await store.command(code, ada, {"op": "answer", "step": 0, "answer": 1})
        keys = room_scripts.keys_of(code)[:-1]
        for key in keys:
            redis_client.pexpire(key, 1000)
        await store.command(code, TEACHER, drive(lens="api"))

    assert redis_client.exists(*keys) == len(keys)
    assert all(7_190_000 < redis_client.pttl(key) <= 7_200_000 for key in keys)


async def test_a_room_never_outlives_the_link_that_it_shows(settings: Any) -> None:
    settings.ROOM_HOURS, settings.UNSHARED_DAYS = 168, 1

    assert room_store.life_ms() == 22 * 3_600_000


async def test_a_room_that_died_says_so(redis_client: redis.Redis) -> None:
    async with stores() as (store,):
        code = await new_room(store)
        ada = await student(store, code, "Ada")
        redis_client.delete(room_scripts.keys_of(code)[0])
        for work in (
            store.seen(code),
            store.everything(code),
            store.join(code, "Bob"),
            store.stay(code, ["x y"]),
            store.command(code, ada, {"op": "lost", "on": True}),
        ):
            with pytest.raises(RoomGone):
                await work


async def test_whoever_comes_as_a_class_ends_leaves_no_name(redis_client: redis.Redis) -> None:
    async with stores() as (store,):
        code = await new_room(store)
        ada = await student(store, code, "Ada")
        await store.command(code, TEACHER, {"op": "end"})
        for late in (store.join(code, "Bob"), store.stay(code, [f"{ada.person} window"])):
            with pytest.raises(RoomGone):
                await late
        _room, _stream, people, names, _answers, _questions, here, _rooms = room_scripts.keys_of(code)

    assert not redis_client.exists(people, names, here)


# -- an imitation of Redis ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def imitation(settings: Any) -> Iterator[str]:
    """As `manage.py up` starts it where there is no Redis at all."""
    port = free_port()
    with subprocess.Popen([sys.executable, "-m", "nodeviz.supervisor.fake_redis", str(port)]) as process:
        settings.REDIS_URL = f"redis://127.0.0.1:{port}/0"
        try:
            wait_for_redis(settings.REDIS_URL)
            yield settings.REDIS_URL
        finally:
            process.terminate()


@pytest.mark.usefixtures("imitation")
async def test_a_class_meets_over_the_imitation_too() -> None:
    started_s = time.monotonic()
    async with stores(2) as pair:
        code = await new_room(pair[0])
        ada = await student(pair[0], code, "Ada")
        assert (await student(pair[1], code, "Ada")).person != ada.person
        await pair[0].stay(code, [f"{ada.person} window"])
        await pair[0].command(code, TEACHER, drive(phase="asked", clock=CLOCK))
        await pair[1].command(code, ada, {"op": "answer", "step": 0, "answer": 1})
        await pair[1].command(code, ada, {"op": "question", "text": "Why?"})
        await pair[0].command(code, TEACHER, {"op": "done", "question": 1})
        found = await pair[1].everything(code)
        kinds = [entry.kind for entry in await stream_of(pair[1], code)]
        await pair[0].command(code, TEACHER, {"op": "reset"})
        await pair[0].command(code, TEACHER, {"op": "end"})

    assert kinds == ["person", "person", "here", "set", "answer", "question", "question"]
    assert (found.answers, found.here, found.count) == ({f"0:{ada.person}": "[1]"}, [f"{ada.person} window"], 7)
    assert time.monotonic() - started_s < 30


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("imitation")
async def test_what_is_driven_over_the_imitation_reaches_everybody() -> None:
    room = await open_room()
    async with window(room.code, token=room.token) as teacher, window(room.code, nickname="Ada") as ada:
        await teacher.say("drive", set={"step": 2})
        first = await ada.until("set")
        await teacher.say("drive", set={"lens": "api"})
        second = await ada.until("set")

    assert (first, second) == (["set", 1, {"step": 2, "phase": "read"}], ["set", 2, {"lens": "api"}])
