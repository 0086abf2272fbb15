"""What is in a backup, and how is it written and read? Links, and if wanted what was computed for them, of any database of nodeviz, for any other.

A gzip file of JSON lines, each an object of one key:

    {"nodeviz-backup": {"version": 1, "made": …, "simulator": …, "links": "shared" or "all", "runs": true or false, "migrations": {…}}}
    {"blocked": {"fingerprint": …, "reason": …, "created": …}}                      every text that may not be stored
    {"scenario": {"id": …, "files": […], "title": …, "parent": …, …}}               in the order in which they were made
    {"run": {"simulator_version": …, "records": …, "verdict": {…}, …}}              of the scenario before it; only finished ones
    {"frame": {"first_seq": …, "next_seq": …, "packed": "base64"}}                  of the run before it
    {"end": {"blocked": n, "scenarios": n, "runs": n, "frames": n, "sha256": of all lines before}}

Names are those of the models' fields, times are ISO 8601. A field that a backup does not have gets what the model gives a new row; a field that only a newer
nodeviz knows is left out. So a backup of an older schema restores. Nothing is ever held but one line.
"""

from __future__ import annotations

import base64
import contextlib
import gzip
import hashlib
import json
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import IO, Any

from django.db import connection, models
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone
from django.utils.dateparse import parse_datetime

import simulator
from nodeviz.runs.models import ArtefactFrame, Run, RunState
from nodeviz.scenarios.models import BlockedText, Scenario

FORMAT = "nodeviz-backup"
VERSION = 1

MAX_LINE_BYTES = 64 << 20
"""Far more than a scenario or a frame takes; a longer one is no backup of ours."""

CHUNK = 10
"""Rows that the database hands over at once; a scenario has at most some megabytes."""

OF_SCENARIO = ("id", "files", "title", "created", "simulator_version", "owner_sha256", "shared", "last_opened")
OF_RUN = ("simulator_version", "records", "virtual_end_ms", "verdict", "created", "started", "finished")
OF_BLOCKED = ("fingerprint", "reason", "created")


class NotABackup(Exception):
    """A sentence about a file that cannot be restored."""


