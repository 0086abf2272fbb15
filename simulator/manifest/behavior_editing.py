"""How does a text say what a container does? The form of the page changes the Scenario's `behaviors`, and nothing else of the text."""

from __future__ import annotations

from collections.abc import Mapping

from simulator.manifest.editing import readable
from simulator.manifest.nodes import Document
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


def _without(text: str, scenario: Document, address: str) -> str:
    spec = map_in(root_of(text, scenario), "spec")
    behaviors = map_in(spec, "behaviors") if spec else None
    if spec is None or behaviors is None or all(key.value != address for key, _ in behaviors.entries):
        return text
    if len(behaviors.entries) > 1:
        return applied(text, removal(text, behaviors, address))
    if len(spec.entries) > 1:
        return applied(text, removal(text, spec, "behaviors"))
    return applied(text, replaced(text, *next((k, v) for k, v in spec.entries if k.value == "behaviors"), "{}"))
