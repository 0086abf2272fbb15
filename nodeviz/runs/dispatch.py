"""How does a run get to a worker? It is queued here, a message says that it waits, and another one is sent when its message or its worker is lost."""

from __future__ import annotations

import functools
import logging
from datetime import timedelta
from typing import Any

import redis
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

import simulator
from nodeviz.metrics import counted
from nodeviz.runs.journal import wake_readers
from nodeviz.runs.models import MAX_ATTEMPTS, QUEUE_LEASE, Run, RunState
from nodeviz.runs.stream import client
from nodeviz.runs.tasks import simulate_run
from nodeviz.runs.turns import new_turn
from nodeviz.scenarios.models import Scenario

log = logging.getLogger(__name__)

RESEND = timedelta(seconds=3)
"""A run that did not get to the broker is sent again after this."""

PATIENCE = timedelta(seconds=10)
"""A run that waits is sent again after this if a person asks for it once more; the reaper does so after QUEUE_LEASE."""

KNOWN_BROKER = "nodeviz:reaper"
"""Stands in the Redis that holds the messages. If it is gone, so are they."""

# One more try at once, over a new connection: the old one may be from before the broker was restarted. Whoever pressed Run waits for this.
TRY_TWICE = {"max_retries": 1, "interval_start": 0}


def ensure_run(scenario: Scenario, *, again: bool = False, asked_by: str = "") -> Run:
    """The scenario's run under the installed simulator, queued if there is none yet.

    `again`: one that failed, or with which nobody seems to be busy, is sent once more.

    `asked_by`: the client (`turns.client_of`); those who ask take turns.
    """
    with transaction.atomic():
        run = Run.objects.filter(scenario=scenario, simulator_version=simulator.VERSION).first()
        if run and not (again and may_be_sent_again(run)):
            return run
        queued = {"lease_until": timezone.now() + QUEUE_LEASE, "client": asked_by, "turn": new_turn(asked_by)}
        requeued = created = False
        if run:
            requeued = requeue(run, queued)
            if not requeued:
                # Somebody else did, at the same moment.
                run.refresh_from_db()
        else:
            run, created = Run.objects.get_or_create(scenario=scenario, simulator_version=simulator.VERSION, defaults=queued)
        if created or requeued:
            transaction.on_commit(functools.partial(send, run))
    return run


def may_be_sent_again(run: Run) -> bool:
    """It failed, its worker is silent, or its message is on the way for long. Else a second one of each would be all that came of it."""
    now = timezone.now()
    sent_before = now + QUEUE_LEASE - PATIENCE
    match RunState(run.state):
        case RunState.FAILED:
            return True
        case RunState.RUNNING:
            return run.lease_until < now
        case RunState.QUEUED:
            return run.lease_until < sent_before
        case RunState.FINISHED:
            return False


def requeue(run: Run, queued: dict[str, Any]) -> bool:
    """From its beginning, for a person. One that waits keeps its turn. A higher epoch keeps a worker out that was only slow. False: it changed meanwhile."""
    if run.state == RunState.QUEUED:
        return Run.objects.filter(pk=run.pk, state=run.state, lease_until=run.lease_until).update(lease_until=queued["lease_until"]) == 1
    epoch = run.epoch + (run.state == RunState.RUNNING)
    return Run.objects.move(run, RunState.QUEUED, **queued, epoch=epoch, attempts=0, records=0, error="", finished=None)


def send(run: Run) -> None:
    """Tell the workers that it waits. An unreachable broker is not the person's fault: the reaper sends it later."""
    try:
        # Celery waits for a silent one twice as long, with few connections, behind which everybody else would wait in turn.
        client().ping()
        simulate_run.apply_async(args=[run.pk], retry_policy=TRY_TWICE)
    except (OperationalError, redis.RedisError) as error:
        log.warning("%s stays queued: %s", run, error)
        Run.objects.send_soon(run, timezone.now() + RESEND)


def reap() -> int:
    """Send every run whose message or worker is lost again, or give it up after too many. Returns how many were touched."""
    found = Run.objects.filter(state=RunState.QUEUED).order_by("pk") if _broker_was_emptied() else Run.objects.none()
    overdue = Run.objects.overdue(timezone.now())
    return sum(_revive(run) for run in (found | overdue).select_related("scenario"))


def _broker_was_emptied() -> bool:
    """Since it was asked last; also when it is asked for the first time, which costs a second message that does no harm."""
    try:
        return bool(client().set(KNOWN_BROKER, "knows the messages", nx=True))
    except redis.RedisError as error:
        log.warning("the broker does not answer: %s", error)
        return False


def _revive(run: Run) -> bool:
    """A higher epoch keeps the old worker out, should it come back."""
    if run.attempts >= MAX_ATTEMPTS:
        return give_up(run, f"Its worker was lost {run.attempts} times, so it was given up. Press Run to try once more.")
    lease_until = timezone.now() + QUEUE_LEASE
    if run.state == RunState.RUNNING:
        log.warning("%s lost its worker", run, extra={"run": run.pk, "scenario": run.scenario_id})
        taken = Run.objects.move(run, RunState.QUEUED, epoch=run.epoch + 1, lease_until=lease_until)
    else:
        taken = Run.objects.filter(pk=run.pk, state=run.state, lease_until=run.lease_until).update(lease_until=lease_until) == 1
    if taken:
        counted("runs_lost")
        send(run)
    return taken


def give_up(run: Run, why: str) -> bool:
    """End a run that waits or is computed: its worker stops at its next frame. False: it changed meanwhile."""
    now = timezone.now()
    taken = Run.objects.move(run, RunState.FAILED, epoch=run.epoch + 1, error=why, records=0, finished=now)
    if taken:
        counted("runs_ended", state=RunState.FAILED)
        wake_readers(run, is_over=True)
    return taken
