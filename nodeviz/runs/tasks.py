"""What does a worker do with a run? It simulates, writes down, and closes the row, or says why it could not."""

from __future__ import annotations

import contextlib
import dataclasses
import logging
import time
from collections.abc import Iterable, Iterator
from typing import Any

import redis
from celery import Task, shared_task
from celery.exceptions import Reject
from django.db import close_old_connections

import simulator
from nodeviz.database_away import DATABASE_AWAY
from nodeviz.logs import also_about
from nodeviz.metrics import observed
from nodeviz.runs.frames import MAX_TRACE_CHARACTERS, characters, state_message
from nodeviz.runs.journal import CannotCompute, Fenced, Journal, Record, wake_readers
from nodeviz.runs.lease import HeldLease
from nodeviz.runs.models import MAX_ATTEMPTS, Run, RunState
from nodeviz.runs.try_worker import ReaderGone, Speaker, where_it_failed

log = logging.getLogger(__name__)

HAND_BACK_AFTER_S = 1
"""A message that came while the database was away goes back to the broker, not faster than this."""

WALL_LIMIT_S = 120
"""Of computing one run. The largest trace (`simulator.limits.MAX_RECORDS`) takes a fraction of it; the broker's visibility timeout must be longer."""


@shared_task(bind=True, acks_late=True, reject_on_worker_lost=True, ignore_result=True)
def simulate_run(self: Task[Any, Any], run_id: int) -> None:
    """Simulate and write down the run whose turn it is; `run_id` is the one that was queued when this was sent.

    Safe to deliver twice: same scenario, same frames, same ids.
    """
    try:
        run = Run.objects.claim_next(task_id=self.request.id)
    except DATABASE_AWAY as error:
        log.warning("the message of run %s goes back to the broker, because the database is away: %s", run_id, error)
        close_old_connections()
        time.sleep(HAND_BACK_AFTER_S)
        raise Reject(str(error), requeue=True) from error
    if run is None:
        return
    also_about(scenario=run.scenario_id)
    if run.started and run.epoch == 1:
        observed("run_wait_seconds", (run.started - run.created).total_seconds())
    wake_readers(run)
    journal = Journal(run)
    try:
        with HeldLease(run) as lease:
            journal.finish(computed(run, journal, lease))
    except Fenced:
        log.info("%s was given to another worker, this one stops", run)
    except Exception as error:
        log.exception("%s fails", run)
        fail(run, journal, error)


def fail(run: Run, journal: Journal, error: Exception) -> None:
    """Say on the page what went wrong. If even that cannot be written, the run is taken for lost, and the reaper does what can be done."""
    try:
        journal.fail(explained(error, run), with_records=not isinstance(error, DATABASE_AWAY))
    except Fenced:
        log.info("%s was given to another worker, this one says nothing", run)
    except DATABASE_AWAY as away:
        log.error("%s cannot be closed, because the database is away: %s", run, away)


def computed(run: Run, journal: Journal, lease: HeldLease) -> simulator.Verdict:
    """The verdict on a run whose every record went through the journal. A pipe: nobody ever holds the whole trace."""
    if run.simulator_version != simulator.VERSION:
        raise CannotCompute(
            f"This run was begun under simulator {run.simulator_version}, and {simulator.VERSION} is installed now. "
            "Reload the page to compute it again from the start."
        )
    # The reaper counts, too, but the broker hands a lost pool process' message straight to the next one.
    if run.attempts > MAX_ATTEMPTS:
        raise CannotCompute(f"Its worker was lost {MAX_ATTEMPTS} times, so it was given up. Press Run to try once more.")
    records = held(lease, simulator.simulate(run.scenario.loaded()))
    return simulator.verdict(journal.keep(records))


def held(lease: HeldLease, records: Iterable[Record]) -> Iterator[Record]:
    """The same records. Raises Fenced when the run is not ours any more, CannotCompute when it takes too long."""
    for record in in_time(records):
        if lease.is_lost:
            raise Fenced
        yield record


def in_time(records: Iterable[Record]) -> Iterator[Record]:
    """The same records. Raises CannotCompute when they take too long, or too much room."""
    started, length = time.monotonic(), 0
    for record in records:
        length += characters(record)
        if length > MAX_TRACE_CHARACTERS:
            raise CannotCompute(f"Stopped at record {record['seq']} and {record['t']} s of virtual time: the records so far are too long to be kept.")
        if time.monotonic() - started > WALL_LIMIT_S:
            raise CannotCompute(f"Stopped after {WALL_LIMIT_S} s of computing, at record {record['seq']} and {record['t']} s of virtual time.")
        yield record


def explained(error: Exception, run: Run) -> str:
    """For the page: what went wrong with a run, and what it takes to see it again."""
    return in_words(error, version=run.simulator_version, seed=_seed(run))


def in_words(error: Exception, *, version: str, seed: object) -> str:
    """For the page: what went wrong, and what it takes to see it again."""
    if isinstance(error, CannotCompute):
        return str(error)
    if isinstance(error, DATABASE_AWAY):
        return f"The run was computed, but the database did not take it: {error}. Press Run to try once more."
    if isinstance(error, MemoryError):
        return "Stopped, because computing this takes more memory than one run may have. Fewer pods, containers or scripts may help."
    fault = "" if isinstance(error, simulator.ManifestError) else "This is a fault of nodeviz, not of the input. "
    # PostgreSQL stores no NUL, and a message may quote what a person wrote.
    said = str(error).replace("\0", "\N{REPLACEMENT CHARACTER}")
    return f"{fault}{type(error).__name__}: {said} (simulator {version}, seed {seed})"


def _seed(run: Run) -> str:
    try:
        return str(run.scenario.loaded().seed)
    except simulator.ManifestError:
        return "unknown"


# -- tries -------------------------------------------------------------------------------------------------------------------------


# Never delivered again: the reader of a lost worker has been told so, and asks anew.
@shared_task(acks_late=False, reject_on_worker_lost=False, ignore_result=True)
def simulate_try(try_id: str) -> None:
    """Simulate for one reader (`try_channels.py`), and keep nothing."""
    speaker, seed = Speaker(try_id), "unknown"
    try:
        scenario = simulator.load(speaker.files())
        seed = str(scenario.seed)
        verdict = simulator.verdict(speaker.keep(in_time(simulator.simulate(scenario))))
        speaker.end(state_message(RunState.FINISHED, queue=None, error=None, verdict=dataclasses.asdict(verdict)))
    except ReaderGone:
        log.info("the reader of a try has gone, this one stops")
    except Exception as error:
        if not isinstance(error, CannotCompute | simulator.ManifestError):
            log.error("a try fails: %s", where_it_failed(error))
        with contextlib.suppress(ReaderGone, redis.RedisError):
            speaker.end(state_message(RunState.FAILED, queue=None, error=in_words(error, version=simulator.VERSION, seed=seed), verdict=None))
