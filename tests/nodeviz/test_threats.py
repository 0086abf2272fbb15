"""Is SECURITY.md true? Each line of its table names tests that exist, and each threat of the list has a line."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.surroundings import CHECKOUT

THREATS = frozenset(
    """
    YAML: depth, aliases, sizes
    YAML: tags
    YAML: Unicode
    files in other encodings
    XSS
    XSS in exported files
    XSS in rooms
    formulas in tables
    prototype pollution
    CSRF
    a new address nobody thought of
    websocket from another origin
    guessing links and tokens
    guessing a room's code
    asking whether a link exists
    oversized bodies
    oversized headers
    oversized frames
    multipart with many parts
    packed bodies
    two lengths in one request
    slow senders
    slow readers of an answer
    slow readers of a socket
    joining again and again
    thousands of runs from one address
    one browser against its neighbours
    forged addresses
    endless shell loops
    fork bombs and growing variables
    too many records, pods, containers
    too long records
    too much processor time
    too much memory
    path tricks
    SSRF
    clickjacking
    caches of others
    the Host header
    open redirects
    other methods
    regular expressions of users
    regular expressions of ours
    regular expressions in the browser
    hash flooding
    secrets in logs
    forged lines in a log
    private texts on a disk
    a copy made beside a takedown
    deleting what is somebody else's
    code in the broker's messages
    missing headers
    inline scripts
    TLS left out
    debug pages
    vulnerable packages
    """.strip().splitlines()
)

LINE = re.compile(r"^\| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
TEST = re.compile(r"`((?:tests|frontend)/[\w/.-]+?)(?:::([^`]+))?`")


def table() -> dict[str, str]:
    """Threat -> what stands in the column of tests."""
    section = (CHECKOUT / "SECURITY.md").read_text(encoding="utf-8").partition("## Threats")[2]
    return {threat.strip(): tests for threat, _, tests in LINE.findall(section) if threat.strip() not in ("threat", "---")}


def test_each_threat_has_a_line_and_each_line_a_threat() -> None:
    assert sorted(table()) == sorted(threat.strip() for threat in THREATS)


@pytest.mark.parametrize("threat", sorted(threat.strip() for threat in THREATS))
def test_the_tests_of_a_threat_exist(threat: str) -> None:
    named = TEST.findall(table()[threat])

    assert named
    assert [f"{file}::{test}" for file, test in named if not exists(CHECKOUT / file, test)] == []


def exists(file: Path, test: str) -> bool:
    """A function of that name in a Python file, a sentence in another one. A file alone is no test."""
    if not test or not file.is_file():
        return False
    source = file.read_text(encoding="utf-8")
    if file.suffix == ".py":
        return any(isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == test for node in ast.walk(ast.parse(source)))
    return f'"{test}"' in source


@pytest.mark.parametrize(
    "named", [("tests/nodeviz/test_threats.py", "test_no_such_thing"), ("tests/nodeviz/test_threats.py", ""), ("tests/no_file.py", "test_x")]
)
def test_a_name_that_leads_nowhere_is_noticed(named: tuple[str, str]) -> None:
    assert not exists(CHECKOUT / named[0], named[1])
