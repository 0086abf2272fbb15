"""What does a browser get of a room besides its socket? The room is opened, found, and its answers are a table in the end."""

from __future__ import annotations

import csv
import io
import json
import re
import time
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.test import Client

from nodeviz.classroom import guessing, room_store
from nodeviz.classroom.room_state import TEACHER, Role, Who
from nodeviz.runs import stream
from nodeviz.runs.forgetting import write_log_anew
from nodeviz.runs.models import Run
from nodeviz.scenarios.bounds import Bucket
from nodeviz.scenarios.models import Scenario
from tests.nodeviz.rooms import open_room

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("redis_client")]

JSON = {"HTTP_ACCEPT": "application/json"}


def opened(client: Client, **form: str) -> dict[str, Any]:
    response = client.post("/rooms", form, **JSON)
    assert response.status_code == 201, response.content
    return dict(response.json())


def config_of(page: str) -> dict[str, Any]:
    return dict(json.loads(page.partition('id="page-config" type="application/json">')[2].partition("</script>")[0]))


@async_to_sync
async def after(code: str, *commands: tuple[Who, dict[str, Any]]) -> None:
    async with room_store.opened_store() as store:
        for who, message in commands:
            await store.command(code, who, message)


@async_to_sync
async def joined(code: str, nickname: str) -> Who:
    async with room_store.opened_store() as store:
        return Who(role=Role.STUDENT, person=(await store.join(code, nickname)).person)


opened_lesson = async_to_sync(open_room)


def test_a_room_of_an_example_is_computed_once_and_leads_to_the_drivers_link(client: Client) -> None:
    response = client.post("/rooms", {"example": "crash-loop"})

    assert response.status_code == 303
    path, _, token = response["Location"].partition("#driver=")
    assert len(token) >= 22
    page = client.get(path)
    config = config_of(page.content.decode())
    assert config["room"]["code"] in path
    assert token not in page.content.decode()
    assert (config["room"]["scenario"], Run.objects.count()) == (Scenario.objects.get().pk, 1)


def test_a_room_of_a_stored_run_shows_that_run(client: Client, make_scenario: Any) -> None:
    scenario = make_scenario()
    room = opened(client, scenario=scenario.pk)
    config = config_of(client.get(room["url"]).content.decode())

    assert (config["room"]["scenario"], config["room"]["ws_path"]) == (scenario.pk, f"/ws/rooms/{room['code']}/")


def test_the_page_of_a_run_opens_a_room_with_it_and_a_room_opens_no_other(client: Client, make_scenario: Any) -> None:
    scenario = make_scenario()
    form = rf'<form method="post" action="/rooms" id="teach"><input type="hidden" name="csrfmiddlewaretoken"[^>]+><button[^>]+ value="{scenario.pk}"'
    room = opened(client, scenario=scenario.pk)

    assert re.search(form, client.get(f"/s/{scenario.pk}").text)
    assert [re.search('id="teach"', client.get(url).text) for url in (room["url"], "/p")] == [None, None]


@pytest.mark.parametrize("form", [{}, {"example": "no-such"}, {"scenario": "AAAAAAAAAAA"}, {"lesson": "../x"}])
def test_nothing_is_taught_that_there_is_not(client: Client, form: dict[str, str]) -> None:
    assert client.post("/rooms", form, **JSON).status_code == 404


def test_only_so_many_rooms_are_open(client: Client, settings: Any) -> None:
    settings.MAX_ROOMS = 1
    opened(client, example="crash-loop")

    assert client.post("/rooms", {"example": "crash-loop"}, **JSON).status_code == 503


def test_one_address_opens_so_many_and_no_more(client: Client, settings: Any) -> None:
    settings.MAX_ROOMS_EACH = 1
    room = opened(client, example="crash-loop")
    elsewhere = client.post("/rooms", {"example": "crash-loop"}, **JSON, REMOTE_ADDR="192.0.2.9").status_code
    here = client.post("/rooms", {"example": "crash-loop"}, **JSON).status_code
    after(room["code"], (TEACHER, {"op": "end"}))

    assert (elsewhere, here) == (201, 503)
    assert opened(client, example="crash-loop")


