"""Can a text make one of our own regular expressions take exponential time? A proof instead of a stopwatch.

That takes a repetition in which one text can be split in two ways. The rule here forbids it by structure: where something is repeated without end and contains
something else that is, the next round must begin with a character with which the inner repetition cannot go on. Other patterns are listed with their reason.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

import pytest

from tests.surroundings import CHECKOUT

CHARACTERS = frozenset([*map(chr, range(256)), "\u2013", "\u4e2d", "\u2028"])
"""All that our patterns tell apart."""

NAMES = frozenset({"compile", "match", "fullmatch", "search", "sub", "split", "findall", "finditer", "subn"})

BOUNDED_OTHERWISE = {
    r"\"(?:[^\"\\`$]|\\[^\n]|\$(?![({])|`[^`]*`|\$\([^()\"`]*\))*\"": "each alternative begins with another character, and ends with one that is fixed",
}


def patterns() -> Iterator[tuple[str, str]]:
    """Where, and which. Those that are put together at run time from other constants are made of parts that are found as well."""
    for folder in ("simulator", "nodeviz"):
        for path in sorted((CHECKOUT / folder).rglob("*.py")):
            yield from ((f"{path.relative_to(CHECKOUT)}", pattern) for pattern in patterns_in(path.read_text(encoding="utf-8")))


def patterns_in(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name) and node.func.value.id == "re"
        if is_call and node.func.attr in NAMES and isinstance(node.args[0], ast.Constant):
            yield node.args[0].value


def faults(pattern: str) -> list[str]:
    """Repetitions in which a text can be split in two ways."""
    return [str(found) for found in _faults(parser.parse(pattern))]


def _faults(items: Any) -> Iterator[str]:
    for code, value in items:
        if code in (codes.MAX_REPEAT, codes.MIN_REPEAT):
            _, most, body = value
            if most == codes.MAXREPEAT:
                clash = _first(body) & _goes_on(body)
                if clash or _is_nullable(body):
                    yield f"repeats {body} which may go on or begin anew with {sorted(clash)[:5]}"
            yield from _faults(body)
        elif code is codes.SUBPATTERN:
            yield from _faults(value[3])
        elif code is codes.BRANCH:
            for branch in value[1]:
                yield from _faults(branch)
        elif code in (codes.ASSERT, codes.ASSERT_NOT):
            yield from _faults(value[1])


def _first(items: Any) -> frozenset[str]:
    """With which characters can it begin?"""
    found: frozenset[str] = frozenset()
    for item in items:
        found |= _first_of(item)
        if not _is_nullable([item]):
            break
    return found


def _first_of(item: tuple[Any, Any]) -> frozenset[str]:
    code, value = item
    if code in (codes.MAX_REPEAT, codes.MIN_REPEAT):
        return _first(value[2])
    if code is codes.SUBPATTERN:
        return _first(value[3])
    if code is codes.BRANCH:
        return frozenset().union(*map(_first, value[1]))
    if code in (codes.AT, codes.ASSERT, codes.ASSERT_NOT):
        return frozenset()
    return _set(item)


def _goes_on(items: Any) -> frozenset[str]:
    """With which characters can it go on where it could have ended? Those of the repetitions and optional parts at its end."""
    found: frozenset[str] = frozenset()
    for code, value in reversed(list(items)):
        if code in (codes.MAX_REPEAT, codes.MIN_REPEAT):
            found |= _goes_on(value[2]) | (_first(value[2]) if value[0] != value[1] else frozenset())
        elif code is codes.SUBPATTERN:
            found |= _goes_on(value[3])
        elif code is codes.BRANCH:
            found |= frozenset().union(*map(_goes_on, value[1]))
        if not _is_nullable([(code, value)]):
            break
    return found


def _is_nullable(items: Any) -> bool:
    return all(_may_be_empty(item) for item in items)


def _may_be_empty(item: tuple[Any, Any]) -> bool:
    code, value = item
    if code in (codes.MAX_REPEAT, codes.MIN_REPEAT):
        return value[0] == 0 or _is_nullable(value[2])
    if code is codes.SUBPATTERN:
        return _is_nullable(value[3])
    if code is codes.BRANCH:
        return any(map(_is_nullable, value[1]))
    return code in (codes.AT, codes.ASSERT, codes.ASSERT_NOT)


def _set(item: tuple[Any, Any]) -> frozenset[str]:
    """Which of CHARACTERS one item takes: asked of `re` itself."""
    single = re.compile("x")
    pattern = parser.parse("x")
    pattern.data = [item]
    single = re._compiler.compile(pattern, re.DOTALL)  # type: ignore[attr-defined]
    return frozenset(character for character in CHARACTERS if single.match(character))


@pytest.mark.parametrize(
    ("pattern", "is_good"),
    [
        (r"(a+)+b", False),
        (r"(a*)*", False),
        (r"(?:a|a+)+", False),
        (r"(\w+\s?)*$", False),
        (r"(?:-?[a-z]+)*x", False),
        (r"[a-z]+(?:-[a-z]+)*", True),
        (r"(?:ab)*", True),
        (r"(?:\d+(?:\.\d+)?(?:ms|s))+", True),
        (r"'[^']*'", True),
    ],
)
def test_the_rule_knows_good_from_bad(pattern: str, is_good: bool) -> None:
    assert (faults(pattern) == []) is is_good


def test_no_pattern_of_ours_can_be_made_to_explode() -> None:
    found = [(where, pattern, fault) for where, pattern in patterns() if pattern not in BOUNDED_OTHERWISE for fault in faults(pattern)]

    assert found == []


def test_the_patterns_are_found() -> None:
    assert len(list(patterns())) > 80


def test_each_exception_is_still_there() -> None:
    assert set(BOUNDED_OTHERWISE) <= {pattern for _, pattern in patterns()}


def test_a_pattern_in_a_file_is_found() -> None:
    assert list(patterns_in('import re\nX = re.compile(r"(a+)+")\n')) == ["(a+)+"]
    assert Path(__file__).is_file()
