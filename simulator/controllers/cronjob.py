"""Which Job does a CronJob start, replace or forget? pkg/controller/cronjob/cronjob_controllerv2.go, syncCronJob and cleanupFinishedJobs (1.36)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from simulator.schedules import due_after, latest_due
from simulator.units import MINUTE_MS, SECOND_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class CronSpec:
    """What a CronJob's spec says. Minutes are counted since 1970."""

    schedule: str
    policy: str = "Allow"
    """concurrencyPolicy: `Allow`, `Forbid` or `Replace`."""
    suspended: bool = False
    starting_deadline_seconds: int | None = None
    """A start that is later than this is given up."""
    keep_complete: int = 3
    keep_failed: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRun:
    """A Job that it made and that is still there."""

    minute: int
    """For which it was scheduled; its name has it."""
    outcome: str = ""
    """`Complete`, `Failed`, or nothing while it runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CronPlan:
    """What is to be done now, in this order. Jobs are named by their minutes."""

    replace: tuple[int, ...] = ()
    start: int | None = None
    refused: str = ""
    """Why a Job that is due is not started: `JobAlreadyActive`, `MissSchedule`."""
    forget: tuple[int, ...] = ()
    wake_minute: int | None = None


def compute_plan(spec: CronSpec, runs: Sequence[JobRun], last_minute: int, epoch_minute: int, now_ms: int) -> CronPlan:
    """`last_minute` is that of the last start, or the one before the CronJob was made; `epoch_minute` is t=0 and `now_ms` counts from it."""
    minute = epoch_minute + now_ms // MINUTE_MS
    forget = (*_beyond(runs, "Complete", spec.keep_complete), *_beyond(runs, "Failed", spec.keep_failed))
    if spec.suspended:
        return CronPlan(forget=forget)
    following = due_after(spec.schedule, minute)
    due = latest_due(spec.schedule, last_minute, minute)
    if due is None:
        return CronPlan(forget=forget, wake_minute=following)
    late_ms = now_ms - (due - epoch_minute) * MINUTE_MS
    running = tuple(run.minute for run in runs if not run.outcome)
    if spec.starting_deadline_seconds is not None and late_ms > spec.starting_deadline_seconds * SECOND_MS:
        return CronPlan(refused="MissSchedule", forget=forget, wake_minute=following)
    if running and spec.policy == "Forbid":
        return CronPlan(refused="JobAlreadyActive", forget=forget, wake_minute=following)
    return CronPlan(replace=running if spec.policy == "Replace" else (), start=due, forget=forget, wake_minute=following)


def _beyond(runs: Sequence[JobRun], outcome: str, keep: int) -> tuple[int, ...]:
    """The oldest Jobs that ended like this, beyond the history's limit."""
    over = [run.minute for run in runs if run.outcome == outcome]
    return tuple(over[: max(0, len(over) - keep)])
