"""Does the switch of version and gates know every gate, change nothing but the setting, and refuse what it cannot do?"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

import simulator
from nodeviz.scenarios.answers import too_big_message, too_often_message
from nodeviz.scenarios.bounds import CHECKS, MAX_BODY_BYTES, take_token
from nodeviz.scenarios.models import Scenario
from nodeviz.scenarios.switch import MAX_GATES_AT_ONCE

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("redis_client")]

POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n  - {name: app, image: 'app:1'}\n"
SIDECAR = POD.replace("  containers:", "  initContainers:\n  - {name: log, image: 'log:1', restartPolicy: Always}\n  containers:")
SERVICE = "---\napiVersion: v1\nkind: Service\nmetadata: {name: db}\n"


def gate(client: Client, name: str) -> dict:
    (found,) = [row for row in client.get("/gates").json()["gates"] if row["name"] == name]
    return found


def post(client: Client, path: str, body: object):
    return client.post(path, body, content_type="application/json")


def test_every_gate_is_listed_for_every_version(client: Client) -> None:
    response = client.get("/gates")
    answer = response.json()

    assert (answer["versions"][0], answer["versions"][-1], len(answer["versions"])) == ("1.36", "1.27", 10)
    assert [row["name"] for row in answer["gates"]] == sorted(gate.name for gate in simulator.feature_gates.GATES)
    assert "max-age" in response["Cache-Control"]


@pytest.mark.parametrize(
    ("name", "version", "expected"),
    [
        pytest.param("SidecarContainers", "1.27", None, id="a gate that the version lacks"),
        pytest.param("SidecarContainers", "1.28", {"stage": "alpha", "default": False, "locked": False}, id="an alpha is off"),
        pytest.param("SidecarContainers", "1.29", {"stage": "beta", "default": True, "locked": False}, id="a beta is on"),
        pytest.param("SidecarContainers", "1.33", {"stage": "stable, locked", "default": True, "locked": True}, id="what is locked stays on"),
        pytest.param(
            "SidecarsRestartableDuringPodTermination",
            "1.36",
            {"stage": "not yet in Kubernetes", "default": False, "locked": False},
            id="a plan is marked as one",
        ),
    ],
)
def test_a_gate_in_a_version(client: Client, name: str, version: str, expected: dict | None) -> None:
    assert gate(client, name)["versions"].get(version) == expected


def test_the_text_says_what_was_chosen(client: Client) -> None:
    response = post(client, "/edit", {"text": POD, "kubernetes": "1.28", "gates": {"SidecarContainers": True}})
    answer = response.json()

    assert (response.status_code, answer["kubernetes"], answer["gates"]) == (200, "1.28", {"SidecarContainers": True})
    assert answer["text"].startswith(POD)
    assert simulator.load({"pods.yaml": answer["text"]}).kubernetes == 28


def test_a_gate_goes_back_to_its_default(client: Client) -> None:
    text = post(client, "/edit", {"text": POD, "gates": {"NodeSwap": False}}).json()["text"]

    assert post(client, "/edit", {"text": text, "gates": {"NodeSwap": None}}).json() == {"text": POD, "kubernetes": "1.36", "gates": {}}


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        pytest.param({"text": "a: [1, 2", "kubernetes": "1.28"}, "yaml:", id="no YAML"),
        pytest.param({"text": POD, "kubernetes": "1.99"}, "cannot be simulated", id="a version that there is not"),
        pytest.param({"text": POD, "kubernetes": 1.28}, "in quotes", id="a version that is a number"),
        pytest.param({"text": POD, "gates": ["NodeSwap"]}, "must be a map", id="gates that are a list"),
        pytest.param({"text": POD, "gates": {"NodeSwap": "on"}}, "must be a map", id="a gate that is a word"),
        pytest.param({"text": POD, "gates": {"Nonsense": True}}, "unrecognized feature gate", id="a gate that there is not"),
        pytest.param({"text": POD, "gates": {f"G{n}": None for n in range(MAX_GATES_AT_ONCE + 1)}}, "at once", id="too many gates"),
        pytest.param({"text": "x" * (2 << 20), "kubernetes": "1.28"}, "too large", id="two megabytes"),
    ],
)
def test_what_cannot_be_done_is_said(client: Client, asked: dict, said: str) -> None:
    response = post(client, "/edit", asked)

    assert response.status_code == 422
    assert said in response.json()["problems"][0]["message"]


@pytest.mark.parametrize("body", [pytest.param("[1]", id="a list"), pytest.param("{", id="no JSON"), pytest.param('"text"', id="a word")])
def test_what_is_no_object_is_an_empty_text(client: Client, body: str) -> None:
    assert client.post("/edit", body, content_type="application/json").json() == {"text": "", "kubernetes": "1.36", "gates": {}}


def test_an_edit_is_bounded_like_a_check(client: Client) -> None:
    too_big = post(client, "/edit", {"text": "x" * MAX_BODY_BYTES})
    # A bucket that was emptied in times to come is not filled before.
    while take_token(CHECKS, "127.0.0.1", now_ms=1 << 42):
        pass
    too_often = post(client, "/edit", {"text": POD})

    assert (too_big.status_code, too_big.json()["problems"][0]["message"]) == (413, too_big_message())
    assert (too_often.status_code, too_often.json()["problems"][0]["message"]) == (429, too_often_message())


def test_an_edit_needs_the_pages_token() -> None:
    assert post(Client(enforce_csrf_checks=True), "/edit", {"text": POD}).status_code == 403


@pytest.mark.parametrize(
    ("text", "kubernetes", "gates"),
    [
        pytest.param(POD, "1.36", {}, id="nothing chosen"),
        pytest.param("apiVersion: nodeviz.dev/v1alpha1\nkind: Scenario\nspec: {kubernetes: '1.30'}\n", "1.30", {}, id="even where the text is refused"),
        pytest.param("a: [1, 2", None, None, id="not known where it is no YAML"),
        pytest.param("x" * (2 << 20), None, None, id="nor where it is too much"),
    ],
)
def test_a_check_says_what_the_text_chooses(client: Client, text: str, kubernetes: str | None, gates: dict | None) -> None:
    answer = post(client, "/check", {"text": text}).json()

    assert (answer["kubernetes"], answer["gates"]) == (kubernetes, gates)


def test_the_run_says_what_it_leaves_out_of_the_text(client: Client, make_scenario: Callable[..., Scenario]) -> None:
    text = simulator.with_settings(SIDECAR + SERVICE, kubernetes="1.28")
    response = client.get(f"/s/{make_scenario(text).pk}")
    dropped, service = response.context["notes"]

    assert "the feature gate SidecarContainers is off in Kubernetes 1.28" in dropped
    assert service == "Service/db is kept, but not simulated"


def test_a_text_that_is_refused_today_has_no_notes(client: Client, make_scenario: Callable[..., Scenario]) -> None:
    assert client.get(f"/s/{make_scenario('kind: Nothing').pk}").context["notes"] == ()
