"""Which two runs does an address mean, and is nothing stored on the way?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.test import Client

import simulator
from nodeviz.runs.models import Run, RunState
from nodeviz.scenarios.comparisons import COMPARISONS
from nodeviz.scenarios.models import Scenario

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("redis_client")]

MakeRun = Callable[..., Run]
EXAMPLE = "example:serial-pulls"


@contextmanager
def nothing_is_stored() -> Iterator[None]:
    """Neither a link nor a run."""
    before = everything()
    yield
    assert everything() == before


def everything() -> list[dict[str, object]]:
    """All rows, but for when a link was last opened: a comparison opens it."""
    links = [{**row, "last_opened": None} for row in Scenario.objects.order_by("pk").values()]
    return [*links, *Run.objects.order_by("pk").values()]


def sides_of(client: Client, **query: str) -> list[dict[str, object]]:
    """What the page's scripts are told of A and B."""
    with nothing_is_stored():
        response = client.get("/compare", {name.replace("__", "."): value for name, value in query.items()})
    assert response.status_code == 200
    sides: list[dict[str, object]] = response.context["page_config"]["sides"]
    return sides


def test_a_stored_run_is_followed_and_a_change_of_it_is_tried(client: Client, make_run: MakeRun) -> None:
    run = make_run(state=RunState.FINISHED)
    a, b = sides_of(client, a=run.scenario_id, b=run.scenario_id, b__kubernetes="1.29")

    assert (a["id"], a["ws_path"], a["url"]) == (run.scenario_id, f"/ws/runs/{run.scenario_id}/?simulator={simulator.VERSION}", f"/s/{run.scenario_id}")
    assert (b["id"], b["ws_path"], b["url"], b["parent"]) == (None, "", "", run.scenario_id)
    assert (a["words"], b["words"]) == ((f"Kubernetes 1.{simulator.versions.NEWEST}",), ("Kubernetes 1.29",))
    assert b["text"] == simulator.with_settings(run.scenario.text, kubernetes="1.29")


def test_a_change_that_changes_nothing_is_the_stored_run(client: Client, make_run: MakeRun) -> None:
    run = make_run()
    _, b = sides_of(client, a=EXAMPLE, b=run.scenario_id, b__kubernetes=f"1.{simulator.versions.NEWEST}")

    assert b["id"] == run.scenario_id


def test_a_scenario_that_this_simulator_has_not_run_is_tried(client: Client, make_run: MakeRun) -> None:
    run = make_run(simulator_version="0.0.1")
    a, b = sides_of(client, a=run.scenario_id, b=run.scenario_id)

    assert (a["id"], b["id"]) == (None, None)


@pytest.mark.parametrize("form", ["{0}", " {0} ", "http://localhost:8000/s/{0}", "https://nodeviz.example/s/{0}#t=1-2", "/s/{0}.yaml", "http://x/e/{0}"])
def test_a_run_goes_by_its_id_or_by_any_link_to_it(client: Client, make_run: MakeRun, form: str) -> None:
    run = make_run()
    a, _ = sides_of(client, a=form.format(run.scenario_id), b=EXAMPLE)

    assert a["id"] == run.scenario_id


@pytest.mark.parametrize("ref", [EXAMPLE, "http://localhost:8000/?example=serial-pulls"])
def test_an_example_goes_by_its_name_or_its_link(client: Client, ref: str) -> None:
    a, _ = sides_of(client, a=ref, b=EXAMPLE)

    assert (a["title"], a["url"]) == ("Five megabytes in the queue behind six gigabytes", "/?example=serial-pulls")


def test_a_comparison_opens_both_links(client: Client, make_run: MakeRun) -> None:
    runs = [make_run(state=RunState.FINISHED) for _ in range(2)]
    sides_of(client, a=runs[0].scenario_id, b=runs[1].scenario_id)

    assert [scenario.last_opened is not None for scenario in Scenario.objects.all()] == [True, True]


def test_a_run_that_failed_is_tried_anew(client: Client, make_run: MakeRun) -> None:
    run = make_run(state=RunState.FAILED)
    a, b = sides_of(client, a=run.scenario_id, b=EXAMPLE)

    assert (a["ws_path"], b["ws_path"]) == ("", "")
    assert a["text"]


@pytest.mark.parametrize("ref", ["AAAAAAAAAAA", "example:none", "example:../etc", "http://[", "x" * 5000, "http://x/s/short", "'\"<b>"])
def test_what_leads_nowhere_is_said_beside_what_was_asked(client: Client, ref: str) -> None:
    with nothing_is_stored():
        response = client.get("/compare", {"a": EXAMPLE, "b": ref})

    assert response.status_code == 404
    assert response.context["wrong"].startswith("B leads nowhere")
    assert response.context["query"] == {"a": EXAMPLE, "b": ref}


def test_a_change_that_cannot_be_made_is_a_problem_of_its_side(client: Client) -> None:
    with nothing_is_stored():
        response = client.get("/compare", {"a": EXAMPLE, "b": EXAMPLE, "b.kubernetes": "1.2", "a.seed": "3"})

    assert response.status_code == 422
    a, b = response.context["sides"]
    assert (a["problems"], a["words"][-1]) == ([], "seed 3")
    assert b["problems"][0]["path"] == "spec.kubernetes"


def test_without_two_references_the_page_asks_for_them(client: Client) -> None:
    response = client.get("/compare", {"a": EXAMPLE})

    assert (response.status_code, response.context["query"]) == (200, {"a": EXAMPLE, "b": ""})


@pytest.mark.parametrize("name", [each.name for each in COMPARISONS])
def test_each_ready_made_comparison_can_be_run_and_swapped(client: Client, name: str) -> None:
    with nothing_is_stored():
        response = client.get(f"/compare/{name}")
    sides = response.context["sides"]
    swapped = client.get(response.context["swapped_url"]).context["sides"]

    assert response.status_code == 200
    assert [side["problems"] for side in sides] == [[], []]
    assert sides[0]["words"] != sides[1]["words"]
    assert [side["text"] for side in swapped] == [side["text"] for side in reversed(sides)]


def test_there_is_no_other_ready_made_comparison(client: Client) -> None:
    response = client.get("/compare/none")

    assert (response.status_code, response.context["wrong"]) == (404, "There is no comparison none.")


def test_search_engines_are_asked_to_stay_away(client: Client) -> None:
    assert client.get("/compare", {"a": EXAMPLE, "b": EXAMPLE})["X-Robots-Tag"] == "noindex"