def test_a_room_that_is_over_makes_place(client: Client, settings: Any) -> None:
    settings.MAX_ROOMS = 1
    after(opened(client, example="crash-loop")["code"], (TEACHER, {"op": "end"}))

    assert opened(client, example="crash-loop")


def test_without_redis_it_is_said_that_no_room_can_be_opened(client: Client, settings: Any, tmp_path: Any) -> None:
    settings.REDIS_URL = f"unix://{tmp_path}/nobody.sock"
    stream.client.cache_clear()
    response = client.post("/rooms", {"example": "crash-loop"}, **JSON)

    assert (response.status_code, "Redis" in response.content.decode()) == (503, True)


@pytest.mark.parametrize(
    ("typed", "leads_to"),
    [
        pytest.param("BCDFGH", "/r/BCDFGH", id="as it is"),
        pytest.param("bcd fgh", "/r/BCDFGH", id="as it is shown, in small letters"),
        pytest.param(" BCD-FGH\n", "/r/BCDFGH", id="with what a copy brings along"),
        pytest.param("BCDFG", None, id="too short"),
        pytest.param("BCDFGO", None, id="a letter that no code has"),
        pytest.param("<b>", None, id="no code at all"),
    ],
)
def test_a_code_may_be_typed_in_several_ways(client: Client, typed: str, leads_to: str | None) -> None:
    response = client.get("/join", {"code": typed})

    assert response.get("Location") == leads_to
    assert leads_to or response.status_code == 404


@pytest.mark.parametrize("code", ["BCDFGH", "nothing", "AAAAAA"])
def test_an_unknown_room_is_a_page_that_says_so(client: Client, code: str) -> None:
    response = client.get(f"/r/{code}")

    assert (response.status_code, "There is no such room" in response.content.decode()) == (404, True)


def test_a_room_that_is_over_is_not_there_and_its_page_has_the_answers(client: Client) -> None:
    room = opened(client, example="crash-loop")
    after(room["code"], (TEACHER, {"op": "end"}))
    response = client.get(room["url"])

    assert (response.status_code, "There is no such room" in response.content.decode()) == (404, False)
    assert f'action="/r/{room["code"]}/answers.csv"' in response.content.decode()


def test_who_guesses_too_often_finds_no_room_any_more(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guessing, "GUESSES", Bucket(name="test-guesses", capacity=4, per_minute=1))
    room = opened(client, example="crash-loop")
    found = [client.get(path).status_code for path in (room["url"], "/r/BCDFGH", "/r/BCDFGJ", room["url"])]

    assert found == [200, 404, 404, 429]


@pytest.mark.parametrize(
    ("host", "allowed", "only_here"),
    [
        pytest.param("class.example:8000", ["class.example"], False, id="the name under which the teacher found it"),
        pytest.param("localhost:8000", ["localhost"], True, id="a server that listens for this machine alone"),
    ],
)
def test_the_address_for_the_class(client: Client, settings: Any, host: str, allowed: list[str], only_here: bool) -> None:
    settings.ALLOWED_HOSTS = allowed
    page = client.get(opened(Client(HTTP_HOST=host), example="crash-loop")["url"], HTTP_HOST=host)
    addresses = config_of(page.content.decode())["room"]["addresses"]

    assert addresses["only_here"] is only_here
    assert all("localhost" not in url for url in addresses["urls"])
    assert only_here or addresses["urls"] == [f"http://{host}{page.wsgi_request.path}"]


# -- after class -------------------------------------------------------------------------------------------------------------------


