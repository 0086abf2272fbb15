"""Does a document have the form that its kind prescribes?

A `Shape` says what may stand somewhere; `conform` walks a document along it, lists what does not fit, and returns a clean copy: only known fields, no nulls,
every value of the right type. So everything behind it may trust types. Shapes of Kubernetes' kinds are made from its schemas (`kubernetes_schema`), those of ours
stand in code (`scenario_shapes`, `kubelet_shapes`).
"""

from __future__ import annotations

import difflib
import itertools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from simulator.limits import MAX_PROBLEMS
from simulator.manifest.nodes import Finding, Key, ListNode, MapNode, Path


class WrongValue(ValueError):
    """What a leaf's `convert` raises: the message in full, and what to do."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


@dataclass(slots=True, eq=False)
class Shape:
    """What may stand at one place: a struct (`fields`), a map (`values`), a list (`items`), or a scalar (`convert`). None of them: anything.

    `convert` beside another one is for what may be written either way: `onSIGTERM: ignore` or `onSIGTERM: {exitAfter: 3s}`.
    """

    words: str
    """The type in the words of its API: `string`, `int32`, `[]v1.Container`, `a duration such as 5s`."""
    owner: str = ""
    """The Go struct whose field this is the value of is named after the struct, not here; for structs their own name."""
    fields: dict[str, Shape] | None = None
    values: Shape | None = None
    items: Shape | None = None
    convert: Callable[[object], object] | None = None
    """Returns the clean value; raises WrongValue with a message of its own, or TypeError for "not of this type"."""
    kubernetes: bool = True
    """Complain in Go's JSON decoder's words."""
    hints: Mapping[str, str] = field(default_factory=dict)
    """Unknown field to what to do about it, where the nearest name would mislead."""


def struct(name: str, fields: dict[str, Shape], *, hints: Mapping[str, str] | None = None) -> Shape:
    """A map with known keys, of one of our own kinds."""
    return Shape(words=f"a map ({name})", owner=name, fields=fields, kubernetes=False, hints=hints or {})


def list_of(items: Shape) -> Shape:
    """A list of one of our own kinds."""
    return Shape(words="a list", items=items, kubernetes=False)


def map_of(values: Shape) -> Shape:
    """A map with free keys, of one of our own kinds."""
    return Shape(words="a map", values=values, kubernetes=False)


def leaf(words: str, convert: Callable[[object], object]) -> Shape:
    """A scalar of one of our own kinds."""
    return Shape(words=words, convert=convert, kubernetes=False)


ANYTHING = Shape(words="anything")
_MAX_NAME_LENGTH = 100
_MAX_CANDIDATES = 500
"""Comparing takes some 10 microseconds a name; no kind has so many fields."""


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name that `name` probably means; empty when none is near."""
    if len(name) > _MAX_NAME_LENGTH:
        return ""
    names = list(itertools.islice(known, _MAX_CANDIDATES))
    same = [n for n in names if n.lower() == name.lower()]
    if same:
        return same[0]
    found = difflib.get_close_matches(name, names, n=1, cutoff=0.7)
    return found[0] if found else ""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """The hint for a misspelt name, or nothing."""
    found = nearest(name, known)
    return f'did you mean "{found}"?' if found else ""


@dataclass(slots=True)
class Conformance:
    """What `conform` found."""

    findings: list[Finding] = field(default_factory=list)
    unknown: list[Path] = field(default_factory=list)
    """Unknown fields; the caller decides whether that is a problem (strict), and whether another version knows them."""
    unknown_hints: dict[Path, str] = field(default_factory=dict)


_DROP = object()


def conform(value: object, shape: Shape, path: Path, result: Conformance) -> object:
    """The clean copy of `value`, or None where nothing of it fits."""
    clean = _conform(value, shape, path, shape.owner, result)
    return None if clean is _DROP else clean


