"""What is a conformance case? One YAML file: pods with behaviors, actions, and facts that must hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from simulator.feature_gates import refusal
from simulator.manifest.other_gates import OTHER_GATES
from simulator.versions import NEWEST, OLDEST

Fields = Mapping[str, Any]
TABLE = "table"
SCENARIO_KINDS = ("e2e", "unit", "derived")
ENDINGS = (".yaml", ".yml")


class BadCase(Exception):
    """The case's file says something that its vocabulary does not have, or not in this form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One file. What only some kinds use is read from `fields`."""

    number: str
    name: str
    kind: str
    fields: Fields = field(repr=False)
    path: Path | None = None

    @property
    def title(self) -> str:
        """Number and name, as the file is called."""
        return f"{self.number}-{self.name}"

    @property
    def pods(self) -> Sequence[Fields]:
        """`pods`, or the one `pod`."""
        return self.fields.get("pods") or ([self.fields["pod"]] if "pod" in self.fields else [])

    @property
    def pod_names(self) -> tuple[str, ...]:
        """In the order of the file."""
        return tuple(pod["metadata"]["name"] for pod in self.pods)

    @property
    def actions(self) -> Sequence[Fields]:
        """What happens from outside."""
        return self.fields.get("actions") or []

    @property
    def expectations(self) -> Sequence[Any]:
        """The facts that must hold."""
        return self.fields.get("expect") or []

    @property
    def horizon_s(self) -> float:
        """Virtual time that is simulated."""
        return float(self.fields["horizon_s"])

    @property
    def gates(self) -> Mapping[str, bool]:
        """Feature gates that must have these values."""
        return self.fields.get("kubernetes", {}).get("gates") or {}

    def minors(self) -> tuple[int, ...]:
        """Minor versions that the case holds for and that can be simulated with its gates, ascending."""
        return tuple(minor for minor in self.range if not any(refusal(minor, *gate, OTHER_GATES) for gate in self.gates.items()))

    @property
    def range(self) -> range:
        """The simulated minor versions that the case holds for, whatever its gates."""
        return versions_of(self.fields.get("kubernetes") or {})


def minor_of(text: object) -> int:
    """`1.29` to 29. Raises BadCase."""
    major, _, minor = str(text).partition(".")
    if major != "1" or not minor.isdigit():
        raise BadCase(f"{text!r} is not a Kubernetes version")
    return int(minor)


def versions_of(bounds: Fields) -> range:
    """The simulated minor versions between `min` and `max`, both included."""
    first = minor_of(bounds["min"]) if "min" in bounds else OLDEST
    last = minor_of(bounds["max"]) if "max" in bounds else NEWEST
    return range(max(first, OLDEST), min(last, NEWEST) + 1)


def container_specs(pod: Fields) -> Iterator[Fields]:
    """Init containers, then mains, as the case writes them (with their `behavior`)."""
    spec = pod["spec"]
    yield from spec.get("initContainers") or []
    yield from spec.get("containers") or []


def parse_case(text: str, path: Path | None = None) -> Case:
    """A case from its file's text. Raises BadCase."""
    fields = yaml.load(text, yaml.CSafeLoader)
    if not isinstance(fields, dict) or "kind" not in fields:
        raise BadCase("this is no case: a map with id, name and kind is expected")
    return Case(number=str(fields.get("id", "?")), name=str(fields.get("name", "?")), kind=str(fields["kind"]), fields=fields, path=path)


def case_files(places: Sequence[Path]) -> list[Path]:
    """The files named, and those of the folders named, in name order. Raises FileNotFoundError."""
    files: list[Path] = []
    for place in places:
        if place.is_dir():
            files.extend(sorted(file for file in place.iterdir() if file.suffix in ENDINGS))
        elif place.exists():
            files.append(place)
        else:
            raise FileNotFoundError(place)
    return files
