"""How does a text say what a container does? The form of the page changes the Scenario's `behaviors`, and nothing else of the text."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping

import yaml

from simulator.manifest import scenario_document
from simulator.manifest.documents import Role, sort_documents
from simulator.manifest.editing import documents_of, readable
from simulator.manifest.nodes import Document
from simulator.manifest.spans import Span
from simulator.manifest.text_edits import Edit, appended, applied, end_of_content, removal, root_of, setting, value_of


def with_behavior(text: str, address: str, behavior: Mapping[str, object] | None) -> str:
    """The text with `spec.behaviors[address]` of its Scenario set to a behavior as the contract writes it, or without it (None).

    Raises ManifestError if the text is not YAML, and for the rare layouts in which it cannot be changed by itself. Whether the behavior means anything is for
    whoever loads the text.
    """
    text = readable(text)
    scenario = next((document for document, _, _ in sort_documents(documents_of(text)).of(Role.SCENARIO)), None)
    if behavior is None:
        return _without(text, scenario, address) if scenario else text
    key, value = _flow(address), _flow(behavior)
    if scenario is None:
        head = f"apiVersion: {scenario_document.GROUP}/{scenario_document.VERSION}\nkind: {scenario_document.KIND}\n"
        return appended(text, f"{head}spec:\n  behaviors:\n    {key}: {value}\n")
    root = root_of(text, scenario)
    spec = _map(root, "spec")
    if spec is None:
        return applied(text, setting(text, root, "spec", "behaviors", f"{{{key}: {value}}}"))
    behaviors = _map(spec, "behaviors")
    existing = next(((k, v) for k, v in behaviors.entries if k.value == address), None) if behaviors else None
    if existing is None:
        return applied(text, setting(text, spec, "behaviors", key, value))
    return applied(text, _replaced(text, *existing, value))


def _without(text: str, scenario: Document, address: str) -> str:
    spec = _map(root_of(text, scenario), "spec")
    behaviors = _map(spec, "behaviors") if spec else None
    if spec is None or behaviors is None or all(key.value != address for key, _ in behaviors.entries):
        return text
    if len(behaviors.entries) > 1:
        return applied(text, removal(text, behaviors, address))
    if len(spec.entries) > 1:
        return applied(text, removal(text, spec, "behaviors"))
    return applied(text, _replaced(text, *next((k, v) for k, v in spec.entries if k.value == "behaviors"), "{}"))


def _map(parent: Span, name: str) -> Span | None:
    if all(key.value != name for key, _ in parent.entries):
        return None
    value = value_of(parent, name)
    return value if value.is_map and value.children else None


def _replaced(text: str, key: Span, old: Span, value: str) -> Edit:
    """A block is replaced with its lines, the line break behind it stays."""
    if old.is_flow or not (old.is_map or old.children):
        return Edit(old.start, old.end, value if text[old.start - 1] != ":" else f" {value}")
    colon = text.index(":", key.end)
    return Edit(colon + 1, end_of_content(text, old), f" {value}\n")


class _OneLine(yaml.SafeDumper):
    """Writes a value as the reader of this project reads it: there `y` and `n` are booleans, so as texts they need quotes."""


_OneLine.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^[yYnN]$"), list("yYnN"))


def _flow(value: object) -> str:
    """YAML on one line: `{runs: [{duration: 5s, exitCode: 1}]}`. In a list, because a plain scalar of its own would be a document with an end."""
    return str(yaml.dump([value], Dumper=_OneLine, default_flow_style=True, sort_keys=False, allow_unicode=True, width=sys.maxsize)).strip()[1:-1]
