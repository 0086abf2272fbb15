"""What happens in a room? Through the real ASGI application and a real Redis, as the browsers of a class see it."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import OperationalError
from django.utils import timezone

from nodeviz.classroom import room_commands, room_feed, room_store
from nodeviz.classroom.room_commands import Decision
from nodeviz.classroom.room_feed import entered
from nodeviz.classroom.room_scripts import keys_of
from nodeviz.classroom.room_state import TEACHER
from nodeviz.classroom.room_store import opened_store
from nodeviz.scenarios.models import Scenario
from tests.nodeviz.rooms import open_room, together, window

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("redis_client")]

CLOCK = {"at_s": 3.5, "speed": 10, "playing": True}


async def test_what_the_teacher_drives_reaches_everybody_the_teacher_too() -> None:
    room = await open_room()
    async with window(room.code, token=room.token) as teacher, window(room.code, nickname="Ada") as ada:
        await teacher.say("drive", set={"step": 2, "clock": CLOCK})
        heard = await together(teacher.until("set"), ada.until("set"))

    for kind, seq, part in heard:
        clock = part.pop("clock")
        assert 0 <= clock.pop("age_ms") < 1000
        assert (kind, seq, part, clock) == ("set", 1, {"step": 2, "phase": "read"}, CLOCK)


async def test_who_comes_later_is_told_how_the_room_stands() -> None:
    room = await open_room()
    async with window(room.code, token=room.token) as teacher:
        for at_s in range(5):
            await teacher.say("drive", set={"clock": {**CLOCK, "at_s": at_s}, "selected": {"row": "web/app", "at_s": 2}})
        for _ in range(5):
            await teacher.until("set")
        async with window(room.code) as ada:
            welcome = await ada.hello(nickname="Ada")

    assert welcome["room"]["title"] == "Who stops first?"
    assert (welcome["state"]["seq"], welcome["state"]["clock"]["at_s"], welcome["state"]["selected"]) == (5, 4, {"row": "web/app", "at_s": 2})
    assert (welcome["me"]["nickname"], welcome["me"]["role"], welcome["answers"], welcome["histograms"]) == ("Ada", "student", {}, {})


async def test_who_comes_back_is_who_they_were_with_their_answers() -> None:
    room = await open_room()
    async with window(room.code, token=room.token) as teacher:
        await teacher.say("drive", set={"phase": "asked"})
        await teacher.until("set")
        async with window(room.code, nickname="Ada") as ada:
            await ada.say("answer", step=0, answer=[2])
            await ada.until("answered")
            me = ada.me
        async with window(room.code) as again:
            welcome = await again.hello(person=me["person"], key=me["key"])

    assert (welcome["me"], welcome["answers"]) == (me, {"0": [2]})


async def test_who_comes_back_is_told_what_the_teacher_sees_of_them() -> None:
    room = await open_room()
    async with window(room.code, token=room.token) as teacher:
        async with window(room.code, nickname="Ada") as ada:
            await ada.say("lost", on=True)
            await ada.say("roam", on=True)
            while {"lost", "roaming"} - {name for person in (await teacher.until("class"))[1].get("people", []) for name in person if person[name] is True}:
                pass
            me = ada.me
        async with window(room.code) as again:
            welcome = await again.hello(person=me["person"], key=me["key"])

    assert (me["lost"], me["roaming"]) == (False, False)
    assert (welcome["me"]["lost"], welcome["me"]["roaming"]) == (True, True)


async def test_answers_are_locked_counted_and_shown() -> None:
    room = await open_room()
    async with window(room.code, token=room.token) as teacher, window(room.code, nickname="Ada") as ada, window(room.code, nickname="Bob") as bob:
        await ada.say("answer", step=0, answer=[1])
        early = await ada.until("refused")
        await teacher.say("drive", set={"phase": "asked"})
        await together(ada.until("set"), bob.until("set"))
        await ada.say("answer", step=0, answer=[2])
        await bob.say("answer", step=0, answer=[1])
        answered = await together(ada.until("answered"), bob.until("answered"))
        await ada.say("answer", step=0, answer=[3])
        again = await ada.until("answered")
        view = await teacher.until_class(lambda view: view["histograms"].get("0", {}).get("total") == 2)
        await teacher.say("drive", set={"phase": "locked"})
        await ada.until("set")
        await bob.say("answer", step=0, answer=[2])
        late = await bob.until("refused")
        await teacher.say("drive", set={"phase": "revealed"})
        shown = await together(teacher.until("histogram"), ada.until("histogram"))

    assert early[1]["op"] == "answer"
    assert answered == [["answered", "0", [2]], ["answered", "0", [1]]]
    assert again == ["answered", "0", [2]]
    assert late[1]["op"] == "answer"
    assert view["histograms"]["0"] == {"counts": [1, 1, 0], "total": 2}
    assert shown == [["histogram", "0", {"counts": [1, 1, 0], "total": 2}]] * 2
    assert [message for message in ada.heard if message[0] == "class"] == []


async def test_a_poll_is_asked_answered_and_shown() -> None:
    room = await open_room(lesson=None, scenario=None, asks=())
    async with window(room.code, token=room.token) as teacher, window(room.code, nickname="Ada") as ada:
        await teacher.say("drive", set={"poll": {"kind": "choose", "question": "Ready?", "options": ["Yes", "No"]}})
        _, _, part = await ada.until("set")
        await ada.say("answer", step=part["poll"]["step"], answer=[1])
        await ada.until("answered")
        await teacher.say("drive", set={"poll": {"phase": "revealed"}})
        shown = await ada.until("histogram")

    assert part == {"poll": {"step": "poll-1", "phase": "asked", "kind": "choose", "question": "Ready?", "options": ["Yes", "No"]}}
    assert shown == ["histogram", "poll-1", {"counts": [1, 0], "total": 1}]


async def test_the_teacher_sees_people_questions_and_signals() -> None:
    room = await open_room()
    async with window(room.code, token=room.token) as teacher, window(room.code, nickname="Ada") as ada:
        await ada.say("question", text="Why <b>now</b>?")
        await ada.until("questioned")
        await ada.say("lost", on=True)
        await ada.say("roam", on=True)
        await ada.say("fork", id="AAAAAAAAAAA")
        view = await teacher.until_class(lambda view: view["questions"] and any(person["fork"] for person in view["people"].values()))
        await teacher.say("done", question=1)
        done = await teacher.until_class(lambda view: view["questions"][1]["done"])

    assert list(view["people"].values()) == [
        {"person": ada.me["person"], "nickname": "Ada", "here": True, "roaming": True, "lost": True, "fork": "AAAAAAAAAAA", "answered": []}
    ]
    assert view["questions"] == {1: {"id": 1, "person": ada.me["person"], "nickname": "Ada", "text": "Why <b>now</b>?", "done": False}}
    assert done["questions"][1]["done"]
    assert {message[0] for message in ada.heard} <= {"welcome", "people", "questioned"}


async def test_the_wheel_is_handed_over_and_taken_back() -> None:
    room = await open_room()
    async with window(room.code, token=room.token) as teacher, window(room.code, nickname="Ada") as ada, window(room.code, nickname="Bob") as bob:
        await ada.say("roam", on=True)
        await teacher.until_class(lambda view: view["people"].get(ada.me["person"], {}).get("roaming"))
        await teacher.say("hand", person=ada.me["person"])
        handed = await bob.until("set")
        # Who drives is where the room is, and need not say so.
        await teacher.until_class(lambda view: not view["people"][ada.me["person"]]["roaming"])
        while (people := await bob.until("people"))[1]["driver"] != "Ada":
            pass
        await ada.say("drive", set={"lens": "api"})
        driven = await bob.until("set")
        await ada.say("drive", set={"lens": "node", "poll": {"kind": "moment", "question": "When?"}})
        polled = await ada.until("refused")
        await bob.say("drive", set={"lens": "node"})
        refused = await bob.until("refused")
        await teacher.say("hand", person=None)
        await bob.until("set")
        await ada.say("drive", set={"lens": "node"})
        after = await ada.until("refused")

    assert handed == ["set", 1, {"driver": ada.me["person"]}]
    assert people == ["people", {"here": 2, "driver": "Ada"}]
    assert driven == ["set", 2, {"lens": "api"}]
    assert (refused[1]["op"], after[1]["op"]) == ("drive", "drive")
    assert polled[1]["message"] == "Only the teacher may do that."


async def test_whom_the_teacher_removes_is_gone_with_everything_and_may_come_again() -> None:
    room = await open_room()
    async with window(room.code, token=room.token) as teacher, window(room.code, nickname="Ada") as ada, window(room.code, nickname="Bob") as bob:
        await teacher.say("drive", set={"phase": "asked"})
        await together(ada.until("set"), bob.until("set"))
        for who in (ada, bob):
            await who.say("question", text="Why?")
            await who.say("answer", step=0, answer=[2])
            await who.until("answered")
        await bob.say("remove", person=ada.me["person"])
        refused = await bob.until("refused")
        await teacher.say("hand", person=ada.me["person"])
        await teacher.say("remove", person=ada.me["person"])
        code = await ada.closed()
        view = await teacher.until_class(lambda view: len(view["people"]) == 1)
        async with window(room.code) as again:
            await again.say("hello", person=ada.me["person"], key=ada.me["key"])
            stranger = await again.hear()
            welcome = await again.hello(nickname="Ada")
        async with opened_store() as store:
            kept = await store.everything(room.code)

    assert (refused[1]["op"], code, stranger[0]) == ("remove", room_feed.REMOVED, "refused")
    assert ([person["nickname"] for person in view["people"].values()], view["histograms"]["0"]["total"], len(view["questions"])) == (["Bob"], 1, 1)
    assert (welcome["me"]["nickname"], welcome["answers"], welcome["state"]["driver"]) == ("Ada", {}, None)
    assert not any(ada.me["person"] in text for part in (kept.people, kept.answers, kept.questions) for pair in part.items() for text in pair)


async def test_the_end_reaches_everybody_and_nothing_happens_after_it() -> None:
    room = await open_room()
    async with window(room.code, token=room.token) as teacher, window(room.code, nickname="Ada") as ada:
        await teacher.say("end")
        ends = await together(teacher.until("end"), ada.until("end"))
        codes = await together(teacher.closed(), ada.closed())
        async with window(room.code) as late:
            await late.say("hello", nickname="Late")
            code = await late.closed()

    assert (ends, codes, code) == ([["end", {}]] * 2, [room_feed.ENDED] * 2, room_feed.UNKNOWN_ROOM)


async def test_a_reset_forgets_the_class_and_keeps_the_room() -> None:
    room = await open_room()
    async with window(room.code, token=room.token) as teacher, window(room.code, nickname="Ada") as ada:
        await teacher.say("drive", set={"step": 3, "phase": "asked"})
        await ada.until("set")
        await ada.say("answer", step=3, answer=4)
        await ada.until("answered")
        await teacher.say("reset")
        code = await ada.closed()
        while (message := await teacher.until("set"))[1] < 2:
            pass
        view = await teacher.until_class(lambda view: not view["people"])
        async with window(room.code) as again:
            await again.say("hello", person=ada.me["person"], key=ada.me["key"])
            refused = await again.hear()
            welcome = await again.hello(nickname="Ada")

    assert code == room_feed.RESET
    assert (message[2]["step"], message[2]["phase"], view) == (0, "read", {"people": {}, "questions": {}, "histograms": {}})
    assert (refused[0], welcome["me"]["nickname"], welcome["answers"]) == ("refused", "Ada", {})


async def test_a_room_lives_from_the_moment_in_which_its_teacher_is_there(redis_client: Any) -> None:
    room = await open_room()
    key, *_, rooms = keys_of(room.code)
    before_ms = redis_client.pttl(key)
    async with window(room.code, token=room.token):
        after_ms = redis_client.pttl(key)
        until_ms = redis_client.zscore(rooms, room.code) - time.time() * 1000

    assert (before_ms <= room_store.UNTOUCHED_MS, after_ms > room_store.life_ms() - 60_000, until_ms > room_store.life_ms() - 60_000) == (True, True, True)


async def test_presence_is_of_people_and_not_of_windows() -> None:
    room = await open_room()
    async with window(room.code, token=room.token) as teacher:
        async with window(room.code, nickname="Ada") as ada, window(room.code) as second:
            await second.hello(person=ada.me["person"], key=ada.me["key"])
            both = await teacher.until_class(lambda view: [p["here"] for p in view["people"].values()] == [True])
        left = await teacher.until_class(lambda view: [p["here"] for p in view["people"].values()] == [False])

    assert (len(both["people"]), len(left["people"])) == (1, 1)


async def test_a_process_that_was_killed_leaves_no_ghosts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room_feed, "HEARTBEAT_S", 0.05)
    room = await open_room()
    async with window(room.code, token=room.token) as teacher, window(room.code, nickname="Ada"):
        async with opened_store() as elsewhere:
            bob = await elsewhere.join(room.code, "Bob")
            await elsewhere.stay(room.code, [f"{bob.person} window"])
            await teacher.until_class(lambda view: [p["here"] for p in view["people"].values()] == [True, True])
            monkeypatch.setattr(room_store, "HERE_MS", 200)
            await elsewhere.stay(room.code, [f"{bob.person} window"])
        view = await teacher.until_class(lambda view: not all(p["here"] for p in view["people"].values()))

    assert {p["nickname"]: p["here"] for p in view["people"].values()} == {"Ada": True, "Bob": False}


async def test_a_socket_that_takes_nothing_is_closed_and_costs_a_known_amount(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room_feed, "MAX_OUTBOX", 10)
    taken: list[str] = []
    closed: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    first = asyncio.Event()

    async def send(text: str) -> None:
        taken.append(text)
        first.set()
        await asyncio.Event().wait()

    async def close(code: int) -> None:
        closed.set_result(code)

    seat = room_feed.Seat(TEACHER, "", send, close)
    seat.put("0")
    await first.wait()
    for number in range(1, 100):
        seat.put(str(number))
    seat.end_if_stalled(time.monotonic())
    assert not closed.done(), "it has some time"
    seat.end_if_stalled(time.monotonic() + room_feed.STALLED_S + 1)

    assert (await asyncio.wait_for(closed, 5), taken) == (room_feed.STALLED, ["0"])


async def test_a_link_that_a_class_looks_at_is_not_forgotten(make_scenario: Any) -> None:
    long_ago = timezone.now() - timedelta(days=29)
    shown, driven = [await sync_to_async(make_scenario)() for _ in range(2)]
    await sync_to_async(Scenario.objects.update)(last_opened=long_ago)
    room = await open_room(lesson=None, scenario=shown.pk, asks=())
    async with window(room.code, token=room.token) as teacher:
        await teacher.say("drive", set={"run": {"id": driven.pk}})
        await teacher.until("set")
    async with window(room.code, token=room.token), entered(room.code) as feed:
        await feed.keep_links()

    assert await sync_to_async(Scenario.objects.expired(timezone.now() + timedelta(days=20)).count)() == 0


# -- what must not come ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("[]", id="no object"),
        pytest.param("[" * 5000, id="brackets that never close"),
        pytest.param('{"op": "question", "text": "' + "x" * 9000 + '"}', id="a message that is too long"),
        pytest.param('{"op": "\\ud800"}', id="half a character"),
        pytest.param('{"op": "lost", "on": ' + "9" * 5000 + "}", id="a number that is too long to be read"),
    ],
)
async def test_what_is_no_command_ends_the_conversation(text: str) -> None:
    room = await open_room()
    async with window(room.code, nickname="Ada") as ada:
        await ada.write(text)

        assert await ada.closed() == room_feed.BAD_MESSAGE


async def test_a_mistake_of_ours_costs_one_window_and_leaves_no_ghost(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> Decision:
        raise ZeroDivisionError

    monkeypatch.setattr(room_commands, "COMMANDS", {**room_commands.COMMANDS, "lost": (room_commands.is_student, broken)})
    room = await open_room()
    async with window(room.code, token=room.token) as teacher, window(room.code, nickname="Ada") as ada:
        await ada.say("lost", on=True)
        code = await ada.closed()
        view = await teacher.until_class(lambda view: [p["here"] for p in view["people"].values()] == [False])
        async with entered(room.code) as feed:
            users = feed.users

    assert (code, len(view["people"]), users) == (room_feed.LOST, 1, 2)


async def test_who_talks_without_end_is_shown_out() -> None:
    room = await open_room()
    async with window(room.code, nickname="Ada") as ada:
        for _ in range(200):
            await ada.say("lost", on=True)

        assert await ada.closed() == room_feed.TOO_OFTEN


async def test_a_run_that_there_is_not_is_not_driven_to() -> None:
    room = await open_room()
    async with window(room.code, token=room.token) as teacher:
        await teacher.say("drive", set={"run": {"id": "AAAAAAAAAAA"}})

        assert (await teacher.until("refused"))[1]["op"] == "drive"


async def test_who_may_not_drive_does_not_learn_which_links_there_are(make_scenario: Any) -> None:
    there = await sync_to_async(make_scenario)()
    room = await open_room()
    async with window(room.code, nickname="Ada") as ada:
        told = []
        for link in (there.pk, "AAAAAAAAAAA"):
            await ada.say("drive", set={"run": {"id": link}})
            told.append(await ada.until("refused"))

    assert told[0] == told[1]


async def test_a_database_that_is_away_is_no_mistake_of_ours(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    def away(link: str) -> None:
        raise OperationalError

    monkeypatch.setattr(Scenario.objects, "linked", away)
    room = await open_room()
    async with window(room.code, token=room.token) as teacher:
        await teacher.say("drive", set={"run": {"id": "AAAAAAAAAAA"}})
        code = await teacher.closed()

    assert (code, [record.levelname for record in caplog.records]) == (room_feed.LOST, ["WARNING"])


async def test_the_last_window_takes_the_feed_with_it() -> None:
    room = await open_room()
    async with window(room.code, nickname="Ada"), window(room.code, nickname="Bob"):
        assert room_feed.live_rooms() == 1

    assert room_feed.live_rooms() == 0
