"""How are durations, quantities and rates written and read? Integers inside: milliseconds, bytes, millicores.

Kubernetes: `time.ParseDuration` (Go), `apimachinery/pkg/api/resource/quantity.go` (1.36).
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

SECOND_MS = 1_000
MINUTE_MS = 60 * SECOND_MS
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS

_DURATION_UNITS_MS = {
    "ns": Decimal("0.000001"),
    "us": Decimal("0.001"),
    "µs": Decimal("0.001"),
    "ms": Decimal(1),
    "s": Decimal(SECOND_MS),
    "m": Decimal(MINUTE_MS),
    "h": Decimal(HOUR_MS),
    "d": Decimal(DAY_MS),
}
_DURATION_PART = re.compile(r"([0-9]+\.?[0-9]*|\.[0-9]+)(ns|us|µs|ms|s|m|h|d)")
_QUANTITY = re.compile(r"^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$")
_BINARY = {"Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40, "Pi": 2**50, "Ei": 2**60}
_DECIMAL = {
    "n": Decimal("1e-9"),
    "u": Decimal("1e-6"),
    "m": Decimal("1e-3"),
    "": Decimal(1),
    "k": Decimal("1e3"),
    "M": Decimal("1e6"),
    "G": Decimal("1e9"),
    "T": Decimal("1e12"),
    "P": Decimal("1e15"),
    "E": Decimal("1e18"),
}
QUANTITY_MESSAGE = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"


def parse_duration_ms(text: str) -> int:
    """Go's duration form plus `d` (days), to whole milliseconds; a leading `-` is allowed.

    Raises ValueError when the text is not a duration.
    """
    body = text.strip()
    sign = -1 if body.startswith("-") else 1
    body = body.lstrip("+-")
    if body == "0":
        return 0
    total, position = Decimal(0), 0
    for part in _DURATION_PART.finditer(body):
        if part.start() != position:
            break
        total += Decimal(part.group(1)) * _DURATION_UNITS_MS[part.group(2)]
        position = part.end()
    if not body or position != len(body):
        raise ValueError(f'time: invalid duration "{text}"')
    return sign * int(total.to_integral_value())


def format_bytes(count: int) -> str:
    """`134217728` to `128Mi`, `1500` to `1.5Ki`: with one decimal where it is not even."""
    value, suffixes = float(count), iter(("", "Ki", "Mi", "Gi", "Ti", "Pi"))
    suffix = next(suffixes)
    while value >= 1024 and (larger := next(suffixes, "")):
        value, suffix = value / 1024, larger
    return f"{value:.1f}".removesuffix(".0") + suffix


def format_duration(duration_ms: int) -> str:
    """As Go prints a time.Duration: `10s`, `1m20s`, `5m0s`, `1.5s`, `250ms`."""
    if duration_ms == 0:
        return "0s"
    sign, rest = ("-", -duration_ms) if duration_ms < 0 else ("", duration_ms)
    if rest < SECOND_MS:
        return f"{sign}{rest}ms"
    hours, rest = divmod(rest, HOUR_MS)
    minutes, rest = divmod(rest, MINUTE_MS)
    seconds = f"{Decimal(rest) / SECOND_MS:f}"
    if "." in seconds:
        seconds = seconds.rstrip("0").rstrip(".")
    head = (f"{hours}h" if hours else "") + (f"{minutes}m" if hours or minutes else "")
    return f"{sign}{head}{seconds}s"


def parse_quantity(text: str | int | float) -> Decimal:
    """A Kubernetes quantity as an exact number of its base unit. Raises ValueError with Kubernetes' own words."""
    body = str(text).strip()
    match = _QUANTITY.match(body)
    if not match:
        raise ValueError(QUANTITY_MESSAGE)
    number, suffix = match.groups()
    try:
        value = Decimal(number)
    except InvalidOperation:
        raise ValueError(QUANTITY_MESSAGE) from None
    if suffix in _BINARY:
        return value * _BINARY[suffix]
    if suffix in _DECIMAL:
        return value * _DECIMAL[suffix]
    if re.fullmatch(r"[eE][-+]?[0-9]{1,2}", suffix):
        return value * Decimal(10) ** int(suffix[1:])
    raise ValueError(QUANTITY_MESSAGE)


def quantity_bytes(text: str | int | float) -> int:
    """A quantity rounded up to whole base units (bytes, pieces), as `Quantity.Value` does."""
    value = parse_quantity(text)
    return int(value.to_integral_value(rounding="ROUND_CEILING"))


def quantity_millicores(text: str | int | float) -> int:
    """A CPU quantity in thousandths of a core, rounded up, as `Quantity.MilliValue` does."""
    value = parse_quantity(text) * 1000
    return int(value.to_integral_value(rounding="ROUND_CEILING"))


def parse_rate_bytes_per_second(text: str) -> int:
    """A quantity followed by `/s`. Raises ValueError."""
    body = str(text).strip()
    if not body.endswith("/s"):
        raise ValueError(f'rate "{text}" must be a quantity followed by /s, for example 50Mi/s')
    return quantity_bytes(body[:-2])
