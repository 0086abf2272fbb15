"""When is a CronJob due? Cron's five fields on the virtual clock, in UTC.

pkg/controller/cronjob/utils.go (1.36), which reads schedules with robfig/cron; the package cronsim has the same rules (both day fields: either of them, unless
one begins with a star).
Simplified: `timeZone` is not applied, schedules are read in UTC.
"""

from __future__ import annotations

import functools
import re
from datetime import UTC, datetime, timedelta

from cronsim import CronSim, CronSimError

from simulator.units import parse_duration_ms

_MACROS = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
_EVERY = "@every "
_FIELDS = 5
_ONLY_CRONSIM = re.compile(r"[L#W]")
"""What cronsim reads and Kubernetes does not; months and weekdays have no such letters that are not part of a name."""
_SEVENTH_DAY = re.compile(r"(?<![\d/])7(?!\d)")
"""Sunday is 0 for Kubernetes, and nothing else; a step of 7 is something else."""
_NAMES = re.compile(r"(?i)\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|sun|mon|tue|wed|thu|fri|sat)\b")


def wrong_with(schedule: str) -> str:
    """Why this is no schedule, in a few words; empty when it is one."""
    if schedule.startswith("@"):
        if schedule in _MACROS:
            return ""
        try:
            return "" if schedule.startswith(_EVERY) and parse_duration_ms(schedule.removeprefix(_EVERY)) > 0 else f"unrecognized descriptor: {schedule}"
        except ValueError:
            return f"failed to parse duration {schedule}"
    fields = schedule.split()
    if len(fields) != _FIELDS:
        return f"expected exactly {_FIELDS} fields, found {len(fields)}: [{' '.join(fields)}]"
    try:
        _parsed(schedule, datetime(2026, 1, 1, tzinfo=UTC))
    except CronSimError as error:
        return str(error).lower()
    return ""


def due_after(schedule: str, minute: int) -> int | None:
    """The first due minute (since 1970) after `minute`; None when there is none in the next years. `schedule` has nothing wrong."""
    if schedule.startswith(_EVERY):
        return minute + max(1, -(-parse_duration_ms(schedule.removeprefix(_EVERY)) // 60_000))
    return _due_after(schedule, minute)


def latest_due(schedule: str, after: int, until: int) -> int | None:
    """The last due minute after `after` that has come by `until`: of several that were missed, only that one is made up for (mostRecentScheduleTime)."""
    latest, due = None, due_after(schedule, after)
    while due is not None and due <= until:
        latest, due = due, due_after(schedule, due)
    return latest


@functools.lru_cache(maxsize=1024)
def _due_after(schedule: str, minute: int) -> int | None:
    start = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
    found = next(iter(_parsed(schedule, start)), None)
    return int(found.timestamp()) // 60 if found else None


def _parsed(schedule: str, start: datetime) -> CronSim:
    text = _MACROS.get(schedule, schedule).replace("?", "*")
    if _SEVENTH_DAY.search(text.split()[-1]):
        raise CronSimError("end of range (7) above maximum (6): 7")
    if _ONLY_CRONSIM.search(_NAMES.sub("", text).upper()):
        raise CronSimError("bad character")
    return CronSim(text, start)
