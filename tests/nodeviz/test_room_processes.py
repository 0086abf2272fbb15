"""Does a class survive what happens to a server? Real processes: a web server that is killed, a second one, and a Redis that is killed and started again."""

from __future__ import annotations

import contextlib
import json
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import redis
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.sync.client import ClientConnection, connect

from nodeviz.classroom import room_feed
from tests.nodeviz.faults import DurableRedis
from tests.nodeviz.test_processes import Installation

pytestmark = pytest.mark.slow

Json = dict[str, Any]


@pytest.fixture
def durable() -> Iterator[DurableRedis]:
    with tempfile.TemporaryDirectory(prefix="nodeviz-redis-") as folder:
        made = DurableRedis(folder)
        try:
            yield made
        finally:
            made.kill()


@pytest.fixture
def site(tmp_path: Path, durable: DurableRedis) -> Iterator[Installation]:
    made = Installation(tmp_path, durable.url)
    try:
        made.command("migrate", "-v", "0")
        made.start_web()
        yield made
    finally:
        made.close()


@contextmanager
def window(site: Installation, room: Json, **words: Any) -> Iterator[tuple[ClientConnection, Json]]:
    """Somebody in the room, with the welcome; tries again while the server starts, as a page does."""
    with contextlib.ExitStack() as held:
        deadline_s = time.monotonic() + 20
        while True:
            try:
                address = f"ws://{site.address}/ws/rooms/{room['code']}/"
                socket = held.enter_context(connect(address, additional_headers={"Origin": f"http://{site.address}"}, open_timeout=20))
                say(socket, "hello", **words)
                welcome = until(socket, "welcome")[1]
                break
            except (ConnectionClosed, InvalidHandshake, OSError):
                if time.monotonic() > deadline_s:
                    raise
        yield socket, welcome


def say(socket: ClientConnection, op: str, **words: Any) -> None:
    socket.send(json.dumps({"op": op, **words}))


def until(socket: ClientConnection, kind: str) -> list[Any]:
    while (message := json.loads(socket.recv(timeout=20)))[0] != kind:
        pass
    return list(message)


def opened(site: Installation) -> Json:
    return dict(json.loads(site.ask("/rooms", {"example": "crash-loop"})))


POLL = {"kind": "choose", "question": "Ready?", "options": ["Yes", "No"]}


def in_the_middle_of_a_class(site: Installation, room: Json) -> Json:
    """A poll is asked, and Ada has answered it. Returns who she is."""
    with window(site, room, token=room["token"]) as (teacher, _), window(site, room, nickname="Ada") as (ada, welcome):
        say(teacher, "drive", set={"poll": POLL, "clock": {"at_s": 5, "speed": 2, "playing": True}})
        until(ada, "set")
        say(ada, "answer", step="poll-1", answer=2)
        assert until(ada, "answered") == ["answered", "poll-1", [2]]
    return dict(welcome["me"])


def assert_that_it_goes_on(site: Installation, room: Json, me: Json) -> None:
    with window(site, room, token=room["token"]) as (teacher, there), window(site, room, person=me["person"], key=me["key"]) as (ada, welcome):
        assert welcome["me"] == me
        assert welcome["answers"] == {"poll-1": [2]}
        assert there["histograms"] == {"poll-1": {"counts": [0, 1], "total": 1}}
        clock = welcome["state"]["clock"]
        assert (welcome["state"]["seq"], clock["at_s"], clock["playing"], 0 <= clock["age_ms"] < 60_000) == (1, 5, True, True)
        say(teacher, "drive", set={"poll": {"phase": "revealed"}})
        assert until(ada, "set")[1] == 2
        assert until(ada, "histogram") == ["histogram", "poll-1", {"counts": [0, 1], "total": 1}]


def test_a_web_server_that_is_killed_changes_nothing(site: Installation) -> None:
    room = opened(site)
    me = in_the_middle_of_a_class(site, room)
    with window(site, room, person=me["person"], key=me["key"]) as (ada, _):
        site.children[0].kill()
        site.children[0].wait()
        with pytest.raises(ConnectionClosed):
            until(ada, "nothing")
    site.start_web()

    assert_that_it_goes_on(site, room, me)


def test_a_redis_that_is_killed_and_comes_again_changes_nothing(site: Installation, durable: DurableRedis) -> None:
    room = opened(site)
    me = in_the_middle_of_a_class(site, room)
    with window(site, room, person=me["person"], key=me["key"]) as (ada, _):
        durable.kill()
        with pytest.raises(ConnectionClosed) as closed:
            until(ada, "nothing")
        assert closed.value.rcvd
        assert closed.value.rcvd.code == room_feed.LOST
    durable.start()

    assert_that_it_goes_on(site, room, me)


def test_a_redis_that_was_emptied_ends_the_room_in_so_many_words(site: Installation, durable: DurableRedis) -> None:
    room = opened(site)
    with window(site, room, token=room["token"]) as (teacher, _), window(site, room, nickname="Ada") as (ada, _):
        with redis.Redis.from_url(durable.url) as client:
            client.flushall()
        say(teacher, "drive", set={"poll": POLL})
        codes = []
        for socket in (teacher, ada):
            with pytest.raises(ConnectionClosed) as closed:
                until(socket, "nothing")
            codes.append(closed.value.rcvd and closed.value.rcvd.code)

    assert codes == [room_feed.UNKNOWN_ROOM, room_feed.UNKNOWN_ROOM]


def test_two_web_servers_are_one_room(site: Installation, tmp_path: Path, durable: DurableRedis) -> None:
    other = Installation(tmp_path, durable.url)
    try:
        other.start_web()
        room = opened(site)
        with window(site, room, token=room["token"]) as (teacher, _), window(other, room, nickname="Ada") as (ada, welcome):
            say(teacher, "hand", person=welcome["me"]["person"])
            here = [until(ada, "set"), until(teacher, "set")]
            say(ada, "drive", set={"lens": "api"})
            there = [until(ada, "set"), until(teacher, "set")]
            say(teacher, "drive", set={"poll": POLL})
            until(ada, "set")
            say(ada, "answer", step="poll-1", answer=1)
            until(ada, "answered")
            while "histograms" not in (told := until(teacher, "class")[1]) or not told["histograms"]:
                pass
    finally:
        other.close()

    assert here[0] == here[1] == ["set", 1, {"driver": welcome["me"]["person"]}]
    assert there[0] == there[1]
    assert told["histograms"] == {"poll-1": {"counts": [1, 0], "total": 1}}


def test_an_answer_that_was_confirmed_outlives_redis(site: Installation, durable: DurableRedis) -> None:
    room = opened(site)
    me = in_the_middle_of_a_class(site, room)
    durable.kill()
    durable.start()
    with redis.Redis.from_url(durable.url) as client:
        assert client.hget(f"nodeviz:room:{room['code']}:answers", f"poll-1:{me['person']}") == b"[2]"
