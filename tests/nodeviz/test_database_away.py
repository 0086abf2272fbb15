"""What does somebody hear while the database is away?"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client

from nodeviz.runs.models import Run
from tests.nodeviz.conftest import POD

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("redis_client")]


def away(*_: Any) -> None:
    raise OperationalError("FATAL: the database system is starting up")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        pytest.param("get", "/s/{}", {}, id="the page of a run"),
        pytest.param("post", "/run", {"text": POD}, id="Run"),
        pytest.param("post", "/s/{}/share", {}, id="a button of the page"),
        pytest.param("get", "/s/{}.yaml", {}, id="a text"),
        pytest.param("get", "/s/{}.jsonl", {}, id="a download"),
        pytest.param("get", "/api/v1/scenarios/{}", {}, id="a script"),
    ],
)
def test_it_is_said_that_it_comes_back(client: Client, make_run: Callable[..., Run], method: str, path: str, body: dict[str, str]) -> None:
    address = path.format(make_run().scenario_id)
    with connection.execute_wrapper(away):
        answer = getattr(client, method)(address, body)

    assert (answer.status_code, answer.headers["Retry-After"], answer.headers["Cache-Control"]) == (503, "5", "no-store")
    assert b"database" in answer.content
    assert b"FATAL" not in answer.content


def test_a_script_hears_it_as_it_hears_every_no(client: Client) -> None:
    with connection.execute_wrapper(away):
        answer = client.post("/api/v1/scenarios", POD, content_type="application/yaml")

    assert (answer.headers["Content-Type"], json.loads(answer.content)["type"]) == ("application/problem+json", "/api/v1/docs#problem-unavailable")
