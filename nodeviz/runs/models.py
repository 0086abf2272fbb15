"""How far is the computation of a scenario, and whose is it? A run's state, its lease, and what it left behind."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db import models
from django.utils import timezone

from nodeviz.scenarios.models import Scenario

LEASE = timedelta(seconds=6)
"""A worker that was silent for so long is taken for dead. Six renewals fit in it, so that a busy machine costs none its run."""

QUEUE_LEASE = timedelta(seconds=60)
"""A run that waited so long is sent again: its message may be lost. A second message does no harm."""

MAX_ATTEMPTS = 4
"""Workers that may die on one run before it is called failed: a run that exhausts memory must not go round for ever."""


class RunState(StrEnum):
    """Where a run is on its way."""

    QUEUED = "queued"
    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"

    @property
    def is_terminal(self) -> bool:
        """The computation is over; its records are in the artefact."""
        return self in (RunState.FINISHED, RunState.FAILED)


# Every legal move. What is not here cannot happen: `RunQuerySet.move` refuses it and changes nothing.
MOVES: Mapping[RunState, frozenset[RunState]] = {
    RunState.QUEUED: frozenset({RunState.RUNNING, RunState.FAILED}),
    # To running: its message was delivered again, because the broker lost the worker. To queued: the reaper found its lease over.
    RunState.RUNNING: frozenset({RunState.RUNNING, RunState.QUEUED, RunState.FINISHED, RunState.FAILED}),
    RunState.FINISHED: frozenset(),
    # Somebody pressed Run again.
    RunState.FAILED: frozenset({RunState.QUEUED}),
}


class RunQuerySet(models.QuerySet["Run"]):
    """The doors to a run's row. Each is one conditional UPDATE, so that of two who try only one succeeds."""

    def move(self, run: Run, to: RunState, **changes: Any) -> bool:
        """The one door to its state. False: somebody else changed the row since `run` was read. Raises ValueError for a move that is not in the table."""
        if to not in MOVES[RunState(run.state)]:
            raise ValueError(f"run {run.pk}: {run.state} -> {to} is not in the table")
        if to.is_terminal:
            changes["client"] = ""
        changes["state"] = to
        if not self.filter(pk=run.pk, state=run.state, epoch=run.epoch).update(**changes):
            return False
        # Not read again: whoever changed or deleted the row since then must not be taken for us.
        for name, value in changes.items():
            setattr(run, name, value)
        return True

    def claim(self, run_id: int, *, task_id: str) -> Run | None:
        """The run, now computed by this task under a new epoch; None if there is nothing to do for it.

        A run that is being computed is handed over only to a redelivery of the same message: the broker sends one again when it has lost the worker.
        """
        run = self.filter(pk=run_id).select_related("scenario").first()
        if run is None or not (run.state == RunState.QUEUED or (run.state == RunState.RUNNING and run.task_id == task_id)):
            return None
        now = timezone.now()
        claimed = self.move(
            run,
            RunState.RUNNING,
            epoch=run.epoch + 1,
            attempts=run.attempts + 1,
            task_id=task_id,
            lease_until=now + LEASE,
            started=run.started or now,
        )
        return run if claimed else None

    def claim_next(self, *, task_id: str) -> Run | None:
        """The run whose turn it is (`turns.py`), now computed by this task; None if nothing waits.

        If this task's message was delivered before, then the run that was being computed for it: the broker sends one again when it has lost the worker.
        """
        if begun := self.filter(state=RunState.RUNNING, task_id=task_id).first():
            return self.claim(begun.pk, task_id=task_id)
        # Another worker may be faster; then there is one less that waits.
        while (waiting := self.filter(state=RunState.QUEUED).order_by("turn", "pk").first()) is not None:
            if run := self.claim(waiting.pk, task_id=task_id):
                return run
        return None

    def renew(self, run_id: int, epoch: int) -> bool:
        """Hold the lease a little longer. False: the run is not ours any more."""
        mine = self.filter(pk=run_id, state=RunState.RUNNING, epoch=epoch)
        return mine.update(lease_until=timezone.now() + LEASE) == 1

    def overdue(self, now: datetime) -> models.QuerySet[Run]:
        """Those whose worker or message is lost."""
        return self.filter(state__in=(RunState.QUEUED, RunState.RUNNING), lease_until__lt=now).order_by("pk")

    def send_soon(self, run: Run, at: datetime) -> bool:
        """Its message did not get away: it is overdue from then on. False: somebody else changed the row."""
        return self.filter(pk=run.pk, state=RunState.QUEUED, epoch=run.epoch, lease_until__gt=at).update(lease_until=at) == 1


class Run(models.Model):
    """The computation of one scenario by one version of the simulator. Another version makes another run."""

    scenario = models.ForeignKey(Scenario, on_delete=models.CASCADE, related_name="runs")
    simulator_version = models.CharField(max_length=40)
    state = models.CharField(max_length=10, choices=[(state.value, state.value) for state in RunState], default=RunState.QUEUED, editable=False)
    epoch = models.PositiveIntegerField(default=0)
    """Counts the claims. Who writes under an older one is a worker that was given up, and is refused."""
    attempts = models.PositiveSmallIntegerField(default=0)
    """Claims since it was last queued by a person."""
    lease_until = models.DateTimeField(db_index=True)
    """Until then somebody is believed to be busy with it: the broker while queued, a worker while running. No meaning in a terminal state."""
    turn = models.PositiveIntegerField(default=0, db_default=0)
    """Its place among those that wait: the smallest is next, of equals the one with the smaller key."""
    client = models.CharField(max_length=16, blank=True, default="", db_default="")
    """Who had it queued, unreadably (`turns.client_of`); empty for nobody in particular, and as soon as it is over."""
    task_id = models.CharField(max_length=64, blank=True, default="")
    """Of the Celery message that claimed it last."""
    records = models.PositiveIntegerField(default=0)
    """How many there are; final in a terminal state, 0 before."""
    virtual_end_ms = models.PositiveBigIntegerField(default=0)
    """Virtual time of the last record; set with `records`."""
    verdict = models.JSONField(null=True)
    """`simulator.Verdict` as an object; set when it finishes."""
    error = models.TextField(blank=True, default="")
    """Why it failed, in sentences for the page; empty otherwise."""
    created = models.DateTimeField(auto_now_add=True)
    started = models.DateTimeField(null=True)
    """First claim."""
    finished = models.DateTimeField(null=True, db_index=True)
    """It became terminal."""

    objects = RunQuerySet.as_manager()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("scenario", "simulator_version"), name="one_run_per_version"),)
        indexes = (models.Index(fields=("state", "turn"), name="runs_in_turn"),)

    def __str__(self) -> str:
        return f"run {self.pk} of {self.scenario_id} under {self.simulator_version}: {self.state}"


class ArtefactFrame(models.Model):
    """A frame of a terminal run (`frames.py`). All of them are its artefact; one row each, so that nobody has to hold a whole trace in memory."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="artefact")
    first_seq = models.PositiveIntegerField()
    next_seq = models.PositiveIntegerField()
    """Of the record after its last one."""
    packed = models.BinaryField()
    """Compressed JSON lines."""

    class Meta:
        constraints = (models.UniqueConstraint(fields=("run", "first_seq"), name="one_frame_per_place"),)

    def __str__(self) -> str:
        return f"records {self.first_seq} to {self.next_seq - 1} of run {self.run_id}"
