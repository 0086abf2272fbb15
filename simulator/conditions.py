"""What may a run not do, in a pipeline's words? The language of `--fail-if`: `ready > 60s`, `restarts(web/app) > 0`, `never ready`, `oom`.

    condition = [ "never" ] fact [ "(" selector ")" ] [ ( ">" | ">=" | "<" | "<=" ) value ]

One question a condition. There is no `and` and no `or`: several conditions are several options, any of which fails the run, and each is a test case of its own.
Only the language is here; `outcomes` asks the run.
"""

from __future__ import annotations

import difflib
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from simulator.errors import Problem
from simulator.limits import MAX_RECORDS, MAX_UNTIL_MS
from simulator.units import format_duration, parse_duration_ms

MAX_LENGTH = 300
"""Characters of a condition. Names of Kubernetes have at most 253."""


class Kind(StrEnum):
    """What the answer is."""

    DURATION = "duration"
    COUNT = "count"
    YES_OR_NO = "yes or no"


class Asked(StrEnum):
    """Who is asked."""

    PODS = "pods"
    CONTAINERS = "containers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One thing that can be asked of a run."""

    kind: Kind
    asked: Asked
    title: str
    """For people: the rule's title in SARIF, and the table in docs/ci.md."""
    may_never: bool = False
    """`never ready` says something."""


FACTS: Mapping[str, Fact] = {
    "ready": Fact(kind=Kind.DURATION, asked=Asked.PODS, may_never=True, title="From the pod's creation until it is Ready for the first time"),
    "completed": Fact(kind=Kind.DURATION, asked=Asked.PODS, may_never=True, title="From the pod's creation until its phase is Succeeded"),
    "terminating": Fact(kind=Kind.DURATION, asked=Asked.PODS, title="From the pod's deletion until it is gone from the API"),
    "pulled": Fact(
        kind=Kind.DURATION, asked=Asked.CONTAINERS, may_never=True, title="From the moment the image is wanted until it is on the node; the longest"
    ),
    "restarts": Fact(kind=Kind.COUNT, asked=Asked.CONTAINERS, title="How often the container was restarted"),
    "killed": Fact(kind=Kind.YES_OR_NO, asked=Asked.CONTAINERS, title="The process got SIGKILL because its grace period was over"),
    "oom": Fact(kind=Kind.YES_OR_NO, asked=Asked.CONTAINERS, title="The container was OOMKilled"),
    "evicted": Fact(kind=Kind.YES_OR_NO, asked=Asked.PODS, title="The kubelet evicted the pod, or refused it, for the node's sake"),
    "failed": Fact(kind=Kind.YES_OR_NO, asked=Asked.PODS, title="The pod's phase became Failed"),
}

COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le}


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One condition, taken apart. `str` writes it in its shortest form, which reads back as the same."""

    fact: str
    """A key of FACTS."""
    selector: str = ""
    """Empty: whoever can be asked."""
    never: bool = False
    comparison: str = ""
    """Empty for `never` and for what is yes or no."""
    limit: int = 0
    """Milliseconds, or a count."""
    text: str = field(default="", compare=False)
    """As somebody wrote it."""
    selector_column: int = field(default=0, compare=False)
    """Where the selector begins, counted from 1; 0 without one."""

    def __str__(self) -> str:
        """The shortest form."""
        value = _shortest(self.limit) if FACTS[self.fact].kind is Kind.DURATION else str(self.limit)
        who = f"({self.selector})" if self.selector else ""
        return f"{'never ' if self.never else ''}{self.fact}{who}{f' {self.comparison} {value}' if self.comparison else ''}"

    def means_pod(self, names: tuple[str, ...]) -> bool:
        """Is a pod with these addresses asked? `namespace/name`, `name`, `Kind/name`."""
        pattern = self.selector if FACTS[self.fact].asked is Asked.PODS else self.selector.rpartition("/")[0]
        return not self.selector or any(_matches(pattern, name) for name in names)

    def means_container(self, name: str) -> bool:
        """Is a container of this name asked, if its pod is?"""
        return not self.selector or _matches(self.selector.rpartition("/")[2], name)


class ConditionError(ValueError):
    """A condition that says nothing. `column` counts from 1."""

    def __init__(self, column: int, message: str, hint: str = "") -> None:
        self.column, self.message, self.hint = column, message, hint
        super().__init__(f"column {column}: {message}")

    def problem(self, option: str, number: int) -> Problem:
        """In the contract's form: the option is the file, its number the line."""
        return Problem(message=self.message, file=option, line=number, column=self.column, hint=self.hint)


