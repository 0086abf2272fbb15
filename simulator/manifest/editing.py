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
from simulator.manifest.kubelet_document import KubeletFile, gate_overrides, said_last, unchecked
from simulator.manifest.nodes import Document, MapNode
from simulator.manifest.other_gates import OTHER_GATES
from simulator.manifest.report import Report
from simulator.manifest.shapes import WrongValue
from simulator.manifest.spans import spans_of
from simulator.manifest.text import decode
from simulator.manifest.text_edits import Edit, appended, applied, is_alone, removal, root_of, value_of, with_set
from simulator.versions import NEWEST

_SCENARIO = f"apiVersion: {scenario_document.GROUP}/{scenario_document.VERSION}\nkind: {scenario_document.KIND}\n"
_KUBELET = f"apiVersion: {kubelet_document.GROUP}/{kubelet_document.VERSION}\nkind: {kubelet_document.KIND}\n"


class Settings(NamedTuple):
    """What a text chooses."""

    kubernetes: str
    """`1.36`; what the text says if that is no version that can be simulated."""
    gates: Mapping[str, bool]
    """The gates that it sets, merged from all KubeletConfigurations."""


def settings_of(text: str) -> Settings:
    """What the text chooses. Raises ManifestError if it is not YAML."""
    found = _documents(plain_text(text))
    return Settings(_kubernetes(found), _gates(found))


def with_settings(text: str, *, kubernetes: str | None = None, gates: Mapping[str, bool | None] | None = None) -> str:
    """The text with `spec.kubernetes` of its Scenario and `featureGates` of its KubeletConfiguration set. A gate that is None is removed.

    What the text says already is left as it is written. Line ends become plain. Raises ManifestError if the text is not YAML, if there is no such version or
    gate, and for the rare layouts in which the setting cannot be changed by itself (an anchor that others repeat).
    """
    result = plain_text(text)
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


def documents_of(text: str) -> list[Document]:
    """Its YAML documents. Raises ManifestError if it is not YAML within the limits."""
    report = Report()
    documents = read_files({"": text}, Budget(), report)
    report.raise_if_refused({})
    return documents


def readable(text: str) -> str:
    """The text as it is edited, with plain line ends. Raises ManifestError if it is not YAML within the limits."""
    plain = plain_text(text)
    documents_of(plain)
    return plain


def plain_text(text: str) -> str:
    """With plain line ends; whether it is YAML is for whoever reads it next. Raises ManifestError if it holds no characters."""
    decoded = decode("", text)
    if isinstance(decoded, Problem):
        raise ManifestError([decoded])
    return decoded


def _documents(text: str) -> SortedDocuments:
    return sort_documents(documents_of(text))


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
    return unchecked(document for document, _, _ in found.of(Role.KUBELET))


def _first(found: SortedDocuments, role: Role) -> Document | None:
    return next((document for document, _, _ in found.of(role)), None)


# -- what is changed ---------------------------------------------------------------------------------------------------------------


def _with_kubernetes(text: str, kubernetes: str) -> str:
    return text if _kubernetes(_documents(text)) == kubernetes else with_scenario_field(text, "kubernetes", f'"{kubernetes}"')


def with_scenario_field(text: str, name: str, value: str) -> str:
    """The text with `spec.name` of its Scenario set; one is added where there is none. Raises ManifestError as `with_settings`."""
    scenario = _first(_documents(plain_text(text)), Role.SCENARIO)
    if scenario is None:
        return appended(text, f"{_SCENARIO}spec:\n  {name}: {value}\n")
    return with_set(text, scenario, "spec", name, value)


def _with_gate(text: str, name: str, value: bool) -> str:
    found = _documents(text)
    if _gates(found).get(name) is value:
        return text
    # Where it was said last, it is said now; else in the main file.
    file, _ = said_last(_kubelet_files(found), lambda file: name in file.clean.get("featureGates", {}))
    word = str(value).lower()
    if file is None:
        return appended(text, f"{_KUBELET}featureGates:\n  {name}: {word}\n")
    return with_set(text, file.document, "featureGates", name, word)


def _without_gate(text: str, name: str) -> str:
    """Out of every file that names it, the last first, so that the places before stay what they are."""
    files = _kubelet_files(_documents(text))
    for file in reversed(files):
        if name not in file.clean.get("featureGates", {}):
            continue
        root = root_of(text, file.document)
        gates = value_of(root, "featureGates")
        if len(gates.entries) > 1:
            text = applied(text, removal(text, gates, name))
        else:
            start, end = next((s, e) for s, e in spans_of(text).documents if s <= root.start < e)
            is_left_empty = all(key.value in ("apiVersion", "kind", "featureGates") for key, _ in root.entries)
            if is_left_empty and not root.is_flow and is_alone(text, root, start) and "#" not in text[start:end]:
                text = applied(text, Edit(start, end, ""))
            else:
                text = applied(text, removal(text, root, "featureGates"))
    return text
