"""Does the check give advice with its place in the editor, and can the page follow it?"""

from __future__ import annotations

import json

import pytest
from django.test import Client

import simulator
from nodeviz.scenarios import documents as docs
from nodeviz.scenarios.answers import too_often_message
from nodeviz.scenarios.bounds import CHECKS

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("redis_client")]

JOB = """\
apiVersion: batch/v1
kind: Job
metadata: {name: report}
spec:
  template:
    spec:
      restartPolicy: Never
      containers:
      - name: app
        image: app:1
        envFrom: [{secretRef: {name: key}}]
      - name: log
        image: log:1
        command: [tail, -f, /log]
"""


def advice_of(client: Client, text: str) -> dict[str, dict]:
    answer = client.post("/check", json.dumps({"text": text}), content_type="application/json").json()
    return {each["rule"]: each for each in answer["advice"]}


def follow(client: Client, text: str, advice: object):
    return client.post("/follow", json.dumps({"text": text, "advice": advice}), content_type="application/json")


def test_the_check_gives_advice_with_place_reason_and_what_to_do(client: Client) -> None:
    found = advice_of(client, JOB)

    assert set(found) == {"job-never-finishes", "missing-object"}
    assert (found["job-never-finishes"]["line"], found["job-never-finishes"]["level"]) == (12, "warning")
    assert all(found["missing-object"][name] for name in ("what", "why", "fix", "source", "path", "object"))


@pytest.mark.parametrize("rule", ["job-never-finishes", "missing-object"])
def test_advice_that_is_followed_is_not_given_again(client: Client, rule: str) -> None:
    answer = follow(client, JOB, advice_of(client, JOB)[rule]).json()

    assert rule not in advice_of(client, answer["text"])


def test_advice_is_shown_on_the_lines_of_the_editor() -> None:
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: %s}\nspec: {containers: [{name: a, image: nginx}]}\n"
    documents = [docs.text_document(f"{name}.yaml", pod % name) for name in ("a", "b")]
    _, advice = docs.load_with_advice(documents)

    shown = docs.advice_as_shown(advice, documents)

    lines = docs.joined(documents).text.splitlines()
    assert len(shown) == 2
    assert all("nginx" in lines[each["line"] - 1] for each in shown)


@pytest.mark.parametrize(
    "advice",
    [
        pytest.param(None, id="none"),
        pytest.param([], id="a list"),
        pytest.param({"rule": "latest-always-pulled"}, id="a rule that only a person can follow"),
        pytest.param({"rule": "job-never-finishes", "line": "1", "column": None}, id="a place that is none"),
        pytest.param({"rule": "job-never-finishes", "line": 10**30, "column": -1}, id="a place outside"),
        pytest.param({"rule": "missing-object", "object": "Secret/default/a}: {b"}, id="a name that would be YAML"),
        pytest.param({"rule": "missing-object", "object": "ServiceAccount/default/a"}, id="another kind"),
    ],
)
def test_what_cannot_be_followed_is_refused(client: Client, advice: object) -> None:
    response = follow(client, JOB, advice)

    assert response.status_code == 422
    assert response.json()["problems"][0]["message"]


@pytest.mark.parametrize("text", ["", "a: [", "{{ x }}", "\x00", "- - -", "a: &a [*a]"])
def test_a_text_that_is_no_manifest_is_refused(client: Client, text: str) -> None:
    assert follow(client, text, {"rule": "job-never-finishes", "line": 1, "column": 1}).status_code == 422


def test_too_many_questions_are_refused(client: Client) -> None:
    answers = (follow(client, "a", {}) for _ in range(CHECKS.capacity + 50))
    refused = next(answer for answer in answers if answer.status_code == 429)

    assert refused.json()["problems"][0]["message"] == too_often_message()


def test_the_page_never_gives_more_advice_than_somebody_reads() -> None:
    pod = "---\napiVersion: v1\nkind: Pod\nmetadata: {name: p%s}\nspec: {containers: [{name: a, image: nginx}, {name: b, image: nginx}]}\n"
    documents = [docs.text_document("a.yaml", "".join(pod % number for number in range(110)))]
    _, advice = docs.load_with_advice(documents)

    assert len(advice) == 220
    assert len(docs.advice_as_shown(advice, documents)) == docs.MAX_ADVICE
    assert simulator.advice_object(advice[0])["rule"] == "latest-always-pulled"
