"""Which record of a trace does a pattern mean? The same rule as the browser's `static/js/lesson/scoring.js`. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from nodeviz.classroom.lesson_values import Pattern

Record = Mapping[str, Any]


def written(value: object) -> str:
    """A field's value as the trace writes it: `true`, `null`, `40`; a whole number has no point, as in JavaScript."""
    if isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def matches(pattern: Pattern, record: Record) -> bool:
    """Does the record have all these fields, with these values?"""
    return all(name in record and written(record[name]) == value for name, value in pattern.fields.items())


def record_of(pattern: Pattern, records: Sequence[Record], *, after_seq: int = -1) -> Record | None:
    """The record that is meant. Without `nth` or `last` the first after `after_seq`, which is the first of all by default."""
    found = [record for record in records if matches(pattern, record)]
    if pattern.last:
        return found[-1] if found else None
    if pattern.nth is not None:
        return found[pattern.nth - 1] if len(found) >= pattern.nth else None
    return next((record for record in found if record["seq"] > after_seq), None)


def why_not(pattern: Pattern, records: Sequence[Record]) -> str:
    """What is nearest to a pattern that means no record: a sentence for its author."""
    count = sum(matches(pattern, record) for record in records)
    if count:
        return f"{count} of its records fit, and none at the place that is meant"
    for name in pattern.fields:
        others = {key: value for key, value in pattern.fields.items() if key != name}
        near = [record for record in records if all(key in record and written(record[key]) == value for key, value in others.items())]
        values = _some(written(record[name]) for record in near if name in record)
        if others and near:
            return f"with everything but {name} there are {len(near)}, whose {name} is {values}" if values else f"what fits otherwise has no field {name}"
    return ""


def _some(values: Iterable[str]) -> str:
    different = list(dict.fromkeys(values))
    return ", ".join(different[:6]) + (" …" if len(different) > 6 else "")
