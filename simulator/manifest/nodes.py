"""Where does each value of a document stand in the person's text?

A document is made of plain values: `str`, `int`, `float`, `bool`, `None`, and the two containers below, which are a `dict` and a `list` that also remember
places. So rules read documents as plain data, and whoever reports a problem asks `place_of` afterwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple


class Place(NamedTuple):
    """Line and column, counted from 1; (0, 0) is unknown."""

    line: int
    column: int


NOWHERE = Place(0, 0)


class Key(str):
    """A step of a path that is written in brackets because the name is data, not a field: `limits[cpu]`."""

    __slots__ = ()


Path = tuple[str | int, ...]
"""From the document's root: field names, list indexes, `Key`s."""


class MapNode(dict[str, object]):
    """A mapping. `keys_at` and `values_at` hold the places of what the text itself wrote, merged keys included."""

    __slots__ = ("keys_at", "place", "values_at")

    def __init__(self, place: Place = NOWHERE) -> None:
        super().__init__()
        self.place = place
        self.keys_at: dict[str, Place] = {}
        self.values_at: dict[str, Place] = {}


class ListNode(list[object]):
    """A sequence. `items_at` has one place per item."""

    __slots__ = ("items_at", "place")

    def __init__(self, place: Place = NOWHERE) -> None:
        super().__init__()
        self.place = place
        self.items_at: list[Place] = []


@dataclass(frozen=True, slots=True)
class Document:
    """One document of the input, or one item of a `List`."""

    file: str
    root: MapNode
    place: Place


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem by its path; it becomes a `Problem` with a place when it is reported."""

    path: Path
    message: str
    hint: str = ""
    at_key: bool = False
    """Point at the key (an unknown field) and not at its value."""


def place_of(root: object, path: Sequence[str | int], *, at_key: bool = False) -> Place:
    """The place of what `path` leads to, or of its nearest ancestor that the text has."""
    node, place = root, getattr(root, "place", NOWHERE)
    last = len(path) - 1
    for position, step in enumerate(path):
        if isinstance(node, MapNode) and isinstance(step, str) and step in node:
            places = node.keys_at if at_key and position == last else node.values_at
            place, node = places.get(step, place), node[step]
        elif isinstance(node, ListNode) and isinstance(step, int) and step < len(node):
            place, node = node.items_at[step], node[step]
        else:
            # What is missing is best shown at the key under which it should stand.
            return _key_place(root, path[:position]) or place
    return place


def _key_place(root: object, path: Sequence[str | int]) -> Place | None:
    if not path or not isinstance(path[-1], str):
        return None
    return place_of(root, path, at_key=True)


def path_text(path: Sequence[str | int]) -> str:
    """Kubernetes' form: `spec.containers[0].resources.limits[cpu]`."""
    parts: list[str] = []
    for step in path:
        if isinstance(step, int | Key):
            parts.append(f"[{step}]")
        else:
            parts.append(f".{step}" if parts else step)
    return "".join(parts)
