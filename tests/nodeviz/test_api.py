"""What does each operation of the API answer, and what does it refuse? Records and waiting have their own tests (test_api_records.py)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import redis
from django.http import HttpResponse
from django.test import Client

import simulator
from nodeviz.api import document, viewer
from nodeviz.api.comparing import milestones
from nodeviz.api.urls import HANDLERS
from nodeviz.classroom.lessons import lessons
from nodeviz.runs.models import Run, RunState
from nodeviz.runs.tasks import simulate_run
from nodeviz.scenarios import bounds, gallery
from nodeviz.scenarios import documents as docs
from nodeviz.scenarios.models import Scenario
from tests.nodeviz.conftest import POD

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("redis_client")]

API = "/api/v1"
NOBODY = "AAAAAAAAAAA"
YAML, JSON = "application/yaml", "application/json"
BROKEN = POD.replace("main-app1:1.0", "Not An Image").replace("restartPolicy: Always", "restartPolicy: always")


def send(client: Client, path: str, body: object = b"", media: str = YAML, method: str = "post", **headers: str) -> HttpResponse:
    """A body as it is, or values as JSON."""
    content = body if isinstance(body, bytes | str) else json.dumps(body)
    # A body that is empty has a type as well.
    return client.generic(method.upper(), f"{API}{path}", content, content_type=media, headers={"Content-Type": media, **headers})


def made(client: Client, text: str = POD) -> dict[str, Any]:
    """A scenario of somebody who knows its token."""
    response = send(client, "/scenarios", text)
    assert response.status_code == 201, response.content
    return dict(response.json())


def mine(scenario: dict[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Bearer {scenario['token']}"}


def computed(scenario: dict[str, Any]) -> Run:
    """Its run, finished."""
    run = Run.objects.get(scenario=scenario["id"])
    simulate_run.apply(args=[run.pk], throw=True)
    run.refresh_from_db()
    return run


# -- the document ------------------------------------------------------------------------------------------------------------------


def test_every_operation_of_the_document_is_carried_out_and_no_other() -> None:
    assert {each.id for by_method in document.operations().values() for each in by_method.values()} == set(HANDLERS)


def test_the_document_is_handed_out_to_any_page(client: Client) -> None:
    response = client.get(f"{API}/openapi.json")

    assert (response.json()["openapi"], response.json()["info"]["version"]) == ("3.1.0", simulator.VERSION)
    assert response.headers["Access-Control-Allow-Origin"] == "*"


def test_no_word_of_the_document_got_lost_between_commas() -> None:
    """YAML makes a key with no value of `a, b` in braces."""

    def empty(node: object) -> list[object]:
        if isinstance(node, dict):
            return [key for key, value in node.items() if value is None] + [found for value in node.values() for found in empty(value)]
        return [found for value in node for found in empty(value)] if isinstance(node, list) else []

    assert empty(document.document()) == []


def test_the_first_page_and_the_exports_of_a_run_lead_to_the_page_of_the_api(client: Client) -> None:
    link = f'<a href="{API}/docs">'

    assert [client.get(url).text.count(link) for url in ("/", f"/s/{made(client)['id']}")] == [1, 1]
    assert client.get(f"{API}/docs").status_code == 200


def test_the_page_shows_every_operation_schema_and_problem(client: Client) -> None:
    response = client.get(f"{API}/docs")
    page = response.content.decode()

    anchors = [*HANDLERS, *(f"schema-{name}" for name in document.document()["components"]["schemas"])]
    assert [anchor for anchor in anchors if f'id="{anchor}"' not in page] == []
    assert [slug for slug, _title in viewer.KINDS.values() if f'id="problem-{slug}"' not in page] == []
    assert 'style="' not in page
    assert "unsafe-inline" not in response.headers["Content-Security-Policy"]


# -- facts -------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "holds"),
    [
        pytest.param("/", lambda said: (said["name"], said["kubernetes"][-1]) == ("nodeviz", "1.27"), id="which nodeviz it is"),
        pytest.param("/versions", lambda said: said["gates"] and said["versions"][0] == f"1.{simulator.versions.NEWEST}", id="versions and gates"),
        pytest.param("/limits", lambda said: said["scenario_bytes"] == docs.MAX_SCENARIO_BYTES, id="the page's own limits"),
        pytest.param("/limits", lambda said: said["requests"]["runs"] == {"at_once": 60, "per_minute": 30}, id="how often one may ask"),
        pytest.param("/limits", lambda said: said["simulator"]["max_records"] == simulator.limits.MAX_RECORDS, id="the simulator's limits"),
        pytest.param("/examples", lambda said: len(said["examples"]) == len(gallery.examples()), id="every example"),
        pytest.param("/lessons", lambda said: len(said["lessons"]) == len(lessons()), id="every lesson"),
        pytest.param("/examples", lambda said: any(each["comparison"] for each in said["examples"]), id="ready-made comparisons"),
    ],
)
def test_facts(client: Client, path: str, holds: Callable[[Any], bool]) -> None:
    response = client.get(f"{API}{path}")

    assert (response.status_code, response.headers["Cache-Control"]) == (200, "public, max-age=300")
    assert holds(response.json())


def test_an_example_is_as_the_editor_opens_it(client: Client) -> None:
    first = client.get(f"{API}/examples").json()["examples"][0]
    response = client.get(first["yaml"].removeprefix("http://testserver"))

    assert response.content.decode() == gallery.example(first["name"]).text  # type: ignore[union-attr]
    assert response.headers["Content-Type"] == "application/yaml; charset=utf-8"


# -- texts -------------------------------------------------------------------------------------------------------------------------

TWO_FILES = {"files": [{"name": "a.yaml", "text": POD}, {"name": "b.yaml", "text": BROKEN.replace("name: web", "name: other")}]}


@pytest.mark.parametrize(
    ("body", "media", "places"),
    [
        pytest.param(POD, YAML, [], id="nothing is wrong"),
        pytest.param(json.dumps({"apiVersion": "v1", "kind": "Pod"}), YAML, [("pods.yaml", 1), ("pods.yaml", 1)], id="a manifest in JSON"),
        pytest.param({"text": BROKEN}, JSON, [("pods.yaml", 7)], id="a text in JSON"),
        pytest.param(BROKEN, YAML, [("pods.yaml", 7)], id="a text"),
        pytest.param(TWO_FILES, JSON, [("b.yaml", 7)], id="the second of two files, with its own lines"),
        pytest.param(b"", YAML, [("pods.yaml", 1)], id="no text at all"),
        pytest.param(b"\xff\xfe\xfd", YAML, [("pods.yaml", 1)], id="bytes that are no text"),
    ],
)
def test_check_says_where_every_problem_is(client: Client, body: object, media: str, places: list[tuple[str, int]]) -> None:
    response = send(client, "/check", body, media)

    assert response.status_code == 200
    said = response.json()
    assert ([(each["file"], each["line"]) for each in said["problems"]], said["valid"]) == (places, not places)


def test_check_says_the_field_and_the_column(client: Client) -> None:
    (problem,) = send(client, "/check?name=mine.yaml", BROKEN).json()["problems"]

    assert (problem["file"], problem["line"], problem["column"], problem["path"]) == ("mine.yaml", 7, 62, "spec.initContainers[1].restartPolicy")
    assert "Always" in problem["message"] + problem["hint"]


def test_check_says_what_is_left_out(client: Client) -> None:
    text = (
        POD + "---\napiVersion: v1\nkind: Service\nmetadata: {name: web}\n---\napiVersion: nodeviz.dev/v1alpha1\nkind: Scenario\nspec: {kubernetes: '1.30'}\n"
    )

    said = send(client, "/check", text).json()

    assert (said["valid"], said["kubernetes"], len(said["not_simulated"])) == (True, "1.30", 1)


def test_lint_gives_advice_and_refuses_what_cannot_run(client: Client) -> None:
    advice = send(client, "/lint", POD).json()["advice"]
    refused = send(client, "/lint", BROKEN)

    assert advice
    assert all(each["line"] > 0 and each["rule"] and each["fix"] for each in advice)
    assert (refused.status_code, [each["line"] for each in refused.json()["problems"]]) == (422, [7])


# -- scenarios ---------------------------------------------------------------------------------------------------------------------


def test_a_scenario_from_its_creation_to_its_end(client: Client) -> None:
    created = send(client, "/scenarios?name=web.yaml", POD)
    said = created.json()
    path = f"/scenarios/{said['id']}"
    assert (created.status_code, created.headers["Location"]) == (201, f"http://testserver{API}{path}")
    assert (said["url"], said["files"], said["run"]["state"], said["run"]["queue"]) == (f"http://testserver/s/{said['id']}", ["web.yaml"], "queued", 1)

    waiting = client.get(f"{API}{path}/verdict")
    assert (waiting.status_code, waiting.headers["Retry-After"]) == (409, "1")

    run = computed(said)
    state = client.get(f"{API}{path}/run").json()
    assert (state["state"], state["over"], state["records"]) == ("finished", True, run.records)
    assert client.get(f"{API}{path}/verdict").json()["headline"] == state["headline"] == (run.verdict or {})["headline"]
    assert client.get(f"{API}{path}/yaml").content.decode() == POD

    read = client.get(f"{API}{path}").json()
    assert (read["id"], read["title"], read["links"], read["run"]) == (said["id"], "web", said["links"], state)
    assert "token" not in read
    assert send(client, f"{path}/share").json()["expires"] is None

    assert send(client, path, method="delete", **mine(said)).status_code == 204
    assert [client.get(f"{API}{path}{what}").status_code for what in ("", "/yaml", "/run", "/records", "/verdict")] == [404] * 5
    assert not Scenario.objects.exists()


def test_a_text_that_is_refused_makes_no_scenario(client: Client) -> None:
    response = send(client, "/scenarios", BROKEN)

    assert (response.status_code, response.headers["Content-Type"]) == (422, "application/problem+json")
    assert [each["path"] for each in response.json()["problems"]] == ["spec.initContainers[1].restartPolicy"]
    assert not Scenario.objects.exists()


def test_a_child_remembers_its_parent_and_an_unchanged_text_is_the_parent(client: Client) -> None:
    parent = made(client)
    child = send(client, f"/scenarios?parent={parent['id']}", POD + "# mine\n")
    same = send(client, f"/scenarios?parent={parent['id']}", POD)

    assert (child.status_code, child.json()["parent"]) == (201, parent["id"])
    assert (same.status_code, same.json()["id"], same.json()["token"]) == (200, parent["id"], None)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        pytest.param({}, 401, id="no token"),
        pytest.param({"Authorization": "Bearer"}, 401, id="an empty one"),
        pytest.param({"Authorization": "Basic bWU6bWU="}, 401, id="a password"),
        pytest.param({"Authorization": "Bearer not-it"}, 403, id="a wrong one"),
    ],
)
@pytest.mark.parametrize(("method", "what"), [("delete", ""), ("post", "/cancel")])
def test_who_has_no_token_neither_deletes_nor_cancels(client: Client, method: str, what: str, headers: dict[str, str], status: int) -> None:
    scenario = made(client)
    response = send(client, f"/scenarios/{scenario['id']}{what}", method=method, **headers)

    assert (response.status_code, "WWW-Authenticate" in response.headers) == (status, status == 401)
    assert Run.objects.get().state == RunState.QUEUED


def test_a_run_is_cancelled_and_started_again(client: Client) -> None:
    scenario = made(client)
    path = f"/scenarios/{scenario['id']}"

    cancelled = send(client, f"{path}/cancel", **mine(scenario))
    assert (cancelled.status_code, cancelled.json()["state"]) == (200, "failed")
    assert send(client, f"{path}/cancel", **mine(scenario)).status_code == 409
    assert client.get(f"{API}{path}/verdict").json()["detail"] == cancelled.json()["error"]

    again = send(client, f"{path}/run")
    assert (again.status_code, again.json()["state"]) == (202, "queued")
    computed(scenario)
    assert [send(client, f"{path}/run").status_code for _ in range(2)] == [200, 200]


def test_a_run_under_another_simulator_is_computed_anew(client: Client) -> None:
    scenario = made(client)
    Run.objects.update(simulator_version="0.0.1", state=RunState.FINISHED)

    answers = [send(client, f"/scenarios/{scenario['id']}/run") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [202, 200]
    assert Run.objects.count() == 2


@pytest.mark.parametrize(
    ("before", "shown"), [(RunState.FINISHED, "0.0.1"), (RunState.FAILED, simulator.VERSION)], ids=["one that finished stays", "one that failed does not"]
)
def test_after_an_upgrade_the_api_and_the_page_show_the_same_run(client: Client, before: RunState, shown: str) -> None:
    scenario = made(client)
    path = f"{API}/scenarios/{scenario['id']}"
    Run.objects.update(simulator_version="0.0.1", state=before, error="It is old.", verdict={"headline": "From before.", "pods": []})
    send(client, f"/scenarios/{scenario['id']}/run")
    page = client.get(f"/s/{scenario['id']}").context["run"]

    told = [client.get(f"{path}/run").json(), client.get(path).json()["run"]]
    assert [page["version"], *(run["simulator_version"] for run in told)] == [shown] * 3
    assert client.get(f"{path}/run?simulator={simulator.VERSION}").json()["state"] == "queued"
    assert client.get(f"{path}/verdict?simulator={simulator.VERSION}").status_code == 409
    assert client.get(f"{path}/records?simulator=9.9.9").status_code == 404


# -- refusals ----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path", "body", "media", "headers", "status"),
    [
        pytest.param("get", "/nothing", "", YAML, {}, 404, id="no such address"),
        pytest.param("get", f"/scenarios/{NOBODY}", "", YAML, {}, 404, id="no such scenario"),
        pytest.param("get", "/scenarios/..%2F..%2Fetc", "", YAML, {}, 404, id="a path for an id"),
        pytest.param("get", "/examples/..", "", YAML, {}, 404, id="a path for an example"),
        pytest.param("put", "/check", "", YAML, {}, 405, id="a method that it does not know"),
        pytest.param("delete", "/versions", "", YAML, {}, 405, id="deleting what is only read"),
        pytest.param("get", "/versions", "", YAML, {"Accept": "text/html"}, 406, id="a form that there is not"),
        pytest.param("post", "/check", POD, "text/plain", {}, 415, id="a body that any form may send"),
        pytest.param("post", "/check", POD, "multipart/form-data; boundary=x", {}, 415, id="an upload that any form may send"),
        pytest.param("post", "/compare", POD, YAML, {}, 415, id="a text where JSON is wanted"),
        pytest.param("post", "/check", "{", JSON, {}, 400, id="no JSON"),
        pytest.param("post", "/check", "[" * 100_000, JSON, {}, 400, id="JSON without a bottom"),
        pytest.param("post", "/check", "[]", JSON, {}, 422, id="JSON of another form"),
        pytest.param("post", "/check", '{"text": "", "tetx": ""}', JSON, {}, 422, id="a field that there is not"),
        pytest.param("post", "/check?nmae=x", POD, YAML, {}, 400, id="a parameter that there is not"),
        pytest.param("post", "/check?name=a&name=b", POD, YAML, {}, 400, id="a parameter twice"),
        pytest.param("get", f"/scenarios/{NOBODY}/records?since=-1", "", YAML, {}, 400, id="a number that is too small"),
        pytest.param("get", f"/scenarios/{NOBODY}/records?since=1e3", "", YAML, {}, 400, id="a number that is not whole"),
        pytest.param("get", f"/scenarios/{NOBODY}/records?wait=61", "", YAML, {}, 400, id="more patience than a proxy has"),
        pytest.param("get", f"/scenarios/{NOBODY}/records?wait=NaN", "", YAML, {}, 400, id="no number at all"),
        pytest.param("post", "/scenarios", "x: " + "y" * docs.MAX_SCENARIO_BYTES, YAML, {}, 422, id="a text that is too large to run"),
        pytest.param("post", "/compare", {"a": {"ref": NOBODY}, "b": {"text": POD}}, JSON, {}, 404, id="a side that leads nowhere"),
        pytest.param("post", "/compare", {"a": {"text": BROKEN}, "b": {"text": POD}}, JSON, {}, 422, id="a side that cannot run"),
        pytest.param("post", "/compare", {"a": {"text": POD, "changes": {"seed": "x"}}, "b": {"text": POD}}, JSON, {}, 422, id="a change that cannot be made"),
        pytest.param("post", "/check", POD, YAML, {"Origin": "https://elsewhere.example"}, 403, id="a page of another site"),
        pytest.param("post", "/check", POD, YAML, {"Origin": "null"}, 403, id="a page that hides its site"),
        pytest.param("post", "/check", POD, YAML, {"Content-Length": str(bounds.MAX_BODY_BYTES + 1)}, 413, id="a body that is announced as too large"),
    ],
)
def test_what_is_refused(client: Client, method: str, path: str, body: object, media: str, headers: dict[str, str], status: int) -> None:
    response = send(client, path, body, media, method, **headers)

    assert (response.status_code, response.headers["Content-Type"], response.headers["Cache-Control"]) == (status, "application/problem+json", "no-store")
    said = response.json()
    assert (said["status"], said["type"].partition("#")[0]) == (status, f"{API}/docs")
    assert all(said[name] for name in ("title", "detail"))
    assert bool(said.get("problems")) is (status == 422)


def test_a_method_that_is_not_known_is_told_which_are(client: Client) -> None:
    assert client.put(f"{API}/scenarios/{NOBODY}").headers["Allow"] == "GET, DELETE, HEAD, OPTIONS"


@pytest.mark.parametrize(("path", "bucket"), [("/check", bounds.CHECKS), ("/lint", bounds.CHECKS), ("/scenarios", bounds.RUNS), ("/compare", bounds.TRIES)])
def test_who_asks_too_often_is_told_when_to_come_back(client: Client, redis_client: redis.Redis, path: str, bucket: bounds.Bucket) -> None:
    key = f"nodeviz:bucket:{bucket.name}:127.0.0.1"
    redis_client.hset(key, mapping={"tokens": "0", "at": str(2**52)})

    response = send(client, path, POD)

    assert (response.status_code, int(response.headers["Retry-After"]) > 0) == (429, True)
    assert client.get(f"{API}/limits").status_code == 200


def test_only_the_address_counts_and_no_cookie(client: Client, redis_client: redis.Redis) -> None:
    client.cookies.load({"csrftoken": "t" * 32})
    key = f"nodeviz:bucket:check:browser:127.0.0.1:{bounds.browser_with({'csrftoken': 't' * 32})}"
    redis_client.hset(key, mapping={"tokens": "0", "at": str(2**52)})

    assert send(client, "/check", POD).status_code == 200


def test_a_body_for_json_may_not_be_of_any_size(client: Client) -> None:
    problem = send(client, "/check", {"text": {"x" * 100_000: 1}}, JSON).json()["problems"][0]

    assert (problem["path"], len(problem["message"]) < 300) == ("text", True)


# -- who asks ----------------------------------------------------------------------------------------------------------------------


def test_cookies_count_for_nothing_and_none_is_set(client: Client) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies.load({"csrftoken": "t" * 32, "sessionid": "s" * 32, "token": "x"})

    response = send(strict, "/scenarios", POD)
    scenario = response.json()

    assert response.status_code == 201
    strict.cookies.load({"token": scenario["token"], "Authorization": f"Bearer {scenario['token']}"})
    assert send(strict, f"/scenarios/{scenario['id']}", method="delete").status_code == 401
    assert [bool(answer.cookies) for answer in (response, strict.get(f"{API}/docs"), strict.get(f"{API}/"))] == [False] * 3
    assert "Cookie" not in response.headers["Vary"]


@pytest.mark.parametrize(
    ("method", "path", "shared"),
    [
        pytest.param("get", "/versions", True, id="facts"),
        pytest.param("get", f"/scenarios/{NOBODY}", True, id="a link that leads nowhere"),
        pytest.param("options", "/check", True, id="a question beforehand"),
        pytest.param("post", "/check", False, id="what another site may not even ask"),
    ],
)
def test_pages_of_other_sites_may_read_and_nothing_else(client: Client, method: str, path: str, shared: bool) -> None:
    response = send(client, path, POD, method=method, Origin="https://elsewhere.example")

    assert response.headers.get("Access-Control-Allow-Origin") == ("*" if shared else None)
    assert "Access-Control-Allow-Credentials" not in response.headers


def test_a_page_of_another_site_is_told_that_it_may_only_read(client: Client) -> None:
    response = send(client, f"/scenarios/{NOBODY}", method="options", Origin="https://elsewhere.example")

    assert (response.status_code, response.headers["Access-Control-Allow-Methods"]) == (204, "GET, HEAD")


def test_a_page_of_this_site_may_do_everything(client: Client) -> None:
    assert send(client, "/check", POD, Origin="http://testserver").status_code == 200


# -- what may be kept --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        pytest.param("/versions", "public, max-age=300", id="facts, until another version is installed"),
        pytest.param("/openapi.json", "public, max-age=300", id="the document"),
        pytest.param("/scenarios/{id}/yaml", "private, max-age=31536000, immutable", id="a text, for ever"),
        pytest.param("/scenarios/{id}/verdict", "private, no-cache", id="a verdict, until it is computed anew"),
        pytest.param("/scenarios/{id}", "no-store", id="what changes, never"),
        pytest.param("/scenarios/{id}/run", "no-store", id="a state, never"),
    ],
)
def test_what_may_be_kept_has_a_name_that_is_asked_for_again(client: Client, path: str, kept: str) -> None:
    scenario = made(client)
    computed(scenario)
    address = API + path.format(**scenario)
    first = client.get(address)
    again = client.get(address, headers={"If-None-Match": first.headers.get("ETag", '"none"')})

    assert (first.headers["Cache-Control"], again.status_code, again.headers["Cache-Control"]) == (kept, 200 if kept == "no-store" else 304, kept)
    assert client.head(address).status_code == 200


# -- comparing ---------------------------------------------------------------------------------------------------------------------


def pod(name: str, **reached: float | None) -> dict[str, Any]:
    return {"pod": name, "ready_s": None, "ended_s": None, "gone_s": None, "restarts": 0, **reached}


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        pytest.param([pod("web", ready_s=2.5)], [pod("web", ready_s=4.0)], [("web", "ready_s", 1.5, True)], id="later"),
        pytest.param([pod("web", ready_s=2.5)], [pod("web", ready_s=2.5)], [("web", "ready_s", 0, False)], id="the same"),
        pytest.param([pod("web", ended_s=3.0)], [pod("web")], [("web", "ended_s", None, True)], id="never in the other"),
        pytest.param([pod("web", restarts=2)], [pod("web")], [("web", "restarts", -2, True)], id="fewer restarts"),
        pytest.param([pod("web", gone_s=1)], [pod("api", ready_s=1)], [("web", "gone_s", None, True), ("api", "ready_s", None, True)], id="other pods"),
        pytest.param([pod("web")], [pod("web")], [], id="nothing reached"),
    ],
)
def test_milestones(a: list[dict[str, Any]], b: list[dict[str, Any]], expected: list[tuple[Any, ...]]) -> None:
    found = milestones({"pods": a}, {"pods": b})

    assert [(each["pod"], each["milestone"], each["delta"], each["differs"]) for each in found] == expected
