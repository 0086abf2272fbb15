"""Do the page's sliders get their numbers, and does the text say what they were set to?"""

from __future__ import annotations

import json

import pytest
from django.test import Client

from nodeviz.scenarios.knobs import MAX_KNOBS

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("redis_client")]

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec: {containers: [{name: app, image: x}]}
"""


def ask(client: Client, text: str, **change: object):
    return client.post("/knobs", json.dumps({"text": text, **change}), content_type="application/json")


def test_a_knob_says_all_that_a_slider_needs(client: Client) -> None:
    answer = ask(client, POD).json()

    assert (answer["text"], answer["more"]) == (POD, 0)
    assert next(knob for knob in answer["knobs"] if knob["id"] == "run:web/app") == {
        "id": "run:web/app",
        "group": "web/app",
        "label": "first run",
        "value": "forever",
        "unit": "s",
        "min": 0.1,
        "max": 3600,
        "scale": "log",
        "steps": 1,
        "words": ["forever"],
        "default": True,
    }


def test_a_knob_is_turned(client: Client) -> None:
    answer = ask(client, POD, id="grace:web", value=5).json()

    assert "terminationGracePeriodSeconds: 5" in answer["text"]
    assert next((knob["value"], knob["default"]) for knob in answer["knobs"] if knob["id"] == "grace:web") == (5, False)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        pytest.param({"id": "grace:nobody", "value": 3}, "there is no knob", id="no such knob"),
        pytest.param({"id": 3, "value": 3}, "must be the id", id="an id that is none"),
        pytest.param({"id": "k" * 10_000, "value": 3}, "must be the id", id="an endless id"),
        pytest.param({"id": "grace:web"}, "must be a number", id="no value"),
        pytest.param({"id": "seed", "value": 10**400}, "must be a number", id="a number of 401 digits"),
        pytest.param({"id": "seed", "value": float("inf")}, "must be a number", id="infinity, which Python's JSON knows"),
        pytest.param({"id": "grace:web", "value": [1]}, "must be a number", id="a list"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_reason(client: Client, change: dict, words: str) -> None:
    response = ask(client, POD, **change)

    assert response.status_code == 422
    assert words in str(response.json()["problems"])


def test_as_many_are_shown_as_somebody_goes_through(client: Client) -> None:
    answer = ask(client, "---\n".join(POD.replace("web", f"web-{number}") for number in range(110))).json()

    assert len(answer["knobs"]) == MAX_KNOBS
    assert answer["more"] > 0
