"""How does a text say what is done from outside? The page's buttons append to the Scenario's `actions`, and take out again; all else of the text stays."""

from __future__ import annotations

import json
from collections.abc import Mapping

from simulator.errors import ManifestError, Problem
from simulator.manifest import actions
from simulator.manifest.editing import documents_of, readable
from simulator.manifest.load import load
from simulator.manifest.nodes import Document, ListNode, MapNode
from simulator.manifest.spans import Span, spans_of
from simulator.manifest.text_edits import Edit, appended, applied, end_of_content, is_alone, removal, removal_in_brackets, root_of, value_of
from simulator.manifest.value_edits import SCENARIO_HEAD, added_lines, by_hand, map_in, one_line, replaced, scenario_of, with_value

_HEAD = ("apiVersion", "kind", "spec")


def actions_in(text: str) -> list[dict[str, object]]:
    """The Scenario's actions as they are written, each with its `index`, `verb`, the verb's `value` and the `line` that it begins on, from 1.

    Raises ManifestError if the text is not YAML. What is no map is left out.
    """
    listed = _listed(scenario_of(readable(text)))
    return [_shown(index, action, listed.items_at[index].line) for index, action in enumerate(listed) if isinstance(action, MapNode)]


def _shown(index: int, action: MapNode, line: int) -> dict[str, object]:
    verb = actions.verb_of(action)
    options = {name: value for name, value in action.items() if name != verb}
    return {**options, "index": index, "verb": verb, "value": action.get(verb), "line": line}


def with_action(text: str, action: Mapping[str, object]) -> str:
    """The text with an action, written as in the contract, behind those that its Scenario has; a Scenario is added where there is none.

    Raises ManifestError with every problem of the text or of the action, and for the rare layouts in which it cannot be added by itself.
    """
    before = readable(text)
    after = _appended(before, action)
    load({"": after})
    _refuse_other_changes(before, after, [*_listed(scenario_of(before)), json.loads(json.dumps(action))])
    return after


def without_action(text: str, index: int) -> str:
    """The text without an action, by its place in the list. A Scenario that says nothing any more goes with it. Raises ManifestError as `with_action`."""
    before = readable(text)
    scenario = scenario_of(before)
    listed = _listed(scenario)
    if scenario is None or not 0 <= index < len(listed):
        raise ManifestError([Problem(path="actions", message=f"there is no action {index}")])
    after = _removed(before, scenario, index)
    load({"": after})
    _refuse_other_changes(before, after, [action for at, action in enumerate(listed) if at != index])
    return after


def _listed(scenario: Document | None) -> ListNode:
    spec = scenario.root.get("spec") if scenario else None
    listed = spec.get("actions") if isinstance(spec, MapNode) else None
    return listed if isinstance(listed, ListNode) else ListNode()


def _refuse_other_changes(before: str, after: str, wanted: list[object]) -> None:
    """Raises ManifestError if anything but the list of actions differs, or the list is another one."""
    if _listed(scenario_of(after)) != wanted or _without_list(before) != _without_list(after):
        raise by_hand()


def _without_list(text: str) -> list[object]:
    """What the documents say, the actions left out; a Scenario that says nothing else is not there."""
    scenario = scenario_of(text)
    said: list[object] = []
    for document in documents_of(text):
        content: dict[str, object] = dict(document.root)
        if scenario is not None and document.root.place == scenario.root.place:
            spec = content.pop("spec", None)
            left = {name: value for name, value in spec.items() if name != "actions"} if isinstance(spec, MapNode) else {}
            if not left and all(name in _HEAD for name in content):
                continue
            content["spec"] = left
        said.append(content)
    return said


# -- the edits ---------------------------------------------------------------------------------------------------------------------


def _appended(text: str, action: Mapping[str, object]) -> str:
    item, scenario = one_line(dict(action)), scenario_of(text)
    if scenario is None:
        return appended(text, f"{SCENARIO_HEAD}spec:\n  actions:\n  - {item}\n")
    root = root_of(text, scenario)
    spec = map_in(root, "spec")
    if spec is None or (spec.is_flow and all(key.value != "actions" for key, _ in spec.entries)):
        return with_value(text, scenario, ("spec", "actions"), [dict(action)])
    if all(key.value != "actions" for key, _ in spec.entries):
        return applied(text, added_lines(text, spec, "actions:", f"- {item}"))
    key, listed = next((key, value) for key, value in spec.entries if key.value == "actions")
    # A word is none of ours to replace, unless it says that there is nothing.
    if listed.is_alias or listed.is_map or (not listed.is_flow and listed.value not in ("", "~", "null")):
        raise by_hand()
    item = json.dumps(action, ensure_ascii=False) if key.quote == '"' and spec.is_flow else item
    if not listed.children:
        return applied(text, replaced(text, key, listed, f"[{item}]"))
    if listed.is_flow:
        end = listed.children[-1].end
        return applied(text, Edit(end, end, f", {item}"))
    end = end_of_content(text, listed)
    before = "" if text[:end].endswith("\n") else "\n"
    return applied(text, Edit(end, end, f"{before}{' ' * _dash_column(text, listed.children[0])}- {item}\n"))


def _removed(text: str, scenario: Document, index: int) -> str:
    root = root_of(text, scenario)
    spec = value_of(root, "spec")
    listed = value_of(spec, "actions")
    if len(listed.children) == 1:
        return _without_list_of_actions(text, root, spec)
    item = listed.children[index]
    if not listed.is_flow:
        start = text.rfind("\n", 0, text.rfind("-", 0, item.start)) + 1
        return applied(text, Edit(start, end_of_content(text, item), ""))
    return applied(text, removal_in_brackets(text, [(each.start, each.end) for each in listed.children], index))


def _without_list_of_actions(text: str, root: Span, spec: Span) -> str:
    if len(spec.entries) > 1:
        return applied(text, removal(text, spec, "actions"))
    start, end = next((s, e) for s, e in spans_of(text).documents if s <= root.start < e)
    is_left_empty = all(key.value in _HEAD for key, _ in root.entries)
    if is_left_empty and not root.is_flow and is_alone(text, root, start) and "#" not in text[start:end]:
        return applied(text, Edit(start, end, ""))
    key, old = next((key, value) for key, value in root.entries if key.value == "spec")
    return applied(text, replaced(text, key, old, "{}"))


def _dash_column(text: str, item: Span) -> int:
    """How far in the list's dashes stand, from 0."""
    dash = text.rfind("-", 0, item.start)
    return dash - (text.rfind("\n", 0, dash) + 1)
