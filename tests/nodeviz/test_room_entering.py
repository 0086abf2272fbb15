"""Who comes into a room, and who does not? Nicknames, keys and tokens, and what is guessed; through the real ASGI application and a real Redis."""

from __future__ import annotations

from typing import Any

import pytest

from nodeviz.classroom import consumers, guessing, room_feed
from nodeviz.scenarios.bounds import Bucket
from tests.nodeviz.rooms import Window, open_room, window

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("redis_client")]


async def test_who_thinks_about_a_nickname_for_long_is_not_shown_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumers, "HELLO_WITHIN_S", 0.1)
    room = await open_room()
    async with window(room.code) as silent, window(room.code) as ada:
        await ada.say("hello", nickname=" ")
        assert (await ada.hear())[0] == "refused"
        code = await silent.closed()
        welcome = await ada.hello(nickname="Ada")

    assert (code, welcome["me"]["nickname"]) == (room_feed.BAD_MESSAGE, "Ada")


async def test_who_thinks_of_no_nickname_is_shown_out_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumers, "NAME_WITHIN_S", 0.1)
    room = await open_room()
    async with window(room.code) as ada:
        await ada.say("hello", nickname=" ")
        code = await ada.closed()

    assert (code, ada.heard[0][0]) == (room_feed.BAD_MESSAGE, "refused")


async def test_a_wrong_key_is_a_stranger_who_needs_a_nickname() -> None:
    room = await open_room()
    async with window(room.code, nickname="Ada") as ada, window(room.code) as other:
        await other.say("hello", person=ada.me["person"], key="guessed")
        refused = await other.hear()
        welcome = await other.hello(person=ada.me["person"], key="guessed", nickname="Ada")

    assert (refused[0], refused[1]["op"]) == ("refused", "hello")
    assert welcome["me"]["person"] != ada.me["person"]
    assert welcome["me"]["nickname"] == "Ada 2"


async def test_who_is_refused_reads_why_in_his_own_language(settings: Any) -> None:
    settings.PSEUDO_LANGUAGE = True
    room = await open_room()
    async with window(room.code) as stranger:
        await stranger.say("hello")
        refused = await stranger.hear()

    assert refused[1]["message"].startswith("⟦")


async def test_a_page_of_another_origin_is_refused() -> None:
    room = await open_room()

    assert await Window(room.code, origin=b"https://evil.example").open() == "websocket.close"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        pytest.param({"op": "hello", "token": "guessed"}, room_feed.NOT_YOURS, id="a guessed driver's token"),
        pytest.param({"op": "hello", "token": ["guessed"]}, room_feed.NOT_YOURS, id="something else in its place"),
        pytest.param({"op": "drive", "set": {"step": 1}}, room_feed.BAD_MESSAGE, id="a command before hello"),
        pytest.param({"op": "end"}, room_feed.BAD_MESSAGE, id="an end before hello"),
        pytest.param({}, room_feed.BAD_MESSAGE, id="nothing"),
    ],
)
async def test_strangers_are_shown_out(words: dict[str, Any], code: int) -> None:
    room = await open_room()
    async with window(room.code) as stranger:
        await stranger.say(words.pop("op", ""), **words)

        assert await stranger.closed() == code


async def test_half_a_character_is_nobodys_name() -> None:
    room = await open_room()
    async with window(room.code) as stranger:
        await stranger.say("hello", person="\ud800", key="\ud800")

        assert await stranger.closed() == room_feed.BAD_MESSAGE


@pytest.mark.parametrize("code", ["BCDFGH", "AAAAAA", "bcdfgh"])
async def test_an_unknown_room_is_closed_with_its_own_code(code: str) -> None:
    async with window(code) as ada:
        await ada.say("hello", nickname="Ada")

        assert await ada.closed() == room_feed.UNKNOWN_ROOM


async def test_who_guesses_codes_finds_none_any_more_not_even_a_right_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guessing, "GUESSES", Bucket(name="test-guesses", capacity=3, per_minute=1))
    room = await open_room()
    found = [await said_to(code) for code in ("BCDFGH", "BCDFGJ", "BCDFGK", room.code, "BCDFGL")]

    assert found == [room_feed.UNKNOWN_ROOM] * 3 + [room_feed.TOO_OFTEN] * 2


async def said_to(code: str, **words: Any) -> int:
    """What somebody's socket is closed with."""
    async with window(code) as guesser:
        await guesser.say("hello", **{"nickname": "Eve", **words})
        return await guesser.closed()


async def test_who_is_known_comes_in_however_much_is_guessed_from_his_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guessing, "GUESSES", Bucket(name="test-guesses", capacity=1, per_minute=1))
    room = await open_room()
    async with window(room.code, nickname="Ada") as ada:
        me = ada.me
    guesses = [await said_to(room_code, **words) for room_code in ("BCDFGH", room.code) for words in ({"token": "x"}, {"person": "x", "key": "x"})]
    async with window(room.code, token=room.token), window(room.code, person=me["person"], key=me["key"]) as again:
        nickname = again.me["nickname"]

    assert (guesses, nickname) == ([room_feed.UNKNOWN_ROOM, room_feed.TOO_OFTEN, room_feed.TOO_OFTEN, room_feed.TOO_OFTEN], "Ada")


async def test_pages_that_come_back_to_a_dead_room_are_one_guess(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guessing, "GUESSES", Bucket(name="test-guesses", capacity=2, per_minute=1))

    assert [await said_to("BCDFGH") for _ in range(5)] == [room_feed.UNKNOWN_ROOM] * 5


async def test_who_guesses_has_his_browsers_part_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guessing, "GUESSES", Bucket(name="test-guesses", capacity=4, per_minute=1))
    room = await open_room()
    codes = []
    for code in ("BCDFGH", "BCDFGJ", "BCDFGK"):
        async with window(code, browser="eve") as eve:
            await eve.say("hello", nickname="Eve")
            codes.append(await eve.closed())
    async with window(room.code, browser="ada", nickname="Ada") as ada:
        nickname = ada.me["nickname"]

    assert (codes, nickname) == ([room_feed.UNKNOWN_ROOM, room_feed.UNKNOWN_ROOM, room_feed.TOO_OFTEN], "Ada")


async def test_one_browser_does_not_fill_a_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guessing, "JOINS", Bucket(name="test-joins", capacity=40, per_minute=1, browser_part=0.05))
    room = await open_room()
    told = []
    for number in range(3):
        async with window(room.code, browser="eve") as eve:
            await eve.say("hello", nickname=f"Eve {number}")
            told.append((await eve.hear())[0])
    async with window(room.code, browser="ada", nickname="Ada") as ada:
        nickname = ada.me["nickname"]

    assert (told, nickname) == (["welcome", "welcome", "refused"], "Ada")


async def test_one_person_has_so_many_windows_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumers, "MAX_WINDOWS", 2)
    room = await open_room()
    async with window(room.code, token=room.token), window(room.code, nickname="Ada") as ada:
        ada_again = {"person": ada.me["person"], "key": ada.me["key"]}
        async with window(room.code, **ada_again), window(room.code, token=room.token), window(room.code, nickname="Bob"):
            codes = [await said_to(room.code, **words) for words in (ada_again, {"token": room.token})]
        async with window(room.code, **ada_again):
            pass

    assert codes == [room_feed.TOO_OFTEN] * 2
