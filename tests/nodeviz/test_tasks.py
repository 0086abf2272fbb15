"""What does a worker do with the message that it gets? The task is called as Celery calls it, against a real Redis and the real simulator."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from celery.exceptions import Reject
from django.db import OperationalError, connection
from django.utils import timezone

import simulator
from nodeviz.runs import journal, lease, stream, tasks
from nodeviz.runs.frames import unpack
from nodeviz.runs.models import LEASE, MAX_ATTEMPTS, Run, RunState
from nodeviz.runs.tasks import explained, simulate_run
from tests.bootstrap.test_up import eventually

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("redis_client")]

MakeRun = Callable[..., Run]

CRASHING = """\
apiVersion: v1
kind: Pod
metadata:
  name: crashing
  annotations: {behavior.nodeviz.dev/app: "{runs: [{duration: 1s, exitCode: 1}]}"}
spec:
  containers: [{name: app, image: "main-app1:1.0"}]
"""


def deliver(run: Run, task_id: str = "message-1") -> Run:
    """Let the task have its message, to its end."""
    simulate_run.apply(args=[run.pk], task_id=task_id, throw=True)
    return Run.objects.get(pk=run.pk)


def artefact(run: Run) -> list[str]:
    return [line for frame in run.artefact.order_by("first_seq") for line in unpack(bytes(frame.packed))]


def test_the_artefact_is_what_the_simulator_says(make_run: MakeRun) -> None:
    run = deliver(make_run())
    records = list(simulator.simulate(run.scenario.loaded()))

    assert artefact(run) == [simulator.encode(record) for record in records]
    assert (run.state, run.records, run.verdict["headline"]) == (RunState.FINISHED, len(records), simulator.verdict(records).headline)


@pytest.mark.parametrize(
    ("state", "task_id", "claimed"),
    [
        pytest.param(RunState.QUEUED, "", True, id="a run that waits is taken"),
        pytest.param(RunState.RUNNING, "message-1", True, id="a redelivery of the message that is being worked on takes over, because its worker is lost"),
        pytest.param(RunState.RUNNING, "message-2", False, id="a second message leaves a run alone that is being computed"),
        pytest.param(RunState.FINISHED, "message-1", False, id="a finished run is left alone"),
        pytest.param(RunState.FAILED, "message-1", False, id="a failed run is left alone"),
    ],
)
def test_claims(make_run: MakeRun, state: RunState, task_id: str, claimed: bool) -> None:
    run = make_run(state=state, task_id=task_id, epoch=4)
    taken = Run.objects.claim(run.pk, task_id="message-1")

    assert (taken is not None, Run.objects.get(pk=run.pk).epoch) == (claimed, 5 if claimed else 4)


def test_a_claim_on_a_run_that_was_pruned_is_none() -> None:
    assert Run.objects.claim(12345, task_id="message-1") is None


def test_of_two_that_read_the_same_row_one_claims_it(make_run: MakeRun) -> None:
    run = make_run()
    same = Run.objects.get(pk=run.pk)

    assert Run.objects.move(run, RunState.RUNNING, epoch=1)
    assert not Run.objects.move(same, RunState.RUNNING, epoch=1)


@pytest.mark.parametrize(
    ("state", "to"),
    [
        pytest.param(RunState.QUEUED, RunState.FINISHED, id="nothing finishes without having run"),
        pytest.param(RunState.FINISHED, RunState.QUEUED, id="a finished run is never computed again"),
        pytest.param(RunState.FINISHED, RunState.FAILED, id="nor does it fail afterwards"),
    ],
)
def test_moves_that_are_not_in_the_table_change_nothing(make_run: MakeRun, state: RunState, to: RunState) -> None:
    run = make_run(state=state)

    with pytest.raises(ValueError, match="is not in the table"):
        Run.objects.move(run, to)
    assert Run.objects.get(pk=run.pk).state == state


def test_a_message_that_comes_twice_changes_nothing(make_run: MakeRun) -> None:
    first = deliver(make_run())
    again = deliver(first)

    assert (again.epoch, again.finished) == (first.epoch, first.finished)


def test_a_lease_is_held_by_its_owner_only(make_run: MakeRun) -> None:
    run = Run.objects.claim(make_run().pk, task_id="message-1")
    assert run
    before = timezone.now()
    assert Run.objects.renew(run.pk, run.epoch)
    assert Run.objects.get(pk=run.pk).lease_until >= before + LEASE
    Run.objects.claim(run.pk, task_id="message-1")

    assert not Run.objects.renew(run.pk, run.epoch)


def test_a_run_of_another_version_is_not_continued(make_run: MakeRun) -> None:
    run = deliver(make_run(simulator_version="0.0.1"))

    assert run.state == RunState.FAILED
    assert run.error == (
        f"This run was begun under simulator 0.0.1, and {simulator.VERSION} is installed now. Reload the page to compute it again from the start."
    )


def test_a_text_that_is_refused_by_now_fails_with_its_problems(make_run: MakeRun) -> None:
    run = deliver(make_run("kind: Pod"))

    assert run.state == RunState.FAILED
    assert "apiVersion" in run.error
    assert "fault of nodeviz" not in run.error


def test_a_run_is_computed_without_redis_too(make_run: MakeRun, settings: object, tmp_path: object) -> None:
    settings.REDIS_URL = f"unix://{tmp_path}/nobody.sock"  # type: ignore[attr-defined]
    stream.client.cache_clear()
    run = deliver(make_run())

    assert run.state == RunState.FINISHED
    assert artefact(run) == [simulator.encode(record) for record in simulator.simulate(run.scenario.loaded())]


def test_a_database_without_room_fails_the_run_in_words(make_run: MakeRun, monkeypatch: pytest.MonkeyPatch, transactional_db: None) -> None:
    """The artefact does not fit, but the row does."""
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL's disk cannot be made small from here")
    monkeypatch.setattr(journal, "CLOSE_WITHIN_S", 0)
    run = make_run(CRASHING)
    with connection.cursor() as cursor:
        # Pages that earlier tests have freed would be room.
        cursor.execute("VACUUM")
        cursor.execute("PRAGMA page_count")
        (pages,) = cursor.fetchone()
        cursor.execute(f"PRAGMA max_page_count = {pages + 1}")
        try:
            run = deliver(run)
        finally:
            cursor.execute("PRAGMA max_page_count = 1073741823")

    assert (run.state, run.records, run.artefact.count()) == (RunState.FAILED, 0, 0)
    assert run.error == "The run was computed, but the database did not take it: database or disk is full. Press Run to try once more."


def test_a_message_goes_back_to_the_broker_when_the_database_is_away(make_run: MakeRun, monkeypatch: pytest.MonkeyPatch, transactional_db: None) -> None:
    monkeypatch.setattr(tasks, "HAND_BACK_AFTER_S", 0)
    run = make_run()
    with connection.execute_wrapper(unreachable), pytest.raises(Reject) as rejected:
        simulate_run.run(run.pk)

    assert rejected.value.requeue
    assert Run.objects.get(pk=run.pk).state == RunState.QUEUED


def unreachable(*_: object) -> None:
    """Instead of any statement."""
    raise OperationalError("database is locked")


def test_a_run_that_kills_every_pool_process_is_given_up(make_run: MakeRun) -> None:
    run = deliver(make_run(state=RunState.RUNNING, task_id="message-1", attempts=MAX_ATTEMPTS))

    assert (run.state, run.error) == (RunState.FAILED, "Its worker was lost 4 times, so it was given up. Press Run to try once more.")


def test_a_lease_is_renewed_while_a_step_takes_long_and_is_lost_with_the_run(
    make_run: MakeRun, monkeypatch: pytest.MonkeyPatch, transactional_db: None
) -> None:
    monkeypatch.setattr(lease, "RENEW_S", 0.01)
    run = Run.objects.claim(make_run().pk, task_id="message-1")
    assert run
    with lease.HeldLease(run) as held:
        assert eventually(lambda: Run.objects.get(pk=run.pk).lease_until > run.lease_until, within_s=20)
        assert not held.is_lost
        Run.objects.claim(run.pk, task_id="message-1")
        assert eventually(lambda: held.is_lost, within_s=20)


def test_our_own_mistakes_come_with_what_reproduces_them(make_run: MakeRun) -> None:
    said = explained(simulator.BrokenInvariant("Pending -> Pending"), make_run())

    assert said == f"This is a fault of nodeviz, not of the input. BrokenInvariant: Pending -> Pending (simulator {simulator.VERSION}, seed 1)"
