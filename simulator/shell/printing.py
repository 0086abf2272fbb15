"""What do `printf` and `echo -e` make of their formats?"""

from __future__ import annotations

import re
from collections.abc import Sequence

from simulator.shell.arithmetic import ArithmeticProblem, evaluate
from simulator.shell.limits import MAX_TEXT_BYTES

_ESCAPE = re.compile(r"\\(?:([abfnrtv\\'\"e])|0?([0-7]{1,3})|x([0-9a-fA-F]{1,2})|(c))")
_LETTERS = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\", "'": "'", '"': '"', "e": "\x1b"}
_DIRECTIVE = re.compile(r"%([-+ 0#]*)(\*|[0-9]*)(?:\.(\*|[0-9]*))?([a-zA-Z%])")
_WIDEST = 1_000_000


def unescaped(text: str) -> tuple[str, bool]:
    """Backslash sequences carried out; True if `\\c` asked to stop there."""
    result: list[str] = []
    position = 0
    for found in _ESCAPE.finditer(text):
        result.append(text[position : found.start()])
        letter, octal, hexadecimal, stop = found.groups()
        if stop:
            return "".join(result), True
        result.append(_LETTERS[letter] if letter else chr(int(octal, 8) & 255) if octal else chr(int(hexadecimal, 16)))
        position = found.end()
    return "".join(result) + text[position:], False


def formatted(form: str, arguments: Sequence[str]) -> tuple[str, list[str]]:
    """`printf form arguments`: the text, and what was wrong with the arguments. The form is used again as long as arguments are left."""
    waiting = list(arguments)
    complaints: list[str] = []
    result: list[str] = []
    length = 0
    while True:
        before = len(waiting)
        text, stop = _once(form, waiting, complaints)
        result.append(text)
        length += len(text)
        if stop or not waiting or len(waiting) == before or length > MAX_TEXT_BYTES:
            return "".join(result), complaints


def _once(form: str, waiting: list[str], complaints: list[str]) -> tuple[str, bool]:
    result: list[str] = []
    position = 0
    for found in _DIRECTIVE.finditer(form):
        literal, stop = unescaped(form[position : found.start()])
        result.append(literal)
        if stop:
            return "".join(result), True
        text, stop = _directive(found, waiting, complaints)
        result.append(text)
        if stop:
            return "".join(result), True
        position = found.end()
    literal, stop = unescaped(form[position:])
    return "".join([*result, literal]), stop


def _directive(found: re.Match[str], waiting: list[str], complaints: list[str]) -> tuple[str, bool]:
    flags, width_text, precision_text, kind = found.groups()
    if kind == "%":
        return "%", False
    width = _number(waiting.pop(0) if waiting else "0", complaints) if width_text == "*" else int(width_text[:7] or "0")
    precision: int | None = None
    if precision_text is not None:
        precision = _number(waiting.pop(0) if waiting else "0", complaints) if precision_text == "*" else int(precision_text[:7] or "0")
        precision = None if precision < 0 else min(precision, _WIDEST)
    if width < 0:
        flags, width = flags + "-", -width
    width = min(width, _WIDEST)
    argument = waiting.pop(0) if waiting else ""
    if kind in "sbcq":
        text, stop = unescaped(argument) if kind == "b" else (argument[:1] if kind == "c" else argument, False)
        text = text if precision is None or kind == "c" else text[:precision]
        return (text.ljust(width) if "-" in flags else text.rjust(width)), stop
    if kind in "diouxX":
        return _padded(_integer_text(_number(argument, complaints), kind, precision), flags, width, zero=precision is None), False
    if kind in "eEfFgG":
        try:
            value = float(argument or "0")
        except ValueError:
            complaints.append(f"{argument}: invalid number")
            value = 0.0
        digits = 6 if precision is None else min(precision, 300)
        return _padded(f"{value:.{digits}{kind}}", flags, width, zero=True), False
    complaints.append(f"%{kind}: invalid directive")
    return "", False


def _integer_text(value: int, kind: str, precision: int | None) -> str:
    value = value if kind in "di" else value % 2**64
    digits = format(abs(value), {"o": "o", "x": "x", "X": "X"}.get(kind, "d")).rjust(precision or 0, "0")
    return ("-" if value < 0 else "") + digits


def _padded(text: str, flags: str, width: int, *, zero: bool) -> str:
    if text[0] != "-" and ("+" in flags or " " in flags):
        text = ("+" if "+" in flags else " ") + text
    if "-" in flags:
        return text.ljust(width)
    return text.zfill(width) if "0" in flags and zero else text.rjust(width)


def _number(text: str, complaints: list[str]) -> int:
    if text[:1] in ("'", '"'):
        return ord(text[1]) if len(text) > 1 else 0
    try:
        return evaluate(text.strip(), lambda name: "", lambda name, value: None) if re.fullmatch(r"\s*[+-]?[0-9a-fA-FxX]+\s*|", text) else int(text)
    except (ArithmeticProblem, ValueError):
        complaints.append(f"{text}: invalid number")
        found = re.match(r"\s*[+-]?[0-9]{1,30}", text)
        return int(found.group()) if found else 0
