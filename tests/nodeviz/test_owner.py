"""Who may do what with a link, how long is it kept, and is it gone when it is gone?"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
import redis
from django.apps import apps
from django.core.management import call_command
from django.db.models.signals import pre_delete
from django.test import Client
from django.utils import timezone

from nodeviz.runs.journal import Fenced, Journal
from nodeviz.runs.models import ArtefactFrame, Run, RunState
from nodeviz.runs.owner import CANCELLED
from nodeviz.runs.stream import stream_key
from nodeviz.runs.tasks import simulate_run
from nodeviz.scenarios.models import OPENED_EVERY, Scenario

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("redis_client")]

POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: app, image: x}]}\n"
MONTH = timedelta(days=30)


def press_run(client: Client, text: str = POD, parent: str = "") -> dict[str, str]:
    response = client.post("/run", {"text": text, "parent": parent}, headers={"Accept": "application/json"})
    return dict(response.json())


def ask(client: Client, url: str, token: object = "") -> Any:
    return client.post(url, json.dumps({"token": token}), content_type="application/json")


def the_run(made: dict[str, str]) -> Run:
    return Run.objects.select_related("scenario").get(scenario=made["url"].rpartition("/")[2])


def test_who_presses_run_gets_a_token_of_which_only_a_hash_is_kept(client: Client) -> None:
    made = press_run(client)

    scenario = Scenario.objects.get()
    assert len(made["token"]) >= 20
    assert scenario.owner_sha256 != made["token"]
    assert scenario.belongs_to(made["token"])


def test_who_runs_somebody_elses_text_again_gets_no_token(client: Client) -> None:
    made = press_run(client)

    assert press_run(client, parent=made["url"].rpartition("/")[2]) == {"url": made["url"]}


@pytest.mark.parametrize("what", ["delete", "cancel"])
@pytest.mark.parametrize("token", ["", "x" * 22, None, 7, "\ud800"])
def test_without_the_token_nothing_is_done(client: Client, what: str, token: object) -> None:
    made = press_run(client)
    response = ask(client, f"{made['url']}/{what}", token)

    assert response.status_code == 403
    assert "only who made this link" in response.json()["problems"][0]["message"]
    assert the_run(made).state == RunState.QUEUED


def test_a_link_that_nobody_got_a_token_for_cannot_be_deleted(client: Client, make_scenario: Callable[..., Scenario]) -> None:
    assert ask(client, f"/s/{make_scenario().pk}/delete", "").status_code == 403


def test_another_site_cannot_do_it_in_a_visitors_name() -> None:
    strict = Client(enforce_csrf_checks=True)

    assert strict.post("/s/abcdefghijk/delete", "{}", content_type="application/json").status_code == 403
    assert strict.post("/try", "{}", content_type="application/json").status_code == 403


@pytest.mark.parametrize("what", ["delete", "cancel", "share"])
def test_a_link_that_does_not_exist_says_so(client: Client, what: str) -> None:
    response = ask(client, f"/s/abcdefghijk/{what}", "x")

    assert response.status_code == 404
    assert "deleted, has expired, or never existed" in response.json()["problems"][0]["message"]


def test_what_is_deleted_is_gone_and_forks_stay(client: Client, redis_client: redis.Redis) -> None:
    made = press_run(client)
    fork = press_run(client, POD + "# mine\n", parent=made["url"].rpartition("/")[2])
    run = the_run(made)
    simulate_run.apply(args=[run.pk], throw=True)
    assert redis_client.exists(stream_key(run))

    assert ask(client, f"{made['url']}/delete", made["token"]).json() == {"deleted": True}

    assert [scenario.get_absolute_url() for scenario in Scenario.objects.all()] == [fork["url"]]
    assert (Run.objects.filter(scenario=run.scenario_id).count(), ArtefactFrame.objects.filter(run=run.pk).count()) == (0, 0)
    assert not redis_client.exists(stream_key(run))
    gone = client.get(made["url"])
    assert gone.status_code == 404
    assert "it was deleted, has expired, or never existed" in gone.content.decode()


def test_a_worker_whose_link_is_deleted_writes_nothing_more(client: Client, redis_client: redis.Redis) -> None:
    made = press_run(client)
    run = Run.objects.claim(the_run(made).pk, task_id="message-1")
    assert run
    kept = Journal(run).keep(iter([{"seq": 0, "t": 0.0}, {"seq": 1, "t": 0.0}, {"seq": 2, "t": 0.0}]))
    next(kept)
    ask(client, f"{made['url']}/delete", made["token"])

    with pytest.raises(Fenced):
        list(kept)
    assert not redis_client.exists(stream_key(run))


@pytest.mark.parametrize("state", [RunState.QUEUED, RunState.RUNNING])
def test_a_run_is_cancelled(client: Client, state: RunState) -> None:
    made = press_run(client)
    Run.objects.filter(pk=the_run(made).pk).update(state=state)

    assert ask(client, f"{made['url']}/cancel", made["token"]).json() == {"cancelled": True}
    run = the_run(made)
    assert (run.state, run.error) == (RunState.FAILED, CANCELLED)
    assert ask(client, f"{made['url']}/cancel", made["token"]).json() == {"cancelled": False}


def page_of(client: Client, made: dict[str, str]) -> dict[str, Any]:
    return dict(client.get(made["url"]).context["page_config"])


def test_a_link_expires_unless_it_is_shared(client: Client) -> None:
    made = press_run(client)
    config = page_of(client, made)
    assert (config["shared"], config["expires"]) == (False, (timezone.now() + MONTH).date().isoformat())

    for _ in range(2):
        assert ask(client, f"{made['url']}/share").json() == {"shared": True, "expires": None}
    shared = Scenario.objects.get().shared
    ask(client, f"{made['url']}/share")

    config = page_of(client, made)
    assert (config["shared"], config["expires"]) == (True, None)
    assert Scenario.objects.get().shared == shared


@pytest.mark.parametrize(
    ("fields", "stays"),
    [
        pytest.param({"created": 29}, True, id="a month is not over yet"),
        pytest.param({"created": 31}, False, id="made long ago and never opened"),
        pytest.param({"created": 90, "last_opened": 29}, True, id="opened lately"),
        pytest.param({"created": 90, "last_opened": 31}, False, id="opened long ago"),
        pytest.param({"created": 900, "last_opened": 800, "shared": 850}, True, id="shared"),
    ],
)
def test_links_expire(make_run: Callable[..., Run], fields: dict[str, int], stays: bool, capsys: pytest.CaptureFixture[str]) -> None:
    run = make_run()
    now = timezone.now()
    Scenario.objects.filter(pk=run.scenario_id).update(**{name: now - timedelta(days=days) for name, days in fields.items()})
    call_command("prune")

    assert Scenario.objects.exists() is stays
    assert f"{0 if stays else 1} links have expired" in capsys.readouterr().out


def test_the_reaper_deletes_what_has_expired(make_scenario: Callable[..., Scenario]) -> None:
    Scenario.objects.filter(pk=make_scenario().pk).update(created=timezone.now() - 2 * MONTH)
    call_command("reaper", "--once")

    assert not Scenario.objects.exists()


def test_a_link_that_is_shared_while_others_are_deleted_stays(make_scenario: Callable[..., Scenario]) -> None:
    links = [make_scenario().pk for _ in range(2)]
    Scenario.objects.update(created=timezone.now() - 2 * MONTH)

    def share_the_other(instance: Scenario, **_: object) -> None:
        Scenario.objects.share(Scenario.objects.exclude(pk=instance.pk).get())

    pre_delete.connect(share_the_other, sender=Scenario)
    try:
        call_command("prune")
    finally:
        pre_delete.disconnect(share_the_other, sender=Scenario)

    assert [scenario.pk in links for scenario in Scenario.objects.all()] == [True]


def test_how_long_links_last_can_be_set(make_scenario: Callable[..., Scenario], settings: Any) -> None:
    settings.UNSHARED_DAYS = 1
    Scenario.objects.filter(pk=make_scenario().pk).update(created=timezone.now() - timedelta(days=2))
    call_command("prune")

    assert not Scenario.objects.exists()


def test_opening_is_remembered_once_an_hour(client: Client) -> None:
    made = press_run(client)
    client.get(made["url"])
    first = Scenario.objects.get().last_opened
    client.get(made["url"])
    assert Scenario.objects.get().last_opened == first
    assert first
    Scenario.objects.update(last_opened=first - OPENED_EVERY)
    client.get(made["url"])

    assert Scenario.objects.get().last_opened > first


def test_links_from_before_there_were_tokens_are_kept(make_scenario: Callable[..., Scenario]) -> None:
    scenario = make_scenario()
    import_module("nodeviz.scenarios.migrations.0002_owner_and_expiry").keep_old_links(apps, None)

    assert Scenario.objects.get().shared == scenario.created


def test_a_scenario_still_cannot_be_changed(make_scenario: Callable[..., Scenario]) -> None:
    with pytest.raises(TypeError, match="immutable"):
        make_scenario().save()
