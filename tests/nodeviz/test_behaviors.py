"""Does the form know what each container does, and does the text say afterwards what the form said?"""

from __future__ import annotations

import json

import pytest
from django.test import Client

from nodeviz.scenarios.behaviors import MAX_CONTAINERS

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("redis_client")]

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - name: app
    image: app:1
    readinessProbe: {httpGet: {port: 80}}
  - name: log
    image: log:1
    command: [sh, -c, "sleep 5"]
"""


def ask(client: Client, text: str, **change: object):
    return client.post("/behaviors", json.dumps({"text": text, **change}), content_type="application/json")


def test_every_container_is_listed_with_what_it_does_and_where_that_comes_from(client: Client) -> None:
    answer = ask(client, POD).json()

    app, log = answer["containers"]
    assert (app["address"], app["type"], app["parts"], app["sources"]["runs"]) == ("web/app", "main", ["readiness"], "role")
    assert app["behavior"]["runs"] == [{"duration": "forever", "exitCode": 0}]
    assert (log["sources"]["runs"], log["command"]) == ("command", "sh -c sleep 5")
    assert (answer["text"], answer["more"]) == (POD, 0)


def test_a_change_is_written_into_the_text_and_comes_from_the_scenario_then(client: Client) -> None:
    wanted = {"runs": [{"duration": "5s", "exitCode": 1}], "onSIGTERM": "ignore", "readiness": [{"from": "3s", "result": "success"}]}

    answer = ask(client, POD, address="web/app", behavior=wanted).json()

    assert answer["text"].startswith(POD)
    assert answer["containers"][0]["behavior"] == {**wanted, "readiness": wanted["readiness"]}
    assert set(answer["containers"][0]["sources"].values()) == {"scenario"}
    assert ask(client, answer["text"], address="web/app", behavior=None).json()["containers"][0]["sources"]["runs"] == "role"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        pytest.param({"address": "web/app", "behavior": {"runs": [{"duration": "soon"}]}}, "soon", id="a duration that is none"),
        pytest.param({"address": "web/app", "behavior": {"runs": []}}, "at least one entry", id="no run"),
        pytest.param({"address": "web/nobody", "behavior": {}}, "nobody", id="no such container"),
        pytest.param({"address": "", "behavior": {}}, "must be the address", id="no address"),
        pytest.param({"address": "a" * 10_000, "behavior": {}}, "must be the address", id="an endless address"),
        pytest.param({"address": "web/app", "behavior": []}, "must be a map", id="a list"),
        pytest.param(
            {"address": "web/app", "behavior": {"memory": [{"from": "0s", "value": "1: {x"}]}}, "quantities must match", id="a value that would be YAML"
        ),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_reason(client: Client, change: dict, words: str) -> None:
    response = ask(client, POD, **change)

    assert response.status_code == 422
    assert words in str(response.json()["problems"])


@pytest.mark.parametrize("text", ["", "a: [", "\x00", "kind: Pod"])
def test_a_text_that_is_refused_has_no_form(client: Client, text: str) -> None:
    response = ask(client, text)

    assert response.status_code == 422
    assert response.json()["problems"]


def test_the_form_shows_as_many_containers_as_somebody_goes_through(client: Client) -> None:
    pod = "---\napiVersion: v1\nkind: Pod\nmetadata: {name: p%s}\nspec: {containers: [{name: a, image: x}, {name: b, image: x}]}\n"

    answer = ask(client, "".join(pod % number for number in range(110))).json()

    assert (len(answer["containers"]), answer["more"]) == (MAX_CONTAINERS, 20)