def table_of(client: Client, code: str, token: str) -> list[list[str]]:
    response = client.post(f"/r/{code}/answers.csv", {"token": token})
    assert response.status_code == 200, response.content
    return list(csv.reader(io.StringIO(response.content.decode())))


def test_the_answers_are_a_table_without_names_also_after_the_end(client: Client) -> None:
    room = opened_lesson()
    ada, bob = joined(room.code, "Ada"), joined(room.code, "Bob")
    after(
        room.code,
        (TEACHER, {"op": "drive", "set": {"phase": "asked"}}),
        (ada, {"op": "answer", "step": 0, "answer": [2]}),
        (bob, {"op": "answer", "step": 0, "answer": [1]}),
        (TEACHER, {"op": "drive", "set": {"step": 3, "phase": "asked"}}),
        (ada, {"op": "answer", "step": 3, "answer": 15}),
        (TEACHER, {"op": "drive", "set": {"poll": {"kind": "choose", "question": "=1+1", "options": ["+Yes", "@No"]}}}),
        (ada, {"op": "answer", "step": "poll-1", "answer": [2]}),
        (TEACHER, {"op": "end"}),
    )
    head, *rows = table_of(client, room.code, room.token)

    assert head == ["person", "step", "question", "answer", "right"]
    by_person: dict[str, list[list[str]]] = {}
    for person, *cells in rows:
        by_person.setdefault(person, []).append(cells)
    assert sorted(by_person.values(), key=len) == [
        [["1", "Which stops first?", "The proxy", "no"]],
        [["1", "Which stops first?", "The app", "yes"], ["4", "When?", "15 s", "no"], ["poll-1", "'=1+1", "'@No", ""]],
    ]
    assert not any(word in json.dumps(rows) for word in ("Ada", "Bob", ada.person, bob.person))


@pytest.mark.parametrize("token", ["", "guessed"])
def test_only_the_driver_gets_the_table(client: Client, token: str) -> None:
    room = opened_lesson()

    assert client.post(f"/r/{room.code}/answers.csv", {"token": token}, **JSON).status_code == 403


def test_redis_file_forgets_a_class_as_soon_as_it_is_written_anew(redis_client: Any) -> None:
    def lines() -> bytes:
        return b"".join(path.read_bytes() for path in Path(redis_client.config_get("dir")["dir"], "appendonlydir").iterdir())

    def written() -> None:
        deadline_s = time.monotonic() + 20
        while (told := redis_client.info("persistence"))["aof_rewrite_in_progress"] or told["aof_rewrite_scheduled"]:
            assert time.monotonic() < deadline_s

    redis_client.config_set("appendonly", "yes")
    try:
        written()
        room = opened_lesson()
        joined(room.code, "Ada Lovelace")
        after(room.code, (TEACHER, {"op": "end"}))
        write_log_anew()
        written()
        kept = lines()
    finally:
        redis_client.config_set("appendonly", "no")

    assert (b"Lovelace" in kept, room.code.encode() in kept) == (False, True)


def test_the_driver_gets_the_table_however_much_is_guessed_from_his_address(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guessing, "GUESSES", Bucket(name="test-guesses", capacity=1, per_minute=1))
    room = opened_lesson()
    path = f"/r/{room.code}/answers.csv"
    found = [
        client.post(where, {"token": token}, **JSON).status_code for where, token in (("/r/BCDFGH/answers.csv", ""), (path, "guessed"), (path, room.token))
    ]

    assert found == [404, 429, 200]


def test_who_answered_is_forgotten_with_the_end(redis_client: Any) -> None:
    room = opened_lesson()
    ada = joined(room.code, "Ada Lovelace")
    after(room.code, (ada, {"op": "question", "text": "Why is it so?"}), (TEACHER, {"op": "end"}))

    kept = [redis_client.dump(key) for key in redis_client.scan_iter(f"nodeviz:room:{room.code}*")]
    assert not any(b"Lovelace" in value or b"Why is it" in value for value in kept)
