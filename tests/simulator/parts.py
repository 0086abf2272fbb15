"""How much of a long table does an ordinary run look at? A part that is spread out over it and always the same; `./test --long` looks at all the others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import pytest

T = TypeVar("T")


def in_parts(count: int) -> pytest.MarkDecorator:
    """The test once for each part, of which it gets the number: 0 is what ordinary runs take."""
    return pytest.mark.parametrize("part", [pytest.param(0, id="some"), *(pytest.param(n, id=f"more-{n}", marks=pytest.mark.long) for n in range(1, count))])


def part_of(items: Sequence[T], part: int, count: int, table: int) -> Sequence[T]:
    """Every `count`th item. `table` is the number of the table, so that in the first parts of many alike each item is tried somewhere."""
    return items[(part + table) % count :: count]
