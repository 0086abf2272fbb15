"""Does the page learn what can be acted on, and does the text say afterwards what was done?"""

from __future__ import annotations

import json

import pytest
from django.test import Client

import simulator

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("redis_client")]

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  initContainers:
  - {name: log, image: "log:1", restartPolicy: Always}
  containers:
  - {name: app, image: "app:1", readinessProbe: {httpGet: {port: 80}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  replicas: 2
  selector: {matchLabels: {a: b}}
  template: {metadata: {labels: {a: b}}, spec: {containers: [{name: app, image: "shop:1"}]}}
"""


def ask(client: Client, text: str, **change: object):
    return client.post("/intervene", json.dumps({"text": text, **change}), content_type="application/json")


def test_what_can_be_acted_on_is_listed_in_the_words_of_the_actions(client: Client) -> None:
    answer = ask(client, POD).json()

    assert (answer["text"], answer["actions"]) == (POD, [])
    targets = answer["targets"]
    assert [pod["address"] for pod in targets["pods"]] == ["web", "Deployment/shop#1", "Deployment/shop#2"]
    assert targets["pods"][0] == {
        "address": "web",
        "key": "default/web",
        "gracePeriodSeconds": 30,
        "containers": [
            {"name": "log", "type": "sidecar", "image": "log:1", "probes": []},
            {"name": "app", "type": "main", "image": "app:1", "probes": ["readiness"]},
        ],
    }
    assert (targets["filesystems"], targets["images"], targets["node"]) == (["nodefs"], ["app:1", "log:1", "shop:1"], "node")
    assert targets["manual"] == []


def test_what_waits_for_an_action_is_listed(client: Client) -> None:
    later = POD.replace("metadata: {name: web}", 'metadata: {name: web, annotations: {nodeviz.dev/apply: "manual"}}', 1)

    assert ask(client, later).json()["targets"]["manual"] == ["web"]


TWINS = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop, namespace: %s}
spec:
  selector: {matchLabels: {a: b}}
  template: {metadata: {labels: {a: b}}, spec: {containers: [{name: app, image: "shop:1"}]}}
"""


def test_a_pod_of_one_namespace_is_not_that_of_another(client: Client) -> None:
    text = "---\n".join([TWINS % "one", TWINS % "two", POD, POD.split("---")[0].replace("name: web", "name: web, namespace: two", 1)])
    pods = ask(client, text).json()["targets"]["pods"]

    assert len({pod["address"] for pod in pods}) == len(pods)
    for pod in pods:
        changed = ask(client, text, action={"at": "9s", "delete": pod["address"]}).json()["text"]
        (action,) = simulator.load({"": changed}).actions
        assert [each.key for each in simulator.load({"": changed}).pods if action.target in simulator.pod_addresses(each)] == [pod["key"]]


def test_every_target_can_be_acted_on(client: Client) -> None:
    text = POD
    for pod in ask(client, POD).json()["targets"]["pods"]:
        text = ask(client, text, action={"at": "5s", "delete": pod["address"]}).json()["text"]
        text = ask(client, text, action={"at": "5s", "kill": f"{pod['address']}/app"}).json()["text"]

    assert len(ask(client, text).json()["actions"]) == 6


def test_an_action_is_written_into_the_text_and_taken_out_again(client: Client) -> None:
    done = ask(client, POD, action={"at": "12.345s", "delete": "web", "gracePeriodSeconds": 3}).json()

    line = done["text"].splitlines().index("  - {at: 12.345s, delete: web, gracePeriodSeconds: 3}") + 1
    assert done["actions"] == [{"index": 0, "at": "12.345s", "verb": "delete", "value": "web", "gracePeriodSeconds": 3, "line": line}]
    undone = ask(client, done["text"], remove=0).json()
    assert (undone["text"], undone["actions"]) == (POD, [])


def test_an_action_can_be_replaced_at_once(client: Client) -> None:
    done = ask(client, POD, action={"at": "1s", "delete": "web"}).json()
    moved = ask(client, done["text"], remove=0, action={"at": "2s", "delete": "web"}).json()

    assert [action["at"] for action in moved["actions"]] == ["2s"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        pytest.param({"action": {"at": "1s", "delete": "nobody"}}, "nobody", id="a pod that is not there"),
        pytest.param({"action": []}, "must be a map", id="a list"),
        pytest.param({"remove": "0"}, "must be the index", id="an index as text"),
        pytest.param({"remove": True}, "must be the index", id="an index that is none"),
        pytest.param({"remove": 0}, "there is no action 0", id="an action that is not there"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_reason(client: Client, change: dict, words: str) -> None:
    response = ask(client, POD, **change)

    assert response.status_code == 422
    assert words in str(response.json()["problems"])
