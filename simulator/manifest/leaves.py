"""Which single values may stand in a field, and what do they become?

Every function takes what the text says and returns the clean value; TypeError means "of the wrong type", WrongValue brings its own message.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from simulator.manifest.shapes import Shape, WrongValue, leaf, nearest
from simulator.units import parse_duration_ms, parse_quantity, parse_rate_bytes_per_second, quantity_bytes

INT32 = 2**31
INT64 = 2**63
_MAX_LENGTH = 64
"""Of a quantity or a duration. Exact arithmetic on numbers of any length takes time that grows with its square."""


def as_string(value: object) -> object:
    """Text only: `8080` without quotes is a number."""
    if isinstance(value, str):
        return value
    raise TypeError


def as_bool(value: object) -> object:
    """true or false, in any of YAML's spellings."""
    if isinstance(value, bool):
        return value
    raise TypeError


def _integer(value: object, limit: int) -> int:
    # A float without a fraction becomes an integer on its way through JSON.
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not -limit <= value < limit:
        raise TypeError
    return value


def as_int32(value: object) -> object:
    """A 32-bit integer."""
    return _integer(value, INT32)


def as_int64(value: object) -> object:
    """A 64-bit integer."""
    return _integer(value, INT64)


def as_number(value: object) -> object:
    """Any number."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    raise TypeError


def as_int_or_string(value: object) -> object:
    """A port by number or by name."""
    return value if isinstance(value, str) else _integer(value, INT32)


def as_quantity_text(value: object) -> object:
    """A quantity as text; `cpu: 1` and `cpu: 0.5` are written without quotes as well."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise TypeError
    text = str(value).strip()
    if len(text) > _MAX_LENGTH:
        raise WrongValue(f"a quantity has at most {_MAX_LENGTH} characters")
    try:
        parse_quantity(text)
    except ValueError as error:
        near = re.sub(r"(?i)i?b$", "i", text) if re.fullmatch(r"(?i)[0-9.]+[kmgtp]i?b", text) else ""
        raise WrongValue(str(error), f"write it like {near}" if near else "") from None
    return text


def _duration(value: object) -> int:
    if isinstance(value, int | float) and not isinstance(value, bool):
        raise WrongValue(f'"{value}" is not a duration', f"write the unit: {value}s")
    if not isinstance(value, str):
        raise TypeError
    if len(value) > _MAX_LENGTH:
        raise WrongValue(f"a duration has at most {_MAX_LENGTH} characters")
    try:
        return parse_duration_ms(value)
    except ValueError as error:
        raise WrongValue(str(error), "" if "$" in value or "{{" in value else "write it like 500ms, 5s, 1m30s, 2h or 3d") from None


def as_duration_ms(value: object) -> object:
    """A duration, zero or more, in milliseconds."""
    duration_ms = 0 if value == 0 and not isinstance(value, bool) else _duration(value)
    if duration_ms < 0:
        raise WrongValue(f'duration "{value}" must not be negative')
    return duration_ms


def as_signed_duration_ms(value: object) -> object:
    """A duration that may be negative, in milliseconds."""
    return 0 if value == 0 and not isinstance(value, bool) else _duration(value)


def as_duration_or_forever(value: object) -> object:
    """A duration in milliseconds, or None for `forever`. The None is wrapped, because a bare one means "not written"."""
    return FOREVER if value == "forever" else as_duration_ms(value)


FOREVER = "forever"


def as_bytes(value: object) -> object:
    """A quantity of bytes (or pieces), zero or more, rounded up."""
    text = as_quantity_text(value)
    size = quantity_bytes(str(text))
    if size < 0:
        raise WrongValue(f'"{text}" must not be negative')
    if size >= INT64:
        raise WrongValue(f'"{text}" is more than 8 Ei')
    return size


def as_rate(value: object) -> object:
    """Bytes a second."""
    if not isinstance(value, str) or len(value) > _MAX_LENGTH:
        raise WrongValue(f'"{str(value)[:_MAX_LENGTH]}" is not a rate', f"write it like {value if isinstance(value, int) else '50Mi'}/s")
    try:
        rate = parse_rate_bytes_per_second(value)
    except ValueError as error:
        raise WrongValue(str(error)) from None
    if rate < 0:
        raise WrongValue(f'rate "{value}" must not be negative')
    return rate


def one_of(*names: str) -> Shape:
    """One of a few words."""

    def convert(value: object) -> object:
        if isinstance(value, str) and value in names:
            return value
        shown = f'"{value}"' if isinstance(value, str) else str(value)
        near = nearest(str(value), names)
        listed = ", ".join(f'"{name}"' for name in names)
        raise WrongValue(f"Unsupported value: {shown}: supported values: {listed}", f'did you mean "{near}"?' if near else "")

    shape = leaf(" or ".join(names), convert)
    shape.choices = names
    return shape


def between(low: int, high: int, words: str = "a whole number") -> Shape:
    """A whole number within limits."""

    def convert(value: object) -> object:
        number = _integer(value, INT64)
        if not low <= number <= high:
            raise WrongValue(f"Invalid value: {number}: must be between {low} and {high}, inclusive")
        return number

    return leaf(words, convert)


def _named(words: str, convert: Callable[[object], object]) -> Shape:
    return leaf(words, convert)


TEXT = _named("text", as_string)
BOOL = _named("true or false", as_bool)
COUNT = between(0, INT32 - 1)
EXIT_CODE = between(0, 255, "an exit code")
DURATION = _named("a duration such as 5s", as_duration_ms)
SIGNED_DURATION = _named("a duration such as -10m", as_signed_duration_ms)
DURATION_OR_FOREVER = _named("a duration such as 5s, or forever", as_duration_or_forever)
BYTES = _named("a quantity such as 80Mi", as_bytes)
QUANTITY = _named("a quantity such as 500m or 8Gi", as_quantity_text)
RATE = _named("a rate such as 50Mi/s", as_rate)
