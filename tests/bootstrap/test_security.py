"""What may a page load and be framed by, and who may open a socket?"""

from __future__ import annotations

import pytest
from asgiref.testing import ApplicationCommunicator
from django.test import Client

from nodeviz.asgi import application

SCENARIO_SOCKET = "/ws/runs/AAAAAAAAAAA/"


def directives(policy: str) -> dict[str, set[str]]:
    """What each directive allows."""
    return {name: set(sources) for name, *sources in (part.split() for part in policy.split(";"))}


@pytest.fixture
def policy(db):
    """Of the first page."""
    return directives(Client().get("/").headers["Content-Security-Policy"])


def test_nothing_is_allowed_that_is_not_named(policy):
    assert policy["default-src"] == {"'none'"}


def test_scripts_come_from_files_of_ours(policy):
    assert policy["script-src"] == {"'self'"}


def test_no_directive_allows_what_stands_in_the_page_or_is_evaluated(policy):
    assert not {"'unsafe-inline'", "'unsafe-eval'", "*"} & set().union(*policy.values())


def test_connections_go_to_the_page_s_own_host(policy):
    assert policy["connect-src"] == {"'self'", "ws://testserver", "wss://testserver"}


def test_service_workers_come_from_files_of_ours(policy):
    assert policy["worker-src"] == {"'self'"}


def test_nobody_frames_a_page(policy):
    assert policy["frame-ancestors"] == {"'none'"}


@pytest.mark.parametrize(
    "path",
    [pytest.param("/no-such-page", id="a page that does not exist"), pytest.param("/static/css/base.css", id="a static file"), pytest.param("/", id="a page")],
)
@pytest.mark.django_db
def test_every_answer_carries_the_policy(path):
    headers = Client().get(path).headers

    assert ("Content-Security-Policy" in headers, headers["X-Content-Type-Options"], headers["Referrer-Policy"]) == (True, "nosniff", "same-origin")


@pytest.mark.django_db
def test_another_host_is_refused_and_not_named_in_the_policy():
    answer = Client(headers={"Host": "evil.example"}).get("/")

    assert (answer.status_code, "evil.example" in answer.headers["Content-Security-Policy"]) == (400, False)


async def connects(path: str, origin: str) -> bool:
    """Does the handshake succeed?"""
    headers = [(b"origin", origin.encode()), (b"host", b"localhost:8000")]
    scope = {"type": "websocket", "path": path, "raw_path": path.encode(), "query_string": b"", "headers": headers, "subprotocols": []}
    communicator = ApplicationCommunicator(application, scope)
    await communicator.send_input({"type": "websocket.connect"})
    answer = await communicator.receive_output(timeout=5)
    await communicator.send_input({"type": "websocket.disconnect", "code": 1000})
    await communicator.wait(timeout=5)
    return answer["type"] == "websocket.accept"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("path", "origin", "expected"),
    [
        pytest.param(SCENARIO_SOCKET, "http://localhost:8000", True, id="our own page"),
        pytest.param(SCENARIO_SOCKET, "http://evil.example", False, id="a page of somebody else"),
        pytest.param("/ws/no-such-socket/", "http://localhost:8000", False, id="an address that is no socket"),
    ],
)
async def test_who_may_open_a_socket(path, origin, expected):
    assert await connects(path, origin) is expected
