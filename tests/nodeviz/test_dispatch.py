"""Does every run get to a worker, whatever is lost on the way?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import redis
from django.core.management import CommandError, call_command
from django.utils import timezone

import simulator
from nodeviz.celery import app
from nodeviz.runs.dispatch import RESEND, ensure_run, place_in_queue, reap
from nodeviz.runs.models import MAX_ATTEMPTS, Run, RunState
from nodeviz.scenarios.models import Scenario

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("redis_client")]

MakeRun = Callable[..., Run]
PAST = timezone.now() - timedelta(minutes=5)


def messages() -> int:
    """How many wait in the broker."""
    with app.connection_for_read() as connection:
        return int(connection.default_channel._size("celery"))


def test_a_new_scenario_is_queued_and_sent(make_scenario: Callable[..., Scenario]) -> None:
    run = ensure_run(make_scenario())

    assert (run.state, run.simulator_version, messages()) == (RunState.QUEUED, simulator.VERSION, 1)


def test_asking_again_sends_nothing(make_scenario: Callable[..., Scenario]) -> None:
    scenario = make_scenario()

    assert ensure_run(scenario) == ensure_run(scenario, again=True)
    assert messages() == 1


def test_another_version_gets_a_run_of_its_own(make_run: MakeRun) -> None:
    old = make_run(simulator_version="0.0.1", state=RunState.FINISHED)
    new = ensure_run(old.scenario)

    assert (new.pk != old.pk, new.simulator_version, messages()) == (True, simulator.VERSION, 1)


def test_only_a_person_tries_a_failed_run_again(make_run: MakeRun) -> None:
    run = make_run(state=RunState.FAILED, attempts=MAX_ATTEMPTS, error="It broke.", records=63)
    assert ensure_run(run.scenario).state == RunState.FAILED
    again = ensure_run(run.scenario, again=True)

    assert (again.state, again.attempts, again.error, again.records, messages()) == (RunState.QUEUED, 0, "", 0, 1)


def test_without_a_broker_the_run_stays_queued(make_scenario: Callable[..., Scenario], tmp_path: object, send_through: Callable[[str], None]) -> None:
    send_through(f"redis+socket://{tmp_path}/nobody.sock")

    run = ensure_run(make_scenario())

    assert run.state == RunState.QUEUED
    assert list(Run.objects.overdue(timezone.now() + RESEND)) == [run]


def test_places_in_the_queue(make_run: MakeRun) -> None:
    runs = [make_run(state=RunState.RUNNING), make_run(), make_run()]

    assert [place_in_queue(run) for run in runs] == [None, 1, 2]


@pytest.mark.parametrize(
    ("fields", "state", "epoch", "sent"),
    [
        pytest.param({"state": RunState.RUNNING, "attempts": 1}, RunState.RUNNING, 1, 0, id="a run whose worker renews its lease is left alone"),
        pytest.param({"state": RunState.RUNNING, "attempts": 1, "lease_until": PAST}, RunState.QUEUED, 2, 1, id="a run whose worker is silent is sent again"),
        pytest.param({}, RunState.QUEUED, 1, 0, id="a run that has not waited long is left alone"),
        pytest.param({"lease_until": PAST}, RunState.QUEUED, 1, 1, id="a run whose message may be lost is sent again"),
        pytest.param(
            {"state": RunState.RUNNING, "attempts": MAX_ATTEMPTS, "lease_until": PAST}, RunState.FAILED, 2, 0, id="a run that kills its workers is given up"
        ),
        pytest.param({"state": RunState.FINISHED, "lease_until": PAST}, RunState.FINISHED, 1, 0, id="a finished run has no lease"),
    ],
)
def test_reaper(make_run: MakeRun, fields: dict[str, object], state: RunState, epoch: int, sent: int) -> None:
    reap()
    run = make_run(epoch=1, **fields)
    reap()
    run.refresh_from_db()

    assert (run.state, run.epoch, messages()) == (state, epoch, sent)


def test_the_reaper_sends_a_run_once(make_run: MakeRun) -> None:
    make_run(state=RunState.RUNNING, lease_until=PAST)

    assert [reap(), reap(), messages()] == [1, 0, 1]


def test_when_the_broker_was_emptied_every_waiting_run_is_sent_again(make_run: MakeRun, redis_client: redis.Redis) -> None:
    reap()
    waiting = make_run()
    make_run(state=RunState.RUNNING)
    assert (reap(), messages()) == (0, 0)
    redis_client.flushall()

    assert (reap(), messages(), reap()) == (1, 1, 0)
    assert Run.objects.get(pk=waiting.pk).state == RunState.QUEUED


def test_the_reaper_as_a_command(make_run: MakeRun, caplog: pytest.LogCaptureFixture) -> None:
    make_run(lease_until=PAST)
    call_command("reaper", "--once")

    assert "1 runs were lost and are on their way again" in caplog.messages


def test_pruning_forgets_runs_and_keeps_links(make_run: MakeRun, redis_client: redis.Redis) -> None:
    old = make_run(state=RunState.FINISHED, finished=timezone.now() - timedelta(days=40))
    young = make_run(state=RunState.FINISHED, finished=timezone.now() - timedelta(days=20))
    running = make_run(state=RunState.RUNNING)
    call_command("prune")

    assert set(Run.objects.all()) == {young, running}
    assert ensure_run(old.scenario).state == RunState.QUEUED


def test_an_operator_stops_a_run(make_run: MakeRun) -> None:
    run = make_run()
    claimed = Run.objects.claim(run.pk, task_id="message-1")
    assert claimed
    call_command("cancel", run.scenario_id)
    run.refresh_from_db()

    assert (run.state, Run.objects.renew(claimed.pk, claimed.epoch)) == (RunState.FAILED, False)
    with pytest.raises(CommandError, match="nothing is computed"):
        call_command("cancel", run.scenario_id)
