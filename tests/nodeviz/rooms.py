"""What do the tests of rooms share? A browser's end of a room's socket, through the real ASGI application, and a small lesson."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from asgiref.testing import ApplicationCommunicator

from nodeviz.asgi import application
from nodeviz.classroom.room_questions import Ask, AskKind
from nodeviz.classroom.room_store import Opened, RoomStore

Json = dict[str, Any]

ASKS = (
    Ask(kind=AskKind.CHOOSE, question="Which stops first?", labels=("The proxy", "The app", "Both"), answer=(2,)),
    None,
    Ask(kind=AskKind.ORDER, question="In which order?", labels=("a", "b", "c"), answer=(2, 0, 1)),
    Ask(kind=AskKind.MOMENT, question="When?", answer_s=12.3, tolerance_s=2.0),
    Ask(kind=AskKind.BUILD, question="Make it ready.", labels=("Ready before 30 s",)),
)


async def open_room(**given: Any) -> Opened:
    """A room of a lesson with a question of each kind."""
    store = RoomStore()
    try:
        return await store.create(**{"title": "Who stops first?", "lesson": "stopping", "scenario": None, "asks": ASKS, **given})
    finally:
        await store.close()


class Window:
    """One window of somebody in a room."""

    def __init__(self, code: str, origin: bytes = b"http://localhost", app: Any = application, browser: str = "") -> None:
        self.scope = {
            "type": "websocket",
            "path": f"/ws/rooms/{code}/",
            "query_string": b"",
            "headers": [(b"origin", origin), (b"host", b"localhost"), (b"cookie", f"csrftoken={browser}".encode())],
            "subprotocols": [],
            "client": ["192.0.2.7", 1234],
        }
        self.connection = ApplicationCommunicator(app, self.scope)
        self.heard: list[list[Any]] = []
        self.me: Json = {}

    async def open(self) -> str:
        """Returns how the handshake was answered."""
        await self.connection.send_input({"type": "websocket.connect"})
        return str((await self.connection.receive_output(timeout=5))["type"])

    async def say(self, op: str, **words: Any) -> None:
        await self.write(json.dumps({"op": op, **words}))

    async def write(self, text: str) -> None:
        await self.connection.send_input({"type": "websocket.receive", "text": text})

    async def hear(self) -> list[Any]:
        """The next message, whatever it is."""
        answer = await self.connection.receive_output(timeout=5)
        assert answer["type"] == "websocket.send", answer
        self.heard.append(list(json.loads(answer["text"])))
        return self.heard[-1]

    async def until(self, kind: str) -> list[Any]:
        """The next message of a kind; the others are in `heard`."""
        while (message := await self.hear())[0] != kind:
            pass
        return message

    async def until_class(self, wanted: Any) -> Json:
        """The teacher's view, put together as a page does, as soon as it is as wanted."""
        people: dict[str, Json] = {}
        view: Json = {"people": people, "questions": {}, "histograms": {}}
        for message in self.heard:
            merge(view, message)
        while not wanted(view):
            merge(view, await self.hear())
        return view

    async def closed(self) -> int:
        """Returns the code that the server closes with, whatever came before."""
        while (answer := await self.connection.receive_output(timeout=5))["type"] == "websocket.send":
            self.heard.append(json.loads(answer["text"]))
        return int(answer["code"])

    async def hello(self, **words: Any) -> Json:
        """Come in, and return the welcome."""
        await self.say("hello", **words)
        welcome = dict((await self.until("welcome"))[1])
        self.me = welcome["me"]
        return welcome

    async def leave(self) -> None:
        await self.connection.send_input({"type": "websocket.disconnect", "code": 1001})
        await self.connection.wait(5)


def merge(view: Json, message: list[Any]) -> None:
    """What a page does with a `class` message."""
    if message[0] != "class":
        return
    told = message[1]
    if told["full"]:
        view["people"].clear()
        view["questions"].clear()
        view["histograms"].clear()
    for person in told.get("removed", ()):
        view["people"].pop(person, None)
        for number in [number for number, question in view["questions"].items() if question.get("person") == person]:
            del view["questions"][number]
    for person in told.get("people", ()):
        view["people"].setdefault(person["person"], {}).update(person)
    for question in told.get("questions", ()):
        view["questions"][question["id"]] = question
    view["histograms"].update(told.get("histograms", {}))


@asynccontextmanager
async def window(code: str, browser: str = "", **words: Any) -> AsyncIterator[Window]:
    """Somebody who is in the room."""
    opened = Window(code, browser=browser)
    assert await opened.open() == "websocket.accept"
    try:
        if words:
            await opened.hello(**words)
        yield opened
    finally:
        await opened.leave()


async def together(*works: Any) -> list[Any]:
    """At the same moment."""
    return list(await asyncio.gather(*works))
