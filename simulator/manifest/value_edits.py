"""How is one value of a text set, at whatever depth it stands, and an entry added where there is none? Behaviors, actions and knobs are written so."""

from __future__ import annotations

import json
import re
import sys

import yaml

from simulator.errors import ManifestError, Problem
from simulator.manifest import kubelet_document, scenario_document
from simulator.manifest.documents import Role, sort_documents
from simulator.manifest.editing import documents_of
from simulator.manifest.nodes import Document, Path
from simulator.manifest.spans import Span
from simulator.manifest.text_edits import Edit, appended, applied, end_of_content, root_of, value_of

SCENARIO_HEAD = f"apiVersion: {scenario_document.GROUP}/{scenario_document.VERSION}\nkind: {scenario_document.KIND}\n"
KUBELET_HEAD = f"apiVersion: {kubelet_document.GROUP}/{kubelet_document.VERSION}\nkind: {kubelet_document.KIND}\n"


def by_hand() -> ManifestError:
    """For the rare layouts in which one thing cannot be changed by itself."""
    return ManifestError([Problem(message="this cannot be changed here without changing more", hint="change it by hand in the text")])


def scenario_of(text: str) -> Document | None:
    """The Scenario document of a text, if it has one."""
    return next((document for document, _, _ in sort_documents(documents_of(text)).of(Role.SCENARIO)), None)


def with_scenario_value(text: str, path: Path, value: object) -> str:
    """The text with `spec` and `path` below it set in its Scenario; one is added where there is none. Raises ManifestError as `with_value`."""
    scenario = scenario_of(text)
    if scenario is None:
        return appended(text, f"{SCENARIO_HEAD}spec:\n  {one_line(path[0])}: {one_line(_nested(path[1:], value))}\n")
    return with_value(text, scenario, ("spec", *path), value)


def with_value(text: str, document: Document, path: Path, value: object) -> str:
    """The text with the value at `path` from the document's root replaced; what is missing on the way is added.

    Raises ManifestError where the place is repeated from an anchor, holds one that is repeated elsewhere, or is no map.
    """
    span = root_of(text, document)
    for depth, step in enumerate(path):
        rest = _nested(path[depth + 1 :], value)
        if isinstance(step, int):
            if span.is_map or step >= len(span.children) or span.children[step].is_alias or depth + 1 == len(path):
                raise by_hand()
            span = span.children[step]
            continue
        if not span.is_map:
            raise by_hand()
        entry = next(((key, below) for key, below in span.entries if key.value == step), None)
        if entry is None:
            return applied(text, added(text, span, step, rest))
        key, below = entry
        if below.is_alias:
            raise by_hand()
        if depth + 1 == len(path) or not below.children:
            return applied(text, replaced(text, key, below, _written(rest, key)))
        span = below
    raise by_hand()


def added(text: str, parent: Span, name: str, value: object) -> Edit:
    """An entry at the end of a map."""
    if parent.is_flow:
        first = parent.children[0] if parent.children else None
        quote = first.quote if first else ""
        entry = f"{quote}{name}{quote}: {_written(value, first)}" if quote else f"{one_line(name)}: {one_line(value)}"
        at = parent.children[-1].end if first else parent.end - 1
        return Edit(at, at, f", {entry}" if first else entry)
    return added_lines(text, parent, f"{one_line(name)}: {one_line(value)}")


def added_lines(text: str, parent: Span, *lines: str) -> Edit:
    """Lines at the end of a block map, as far in as its keys."""
    indent = " " * (parent.children[0].place.column - 1)
    end = end_of_content(text, parent)
    before = "" if text[:end].endswith("\n") else "\n"
    return Edit(end, end, before + "".join(f"{indent}{line}\n" for line in lines))


def map_in(parent: Span, name: str) -> Span | None:
    """The map that stands at a key; None if there is none, or an empty one. Raises ManifestError for one that is repeated from an anchor."""
    if all(key.value != name for key, _ in parent.entries):
        return None
    value = value_of(parent, name)
    return value if value.is_map and value.children else None


def replaced(text: str, key: Span, old: Span, value: str) -> Edit:
    """A block is replaced with its lines, the line break behind it stays."""
    if old.is_flow or not (old.is_map or old.children):
        return Edit(old.start, old.end, value if text[old.start - 1] != ":" else f" {value}")
    colon = text.index(":", key.end)
    return Edit(colon + 1, end_of_content(text, old), f" {value}\n")


class _OneLine(yaml.SafeDumper):
    """Writes a value as the reader of this project reads it: there `y` and `n` are booleans, so as texts they need quotes."""


_OneLine.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^[yYnN]$"), list("yYnN"))


def one_line(value: object) -> str:
    """YAML on one line: `{runs: [{duration: 5s, exitCode: 1}]}`. In a list, because a plain scalar of its own would be a document with an end."""
    return str(yaml.dump([value], Dumper=_OneLine, default_flow_style=True, sort_keys=False, allow_unicode=True, width=sys.maxsize)).strip()[1:-1]


def _written(value: object, beside: Span | None) -> str:
    """As JSON where the key is written so."""
    return json.dumps(value, ensure_ascii=False) if beside and beside.quote == '"' else one_line(value)


def _nested(path: Path, value: object) -> object:
    for step in reversed(path):
        value = [value] if isinstance(step, int) else {str(step): value}
    return value
