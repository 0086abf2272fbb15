"""How does Kubernetes print a quantity? apimachinery/pkg/api/resource/quantity.go (1.36): the canonical form, with the largest suffix that leaves no
fraction.
"""

from __future__ import annotations

from decimal import Decimal

from simulator.units import parse_quantity

_DECIMAL = ("n", "u", "m", "", "k", "M", "G", "T", "P", "E")
_BINARY = ("", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei")


def canonical(text: str) -> str:
    """`1000m` to `1`, `0.5` to `500m`, `1024Mi` to `1Gi`."""
    value = parse_quantity(text)
    exponent = text.rstrip("0123456789+-")
    if text.endswith("i"):
        return canonical_binary(value)
    if exponent[-1:] in ("e", "E") and text[-1:].isdigit():
        return _exponential(value)
    return canonical_decimal(value)


def canonical_decimal(value: Decimal) -> str:
    """With the suffixes of powers of a thousand."""
    scaled = (value * 10**9).to_integral_value(rounding="ROUND_CEILING" if value > 0 else "ROUND_FLOOR")
    number, suffix = int(scaled), 0
    while number and number % 1000 == 0 and suffix < len(_DECIMAL) - 1:
        number, suffix = number // 1000, suffix + 1
    return f"{number}{_DECIMAL[suffix]}" if number else "0"


def canonical_binary(value: Decimal) -> str:
    """With the suffixes of powers of 1024; below 1024 and with a fraction the decimal ones."""
    if value != value.to_integral_value() or abs(value) < 1024:
        return canonical_decimal(value)
    number, suffix = int(value), 0
    while number and number % 1024 == 0 and suffix < len(_BINARY) - 1:
        number, suffix = number // 1024, suffix + 1
    return f"{number}{_BINARY[suffix]}"


def _exponential(value: Decimal) -> str:
    number, exponent = int((value * 10**9).to_integral_value(rounding="ROUND_CEILING")), -9
    while number and number % 1000 == 0:
        number, exponent = number // 1000, exponent + 3
    return f"{number}e{exponent}" if number and exponent else str(number)
