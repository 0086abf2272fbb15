"""Does a line of the log say what it is about, and never what somebody handed in?"""

from __future__ import annotations

import json
import logging

import pytest
import redis

import simulator
from nodeviz.logs import JsonLines, PlainLines, about

SECRET = "hunter2-of-the-customer"


def record(message: str = "run %s fails", *arguments: object, error: BaseException | None = None, **extra: object) -> logging.LogRecord:
    """As `log.error` makes it."""
    made = logging.LogRecord("nodeviz.runs.tasks", logging.ERROR, __file__, 1, message, arguments, (type(error), error, error.__traceback__) if error else None)
    made.__dict__.update(extra)
    return made


def raised(error: BaseException) -> BaseException:
    """With a place."""
    try:
        raise error
    except type(error) as caught:
        return caught


def test_a_line_for_machines_is_one_object_with_what_it_is_about():
    with about(request="abcdef12", scenario="abcdefghijk"):
        line = json.loads(JsonLines().format(record("run %s\nfails", 7, run=7)))

    known = {name: line[name] for name in ("level", "logger", "message", "request", "scenario", "run")}
    assert known == {
        "level": "error",
        "logger": "nodeviz.runs.tasks",
        "message": "run 7\nfails",
        "request": "abcdef12",
        "scenario": "abcdefghijk",
        "run": 7,
    }
    assert {"time", "program", "pid"} <= set(line)


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        pytest.param("a\nERROR forged: line", "a\\nERROR forged: line", id="a line of its own"),
        pytest.param("a\x1b[2J\x9b31m", "a\\x1b[2J\\x9b31m", id="an order to the terminal"),
        pytest.param("a\u2028b\x85c\ud800", "a\\u2028b\\x85c\\ud800", id="other ends of lines, and what no terminal can write"),
        pytest.param("ä\U0001f600", "ä\U0001f600", id="letters stay as they are"),
    ],
)
def test_a_line_for_people_stays_one_line(sent, shown):
    with about(path=f"/{sent}"):
        line = PlainLines().format(record("Not Found: /s/%s", sent))

    assert line == f"ERROR nodeviz.runs.tasks: Not Found: /s/{shown} [path=/{shown}]"


@pytest.mark.parametrize("lines", [JsonLines(), PlainLines()], ids=["json", "plain"])
@pytest.mark.parametrize(
    ("error", "is_said"),
    [
        pytest.param(KeyError(SECRET), False, id="a mistake of ours that quotes the input"),
        pytest.param(simulator.ManifestError((simulator.Problem(message=SECRET),)), False, id="what is wrong with the input"),
        pytest.param(redis.ConnectionError(SECRET), True, id="a machine that does not answer"),
    ],
)
def test_an_exception_speaks_only_if_it_is_about_the_machinery(lines, error, is_said):
    line = lines.format(record(error=raised(error)))

    assert (type(error).__name__ in line, __file__ in line, SECRET in line) == (True, True, is_said)


def test_the_cause_of_an_exception_says_no_more_than_itself():
    try:
        raise OSError("no room on the disk") from raised(ValueError(SECRET))
    except OSError as error:
        line = JsonLines().format(record(error=error))

    assert ("no room on the disk" in line, "ValueError" in line, SECRET in line) == (True, True, False)


def test_the_request_that_django_hands_to_its_lines_is_no_field():
    line = json.loads(JsonLines().format(record(request=object())))

    assert "request" not in line
