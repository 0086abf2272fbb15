"""What value does an unquoted word of YAML stand for?

As kubectl reads it: sigs.k8s.io/yaml (goyaml.v2/resolve.go), which is YAML 1.1 without base 60. So `yes`, `on` and `y` are booleans, `0777` is octal, `1_000`
is a thousand, `12:30:45` and `2024-01-01` stay text, and `.inf` cannot become JSON.
"""

from __future__ import annotations

import re

_WORDS: dict[str, object] = {
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"), True),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
}
_NOT_JSON = frozenset((".nan", ".NaN", ".NAN", ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF"))
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", re.ASCII)
_INTEGERS = (
    (re.compile(r"[-+]?0[xX][0-9a-fA-F]+", re.ASCII), 16),
    (re.compile(r"[-+]?0[bB][01]+", re.ASCII), 2),
    (re.compile(r"[-+]?0[oO]?[0-7]+", re.ASCII), 8),
    (re.compile(r"[-+]?(0|[1-9][0-9]*)", re.ASCII), 10),
)
_FIRST = frozenset("+-.0123456789yYnNtTfFoO~")
_MAX_DIGITS = 400
"""A longer number is no number of JSON: 64-bit floats end at 1.8e308. Keeps conversions linear."""
TAG_PREFIX = "tag:yaml.org,2002:"


class UnusableScalar(ValueError):
    """The word or its tag has no value in JSON."""


def resolve_plain(text: str) -> object:
    """The value of an unquoted scalar. Raises UnusableScalar for infinities and NaN."""
    if text and text[0] not in _FIRST:
        # `null` starts with n, which is in the table; everything else is text.
        return text
    if text in _WORDS:
        return _WORDS[text]
    if not text[0].isdigit() and text[0] not in "+-.":
        return text
    if text in _NOT_JSON:
        raise UnusableScalar(f"json: unsupported value: {text}")
    return _number(text)


def _number(text: str) -> object:
    body = text.replace("_", "")
    if len(body) > _MAX_DIGITS:
        return text
    for pattern, base in _INTEGERS:
        if pattern.fullmatch(body):
            return int(_digits(body, base), base)
    if _FLOAT.fullmatch(body if text[0] != "." else text):
        value = float(body)
        if value in (float("inf"), float("-inf")):
            return text
        return value
    return text


def _digits(body: str, base: int) -> str:
    """Without the base's prefix, which Python spells differently for octal."""
    sign = "-" if body[0] == "-" else ""
    digits = body.lstrip("+-")
    return sign + (digits if base == 10 else digits.lower().lstrip("0").lstrip("xbo") or "0")


def resolve_tagged(tag: str, text: str) -> object:
    """The value of a scalar with an explicit tag. Raises UnusableScalar for a tag that JSON has no type for, or that the text does not fit."""
    kind = tag.removeprefix(TAG_PREFIX)
    if kind == "str" or tag == "!":
        return text
    value = resolve_plain(text)
    match kind:
        case "bool" if isinstance(value, bool):
            return value
        case "int" if isinstance(value, int) and not isinstance(value, bool):
            return value
        case "float" if isinstance(value, int | float) and not isinstance(value, bool):
            return float(value)
        case "null" if value is None:
            return None
        case "timestamp" | "binary":
            return text
        case "bool" | "int" | "float" | "null":
            raise UnusableScalar(f"cannot decode {text!r} as a !!{kind}")
    raise UnusableScalar(f"the tag {tag if kind == tag else '!!' + kind} is not allowed")
