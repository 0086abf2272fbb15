"""Which characters does a file hold?

YAML files are UTF-8 or, with a byte order mark, UTF-16 or UTF-32. Anything else is refused with the place of the first byte that does not fit.
"""

from __future__ import annotations

import codecs

from simulator.errors import Problem

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_ARCHIVES = ((b"\x1f\x8b", "gzip"), (b"PK\x03\x04", "zip"), (b"%PDF", "PDF"), (b"\x89PNG", "PNG"), (b"\x7fELF", "ELF"))


def decode(file: str, content: str | bytes) -> str | Problem:
    """The text, without byte order mark and with plain line ends; or why there is none."""
    if isinstance(content, str):
        try:
            content.encode()
        except UnicodeEncodeError as error:
            line, column = _place(content[: error.start])
            return Problem(file=file, line=line, column=column, message="the text holds half of a surrogate pair", hint="save the file as UTF-8")
        return _plain(content)
    for magic, kind in _ARCHIVES:
        if content.startswith(magic):
            return Problem(file=file, line=1, column=1, message=f"this is a {kind} file, not YAML", hint="unpack it first" if kind in ("gzip", "zip") else "")
    encoding, start = _encoding(content)
    try:
        return _plain(content[start:].decode(encoding))
    except UnicodeDecodeError as error:
        line, column = _place(content[start : start + error.start].decode(encoding, errors="replace"))
        found = content[start + error.start]
        return Problem(file=file, line=line, column=column, message=f"the text is not {encoding.upper()}: byte 0x{found:02x}", hint="save the file as UTF-8")


def _encoding(content: bytes) -> tuple[str, int]:
    """By byte order mark; UTF-16 without one shows in the zero bytes around its first character, as YAML's specification has it."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return encoding, len(mark)
    if len(content) >= 2 and len(content) % 2 == 0:
        if content[0] == 0 and content[1] != 0:
            return "utf-16-be", 0
        if content[1] == 0 and content[0] != 0:
            return "utf-16-le", 0
    return "utf-8", 0


def _plain(text: str) -> str:
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def _place(before: str) -> tuple[int, int]:
    return before.count("\n") + 1, len(before) - before.rfind("\n")
