"""Which fields may stand where, and what do they mean? For whoever completes a text while it is written.

Names and types come from the shapes that documents are checked with, so that what is offered is what is taken; the sentences stand in field_docs.yaml.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from simulator.feature_gates import enabled
from simulator.kubelet_config import DURATIONS, complete
from simulator.manifest import kubelet_document, leaves, scenario_document
from simulator.manifest.kubelet_shapes import KUBELET_CONFIGURATION
from simulator.manifest.kubernetes_schema import shape_of
from simulator.manifest.shapes import Shape
from simulator.units import format_duration
from simulator.versions import NEWEST, OLDEST

API_VERSIONS: Mapping[str, str] = {
    "Pod": "v1",
    "Deployment": "apps/v1",
    "ReplicaSet": "apps/v1",
    "StatefulSet": "apps/v1",
    "DaemonSet": "apps/v1",
    "Job": "batch/v1",
    "CronJob": "batch/v1",
    "ConfigMap": "v1",
    "Secret": "v1",
    "Node": "v1",
    scenario_document.KIND: f"{scenario_document.GROUP}/{scenario_document.VERSION}",
    kubelet_document.KIND: f"{kubelet_document.GROUP}/{kubelet_document.VERSION}",
}
"""The kinds of documents of which the fields are told."""

_OURS: Mapping[str, Shape] = {scenario_document.KIND: scenario_document.SCENARIO, kubelet_document.KIND: KUBELET_CONFIGURATION}
_SERVER_WRITTEN = frozenset(
    """status creationTimestamp deletionGracePeriodSeconds deletionTimestamp generation managedFields ownerReferences resourceVersion selfLink
    uid serviceAccount externalID configSource""".split()  # noqa: SIM905
)
"""What the API server writes, or nobody any more: known, and not offered."""


def field_table() -> dict[str, Any]:
    """`kinds`: kind to its `apiVersion` and the name of its `type`. `types`: name to its fields, each field to

    `type`: string, integer, number, boolean, quantity, duration, map, list, or anything; for a map with known fields `of` is their type, for a list `items` is
    a description like that of a field, for one with free keys `values`. Where there is something to say: `doc` (a sentence or two), `values` (all that it may
    be), `since` (the first minor version), `default` (in words).
    """
    table = _Table()
    kinds = {kind: {"apiVersion": version, "type": table.add(_root(kind, NEWEST))} for kind, version in API_VERSIONS.items()}
    return {"kinds": kinds, "types": table.types}


@functools.cache
def documentation() -> Mapping[str, Mapping[str, Any]]:
    """field_docs.yaml: `docs` and `values` by type and field, `like` from a type to the one whose sentences are its own as well."""
    text = Path(__file__).with_name("field_docs.yaml").read_text(encoding="utf-8")
    read: dict[str, dict[str, Any]] = yaml.load(text, Loader=yaml.CSafeLoader)
    return read


def _root(kind: str, minor: int) -> Shape:
    if kind in _OURS:
        return _OURS[kind]
    shape = shape_of(minor, API_VERSIONS[kind].rpartition("/")[0], kind)
    assert shape is not None, kind
    return shape


class _Table:
    """The types met so far, and the names under which they are known."""

    def __init__(self) -> None:
        self.types: dict[str, dict[str, dict[str, Any]]] = {}
        self.names: dict[Shape, str] = {}
        self.since = _since()
        self.defaults = _kubelet_defaults()

    def add(self, shape: Shape) -> str:
        """The name of a struct's type; two of one owner are kept apart."""
        known = self.names.get(shape)
        if known is not None:
            return known
        name = shape.owner
        while name in self.types:
            name += "'"
        self.names[shape] = name
        made = self.types[name] = {}
        for field, below in (shape.fields or {}).items():
            if field not in _SERVER_WRITTEN or not shape.kubernetes:
                made[field] = self._field(shape.owner, field, below)
        return name

    def _field(self, owner: str, field: str, below: Shape) -> dict[str, Any]:
        made = self.describe(below)
        docs = documentation()
        like = docs["like"].get(owner, owner)
        doc = docs["docs"].get(owner, {}).get(field) or docs["docs"].get(like, {}).get(field)
        values = below.choices or docs["values"].get(like, {}).get(field)
        since = self.since.get((owner, field))
        default = self.defaults.get(field) if owner == "KubeletConfiguration" else None
        extra = {"doc": doc, "values": list(values or ()), "since": since, "default": default}
        return {**made, **{key: value for key, value in extra.items() if value}}

    def describe(self, shape: Shape) -> dict[str, Any]:
        """The type of a place."""
        if shape.fields is not None:
            return {"type": "map", "of": self.add(shape)}
        if shape.items is not None:
            return {"type": "list", "items": self.describe(shape.items)}
        if shape.values is not None:
            return {"type": "map", "values": self.describe(shape.values)}
        return {"type": _word(shape)}


_WORDS: Mapping[Callable[[object], object], str] = {
    leaves.as_bool: "boolean",
    leaves.as_number: "number",
    leaves.as_int32: "integer",
    leaves.as_int64: "integer",
    leaves.as_quantity_text: "quantity",
    leaves.as_bytes: "quantity",
    leaves.as_rate: "rate",
    leaves.as_duration_ms: "duration",
    leaves.as_signed_duration_ms: "duration",
    leaves.as_duration_or_forever: "duration",
}


def _word(shape: Shape) -> str:
    if shape.convert is None:
        return "anything"
    if shape in (leaves.COUNT, leaves.EXIT_CODE) or shape.words == "a whole number":
        return "integer"
    return _WORDS.get(shape.convert, "string")


def _structs(shape: Shape, seen: set[Shape]) -> Iterator[Shape]:
    below = shape.items or shape.values
    if below is not None:
        yield from _structs(below, seen)
    elif shape.fields is not None and shape not in seen:
        seen.add(shape)
        yield shape
        for field in shape.fields.values():
            yield from _structs(field, seen)


def _since() -> dict[tuple[str, str], str]:
    """The first version, as `1.34`, of each field of Kubernetes' kinds that the oldest one does not have."""
    found: dict[tuple[str, str], str] = {}
    for minor in range(NEWEST, OLDEST - 1, -1):
        for kind in API_VERSIONS:
            if kind not in _OURS:
                found.update({(struct.owner, name): f"1.{minor}" for struct in _structs(_root(kind, minor), set()) for name in struct.fields or {}})
    return {key: version for key, version in found.items() if version != f"1.{OLDEST}"}


def _kubelet_defaults() -> dict[str, str]:
    """The defaults of a KubeletConfiguration in words; where versions differ, from which one on each holds."""
    steps: dict[str, list[tuple[int, str]]] = {}
    for minor in range(OLDEST, NEWEST + 1):
        settings = complete({}, minor=minor, gates=enabled(minor))
        for name in KUBELET_CONFIGURATION.fields or {}:
            words = _default_words(name, settings.get(name))
            if not steps.get(name) or steps[name][-1][1] != words:
                steps.setdefault(name, []).append((minor, words))
    return {name: _in_words(found) for name, found in steps.items() if any(words for _, words in found)}


def _in_words(steps: list[tuple[int, str]]) -> str:
    if len(steps) == 1:
        return steps[0][1]
    return "; ".join(f"{words or 'none'} (from 1.{minor} on)" if minor > OLDEST else words or "none" for minor, words in steps)


def _default_words(name: str, value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case dict():
            return ", ".join(f"{key} {_default_words(f'{name}.{key}', inner)}" for key, inner in value.items())
        case int() if name in DURATIONS:
            return format_duration(value)
    return str(value)