def parse_condition(text: str) -> Condition:
    """Read one condition. Raises ConditionError at the first mistake."""
    if len(text) > MAX_LENGTH:
        raise ConditionError(MAX_LENGTH + 1, f"longer than {MAX_LENGTH} characters")
    reader = _Reader(text)
    never = reader.take_word("never")
    name = reader.fact(after_never=never)
    fact = FACTS[name]
    column, selector = reader.selector(name, fact)
    reader.skip()
    at, comparison = reader.position + 1, reader.take(_OPERATOR)
    if not comparison and not never and fact.kind is not Kind.YES_OR_NO:
        example = "60s" if fact.kind is Kind.DURATION else "0"
        or_never = f', or "never {name}"' if fact.may_never else ""
        raise ConditionError(at, f"{name} is a {fact.kind} and needs a comparison", f'for example "{name} > {example}"{or_never}')
    limit = 0
    if comparison:
        if never:
            raise ConditionError(at, f'"never {name}" takes no comparison')
        if fact.kind is Kind.YES_OR_NO:
            raise ConditionError(at, f"{name} is a yes or no and takes no comparison")
        if comparison not in COMPARISONS:
            raise ConditionError(at, f'unknown comparison "{comparison}"', f"known: {', '.join(COMPARISONS)}")
        limit = reader.value(fact)
    reader.end()
    return Condition(fact=name, selector=selector, never=never, comparison=comparison, limit=limit, text=" ".join(text.split()), selector_column=column)


_WORD = re.compile(r"\w+")
_OPERATOR = re.compile(r"[<>=!~]+")
_VALUE = re.compile(r"[^\s()<>=!]+")
_REST = re.compile(r"\S+")
_SEGMENT = re.compile(r"[A-Za-z0-9.*-]+")
_JOINING = ("and", "or", "&&", "||", ",", ";", "&", "|")


