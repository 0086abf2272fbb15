"""What is the form of Kubernetes' own kinds in a given version?

The schemas are those of the package kubernetes-validate (OpenAPI of each release, 1.25 to 1.37), read as data: its own validator rebuilds itself for each
document. Types are compiled on first use, one table per version.
"""

from __future__ import annotations

import functools
import importlib.util
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from simulator.manifest import leaves
from simulator.manifest.shapes import ANYTHING, Shape

OLDEST_MINOR = 25
NEWEST_MINOR = 37

_MODULES = {"": "io.k8s.api.core.v1", "apps": "io.k8s.api.apps.v1", "batch": "io.k8s.api.batch.v1"}
_QUANTITY = "io.k8s.apimachinery.pkg.api.resource.Quantity"
_INT_OR_STRING = "io.k8s.apimachinery.pkg.util.intstr.IntOrString"
_SERVER_WRITTEN = frozenset(
    (kind, "status") for kind in ("Pod", "Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job", "CronJob", "ReplicationController")
) | {("ObjectMeta", "managedFields"), ("ObjectMeta", "ownerReferences")}
_FREE_FORM = ("io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1", "io.k8s.apimachinery.pkg.runtime.RawExtension")


@functools.cache
def _directory() -> Path:
    spec = importlib.util.find_spec("kubernetes_validate")
    assert spec is not None, "the package kubernetes-validate is not installed"
    assert spec.submodule_search_locations
    return Path(spec.submodule_search_locations[0]) / "kubernetes-json-schema"


@functools.cache
def _definitions(minor: int) -> Mapping[str, Any]:
    text = (_directory() / f"v1.{minor}.0-local" / "_definitions.json").read_text(encoding="utf-8")
    definitions: Mapping[str, Any] = json.loads(text)["$defs"]
    return definitions


@functools.cache
def shape_of(minor: int, group: str, kind: str) -> Shape | None:
    """The form of `kind` in Kubernetes 1.`minor`; None when that version has no such kind in that group."""
    name = f"{_MODULES[group]}.{kind}"
    return _table(minor).shape(name) if name in _definitions(minor) else None


@functools.cache
def known_kinds(group: str) -> frozenset[str]:
    """The kinds of an API group in any version of the package."""
    return frozenset(
        entry["kind"]
        for minor in (OLDEST_MINOR, NEWEST_MINOR)
        for definition in _definitions(minor).values()
        for entry in definition.get("x-kubernetes-group-version-kind", ())
        if entry["group"] == group
    )


def first_minor_with(group: str, kind: str, path: tuple[str, ...], after: int) -> int | None:
    """The first version after `after` whose `kind` has the field at `path` (names only, list indexes left out)."""
    for minor in range(after + 1, NEWEST_MINOR + 1):
        shape = shape_of(minor, group, kind)
        for step in path:
            while shape is not None and shape.items is not None:
                shape = shape.items
            shape = shape.fields.get(step) if shape is not None and shape.fields is not None else None
        if shape is not None:
            return minor
    return None


class _Table:
    """The compiled types of one version."""

    def __init__(self, minor: int) -> None:
        self.definitions = _definitions(minor)
        self.shapes: dict[str, Shape] = {}

    def shape(self, name: str) -> Shape:
        """The type with this full name; types may contain themselves."""
        known = self.shapes.get(name)
        if known is not None:
            return known
        short = name.rsplit(".", 1)[1]
        if name == _QUANTITY:
            shape = Shape(words="resource.Quantity", convert=leaves.as_quantity_text)
        elif name == _INT_OR_STRING:
            shape = Shape(words="intstr.IntOrString", convert=leaves.as_int_or_string)
        elif name in _FREE_FORM:
            shape = ANYTHING
        else:
            return self._compile(name, short)
        self.shapes[name] = shape
        return shape

    def _compile(self, name: str, short: str) -> Shape:
        definition = self.definitions[name]
        if "properties" not in definition:
            self.shapes[name] = self.of(definition)
            return self.shapes[name]
        shape = Shape(words=f"v1.{short}", owner=short, fields={})
        self.shapes[name] = shape
        assert shape.fields is not None
        for field, below in definition["properties"].items():
            # What the API server writes itself (kubectl get -o yaml) is not the author's to mend.
            shape.fields[field] = ANYTHING if (short, field) in _SERVER_WRITTEN else self.of(below)
        return shape

    def of(self, schema: Mapping[str, Any]) -> Shape:
        """The shape of one property's schema."""
        if "$ref" in schema:
            return self.shape(schema["$ref"].rsplit("/", 1)[1])
        kinds = schema.get("type", "object")
        kind = kinds if isinstance(kinds, str) else kinds[0]
        match kind:
            case "string":
                return _STRING if schema.get("format") != "date-time" else _TIME
            case "integer":
                return _INT32 if schema.get("format") == "int32" else _INT64
            case "number":
                return _FLOAT
            case "boolean":
                return _BOOL
            case "array":
                items = self.of(schema["items"])
                return Shape(words=f"[]{items.words}", items=items)
            case _ if "additionalProperties" in schema:
                values = self.of(schema["additionalProperties"])
                return Shape(words=f"map[string]{values.words}", values=values)
            case _:
                return ANYTHING


_STRING = Shape(words="string", convert=leaves.as_string)
_TIME = Shape(words="v1.Time", convert=leaves.as_string)
_INT32 = Shape(words="int32", convert=leaves.as_int32)
_INT64 = Shape(words="int64", convert=leaves.as_int64)
_FLOAT = Shape(words="float64", convert=leaves.as_number)
_BOOL = Shape(words="bool", convert=leaves.as_bool)


@functools.cache
def _table(minor: int) -> _Table:
    return _Table(minor)
