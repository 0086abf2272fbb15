"""Does a document have the form that its kind prescribes?

A `Shape` says what may stand somewhere; `conform` walks a document along it, lists what does not fit, and returns a clean copy: only known fields, no nulls,
every value of the right type. So everything behind it may trust types. Shapes of Kubernetes' kinds are made from its schemas (`kubernetes_schema`), those of
ours stand in code (`scenario_shapes`, `kubelet_shapes`).
"""

from __future__ import annotations

import difflib
import itertools
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
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
    choices: tuple[str, ...] = ()
    """All that a scalar may be, where it is one of a few words."""


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
_SEARCH_DEPTH = 3
"""From a Deployment's spec to the containers of its template."""
_MAX_NAME_LENGTH = 100
_CLOSE = 0.8
_MAX_CANDIDATES = 500
"""Comparing takes some 10 microseconds a name; no kind has so many fields."""


def belongs(key: str, shape: Shape, parents: Sequence[tuple[str, Shape]]) -> str:
    """Where a field that is unknown here is known: further up, or below one of the fields of this place. Empty when nowhere near."""
    for distance, (where, parent) in enumerate(reversed(parents), start=1):
        if parent.fields is not None and key in parent.fields:
            return f"it belongs {distance} level{'s' if distance > 1 else ''} up, under {where or 'the document itself'}"
    level: list[tuple[str, Shape]] = [("", shape)]
    for _ in range(_SEARCH_DEPTH):
        level = [
            (f"{where}.{name}" if where else name, inner)
            for where, above in level
            for name, below in (above.fields or {}).items()
            if (inner := below.items or below).fields is not None
        ]
        found = next((where for where, inner in level if inner.fields is not None and key in inner.fields), "")
        if found:
            return f"it belongs under {found}"
    return ""


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name that `name` probably means; empty when none is near."""
    if len(name) > _MAX_NAME_LENGTH:
        return ""
    names = list(itertools.islice(known, _MAX_CANDIDATES))
    same = [n for n in names if n.lower() == name.lower()]
    if same:
        return same[0]
    found = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
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
    meant: list[Path] = field(default_factory=list)
    """What unknown fields probably mean: not to be missed as well."""
    parents: list[tuple[str, Shape]] = field(default_factory=list)
    """The structs above the place that is looked at, each under its field's name."""


_DROP = object()


def conform(value: object, shape: Shape, path: Path, result: Conformance) -> object:
    """The clean copy of `value`, or None where nothing of it fits."""
    clean = _conform(value, shape, path, shape.owner, result)
    return None if clean is _DROP else clean


def _conform(value: object, shape: Shape, path: Path, owner: str, result: Conformance) -> object:
    if value is None:
        return _DROP
    if (
        shape.convert is not None
        and not (isinstance(value, MapNode) and shape.fields is not None)
        and not (isinstance(value, ListNode) and shape.items is not None)
    ):
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
    unknown = [key for key in value if key not in fields]
    if unknown:
        _note_unknown(unknown, shape, fields, path, result)
    result.parents.append((next((str(step) for step in reversed(path) if isinstance(step, str)), ""), shape))
    for key, item in value.items():
        below = fields.get(key)
        if below is None:
            continue
        kept = _conform(item, below, (*path, key), shape.owner, result)
        if kept is not _DROP:
            clean[key] = kept
    result.parents.pop()
    return clean


def _note_unknown(unknown: Sequence[str], shape: Shape, fields: dict[str, Shape], path: Path, result: Conformance) -> None:
    for key in unknown[: max(0, MAX_PROBLEMS + 1 - len(result.unknown))]:
        here = (*path, key)
        near = nearest(key, fields)
        result.unknown.append(here)
        misspelt = f'did you mean "{near}"?' if near else ""
        # A close name is the likelier mistake, a distant one less likely than a right name in the wrong place.
        close = bool(near) and difflib.SequenceMatcher(None, key.lower(), near.lower()).ratio() >= _CLOSE
        result.unknown_hints[here] = shape.hints.get(key) or (misspelt if close else belongs(key, shape, result.parents) or misspelt)
        if near:
            result.meant.append((*path, near))


def _list(value: ListNode, items: Shape, path: Path, owner: str, result: Conformance) -> list[object]:
    clean: list[object] = []
    for index, item in enumerate(value):
        kept = _conform(item, items, (*path, index), owner, result)
        if item is None and not items.kubernetes:
            result.findings.append(wrong_type(item, items, (*path, index), owner))
        # Indexes must stay those of the text; Go's decoder makes a null a zero value as well.
        clean.append(_zero(items) if kept is _DROP else kept)
    return clean


def _zero(shape: Shape) -> object:
    """What Go has where nothing is: of the right type, so that rules may go on."""
    if shape.fields is not None or shape.values is not None:
        return {}
    if shape.items is not None:
        return []
    if shape.words == "bool":
        return False
    return 0 if shape.words.startswith(("int", "float")) and shape.words != "intstr.IntOrString" else ""


def wrong_type(value: object, shape: Shape, path: Path, owner: str) -> Finding:
    """kubectl's words for Kubernetes' kinds, plain ones for ours."""
    hint = shell_variable_hint(value) or _type_hint(value, shape)
    if not shape.kubernetes:
        return Finding(path, f"must be {shape.words}, not {json_word(value)}{_shown(value)}", hint)
    dotted = ".".join(step for step in path if isinstance(step, str) and not isinstance(step, Key))
    number = f" {value}" if isinstance(value, int | float) and not isinstance(value, bool) and shape.words.startswith("int") else ""
    return Finding(path, f"json: cannot unmarshal {json_word(value)}{number} into Go struct field {owner}.{dotted} of type {shape.words}", hint)


_SECONDS = re.compile(r"([0-9]{1,9})\s*s(ec(ond)?s?)?")


def _type_hint(value: object, shape: Shape) -> str:
    """What people mean when they write a value of this wrong type."""
    if shape.words == "string" and isinstance(value, bool):
        return "put it in quotes: y, n, yes, no, on and off without quotes mean true and false"
    if shape.words == "string" and isinstance(value, int | float):
        return "put it in quotes"
    if isinstance(value, str) and shape.words.startswith("int") and value.isdecimal():
        return "write it without quotes"
    if isinstance(value, str) and shape.words.startswith("int") and (found := _SECONDS.fullmatch(value)):
        return f"a whole number of seconds: {found.group(1)}"
    if isinstance(value, str) and shape.words == "bool" and value in ("true", "false"):
        return "write it without quotes"
    if shape.items is not None and isinstance(value, str) and shape.items.fields is None:
        return f"write it as a list: {json.dumps(value.split() if len(value) < _MAX_NAME_LENGTH else ['...'])}"
    if shape.items is not None and isinstance(value, MapNode):
        fields = shape.items.fields or {}
        pair = "name" in fields and "value" in fields
        return "write it as a list of {name: ..., value: ...}" if pair else "it is a list: begin each item with a dash"
    if shape.fields is not None and isinstance(value, ListNode):
        return "it is a map: no dash before its keys"
    return ""


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
        case None:
            return "null"
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