def _conform(value: object, shape: Shape, path: Path, owner: str, result: Conformance) -> object:
    if value is None:
        return _DROP
    if shape.convert is not None and not (isinstance(value, MapNode) and shape.fields is not None) and not (isinstance(value, ListNode) and shape.items is not None):
        return _leaf(value, shape, path, owner, result)
    if shape.fields is not None:
        if isinstance(value, MapNode):
            return _struct(value, shape, shape.fields, path, result)
    elif shape.items is not None:
        if isinstance(value, ListNode):
            return _list(value, shape.items, path, owner, result)
    elif shape.values is not None:
        if isinstance(value, MapNode):
            pairs = ((key, _conform(item, shape.values, (*path, Key(key)), owner, result)) for key, item in value.items())
            return {key: item for key, item in pairs if item is not _DROP}
    else:
        return value
    result.findings.append(wrong_type(value, shape, path, owner))
    return _DROP


def _leaf(value: object, shape: Shape, path: Path, owner: str, result: Conformance) -> object:
    assert shape.convert is not None
    try:
        return shape.convert(value)
    except WrongValue as error:
        result.findings.append(Finding(path, error.message, error.hint or shell_variable_hint(value)))
    except TypeError:
        result.findings.append(wrong_type(value, shape, path, owner))
    return _DROP


def _struct(value: MapNode, shape: Shape, fields: dict[str, Shape], path: Path, result: Conformance) -> dict[str, object]:
    clean: dict[str, object] = {}
    for key, item in value.items():
        below = fields.get(key)
        if below is None:
            if len(result.unknown) <= MAX_PROBLEMS:
                here = (*path, key)
                result.unknown.append(here)
                result.unknown_hints[here] = shape.hints.get(key) or did_you_mean(key, fields)
            continue
        kept = _conform(item, below, (*path, key), shape.owner, result)
        if kept is not _DROP:
            clean[key] = kept
    return clean


def _list(value: ListNode, items: Shape, path: Path, owner: str, result: Conformance) -> list[object]:
    clean: list[object] = []
    for index, item in enumerate(value):
        kept = _conform(item, items, (*path, index), owner, result)
        if kept is _DROP:
            # Indexes must stay those of the text; Go's decoder makes a null a zero value as well.
            kept = {} if items.fields is not None or items.values is not None else [] if items.items is not None else ""
        clean.append(kept)
    return clean


def wrong_type(value: object, shape: Shape, path: Path, owner: str) -> Finding:
    """kubectl's words for Kubernetes' kinds, plain ones for ours."""
    hint = shell_variable_hint(value)
    if not shape.kubernetes:
        return Finding(path, f"must be {shape.words}, not {json_word(value)}{_shown(value)}", hint)
    if not hint and shape.words == "string" and isinstance(value, bool | int | float):
        hint = "put it in quotes"
    dotted = ".".join(step for step in path if isinstance(step, str) and not isinstance(step, Key))
    number = f" {value}" if isinstance(value, int | float) and not isinstance(value, bool) and shape.words.startswith("int") else ""
    return Finding(path, f"json: cannot unmarshal {json_word(value)}{number} into Go struct field {owner}.{dotted} of type {shape.words}", hint)


def json_word(value: object) -> str:
    """Go's JSON decoder's word for a value's kind."""
    match value:
        case bool():
            return "bool"
        case int() | float():
            return "number"
        case str():
            return "string"
        case list():
            return "array"
        case _:
            return "object"


def _shown(value: object) -> str:
    return f" {str(value)[:40]!r}" if isinstance(value, str) else f" {value}" if isinstance(value, bool | int | float) else ""


def shell_variable_hint(value: object) -> str:
    """What to do about `${REPLICAS}` and `{{ .Values.x }}` in a value."""
    if not isinstance(value, str):
        return ""
    if "{{" in value:
        return "this is a template's expression: render the template first, for example with helm template"
    if "${" in value or value.startswith("$("):
        return "this is a shell variable: fill it in first, for example with envsubst"
    return ""
