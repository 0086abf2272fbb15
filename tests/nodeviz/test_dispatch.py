"""Does every run get to a worker, whatever is lost on the way?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import redis
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import RequestFactory
from django.utils import timezone

import simulator
from nodeviz.celery import app
from nodeviz.runs.dispatch import PATIENCE, RESEND, ensure_run, give_up, reap
from nodeviz.runs.models import MAX_ATTEMPTS, QUEUE_LEASE, Run, RunState
from nodeviz.runs.tasks import simulate_try
from nodeviz.runs.turns import client_of, place_in_queue
from nodeviz.scenarios.models import Scenario

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("redis_client")]

MakeRun = Callable[..., Run]
PAST = timezone.now() - timedelta(minutes=5)


def messages(queue: str = "celery") -> int:
    """How many wait in the broker."""
    with app.connection_for_read() as connection:
        return int(connection.default_channel._size(queue))


def test_a_new_scenario_is_queued_and_sent(make_scenario: Callable[..., Scenario]) -> None:
    run = ensure_run(make_scenario())

    assert (run.state, run.simulator_version, messages()) == (RunState.QUEUED, simulator.VERSION, 1)


def test_asking_again_sends_nothing(make_scenario: Callable[..., Scenario]) -> None:
    scenario = make_scenario()

    assert ensure_run(scenario) == ensure_run(scenario, again=True)
    assert messages() == 1


def from_now(fields: dict[str, object]) -> dict[str, object]:
    """A lease is given by what is left of it, and the table is minutes old when its test begins."""
    return {name: timezone.now() + value if isinstance(value, timedelta) else value for name, value in fields.items()}


@pytest.mark.parametrize(
    ("fields", "epoch", "sent"),
    [
        pytest.param({"state": RunState.RUNNING, "lease_until": PAST, "attempts": 3}, 2, 1, id="one whose worker is silent begins anew"),
        pytest.param({"state": RunState.RUNNING}, 1, 0, id="one that is computed is left alone"),
        pytest.param({"lease_until": QUEUE_LEASE - PATIENCE - timedelta(seconds=1)}, 1, 1, id="one that waits for long is sent once more"),
        pytest.param({"lease_until": QUEUE_LEASE + timedelta(minutes=5)}, 1, 0, id="one that was sent just now waits"),
        pytest.param({"state": RunState.FINISHED, "lease_until": PAST}, 1, 0, id="one that is over stays"),
    ],
)
def test_a_person_asks_again_for_a_run_with_which_nobody_is_busy(make_run: MakeRun, fields: dict[str, object], epoch: int, sent: int) -> None:
    run = make_run(epoch=1, **from_now(fields))
    asked = [ensure_run(run.scenario, again=True) for _ in range(2)]

    assert ([each.epoch for each in asked], messages()) == ([epoch, epoch], sent)
    assert Run.objects.get().state == (RunState.QUEUED if sent else fields.get("state", RunState.QUEUED))
    assert Run.objects.get().attempts == 0


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


def at_the_update(do: Callable[[], object], *, before: bool = False) -> Any:
    """Something that another process does just before, or just after, the first change of a run's row."""
    waiting = [do]

    def wrapper(execute: Any, sql: str, *arguments: Any) -> Any:
        is_first = bool(waiting) and sql.startswith('UPDATE "runs_run"')
        meanwhile = waiting.pop() if is_first else None
        if meanwhile and before:
            meanwhile()
        result = execute(sql, *arguments)
        if meanwhile and not before:
            meanwhile()
        return result

    return connection.execute_wrapper(wrapper)


def test_of_two_who_try_a_failed_run_again_both_see_it_queued(make_run: MakeRun) -> None:
    scenario = make_run(state=RunState.FAILED).scenario
    with at_the_update(lambda: ensure_run(scenario, again=True), before=True):
        run = ensure_run(scenario, again=True)

    assert (run.state, messages()) == (RunState.QUEUED, 1)


