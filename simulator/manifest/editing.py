"""How does a text say another Kubernetes version or other feature gates, and stay as it is otherwise?

The page's switch changes the text itself, so that a link says everything. Only the characters of the setting are replaced; comments, order and layout of the
rest belong to the author. Where a setting has no place yet, it gets one; a place that has become empty is removed again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from simulator.errors import ManifestError, Problem
from simulator.feature_gates import gate_names
from simulator.manifest import kubelet_document, scenario_document
from simulator.manifest.compose import Budget
from simulator.manifest.documents import Role, SortedDocuments, sort_documents
from simulator.manifest.files import read_files
from simulator.manifest.kubelet_document import KubeletFile, gate_overrides, ordered
from simulator.manifest.nodes import Document, MapNode
from simulator.manifest.other_gates import OTHER_GATES
from simulator.manifest.report import Report
from simulator.manifest.shapes import WrongValue
from simulator.manifest.spans import Span, spans_of
from simulator.manifest.text import decode
from simulator.versions import NEWEST

_SCENARIO = f"apiVersion: {scenario_document.GROUP}/{scenario_document.VERSION}\nkind: {scenario_document.KIND}\n"
_KUBELET = f"apiVersion: {kubelet_document.GROUP}/{kubelet_document.VERSION}\nkind: {kubelet_document.KIND}\n"


class Settings(NamedTuple):
    """What a text chooses."""

    kubernetes: str
    """`1.36`; what the text says if that is no version that can be simulated."""
    gates: Mapping[str, bool]
    """The gates that it sets, merged from all KubeletConfigurations."""


class _Edit(NamedTuple):
    start: int
    end: int
    text: str


def settings_of(text: str) -> Settings:
    """What the text chooses. Raises ManifestError if it is not YAML."""
    found = _documents(_decoded(text))
    return Settings(_kubernetes(found), _gates(found))


def with_settings(text: str, *, kubernetes: str | None = None, gates: Mapping[str, bool | None] | None = None) -> str:
    """The text with `spec.kubernetes` of its Scenario and `featureGates` of its KubeletConfiguration set. A gate that is None is removed.

    What the text says already is left as it is written. Line ends become plain. Raises ManifestError if the text is not YAML, if there is no such version or
    gate, and for the rare layouts in which the setting cannot be changed by itself (an anchor that others repeat).
    """
    result = _decoded(text)
    wanted = settings_of(result)
    if kubernetes is not None:
        wanted = wanted._replace(kubernetes=f"1.{_minor(kubernetes)}")
        result = _with_kubernetes(result, wanted.kubernetes)
    for name, value in sorted((gates or {}).items()):
        if value is not None and name not in gate_names() and name not in OTHER_GATES:
            raise ManifestError([Problem(path="featureGates", message=f"unrecognized feature gate: {name}")])
        wanted = wanted._replace(gates={**{n: v for n, v in wanted.gates.items() if n != name}, **({} if value is None else {name: value})})
        result = _without_gate(result, name) if value is None else _with_gate(result, name, value)
    if not _says(result, wanted):
        raise ManifestError([Problem(message="the setting cannot be changed here without changing more", hint="change it by hand in the text")])
    return result


def _says(text: str, wanted: Settings) -> bool:
    try:
        return settings_of(text) == wanted
    except ManifestError:
        return False


# -- what stands in the text -------------------------------------------------------------------------------------------------------


def readable(text: str) -> str:
    """The text as it is edited, with plain line ends. Raises ManifestError if it is not YAML within the limits."""
    decoded = _decoded(text)
    _documents(decoded)
    return decoded


def _decoded(text: str) -> str:
    decoded = decode("", text)
    if isinstance(decoded, Problem):
        raise ManifestError([decoded])
    return decoded


def _documents(text: str) -> SortedDocuments:
    report = Report()
    documents = read_files({"": text}, Budget(), report)
    report.raise_if_refused({})
    return sort_documents(documents)


def _kubernetes(found: SortedDocuments) -> str:
    """The first Scenario's; a second one is refused by `load`."""
    scenario = _first(found, Role.SCENARIO)
    spec = scenario.root.get("spec") if scenario else None
    value = spec.get("kubernetes") if isinstance(spec, MapNode) else None
    if value is None:
        return f"1.{NEWEST}"
    try:
        return f"1.{_minor(value)}"
    except ManifestError:
        return str(value)


def _minor(value: object) -> int:
    try:
        return int(str(scenario_document.minor_version(value)))
    except WrongValue as error:
        raise ManifestError([Problem(path="spec.kubernetes", message=error.message, hint=error.hint)]) from error


def _gates(found: SortedDocuments) -> dict[str, bool]:
    return {name: value for name, value in gate_overrides(_kubelet_files(found)).items() if isinstance(value, bool)}


def _kubelet_files(found: SortedDocuments) -> list[KubeletFile]:
    """Unchecked, so what is no map is left out."""
    fields = ("metadata", "featureGates")
    return [KubeletFile(d, {name: d.root[name] for name in fields if isinstance(d.root.get(name), MapNode)}) for d, _, _ in found.of(Role.KUBELET)]


def _first(found: SortedDocuments, role: Role) -> Document | None:
    return next((document for document, _, _ in found.of(role)), None)


# -- what is changed ---------------------------------------------------------------------------------------------------------------


def _with_kubernetes(text: str, kubernetes: str) -> str:
    found = _documents(text)
    if _kubernetes(found) == kubernetes:
        return text
    scenario = _first(found, Role.SCENARIO)
    if scenario is None:
        return _appended(text, f'{_SCENARIO}spec:\n  kubernetes: "{kubernetes}"\n')
    return _set(text, scenario, "spec", "kubernetes", f'"{kubernetes}"')


