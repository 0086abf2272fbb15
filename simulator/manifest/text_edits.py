"""How is one setting of a text changed without touching the rest? Edits of characters, by the spans of the nodes around them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from simulator.errors import ManifestError, Problem
from simulator.manifest.nodes import Document, MapNode
from simulator.manifest.spans import Span, spans_of


class Edit(NamedTuple):
    """Characters from `start` to before `end` replaced by `text`."""

    start: int
    end: int
    text: str


def is_alone(text: str, root: Span, document_start: int) -> bool:
    """Is it a document, and no item of a List?"""
    return text[document_start : root.start].strip() in ("", "---")


def root_of(text: str, document: Document) -> Span:
    """The map that a document is."""
    return spans_of(text).maps[document.root.place]


def value_of(parent: Span, name: str) -> Span:
    """Of a key that is written in the map itself. Raises ManifestError for one that is merged or repeated from elsewhere."""
    value = next((value for key, value in parent.entries if key.value == name), None)
    if value is None or value.is_alias:
        raise ManifestError([Problem(message=f"{name} is repeated from an anchor", hint="change it by hand in the text")])
    return value


def with_set(text: str, document: Document, outer: str, name: str, value: str) -> str:
    """The text with `outer: {name: value}` set at the top of a document."""
    if document.root.get(outer) is not None and not isinstance(document.root[outer], MapNode):
        place = document.root.values_at[outer]
        raise ManifestError([Problem(line=place.line, column=place.column, path=outer, message="must be a map")])
    return applied(text, setting(text, root_of(text, document), outer, name, value))


def setting(text: str, root: Span, outer: str, name: str, value: str) -> Edit:
    """`outer: {name: value}` set in the map `root`."""
    if all(key.value != outer for key, _ in root.entries):
        return _appended_entry(text, root, outer, name, value)
    below = value_of(root, outer)
    if not below.is_map:
        # Empty, or null.
        return _replacement(text, below, f"{{{name}: {value}}}")
    existing = next((old for key, old in below.entries if key.value == name), None)
    if existing is not None:
        return _replacement(text, existing, value)
    if not below.children:
        return Edit(below.end - 1, below.end - 1, f"{name}: {value}")
    return _before_first(below, name, value)


def _replacement(text: str, old: Span, new: str) -> Edit:
    """In the quotes that the old one had."""
    if old.quote == "'":
        new = new.replace('"', "'")
    return Edit(old.start, old.end, f" {new}" if text[old.start - 1] == ":" else new)


def _before_first(parent: Span, name: str, value: str) -> Edit:
    first = parent.children[0]
    if parent.is_flow:
        return Edit(first.start, first.start, f"{first.quote}{name}{first.quote}: {value}, ")
    return Edit(first.start, first.start, f"{name}: {value}\n{' ' * (first.place.column - 1)}")


def _appended_entry(text: str, root: Span, outer: str, name: str, value: str) -> Edit:
    """A new `outer` behind what the map has."""
    last = root.children[-1]
    if root.is_flow:
        quote = root.children[0].quote
        return Edit(last.end, last.end, f", {quote}{outer}{quote}: {{{quote}{name}{quote}: {value}}}")
    indent = " " * (root.children[0].place.column - 1)
    end = end_of_content(text, root)
    before = "" if text[:end].endswith("\n") else "\n"
    return Edit(end, end, f"{before}{indent}{outer}:\n{indent}  {name}: {value}\n")


def end_of_content(text: str, root: Span) -> int:
    """The start of the line behind the last one with a value. A block ends for libyaml only where the next token begins; comments between are not ours."""
    last = _last_written(root)
    line_end = text.find("\n", max(last.end - 1, last.start))
    return len(text) if line_end < 0 else line_end + 1


def _last_written(span: Span) -> Span:
    while span.children and not span.is_flow:
        span = span.children[-1]
    return span


def removal(text: str, parent: Span, name: str) -> Edit:
    """An entry of a map, with the comment behind it in its line."""
    entries = parent.entries
    index = next((i for i, (key, _) in enumerate(entries) if key.value == name), None)
    if index is None:
        raise ManifestError([Problem(message=f"{name} is repeated from an anchor", hint="change it by hand in the text")])
    key, value = entries[index]
    if not parent.is_flow:
        return Edit(text.rfind("\n", 0, key.start) + 1, end_of_content(text, value), "")
    return removal_in_brackets(text, [(key.start, value.end) for key, value in entries], index)


_COMMA = re.compile(r"[ \t]*,")
_REST_OF_LINE = re.compile(r"[ \t]*(,?)[ \t]*(?:#.*)?\n")


def removal_in_brackets(text: str, parts: Sequence[tuple[int, int]], index: int) -> Edit:
    """One of the items or entries between brackets, given the first character of each and the one behind; one that has lines to itself goes with these."""
    start, end = parts[index]
    line, rest = text.rfind("\n", 0, start) + 1, _REST_OF_LINE.match(text, end)
    if rest and not text[line:start].strip(" \t"):
        if rest[1] or len(parts) == 1:
            return Edit(line, rest.end(), "")
        comma = _COMMA.match(text, parts[index - 1][1]) if index == len(parts) - 1 else None
        if comma:
            # The last one has no comma behind it, so the one before it must not have one then.
            return Edit(comma.start(), rest.end(), text[comma.end() : line])
    if index:
        return Edit(parts[index - 1][1], end, "")
    return Edit(start, parts[1][0] if len(parts) > 1 else end, "")


def applied(text: str, edit: Edit) -> str:
    """The text with one edit done. Raises ManifestError if it takes out what is repeated elsewhere: that could stay neither as it is nor at all."""
    if "&" in text[edit.start : edit.end]:
        for anchored, alias in spans_of(text).repeated:
            if edit.start <= anchored.start < edit.end and not edit.start <= alias.start < edit.end:
                message = f"what would be changed is repeated in line {alias.place.line}, as *{alias.anchor}"
                raise ManifestError([Problem(line=anchored.place.line, column=anchored.place.column, message=message, hint="change it by hand in the text")])
    return text[: edit.start] + edit.text + text[edit.end :]


def appended(text: str, document: str) -> str:
    """As a document of its own at the end."""
    if not text.strip():
        return text + document
    return f"{text}{'' if text.endswith(chr(10)) else chr(10)}---\n{document}"
