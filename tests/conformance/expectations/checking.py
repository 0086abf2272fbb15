"""What does every check need? The form of an expectation's value, and the words of a failure.

A check is a function of the evidence and the expectation's value; it returns None when the expectation holds, else what was seen instead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from tests.conformance.case import BadCase
from tests.conformance.drive import Evidence

Check = Callable[[Evidence, Any], str | None]


def options(value: object, required: Iterable[str] = (), optional: Iterable[str] = ()) -> Mapping[str, Any]:
    """The value as a map with these keys and no others. Raises BadCase."""
    if not isinstance(value, Mapping):
        raise BadCase(f"a map is expected, not {value!r}")
    required = tuple(required)
    missing = [key for key in required if key not in value]
    unknown = [key for key in value if key not in (*required, *optional)]
    if missing:
        raise BadCase(f"{', '.join(missing)} missing")
    if unknown:
        raise BadCase(f"unknown option {', '.join(map(str, unknown))}")
    return value


def pair(value: object) -> tuple[str, str]:
    """Two names. Raises BadCase."""
    if not isinstance(value, list) or len(value) != 2:
        raise BadCase(f"two names are expected, not {value!r}")
    return str(value[0]), str(value[1])


def name(value: object, key: str = "container") -> str:
    """A name alone, or under `key`. Raises BadCase."""
    if isinstance(value, Mapping):
        return str(options(value, (key,))[key])
    if not isinstance(value, str):
        raise BadCase(f"a name is expected, not {value!r}")
    return value


def within_bounds(count: int, bounds: Mapping[str, Any], words: str) -> str | None:
    """`exactly`, `times`, `at_least` and `at_most` against a number. Raises BadCase when none is given."""
    given = {key: bounds[key] for key in ("exactly", "times", "at_least", "at_most") if key in bounds}
    if not given:
        raise BadCase("exactly, at_least or at_most is missing")
    holds = {"exactly": lambda n: count == n, "times": lambda n: count == n, "at_least": lambda n: count >= n, "at_most": lambda n: count <= n}
    if all(holds[key](bound) for key, bound in given.items()):
        return None
    return f"{words}: {count}"


def at(moment: tuple[float, float] | None) -> str:
    """A moment for people."""
    return "never" if moment is None else f"{moment[0]:.3f} s"
