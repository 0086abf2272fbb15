"""Does a link that is taken down leave nothing behind, and does its text not come back?"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from nodeviz.runs.management.commands.takedown import forks_of
from nodeviz.runs.models import ArtefactFrame, Run
from nodeviz.runs.stream import stream_key
from nodeviz.runs.tasks import simulate_run
from nodeviz.scenarios.models import BlockedText, Scenario, TakenDown
from tests.nodeviz.conftest import POD

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("redis_client")]


def said(*arguments: str) -> str:
    """What a command prints."""
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


@pytest.mark.parametrize(
    "link",
    ["{}", "/s/{}", "https://nodeviz.example.org/s/{}#v=1", "https://nodeviz.example.org/e/{}?theme=dark", "/s/{}.csv", " {} "],
)
def test_a_link_is_found_however_it_was_sent(make_scenario: Callable[..., Scenario], link: str) -> None:
    scenario = make_scenario()

    assert f"/s/{scenario.pk}\n" in said("link", link.format(scenario.pk))


@pytest.mark.parametrize("link", ["/s/abcdefghijk", "nonsense", "/s/short"])
def test_what_leads_nowhere_is_said(link: str) -> None:
    with pytest.raises(CommandError, match="there is nothing under"):
        call_command("link", link)


def test_what_is_behind_it_is_shown(make_run: Callable[..., Run]) -> None:
    run = make_run()
    text = said("link", run.scenario_id, "--text")

    assert ("title        web" in text, f"{run.simulator_version} queued (0 records)" in text, POD in text) == (True, True, True)


def test_everything_goes(client: Client, make_run: Callable[..., Run], redis_client: object) -> None:
    run = make_run()
    simulate_run.apply(args=[run.pk], task_id="message-1", throw=True)
    assert ArtefactFrame.objects.exists()
    said("takedown", f"/s/{run.scenario_id}", "--reason", "because")

    assert (Scenario.objects.count(), Run.objects.count(), ArtefactFrame.objects.count()) == (0, 0, 0)
    assert redis_client.exists(stream_key(run)) == 0  # type: ignore[attr-defined]
    addresses = [f"/s/{run.scenario_id}{end}" for end in ("", ".yaml", "/why")] + [f"/e/{run.scenario_id}"]
    assert [client.get(address).status_code for address in addresses] == [404] * len(addresses)
    assert "because" in said("blocked")


@pytest.mark.parametrize("text", [POD, "\n" + POD.replace("\n", "\n\n")], ids=["as it was", "with other blanks"])
def test_its_text_is_not_stored_again(client: Client, make_scenario: Callable[..., Scenario], text: str) -> None:
    said("takedown", make_scenario().pk)
    answer = client.post("/run", {"text": text}, headers={"Accept": "application/json"})

    assert (answer.status_code, Scenario.objects.count()) == (422, 0)
    assert answer.json()["problems"][0]["message"] == "this text was taken down by whoever runs this server, and is not stored again"


def test_whoever_stores_a_text_is_stopped(make_scenario: Callable[..., Scenario]) -> None:
    said("takedown", make_scenario().pk)

    with pytest.raises(TakenDown):
        make_scenario()


def test_a_text_may_be_let_in_again(make_scenario: Callable[..., Scenario]) -> None:
    said("takedown", make_scenario().pk)
    said("blocked", "--remove", BlockedText.objects.get().pk)

    assert make_scenario().pk


def test_a_text_may_be_blocked_before_anybody_stores_it(make_scenario: Callable[..., Scenario]) -> None:
    mark = said("link", make_scenario().pk).split("fingerprint")[1].split()[0]
    said("blocked", "--add", mark)

    with pytest.raises(TakenDown):
        make_scenario()


def test_forks_and_copies_go_when_that_is_wanted(make_scenario: Callable[..., Scenario]) -> None:
    first, copy = make_scenario(), make_scenario()
    fork = Scenario.objects.create(files=[{"name": "", "text": POD + "# changed"}], title="", parent=first, simulator_version="1")
    other = make_scenario(POD.replace("web", "other"))
    said("takedown", first.pk, "--forks", "--copies")

    assert set(Scenario.objects.values_list("pk", flat=True)) == {other.pk}
    assert (copy.pk != fork.pk, BlockedText.objects.count()) == (True, 2)


def test_a_thousand_generations_of_forks_are_found(make_scenario: Callable[..., Scenario]) -> None:
    first = make_scenario()
    names = [first.pk, *(f"fork{number:07}" for number in range(1_100))]
    made = [Scenario(pk=name, files=[], title="", parent_id=parent, simulator_version="1") for parent, name in itertools.pairwise(names)]
    Scenario.objects.bulk_create(made)

    assert [fork.pk for fork in forks_of(first)] == names[1:]


def test_a_link_may_go_without_its_text_being_blocked(make_scenario: Callable[..., Scenario]) -> None:
    said("takedown", make_scenario().pk, "--no-block")

    assert make_scenario().pk
