"""How does a text say what a container does? The form of the page changes the Scenario's `behaviors`, and nothing else of the text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from simulator.manifest.editing import readable
from simulator.manifest.nodes import Document
from simulator.manifest.spans import Span
from simulator.manifest.text_edits import appended, applied, removal, root_of, setting
from simulator.manifest.value_edits import SCENARIO_HEAD, map_in, one_line, replaced, scenario_of


def with_behavior(text: str, address: str, behavior: Mapping[str, object] | None) -> str:
    """The text with `spec.behaviors[address]` of its Scenario set to a behavior as the contract writes it, or without it (None).

    Raises ManifestError if the text is not YAML, and for the rare layouts in which it cannot be changed by itself. Whether the behavior means anything is for
    whoever loads the text.
    """
    text = readable(text)
    scenario = scenario_of(text)
    if behavior is None:
        return _without(text, scenario, address) if scenario else text
    key, value = one_line(address), one_line(behavior)
    if scenario is None:
        return appended(text, f"{SCENARIO_HEAD}spec:\n  behaviors:\n    {key}: {value}\n")
    root = root_of(text, scenario)
    spec = map_in(root, "spec")
    if spec is None:
        return applied(text, setting(text, root, "spec", "behaviors", f"{{{key}: {value}}}"))
    behaviors = map_in(spec, "behaviors")
    existing = next(((k, v) for k, v in behaviors.entries if k.value == address), None) if behaviors else None
    if existing is None:
        return applied(text, setting(text, spec, "behaviors", key, value))
    return applied(text, replaced(text, *existing, value))


def without_parts(text: str, address: str, parts: Sequence[str]) -> str:
    """The text without some fields of `spec.behaviors[address]`, which has others too: these stay as they are written. Raises ManifestError as above."""
    text = readable(text)
    for part in parts:
        scenario = scenario_of(text)
        _, behaviors = _behaviors(text, scenario) if scenario else (None, None)
        behavior = map_in(behaviors, address) if behaviors else None
        if behavior and any(key.value == part for key, _ in behavior.entries):
            text = applied(text, removal(text, behavior, part))
    return text


def _behaviors(text: str, scenario: Document) -> tuple[Span | None, Span | None]:
    """The maps at `spec` and at `behaviors` in it, where there is something in them."""
    spec = map_in(root_of(text, scenario), "spec")
    return spec, map_in(spec, "behaviors") if spec else None


def _without(text: str, scenario: Document, address: str) -> str:
    spec, behaviors = _behaviors(text, scenario)
    if spec is None or behaviors is None or all(key.value != address for key, _ in behaviors.entries):
        return text
    if len(behaviors.entries) > 1:
        return applied(text, removal(text, behaviors, address))
    if len(spec.entries) > 1:
        return applied(text, removal(text, spec, "behaviors"))
    return applied(text, replaced(text, *next((k, v) for k, v in spec.entries if k.value == "behaviors"), "{}"))