def test_a_run_that_is_deleted_as_it_is_revived_does_not_end_the_reaper(make_run: MakeRun) -> None:
    run = make_run(state=RunState.RUNNING, lease_until=PAST)
    with at_the_update(lambda: Run.objects.filter(pk=run.pk).delete()):
        reap()

    assert not Run.objects.exists()


def test_who_is_overtaken_as_it_takes_a_run_is_not_taken_for_the_other(make_run: MakeRun) -> None:
    run = make_run()
    with at_the_update(lambda: Run.objects.update(epoch=7, task_id="message-2")):
        mine = Run.objects.claim(run.pk, task_id="message-1")

    assert mine is not None
    assert (mine.epoch, mine.task_id, Run.objects.renew(mine.pk, mine.epoch)) == (1, "message-1", False)


def test_places_in_the_queue(make_run: MakeRun) -> None:
    runs = [make_run(state=RunState.RUNNING), make_run(), make_run()]

    assert [place_in_queue(run) for run in runs] == [None, 1, 2]


@pytest.mark.parametrize(
    ("asked", "order"),
    [
        pytest.param("AAAB", "ABAA", id="somebody's first comes before another's second"),
        pytest.param("AAABBCC", "ABCABCA", id="and second before third"),
        pytest.param("AAA.B.B.B", "ABABAB", id="who asks for one at a time and waits for it is not behind who asked for all at once"),
        pytest.param("A.A.A.B", "AAAB", id="nobody else waits: in the order in which they were asked for"),
        pytest.param("AAAA....B", "AAAAB", id="what was computed long ago counts for nothing"),
        pytest.param("AAAAAA...BBB", "AAABABABA", id="a newcomer does not make up for the time when he was away"),
    ],
)
def test_who_waits_takes_turns(make_scenario: Callable[..., Scenario], asked: str, order: str) -> None:
    """A letter asks for a run; at each point the one worker is done with what it has, and takes the next; at the end it takes all that are left."""
    who: dict[int, str] = {}
    taken: list[Run] = []

    def take() -> bool:
        if taken:
            Run.objects.move(taken[-1], RunState.FINISHED)
        run = Run.objects.claim_next(task_id=f"message-{len(taken)}")
        taken.extend([run] if run else [])
        return run is not None

    for step in asked:
        if step == ".":
            take()
        else:
            who[ensure_run(make_scenario(), asked_by=step).pk] = step
    while take():
        pass

    assert "".join(who[run.pk] for run in taken) == order


def test_the_place_in_the_queue_is_the_order_of_turns(make_scenario: Callable[..., Scenario]) -> None:
    runs = [ensure_run(make_scenario(), asked_by=who) for who in "AAAB"]

    assert [place_in_queue(run) for run in runs] == [1, 3, 4, 2]


def test_who_asked_is_forgotten_when_the_run_is_over(make_scenario: Callable[..., Scenario], rf: RequestFactory) -> None:
    asked_by = client_of(rf.get("/", REMOTE_ADDR="2001:db8::1"))
    assert asked_by == client_of(rf.get("/", REMOTE_ADDR="2001:db8::2")) != client_of(rf.get("/", REMOTE_ADDR="192.0.2.1"))
    run = ensure_run(make_scenario(), asked_by=asked_by)
    assert run.client == asked_by
    give_up(run, "It was stopped.")

    assert Run.objects.get(pk=run.pk).client == ""


def test_a_message_that_is_delivered_again_goes_on_with_its_own_run(make_scenario: Callable[..., Scenario]) -> None:
    ensure_run(make_scenario(), asked_by="A")
    taken = Run.objects.claim_next(task_id="message-1")
    ensure_run(make_scenario(), asked_by="B")
    again = Run.objects.claim_next(task_id="message-1")

    assert taken is not None
    assert again is not None
    assert (again.pk, again.epoch) == (taken.pk, taken.epoch + 1)


def test_a_try_does_not_wait_behind_the_runs() -> None:
    simulate_try.delay("a-try")

    assert (messages("tries"), messages()) == (1, 0)


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
