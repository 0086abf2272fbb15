"""What does the YAML of a lesson say, and on which line? Every value as the characters that were written: an option `No` is no boolean, a version no number.

A small composer over libyaml's events: no aliases, no tags, bounded in size and depth.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

MAX_CHARACTERS = 64 << 10
"""Of one front matter; the longest of ours has 3,000."""

MAX_DEPTH = 12


class Unreadable(Exception):
    """The text is no YAML of ours. `line` counts from 1 within the text."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


@dataclass(frozen=True, slots=True, kw_only=True)
class Scalar:
    """Characters. `quoted` tells `"null"` from null."""

    value: str
    quoted: bool
    line: int


@dataclass(slots=True, kw_only=True)
class Listed:
    """A list."""

    items: list[Node] = field(default_factory=list)
    line: int


@dataclass(slots=True, kw_only=True)
class Mapped:
    """A map. `lines` are those of its keys."""

    entries: dict[str, Node] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    line: int


Node = Scalar | Listed | Mapped


def read(text: str, *, first_line: int = 1) -> Node:
    """The one document in the text, whose first line is `first_line` of its file. Raises Unreadable."""
    if len(text) > MAX_CHARACTERS:
        raise Unreadable(f"more than {MAX_CHARACTERS:,} characters", first_line)
    try:
        events = [event for event in yaml.parse(text, Loader=yaml.CSafeLoader) if not isinstance(event, IGNORED)]
    except yaml.YAMLError as error:
        mark: Any = getattr(error, "problem_mark", None)
        raise Unreadable(f"no YAML: {getattr(error, 'problem', None) or error}", first_line + (mark.line if mark else 0)) from error
    if not events:
        raise Unreadable("nothing is written here", first_line)
    stream = iter(events)
    root = _composed(next(stream), stream, first_line, depth=1)
    extra = next(stream, None)
    if extra is not None:
        raise Unreadable("more than one document", _line(extra, first_line))
    return root


IGNORED = (yaml.StreamStartEvent, yaml.StreamEndEvent, yaml.DocumentStartEvent, yaml.DocumentEndEvent)


def _line(event: yaml.Event, first_line: int) -> int:
    mark: Any = event.start_mark
    return first_line + int(mark.line)


def _composed(event: yaml.Event, events: Iterator[yaml.Event], first_line: int, depth: int) -> Node:
    line = _line(event, first_line)
    if depth > MAX_DEPTH:
        raise Unreadable(f"nested more than {MAX_DEPTH} levels deep", line)
    if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
        raise Unreadable("anchors and aliases are not for lessons; write it twice", line)
    if isinstance(event, yaml.ScalarEvent):
        if event.tag and not event.implicit[0] and not event.style:
            raise Unreadable(f"the tag {event.tag} is not for lessons", line)
        return Scalar(value=event.value, quoted=bool(event.style), line=line)
    if isinstance(event, yaml.SequenceStartEvent):
        listed = Listed(line=line)
        while not isinstance(following := next(events), yaml.SequenceEndEvent):
            listed.items.append(_composed(following, events, first_line, depth + 1))
        return listed
    mapped = Mapped(line=line)
    while not isinstance(following := next(events), yaml.MappingEndEvent):
        key = _composed(following, events, first_line, depth + 1)
        if not isinstance(key, Scalar):
            raise Unreadable("a key must be a word", key.line)
        if key.value in mapped.entries:
            raise Unreadable(f"{key.value!r} is written twice", key.line)
        mapped.entries[key.value] = _composed(next(events), events, first_line, depth + 1)
        mapped.lines[key.value] = key.line
    return mapped
