"""What is counted while nodeviz runs? Few numbers, kept by each process for a moment and then added up in Redis, so that any web process can tell those of all.

Which numbers there are stands in two tables here; `metrics_page.py` shows them, with what is asked of database and Redis at that moment.
"""

from __future__ import annotations

import contextlib
import logging
import os
import secrets
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, cast

import redis

from nodeviz.runs.stream import client

log = logging.getLogger(__name__)

TOTALS_KEY = "nodeviz:metrics:totals"
"""A hash: `name|label value|bucket` -> number."""

PROCESSES_KEY = "nodeviz:metrics:processes"
"""A sorted set: each process that has gauges, scored by the Unix time of its last word."""

BATCHES_KEY = "nodeviz:metrics:batch"
"""With the process behind it: the number of the last batch that was added."""

FLUSH_S = 2.0
SILENT_S = 15.0
"""A process that said nothing for so long is gone, and its gauges with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    """Only grows, until Redis is emptied."""

    help: str
    label: str = ""
    """Name of its one label; none if empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Histogram:
    """How long something took, in seconds."""

    help: str
    bounds: tuple[float, ...]
    label: str = ""


SHORT = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
LONG = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0)

COUNTERS: Mapping[str, Counter] = MappingProxyType(
    {
        "requests": Counter(help="Answered requests, without static files and the addresses of those who watch.", label="status"),
        "refused": Counter(help="Requests and sockets that were refused: invalid input, too big, too often, forbidden, unknown, stalled.", label="kind"),
        "runs_ended": Counter(help="Runs that finished or failed.", label="state"),
        "runs_lost": Counter(help="Runs that lost their worker or their message and were sent again."),
        "tries": Counter(help="Runs that are stored nowhere, by how they ended.", label="outcome"),
    }
)

HISTOGRAMS: Mapping[str, Histogram] = MappingProxyType(
    {
        "request_seconds": Histogram(help="From a request to the head of its answer.", bounds=SHORT),
        "run_wait_seconds": Histogram(help="From Run to the first worker.", bounds=LONG),
        "run_seconds": Histogram(help="From the first worker to the end of a run.", bounds=LONG),
        "try_seconds": Histogram(help="From the question to the last word of a run that is stored nowhere.", bounds=LONG),
    }
)

Gauges = Callable[[], Mapping[str, float]]

# A batch whose answer was lost is sent again as it was, and was perhaps carried out: each process numbers its own.
ADD = """
if tonumber(redis.call('GET', KEYS[2]) or '0') >= tonumber(ARGV[1]) then return end
redis.call('SET', KEYS[2], ARGV[1], 'EX', ARGV[2])
for at = 3, #ARGV, 2 do redis.call('HINCRBYFLOAT', KEYS[1], ARGV[at], ARGV[at + 1]) end
"""

BATCH_KEPT_S = 3600
"""A process that did not reach Redis for longer may count one batch twice."""

_lock = threading.Lock()
_pending: defaultdict[str, float] = defaultdict(float)
_unsure: dict[str, float] = {}
"""The last batch, until Redis says that it has it."""
_batch = 0
"""Its number."""
_gauges: list[Gauges] = []
_process = secrets.token_hex(6)
_is_web = False


def counted(name: str, **labels: str) -> None:
    """One more. Costs a dictionary's update; nothing here waits for Redis."""
    with _lock:
        _pending[f"{name}|{labels.get(COUNTERS[name].label, '')}|"] += 1


def observed(name: str, seconds: float, **labels: str) -> None:
    """It took so long."""
    histogram = HISTOGRAMS[name]
    bucket = next((str(bound) for bound in histogram.bounds if seconds <= bound), "+Inf")
    label = labels.get(histogram.label, "")
    with _lock:
        _pending[f"{name}|{label}|{bucket}"] += 1
        _pending[f"{name}|{label}|sum"] += max(0.0, seconds)


def tell(gauges: Gauges) -> None:
    """From now on this process says these numbers, too: how things are with it now."""
    _gauges.append(gauges)


def flush() -> None:
    """Add what was counted to what Redis has, once. If it does not answer, the numbers wait; they are few, however much is counted."""
    global _unsure, _batch
    with _lock:
        is_again = bool(_unsure)
        if not is_again and _pending:
            _unsure, _batch = dict(_pending), _batch + 1
            _pending.clear()
        taken, batch = _unsure, _batch
    try:
        with client().pipeline() as pipe:
            if taken:
                added = [str(part) for item in taken.items() for part in item]
                pipe.eval(ADD, 2, TOTALS_KEY, f"{BATCHES_KEY}:{_process}", batch, BATCH_KEPT_S, *added)
            if _is_web:
                now = time.time()
                key = f"{PROCESSES_KEY}:{_process}"
                pipe.hset(key, mapping=_told())
                pipe.expire(key, int(SILENT_S))
                pipe.zadd(PROCESSES_KEY, {_process: now})
                pipe.zremrangebyscore(PROCESSES_KEY, "-inf", now - SILENT_S)
            pipe.execute()
    except redis.RedisError as error:
        log.debug("the metrics wait: %s", error)
        return
    with _lock:
        if _unsure is taken:
            _unsure = {}
    if is_again:
        flush()  # What was counted since then.


def totals() -> dict[str, float]:
    """What all processes counted so far. Raises redis.RedisError."""
    found = cast("dict[bytes, bytes]", client().hgetall(TOTALS_KEY))
    return {field.decode(): float(value) for field, value in found.items()}


def told_by_processes() -> list[dict[str, float]]:
    """The gauges of each process that spoke lately. Raises redis.RedisError."""
    names = cast("list[bytes]", client().zrangebyscore(PROCESSES_KEY, time.time() - SILENT_S, "+inf"))
    with client().pipeline() as pipe:
        for name in names:
            pipe.hgetall(f"{PROCESSES_KEY}:{name.decode()}")
        found: list[dict[bytes, bytes]] = pipe.execute()
    return [{field.decode(): float(value) for field, value in process.items()} for process in found if process]


def keep_flushing() -> None:
    """From a thread of its own, for as long as the process lives: a web server, which has viewers."""
    global _is_web
    _is_web = True

    def run() -> None:
        while True:
            time.sleep(FLUSH_S)
            flush()

    threading.Thread(target=run, name="metrics", daemon=True).start()


def _told() -> dict[str, Any]:
    said: dict[str, float] = {"web_processes": 1}
    for gauges in _gauges:
        # The event loop may change what is being counted; the next time is soon.
        with contextlib.suppress(RuntimeError):
            said |= gauges()
    return said


def _forget_the_parents() -> None:
    """A forked process counts for itself; what was counted before is the parent's."""
    global _process, _lock, _unsure, _batch
    _lock = threading.Lock()
    _process = secrets.token_hex(6)
    _pending.clear()
    _unsure, _batch = {}, 0


os.register_at_fork(after_in_child=_forget_the_parents)
