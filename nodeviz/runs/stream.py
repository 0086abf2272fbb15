"""Where is a run's stream, and how is Redis reached? Names and connections, shared by its writer (`journal.py`) and its reader (`feed.py`).

A stream entry is a frame. Its id is `{next_seq}-0`: ids count records, so Redis itself refuses a frame that is there already, and a reader seeks by record.
An entry `{next_seq}-1` without a frame says "look at the row": the state has changed.
"""

from __future__ import annotations

import asyncio
import functools
import threading
import time
from typing import Any

import redis
import redis.asyncio
from django.conf import settings
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import NoBackoff
from redis.retry import Retry

from nodeviz.runs.models import Run

SOCKET_TIMEOUT_S = 15
"""Must exceed every blocking read. redis-py's newer default (5 s) is named here, so that an upgrade does not cut idle readers off."""

ANSWER_WITHIN_S = 5
"""Of a Redis that is asked something short. A network that swallows everything looks like one that is slow, so whoever waits for it is told after this."""

SILENT_FOR_S = 3.0
"""After one has waited in vain nobody asks for so long: a request asks Redis several times, and all of them together must not take longer than one."""

RESTARTS_WITHIN_S = 3.0
"""A Redis that refuses connections, or reads its file first, is waited for so long, by who would otherwise be told to press Run again."""

ASKED_AGAIN_S = 0.1

MOST_WAIT_FOR_RESTART = 100
"""Each of them is a thread of a web process with somebody's text; who comes on top is told at once."""

# A connection from before Redis was restarted is replaced at once. A timeout is not tried again, because the next one would take as long, and redis-py's
# own default would wait some seconds between three more.
ONCE_MORE: dict[str, Any] = {"retries": 1, "backoff": NoBackoff(), "supported_errors": (redis.ConnectionError,)}

FRAME_FIELD = b"frame"


class Patience(Retry):
    """Once more, but not at a Redis that was silent a moment ago. One for all connections of a client."""

    def __init__(self) -> None:
        super().__init__(**ONCE_MORE)
        self._silent_until_s = 0.0

    def __deepcopy__(self, memo: object) -> Patience:
        """redis-py copies it for each connection, and what one has found out holds for all."""
        return self

    def call_with_retry(self, *args: Any, **kwargs: Any) -> Any:
        """Raises redis.TimeoutError also without having waited."""
        if time.monotonic() < self._silent_until_s:
            raise redis.TimeoutError("Redis did not answer a moment ago")
        try:
            return super().call_with_retry(*args, **kwargs)
        except redis.TimeoutError:
            self._silent_until_s = time.monotonic() + SILENT_FOR_S
            raise


def stream_key(run: Run) -> str:
    """The run's frames. The scenario's random id is in it, because row numbers start again with a new database and Redis may be older."""
    return f"nodeviz:run:{run.scenario_id}:{run.pk}:frames"


def epoch_key(run: Run) -> str:
    """The newest epoch that ever wrote."""
    return f"nodeviz:run:{run.scenario_id}:{run.pk}:epoch"


def entry_id(next_seq: int) -> str:
    """Of the frame whose last record is `next_seq - 1`."""
    return f"{next_seq}-0"


def next_seq_of(entry: bytes) -> int:
    """How many records there are up to and with this entry."""
    return int(entry.split(b"-")[0])


@functools.cache
def client() -> redis.Redis:
    """For code that may block: tasks, views, commands. One pool a process."""
    patience: dict[str, Any] = {"socket_timeout": ANSWER_WITHIN_S, "socket_connect_timeout": ANSWER_WITHIN_S}
    return redis.Redis.from_url(settings.REDIS_URL, **patience, retry=Patience(), max_connections=1000)


_waiting = threading.BoundedSemaphore(MOST_WAIT_FOR_RESTART)


def redis_answers(*, waits: bool = True) -> bool:
    """Found out within ANSWER_WITHIN_S if it is silent; within RESTARTS_WITHIN_S if it is not there, or at once. Blocks: not for an event loop.

    Who waits holds no connection to the database meanwhile: there are few.
    """
    is_there = _is_there()
    if waits and is_there is None and _waiting.acquire(blocking=False):
        try:
            deadline_s = time.monotonic() + RESTARTS_WITHIN_S
            while is_there is None and time.monotonic() < deadline_s:
                time.sleep(ASKED_AGAIN_S)
                is_there = _is_there()
        finally:
            _waiting.release()
    return bool(is_there)


def _is_there() -> bool | None:
    """None: not now, but perhaps in a moment."""
    try:
        return bool(client().ping())
    except (redis.AuthenticationError, redis.MaxConnectionsError):
        return False
    except redis.ConnectionError:
        return None
    except redis.RedisError:
        return False


def async_client(*, longest_wait_s: float = SOCKET_TIMEOUT_S - ANSWER_WITHIN_S) -> redis.asyncio.Redis:
    """For one reader, whose blocking reads take so long at most; the caller closes it."""
    patience: dict[str, Any] = {"socket_timeout": longest_wait_s + ANSWER_WITHIN_S, "socket_connect_timeout": ANSWER_WITHIN_S}
    return redis.asyncio.Redis.from_url(settings.REDIS_URL, **patience, retry=AsyncRetry(**ONCE_MORE), max_connections=1000)


async def stop_reader(reader: asyncio.Task[Any]) -> None:
    """Cancel it until it has ended: redis-py looks whether a connection is alive by a timeout of nothing, and now and then takes a cancellation for that."""
    while not reader.done():
        reader.cancel()
        await asyncio.wait({reader}, timeout=0.05)
