"""How can a true row of a table be made false?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tests.conformance.case import Fields

OTHER = "something-else"


def row_mutants(row: Fields) -> Iterator[dict[str, Any]]:
    """A table's row with each of its expected values made another one."""
    if "expect" not in row:
        for key in ("expect_s", "until_s", "next_delay_s", "in_backoff"):
            if row.get(key) is not None:
                yield {**row, key: _another(row[key])}
    elif isinstance(row["expect"], Mapping):
        for key, value in row["expect"].items():
            yield {**row, "expect": {**row["expect"], key: _another(value)}}
    else:
        yield {**row, "expect": {"path": "spec", "message": OTHER} if row["expect"] == "accepted" else OTHER}


def _another(value: Any) -> Any:
    """Another value of the same kind."""
    match value:
        case bool():
            return not value
        case int() | float():
            return value + 1
        case list():
            return [*value, OTHER]
        case Mapping():
            return {key: _another(inner) for key, inner in value.items()}
        case str() if value[:1].isdigit():
            return f"1{value}"
    return f"{value}-{OTHER}"