def _with_gate(text: str, name: str, value: bool) -> str:
    found = _documents(text)
    if _gates(found).get(name) is value:
        return text
    files = ordered(_kubelet_files(found))
    word = str(value).lower()
    if not files:
        return _appended(text, f"{_KUBELET}featureGates:\n  {name}: {word}\n")
    # Where it was said last, it is said now; else in the main file.
    file = next((file for file in reversed(files) if name in file.clean.get("featureGates", {})), files[0])
    return _set(text, file.document, "featureGates", name, word)


def _without_gate(text: str, name: str) -> str:
    """Out of every file that names it, the last first, so that the places before stay what they are."""
    files = _kubelet_files(_documents(text))
    for file in reversed(files):
        if name not in file.clean.get("featureGates", {}):
            continue
        root = _root(text, file.document)
        gates = _value(root, "featureGates")
        if len(gates.entries) > 1:
            text = _applied(text, _removal(text, gates, name))
        else:
            start, end = next((s, e) for s, e in spans_of(text).documents if s <= root.start < e)
            is_left_empty = all(key.value in ("apiVersion", "kind", "featureGates") for key, _ in root.entries)
            if is_left_empty and not root.is_flow and _is_alone(text, root, start) and "#" not in text[start:end]:
                text = _applied(text, _Edit(start, end, ""))
            else:
                text = _applied(text, _removal(text, root, "featureGates"))
    return text


def _is_alone(text: str, root: Span, document_start: int) -> bool:
    """Is it a document, and no item of a List?"""
    return text[document_start : root.start].strip() in ("", "---")


def _root(text: str, document: Document) -> Span:
    return spans_of(text).maps[document.root.place]


def _value(parent: Span, name: str) -> Span:
    """Of a key that is written in the map itself. Raises ManifestError for one that is merged or repeated from elsewhere."""
    value = next((value for key, value in parent.entries if key.value == name), None)
    if value is None or value.is_alias:
        raise ManifestError([Problem(message=f"{name} is repeated from an anchor", hint="change it by hand in the text")])
    return value


def _set(text: str, document: Document, outer: str, name: str, value: str) -> str:
    if document.root.get(outer) is not None and not isinstance(document.root[outer], MapNode):
        place = document.root.values_at[outer]
        raise ManifestError([Problem(line=place.line, column=place.column, path=outer, message="must be a map")])
    return _applied(text, _setting(text, _root(text, document), outer, name, value))


def _setting(text: str, root: Span, outer: str, name: str, value: str) -> _Edit:
    """`outer: {name: value}` set in the map `root`."""
    if all(key.value != outer for key, _ in root.entries):
        return _appended_entry(text, root, outer, name, value)
    below = _value(root, outer)
    if not below.is_map:
        # Empty, or null.
        return _replacement(text, below, f"{{{name}: {value}}}")
    existing = next((old for key, old in below.entries if key.value == name), None)
    if existing is not None:
        return _replacement(text, existing, value)
    if not below.children:
        return _Edit(below.end - 1, below.end - 1, f"{name}: {value}")
    return _before_first(below, name, value)


def _replacement(text: str, old: Span, new: str) -> _Edit:
    """In the quotes that the old one had."""
    if old.quote == "'":
        new = new.replace('"', "'")
    return _Edit(old.start, old.end, f" {new}" if text[old.start - 1] == ":" else new)


def _before_first(parent: Span, name: str, value: str) -> _Edit:
    first = parent.children[0]
    if parent.is_flow:
        return _Edit(first.start, first.start, f"{first.quote}{name}{first.quote}: {value}, ")
    return _Edit(first.start, first.start, f"{name}: {value}\n{' ' * (first.place.column - 1)}")


def _appended_entry(text: str, root: Span, outer: str, name: str, value: str) -> _Edit:
    """A new `outer` behind what the map has."""
    last = root.children[-1]
    if root.is_flow:
        quote = root.children[0].quote
        return _Edit(last.end, last.end, f", {quote}{outer}{quote}: {{{quote}{name}{quote}: {value}}}")
    indent = " " * (root.children[0].place.column - 1)
    end = _end_of_content(text, root)
    before = "" if text[:end].endswith("\n") else "\n"
    return _Edit(end, end, f"{before}{indent}{outer}:\n{indent}  {name}: {value}\n")


def _end_of_content(text: str, root: Span) -> int:
    """The start of the line behind the last one with a value. A block ends for libyaml only where the next token begins; comments between are not ours."""
    last = _last_written(root)
    line_end = text.find("\n", max(last.end - 1, last.start))
    return len(text) if line_end < 0 else line_end + 1


def _last_written(span: Span) -> Span:
    while span.children and not span.is_flow:
        span = span.children[-1]
    return span


def _removal(text: str, parent: Span, name: str) -> _Edit:
    """An entry of a map, with the comment behind it in its line."""
    entries = parent.entries
    index = next((i for i, (key, _) in enumerate(entries) if key.value == name), None)
    if index is None:
        raise ManifestError([Problem(message=f"{name} is repeated from an anchor", hint="change it by hand in the text")])
    key, value = entries[index]
    if not parent.is_flow:
        return _Edit(text.rfind("\n", 0, key.start) + 1, _end_of_content(text, value), "")
    if index:
        return _Edit(entries[index - 1][1].end, value.end, "")
    return _Edit(key.start, entries[1][0].start if len(entries) > 1 else value.end, "")


def _applied(text: str, edit: _Edit) -> str:
    return text[: edit.start] + edit.text + text[edit.end :]


def _appended(text: str, document: str) -> str:
    """As a document of its own at the end."""
    if not text.strip():
        return text + document
    return f"{text}{'' if text.endswith(chr(10)) else chr(10)}---\n{document}"