class _Reader:
    """A place in the text, and what can be read from there."""

    def __init__(self, text: str) -> None:
        self.text, self.position = text, 0

    def skip(self) -> None:
        """Over what is between words."""
        while self.position < len(self.text) and self.text[self.position].isspace():
            self.position += 1

    def take(self, pattern: re.Pattern[str]) -> str:
        """What is there of this form, behind spaces; empty if it is not."""
        self.skip()
        found = pattern.match(self.text, self.position)
        if found is None:
            return ""
        self.position = found.end()
        return found.group()

    def take_word(self, word: str) -> bool:
        """Goes on only if it is there."""
        before = self.position
        if self.take(_WORD) == word:
            return True
        self.position = before
        return False

    def fact(self, *, after_never: bool) -> str:
        """The name of one."""
        self.skip()
        column = self.position + 1
        word = self.take(_WORD)
        names = [name for name, fact in FACTS.items() if fact.may_never or not after_never]
        if word in names:
            return word
        if word in FACTS:
            raise ConditionError(column, f'"never {word}" says nothing that can be asked', f"never goes with {', '.join(names)}")
        if not word:
            found = self.take(_REST)
            raise ConditionError(column, f'"{found}" where a fact is expected' if found else "a fact is missing", f"one of {', '.join(names)}")
        near = difflib.get_close_matches(word.lower(), names, n=1, cutoff=0.6)
        raise ConditionError(column, f'unknown fact "{word}"', f'did you mean "{near[0]}"?' if near else f"known: {', '.join(names)}")

    def selector(self, name: str, fact: Fact) -> tuple[int, str]:
        """Its column and itself; 0 and nothing without parentheses."""
        self.skip()
        if self.text[self.position : self.position + 1] != "(":
            return 0, ""
        opened = self.position + 1
        closed = self.text.find(")", opened)
        if closed < 0:
            raise ConditionError(opened, 'this "(" is never closed')
        inside = self.text[opened:closed]
        column = opened + 1 + len(inside) - len(inside.lstrip())
        self.position = closed + 1
        selector = inside.strip()
        self._check(selector, column, name, fact)
        return column, selector

    def _check(self, selector: str, column: int, name: str, fact: Fact) -> None:
        parts = selector.split("/")
        at = column
        for part in parts:
            good = _SEGMENT.match(part)
            if good is None or good.end() < len(part):
                bad = part[good.end() if good else 0 :]
                said = f'"{bad[0]}" cannot be in a name' if bad else "a name is missing"
                raise ConditionError(at + (good.end() if good else 0), said, f"names, / and * are known, as in {_EXAMPLES[fact.asked]}")
            at += len(part) + 1
        if fact.asked is Asked.CONTAINERS and len(parts) == 1:
            hint = f"{parts[0]}/* for all of a pod's, */{parts[0]} for one of every pod"
            raise ConditionError(column, f'{name} asks containers, and "{selector}" could be a pod or a container', hint)
        if len(parts) > (3 if fact.asked is Asked.CONTAINERS else 2):
            raise ConditionError(column, f'"{selector}" has too many parts', f"{name} asks {fact.asked}: {_EXAMPLES[fact.asked]}")

    def value(self, fact: Fact) -> int:
        """Milliseconds, or a count."""
        self.skip()
        column = self.position + 1
        word = self.take(_VALUE)
        if not word:
            raise ConditionError(column, "a value is missing behind the comparison", "60s, 5m, 1h30m" if fact.kind is Kind.DURATION else "a whole number")
        if fact.kind is Kind.COUNT:
            if not re.fullmatch(r"[0-9]+", word):
                raise ConditionError(column, f'"{word}" is no count', "a whole number, 0 or more")
            if len(word) > 9 or int(word) > MAX_RECORDS:
                raise ConditionError(column, f'"{word}" is more than any run can have')
            return int(word)
        if re.fullmatch(r"[0-9.]*[1-9][0-9.]*", word):
            raise ConditionError(column, f'"{word}" has no unit', f"{word}s, or {word}m for minutes")
        try:
            duration_ms = parse_duration_ms(word)
        except ValueError:
            raise ConditionError(column, f'"{word}" is no duration', "60s, 5m, 1h30m") from None
        if word[0] in "+-":
            raise ConditionError(column, "a duration has no sign", "60s, 5m, 1h30m")
        if duration_ms > MAX_UNTIL_MS:
            raise ConditionError(column, f'"{word}" is longer than any run')
        return duration_ms

    def end(self) -> None:
        """Nothing may follow."""
        self.skip()
        column = self.position + 1
        word = self.take(_REST)
        if word.lower() in _JOINING:
            raise ConditionError(column, f'conditions are not joined with "{word}"', "give each its own --fail-if: the run fails if any of them holds")
        if word:
            raise ConditionError(column, f'"{word}" behind the end of the condition')


_EXAMPLES: Mapping[Asked, str] = {
    Asked.PODS: "web, shop/web, Deployment/web or web-*",
    Asked.CONTAINERS: "web/app, shop/web/app, Deployment/web/app, web/* or */app",
}


def _shortest(duration_ms: int) -> str:
    """`1m` of Go's `1m0s`, `1h` of `1h0m0s`."""
    said = format_duration(duration_ms)
    said = said.removesuffix("0s") if said.endswith("m0s") else said
    return said.removesuffix("0m") if said.endswith("h0m") else said


def _matches(pattern: str, name: str) -> bool:
    """`*` stands for anything but a slash. No backtracking, whatever the pattern."""
    patterns, names = pattern.split("/"), name.split("/")
    return len(patterns) == len(names) and all(map(_part_matches, patterns, names))


def _part_matches(pattern: str, name: str) -> bool:
    first, *rest = pattern.split("*")
    if not rest:
        return pattern == name
    *middle, last = rest
    if len(first) + len(last) > len(name) or not name.startswith(first) or not name.endswith(last):
        return False
    at, end = len(first), len(name) - len(last)
    for part in middle:
        found = name.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return True
