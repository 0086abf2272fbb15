"""What does a person see who hands something in?"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

import simulator
from nodeviz.runs.models import Run, RunState
from nodeviz.scenarios import documents as docs
from nodeviz.scenarios.bounds import MAX_BODY_BYTES, RUNS, part_of
from nodeviz.scenarios.gallery import examples
from nodeviz.scenarios.models import Scenario, new_id
from nodeviz.scenarios.views import too_big_message, too_often_message

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("redis_client")]

POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n  - {name: app, image: 'app:1'}\n"
HELM = "apiVersion: v1\nkind: Pod\nmetadata: {name: {{ .Release.Name }}}\n"
BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
SCRIPT = {"accept": "application/json"}


def upload(name: str, content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="application/yaml")


def messages(response: Any) -> list[str]:
    return [problem["message"] for problem in response.context["problems"]]


# -- the way that works ------------------------------------------------------------------------------------------------------------


def test_the_page_opens_with_the_first_example(client: Client) -> None:
    response = client.get("/")

    assert (response.status_code, response.context["text"]) == (200, examples()[0].text)
    assert response.context["page_config"]["run_url"] == "/run"
    assert [example.name for example in response.context["examples"]][:2] == ["sidecars-in-a-job", "sidecars-long-running-deleted"]


def test_the_page_carries_the_text_of_no_other_example(client: Client) -> None:
    page = client.get("/").text

    assert [example.name for example in examples()[1:] if json.dumps(example.text)[1:-1] in page] == []


@pytest.mark.parametrize("name", [example.name for example in examples()])
def test_every_example_opens_and_runs(client: Client, name: str) -> None:
    opened = client.get("/", {"example": name})
    response = client.post("/run", {"text": opened.context["text"]})

    assert (opened.status_code, response.status_code) == (200, 303)


@pytest.mark.parametrize("name", ["../simulator", "..", "/etc/passwd", "sidecars-in-a-job/..", "nothing", "\x00"])
def test_no_name_leads_out_of_the_gallery(client: Client, name: str) -> None:
    assert client.get("/", {"example": name}).status_code == 404


def test_run_makes_a_link_and_queues_its_run(client: Client) -> None:
    response = client.post("/run", {"text": POD, "name": "web.yaml"})
    scenario = Scenario.objects.get()

    assert (response.status_code, response["Location"]) == (303, f"/s/{scenario.pk}")
    assert (scenario.files, scenario.title, scenario.parent) == ([{"name": "web.yaml", "text": POD}], "web", None)
    assert Run.objects.get().state == RunState.QUEUED


def test_run_answers_a_script_with_json(client: Client) -> None:
    response = client.post("/run", {"text": POD}, headers=SCRIPT)

    answer = response.json()
    assert Scenario.objects.get().belongs_to(answer.pop("token"))
    assert (response.status_code, answer) == (201, {"url": f"/s/{Scenario.objects.get().pk}"})


def test_what_a_browser_does_to_line_ends_is_undone(client: Client) -> None:
    client.post("/run", {"text": POD.replace("\n", "\r\n")})

    assert Scenario.objects.get().text == POD


def test_an_uploaded_file_wins_over_the_example_in_the_editor(client: Client) -> None:
    client.post("/run", {"text": "the example", "files": upload("web.yaml", POD.encode())})

    assert Scenario.objects.get().files == [{"name": "web.yaml", "text": POD}]


def test_several_files_are_one_scenario(client: Client) -> None:
    other = POD.replace("web", "db")
    client.post("/run", {"files": [upload("pod.yaml", POD.encode()), upload("pod.yaml", other.encode())]})

    assert Scenario.objects.get().files == [{"name": "pod.yaml", "text": POD}, {"name": "2-pod.yaml", "text": other}]


def test_an_edit_is_a_fork_that_remembers_its_parent(client: Client, make_scenario: Callable[..., Scenario]) -> None:
    parent = make_scenario(POD)
    client.post("/run", {"text": POD.replace("web", "db"), "parent": parent.pk})

    assert Scenario.objects.exclude(pk=parent.pk).get().parent == parent
    assert Scenario.objects.get(pk=parent.pk).text == POD


def test_run_without_an_edit_leads_back_to_the_same_link(client: Client, make_scenario: Callable[..., Scenario]) -> None:
    parent = make_scenario(POD)
    response = client.post("/run", {"text": POD, "parent": parent.pk})

    assert (response["Location"], Scenario.objects.count()) == (f"/s/{parent.pk}", 1)


def test_run_without_an_edit_tries_a_failed_run_again(client: Client, make_run: Callable[..., Run]) -> None:
    run = make_run(POD, state=RunState.FAILED)
    client.post("/run", {"text": POD, "parent": run.scenario_id})
    run.refresh_from_db()

    assert run.state == RunState.QUEUED


@pytest.mark.parametrize("parent", ["AAAAAAAAAAA", "'; --", "x" * 10_000, "\x00AAAAAAAAAA"])
def test_a_parent_that_there_is_not_is_no_parent(client: Client, parent: str) -> None:
    client.post("/run", {"text": POD, "parent": parent})

    assert Scenario.objects.get().parent is None


# -- the way that does not ---------------------------------------------------------------------------------------------------------

ALIAS_BOMB = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}, *a{n - 1}]\n" for n in range(1, 30))

HOSTILE = [
    pytest.param("", id="nothing"),
    pytest.param("just a sentence", id="no YAML object"),
    pytest.param("a: [1, 2", id="broken YAML"),
    pytest.param(HELM, id="a Helm template"),
    pytest.param("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n", id="no pod in it"),
    pytest.param(POD.replace("image:", "imgae:"), id="an unknown field"),
    pytest.param(POD.replace("'app:1'", "[1]"), id="a wrong type"),
    pytest.param(POD + "  - {name: app, image: 'app:1'}\n", id="a duplicate container name"),
    pytest.param("[" * 100_000, id="100,000 nested brackets"),
    pytest.param(ALIAS_BOMB, id="an alias bomb"),
    pytest.param("# " + "x" * (2 << 20), id="2 MB of text"),
    pytest.param("a\x00b", id="a NUL character"),
]


@pytest.mark.parametrize("text", HOSTILE)
def test_problems_come_with_the_text(client: Client, text: str) -> None:
    response = client.post("/run", {"text": text, "name": "mine.yaml"})

    assert (response.status_code, response.context["text"], response.context["file_name"]) == (422, text, "mine.yaml")
    assert all(messages(response))
    assert messages(response)
    assert not Scenario.objects.exists()


@pytest.mark.parametrize("text", HOSTILE)
def test_a_script_gets_the_same_problems(client: Client, text: str) -> None:
    page = client.post("/run", {"text": text, "name": "mine.yaml"})
    response = client.post("/run", {"text": text, "name": "mine.yaml"}, headers=SCRIPT)

    assert (response.status_code, response.json()) == (422, {"problems": page.context["problems"]})


def test_every_problem_is_told_with_its_place(client: Client) -> None:
    response = client.post("/run", {"text": POD.replace("image:", "imgae:").replace("name: web", "nmae: web"), "name": "web.yaml"})
    places = [(problem["file"], problem["line"], problem["column"]) for problem in response.context["problems"]]

    assert ("web.yaml", 3, 12) in places
    assert len(places) >= 2


def test_a_parent_survives_a_problem(client: Client, make_scenario: Callable[..., Scenario]) -> None:
    parent = make_scenario(POD)

    assert client.post("/run", {"text": HELM, "parent": parent.pk}).context["parent_id"] == parent.pk


def test_a_file_that_is_no_text_leaves_the_editor_alone(client: Client) -> None:
    response = client.post("/run", {"text": POD, "files": upload("pods.tar.gz", b"\x1f\x8b\x08\x00\xff\xff")})

    assert (response.status_code, messages(response), response.context["text"]) == (422, ["this is a gzip file, not YAML"], POD)


def test_a_file_that_is_wrong_comes_into_the_editor(client: Client) -> None:
    response = client.post("/run", {"text": POD, "files": upload("helm.yaml", HELM.encode())})

    assert (response.context["text"], response.context["file_name"]) == (HELM, "helm.yaml")


def test_a_file_name_is_text_and_nothing_else(client: Client) -> None:
    response = client.post("/run", {"text": HELM, "name": "<script>alert(1)</script>"})

    assert b"<script>alert(1)" not in response.content


@pytest.mark.parametrize(("url", "headers"), [("/run", SCRIPT), ("/check", {})])
def test_a_body_beyond_all_bounds_is_not_read(client: Client, url: str, headers: dict[str, str]) -> None:
    response = client.post(url, {"files": upload("huge.yaml", b"#" * (MAX_BODY_BYTES + 1))}, headers=headers)

    assert (response.status_code, response.json()["problems"][0]["message"]) == (413, too_big_message())


def test_a_body_beyond_all_bounds_gets_a_page(client: Client) -> None:
    response = client.post("/run", {"text": "#" * (MAX_BODY_BYTES + 1)}, headers=BROWSER)

    assert (response.status_code, messages(response)) == (413, [too_big_message()])


def test_a_body_just_within_bounds_comes_back_with_its_text(client: Client) -> None:
    text = "#" * (MAX_BODY_BYTES - 10_000)
    response = client.post("/run", {"text": text}, headers=BROWSER)

    assert (response.status_code, response.context["text"] == text) == (422, True)
    assert django_settings.DATA_UPLOAD_MAX_MEMORY_SIZE >= MAX_BODY_BYTES


def test_who_asks_too_often_waits_and_keeps_the_text(client: Client) -> None:
    answers = [client.post("/run", {"text": HELM})]
    # A busy machine takes its time, and tokens come back meanwhile.
    while answers[-1].status_code != 429 and len(answers) < 3 * part_of(RUNS).capacity:
        answers.append(client.post("/run", {"text": HELM}))

    assert len(answers) > part_of(RUNS).capacity
    assert [answer.status_code for answer in answers[-2:]] == [422, 429]
    assert (messages(answers[-1]), answers[-1].context["text"]) == ([too_often_message()], HELM)


@pytest.mark.parametrize("url", ["/run", "/check"])
def test_another_page_cannot_post_in_a_visitors_name(url: str) -> None:
    stranger = Client(enforce_csrf_checks=True)

    assert stranger.post(url, {"text": POD}).status_code == 403
    assert not Scenario.objects.exists()


def test_our_own_page_can_post(client: Client) -> None:
    visitor = Client(enforce_csrf_checks=True)
    visitor.get("/")
    token = visitor.cookies["csrftoken"].value

    assert visitor.post("/run", {"text": POD, "csrfmiddlewaretoken": token}).status_code == 303
    assert visitor.post("/check", json.dumps({"text": POD}), content_type="application/json", headers={"x-csrftoken": token}).status_code == 200


@pytest.mark.parametrize("url", ["/run", "/check"])
def test_a_link_to_a_form_is_no_page(client: Client, url: str) -> None:
    assert client.get(url).status_code == 405


# -- the check beside the editor ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("as_json", [True, False], ids=["as JSON", "as a form"])
def test_check_says_what_run_would_say(client: Client, as_json: bool) -> None:
    form = {"text": HELM, "name": "helm.yaml"}
    answer = client.post("/check", json.dumps(form), content_type="application/json") if as_json else client.post("/check", form)

    assert answer.status_code == 200
    assert answer.json()["problems"] == client.post("/run", form, headers=SCRIPT).json()["problems"]


def test_check_tells_what_is_not_simulated(client: Client) -> None:
    answer = client.post("/check", {"text": f"{POD}---\napiVersion: v1\nkind: Service\nmetadata: {{name: s}}\n"}).json()

    assert (answer["problems"], answer["not_simulated"]) == ([], ["Service/s"])
    assert answer["ms"] >= 0
    assert not Scenario.objects.exists()


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff", b"[" * 100_000, b'{"text": 3}', b'{"text": "\\ud800"}', b'{"name": null, "text": null}'])
def test_check_bears_any_json(client: Client, body: bytes) -> None:
    answer = client.post("/check", body, content_type="application/json")

    assert (answer.status_code, len(answer.json()["problems"]) > 0) == (200, True)


# -- the raw text, the link -------------------------------------------------------------------------------------------


def test_the_raw_text(client: Client, make_scenario: Callable[..., Scenario]) -> None:
    scenario = make_scenario("<script>kühl</script>")
    response = client.get(f"/s/{scenario.pk}.yaml")

    assert response.content.decode() == "<script>kühl</script>"
    assert (response["Content-Type"], response["X-Content-Type-Options"], response["X-Robots-Tag"]) == ("text/plain; charset=utf-8", "nosniff", "noindex")
    assert response["Content-Disposition"] == f'inline; filename="{scenario.pk}.yaml"'


def test_the_raw_text_as_a_download(client: Client, make_scenario: Callable[..., Scenario]) -> None:
    assert client.get(f"/s/{make_scenario().pk}.yaml?download=1")["Content-Disposition"].startswith("attachment;")


def test_the_raw_text_of_several_files_runs_as_it_is(client: Client) -> None:
    client.post("/run", {"files": [upload("a.yaml", POD.encode()), upload("b.yaml", POD.replace("web", "db").encode())]})
    text = client.get(f"/s/{Scenario.objects.get().pk}.yaml").content.decode()

    assert [pod.name for pod in simulator.load({"pods.yaml": text}).pods] == ["web", "db"]


@pytest.mark.parametrize("path", ["/s/AAAAAAAAAAA", "/s/AAAAAAAAAAA.yaml", "/s/AAAAAAAAAAA.jsonl", "/s/short", "/s/-AAAAAAAAAA", "/s/", "/s/../../x"])
def test_a_link_that_there_is_not(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


def test_links_are_unguessable_and_never_begin_with_a_dash() -> None:
    ids = {new_id() for _ in range(2000)}

    assert len(ids) == 2000
    assert {len(made) for made in ids} == {11}
    assert not any(made.startswith("-") for made in ids)


def test_a_scenario_is_never_changed(make_scenario: Callable[..., Scenario]) -> None:
    scenario = make_scenario(POD)
    scenario.title = "another"

    with pytest.raises(TypeError, match="is immutable"):
        scenario.save()
    assert Scenario.objects.get(pk=scenario.pk).title == "web"


def test_limits_of_the_page_are_within_those_of_the_simulator() -> None:
    assert docs.MAX_SCENARIO_BYTES <= simulator.limits.MAX_INPUT_BYTES
