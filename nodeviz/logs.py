"""What does a line of the log look like, and what must never stand in it? For a person (plain) or for a machine (JSON lines, `LOG_FORMAT=json`).

Neither form has what people hand in: an exception's message may quote it, so only those speak that are about the machinery. Which request, run, scenario
or room a line is about is in a context variable, so that no call has to pass it along.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import re
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import PurePath
from types import MappingProxyType, TracebackType
from typing import Any

import redis
from django.core.exceptions import ImproperlyConfigured, SuspiciousOperation
from django.db import OperationalError

ABOUT_MACHINERY = (OSError, redis.RedisError, OperationalError, ImproperlyConfigured, SuspiciousOperation, EOFError, MemoryError)
"""Exceptions whose message is about sockets, disks and settings."""

NAMES = ("request", "run", "scenario", "room", "status", "method", "path", "ms")
"""Fields that a line may have besides those that every line has."""

MOST_CHARACTERS = 2_000
"""Of a message. A longer one is a text that does not belong here."""

NOT_PRINTED = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
"""Ends a line, or tells a terminal something."""

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]

_about: ContextVar[Mapping[str, Any]] = ContextVar("about", default=MappingProxyType({}))


@contextlib.contextmanager
def about(**fields: Any) -> Iterator[None]:
    """Every line that is written meanwhile has these fields, too."""
    mark = _about.set({**_about.get(), **fields})
    try:
        yield
    finally:
        _about.reset(mark)


def now_about(**fields: Any) -> None:
    """Every line from now on has these fields and no others; for a process that does one thing after the other."""
    _about.set(fields)


def also_about(**fields: Any) -> None:
    """And these."""
    _about.set({**_about.get(), **fields})


def fields_of(record: logging.LogRecord) -> dict[str, Any]:
    """What the line is about: from around it, and from its own `extra`."""
    given = {**_about.get(), **{name: value for name, value in record.__dict__.items() if name in NAMES}}
    # Django puts the request itself under this name.
    return {name: given[name] for name in NAMES if isinstance(given.get(name), str | int | float)}


def explained(exc_info: ExcInfo) -> str:
    """Types and places of an exception and of what caused it; a message only if it is about the machinery."""
    lines: list[str] = []
    error, seen = exc_info[1], set[int]()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        said = f": {error}" if isinstance(error, ABOUT_MACHINERY) else ""
        lines.append(f"{type(error).__module__}.{type(error).__qualname__}{said}")
        lines += [f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)]
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\n".join(lines)[: 4 * MOST_CHARACTERS]


def program() -> str:
    """Which of nodeviz's programs this process is."""
    words = [PurePath(word).name for word in sys.argv]
    if "celery" in words[0] or PurePath(sys.argv[0]).parent.name == "celery":
        return "worker"
    if "uvicorn" in words[0] or PurePath(sys.argv[0]).parent.name == "uvicorn" or words[0] == "serve.py":
        return "web"
    return words[1] if len(words) > 1 and words[0] in ("manage.py", "django", "__main__.py") else words[0]


def object_line(*, level: str, message: str, **others: Any) -> str:
    """One object, for those who collect."""
    time = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return json.dumps({"time": time, "level": level, **others, "message": message[:MOST_CHARACTERS]}, ensure_ascii=False, default=str)


def everything_as_objects() -> None:
    """Also what Python itself says: warnings, and the end of a program by an exception."""
    logging.captureWarnings(True)
    sys.excepthook = lambda kind, error, trace: logging.getLogger("nodeviz").critical("ended", exc_info=(kind, error, trace))


class PlainLines(logging.Formatter):
    """`WARNING nodeviz.runs.dispatch: run 7 lost its worker [scenario=…]`"""

    def __init__(self) -> None:
        super().__init__("%(levelname)s %(name)s: %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:
        """With what it is about behind it. A line stays one line, and does nothing to a terminal, whatever somebody put into a path."""
        fields = " ".join(f"{name}={value}" for name, value in fields_of(record).items())
        line = super().formatMessage(record)[:MOST_CHARACTERS]
        return NOT_PRINTED.sub(lambda found: ascii(found[0])[1:-1], f"{line} [{fields}]" if fields else line)

    def formatException(self, ei: Any) -> str:
        """Without what somebody handed in."""
        return explained(ei)


class JsonLines(logging.Formatter):
    """`{"time": …, "level": "warning", "program": "worker", "pid": 12, "logger": …, "scenario": …, "message": …}`"""

    def format(self, record: logging.LogRecord) -> str:
        """One object, one line."""
        more = {"exception": explained(record.exc_info)} if record.exc_info and record.exc_info[1] else {}
        known = {"program": program(), "pid": os.getpid(), "logger": record.name}
        return object_line(level=record.levelname.lower(), message=record.getMessage(), **known, **fields_of(record), **more)


class OneLine(logging.Filter):
    """Takes the traceback away: the message says it all, and whoever scans the network would fill the log."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Every record passes."""
        record.exc_info = record.exc_text = None
        return True