# -- writing -----------------------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def one_moment() -> Iterator[None]:
    """Everything that is read meanwhile is as it was at one moment, and nobody has to wait for us."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        else:
            # Django's own transactions take the lock for writing at once.
            cursor.execute("BEGIN DEFERRED")
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")


def lines(*, everything: bool, with_runs: bool) -> Iterator[tuple[str, dict[str, Any]]]:
    """All but the end, in order. To be read within `one_moment`."""
    applied = dict(MigrationRecorder.Migration.objects.order_by("pk").values_list("app", "name"))
    links = "all" if everything else "shared"
    made = timezone.now().isoformat()
    yield FORMAT, {"version": VERSION, "made": made, "simulator": simulator.VERSION, "links": links, "runs": with_runs, "migrations": applied}
    for blocked in paged(BlockedText.objects.all()):
        yield "blocked", {name: plain(getattr(blocked, name)) for name in OF_BLOCKED}
    scenarios = Scenario.objects.all() if everything else Scenario.objects.filter(shared__isnull=False)
    # By when they were made, so that what something was made from comes before it.
    for scenario in paged(scenarios, "created"):
        yield "scenario", {**{name: plain(getattr(scenario, name)) for name in OF_SCENARIO}, "parent": scenario.parent_id}
        for run in Run.objects.filter(scenario=scenario, state=RunState.FINISHED).order_by("pk") if with_runs else ():
            yield "run", {name: plain(getattr(run, name)) for name in OF_RUN}
            for frame in paged(ArtefactFrame.objects.filter(run=run), "first_seq"):
                packed = base64.b64encode(bytes(frame.packed)).decode()
                yield "frame", {"first_seq": frame.first_seq, "next_seq": frame.next_seq, "packed": packed}


def paged(rows: models.QuerySet[Any], *order: str) -> Iterator[Any]:
    """A few at a time, found by their place: inside a transaction of our own Django knows of no cursor that stays."""
    keys = (*order, "pk")
    rows = rows.order_by(*keys)
    last: Any = None
    while True:
        page = list((rows if last is None else rows.filter(behind(last, keys)))[:CHUNK])
        yield from page
        if len(page) < CHUNK:
            return
        last = page[-1]


def behind(row: Any, keys: tuple[str, ...]) -> models.Q:
    """What comes after it in that order."""
    first, *rest = keys
    later = models.Q(**{f"{first}__gt": getattr(row, first)})
    return later | (models.Q(**{first: getattr(row, first)}) & behind(row, tuple(rest))) if rest else later


def plain(value: Any) -> Any:
    """As JSON takes it."""
    return value.isoformat() if isinstance(value, datetime) else value


def write(file: IO[bytes], *, everything: bool, with_runs: bool) -> Counter[str]:
    """The whole backup. Returns how many there are of each kind."""
    digest, counts = hashlib.sha256(), Counter[str]()
    with gzip.GzipFile(fileobj=file, mode="wb", compresslevel=6, mtime=0) as packed, one_moment():
        for kind, values in lines(everything=everything, with_runs=with_runs):
            line = json.dumps({kind: values}, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
            digest.update(line)
            packed.write(line)
            counts[kind] += 1
        end = {**{f"{kind}s" if kind != "blocked" else kind: counts[kind] for kind in ("blocked", "scenario", "run", "frame")}, "sha256": digest.hexdigest()}
        packed.write(json.dumps({"end": end}).encode() + b"\n")
    return counts


# -- reading -----------------------------------------------------------------------------------------------------------------------


def read(file: IO[bytes]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every line but the last, checked as far as it was read; whole only when it ends. Raises NotABackup."""
    digest, counts = hashlib.sha256(), Counter[str]()
    try:
        with gzip.GzipFile(fileobj=file, mode="rb") as unpacked:
            while line := unpacked.readline(MAX_LINE_BYTES + 1):
                kind, values = parsed(line, first=not counts)
                if kind == "end":
                    complete(values, counts, digest.hexdigest())
                    if unpacked.read(1):
                        raise NotABackup("something stands behind the end of the backup")
                    return
                digest.update(line)
                counts[kind] += 1
                yield kind, values
    except (OSError, EOFError, zlib.error) as error:
        raise NotABackup(f"the file is damaged or was cut off: {error}") from error
    raise NotABackup("the file was cut off: it has no end")


def parsed(line: bytes, *, first: bool) -> tuple[str, dict[str, Any]]:
    """Kind and values of one line. Raises NotABackup."""
    try:
        found = json.loads(line) if len(line) <= MAX_LINE_BYTES else None
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or len(found) != 1 or not isinstance(next(iter(found.values())), dict):
        raise NotABackup("the file is damaged: a line is no object of a backup")
    ((kind, values),) = found.items()
    if first != (kind == FORMAT):
        raise NotABackup("the file is no backup of nodeviz")
    if first and values.get("version") != VERSION:
        raise NotABackup(f"the backup has format {values.get('version')}, and this nodeviz reads format {VERSION}; restore it with the release that made it")
    return kind, values


def complete(end: dict[str, Any], counts: Counter[str], digest: str) -> None:
    """Raises NotABackup unless everything was there, as it was written."""
    told = {kind: end.get(f"{kind}s" if kind != "blocked" else kind) for kind in ("blocked", "scenario", "run", "frame")}
    if end.get("sha256") != digest or any(counts[kind] != number for kind, number in told.items()):
        raise NotABackup("the file is damaged: its lines are not those that were written")


def fields(values: dict[str, Any], names: Iterable[str], model: type[models.Model]) -> dict[str, Any]:
    """Those that are there and that we know, as the model takes them."""
    found = {name: values[name] for name in names if name in values}
    for name, value in found.items():
        if isinstance(model._meta.get_field(name), models.DateTimeField) and value is not None:
            found[name] = parse_datetime(value)
    return found
