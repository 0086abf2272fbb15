"""How is a text represented that is too long to keep?

A value, a file or a write is a plain `str`. One longer than `MAX_TEXT_BYTES` becomes a `Swollen` string: its head, and the size that it would have. Everything
that joins, stores or moves text goes through `joined` and `size_of`; everything else sees the head.
"""

from __future__ import annotations

from collections.abc import Sequence

from simulator.shell.limits import MAX_TEXT_BYTES


class Swollen(str):
    """The head of a text of `size_bytes`."""

    size_bytes: int


def swollen(head: str, size_bytes: int) -> str:
    """A text of `size_bytes` that begins with `head`; a plain string if that is all of it. The head is never empty, as an empty read is a file's end."""
    if size_bytes <= len(head):
        return head
    text = Swollen(head[:MAX_TEXT_BYTES] or "\0")
    text.size_bytes = size_bytes
    return text


def size_of(text: str) -> int:
    """Bytes that this text takes, in UTF-8."""
    if isinstance(text, Swollen):
        return text.size_bytes
    return len(text) if text.isascii() else len(text.encode(errors="replace"))


def joined(parts: Sequence[str], separator: str = "") -> str:
    """The parts one after the other, cut to what is kept."""
    if len(parts) == 1:
        return parts[0]
    length = sum(map(len, parts)) + len(separator) * (len(parts) - 1)
    if length <= MAX_TEXT_BYTES and not any(isinstance(part, Swollen) for part in parts):
        return separator.join(parts)
    size_bytes = sum(map(size_of, parts)) + len(separator) * (len(parts) - 1)
    head: list[str] = []
    room = MAX_TEXT_BYTES
    for part in parts:
        head.append(part[:room])
        room -= len(part) + len(separator)
        if room <= 0 or isinstance(part, Swollen):
            break
    return swollen(separator.join(head), size_bytes)


def first_bytes(text: str, count: int) -> str:
    """The first `count` bytes."""
    if size_of(text) <= count:
        return text
    return swollen(text[:count], count) if isinstance(text, Swollen) else text.encode(errors="replace")[:count].decode(errors="replace")


def after(text: str, count: int) -> str:
    """What follows the first `count` bytes."""
    size = size_of(text)
    if count >= size:
        return ""
    if count <= 0:
        return text
    if isinstance(text, Swollen):
        return swollen(text[count:], size - count)
    return text[count:] if text.isascii() else text.encode(errors="replace")[count:].decode(errors="replace")


def repeated(unit: str, size_bytes: int) -> str:
    """`unit` again and again, `size_bytes` long."""
    length = min(size_bytes, MAX_TEXT_BYTES)
    return swollen((unit * (length // len(unit) + 1))[:length], size_bytes)


def natural(text: str) -> int | None:
    """The number that up to eighteen plain digits write; None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None


def lines_of(text: str) -> list[str]:
    """Its lines, without their ends; a last line without an end counts."""
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    return lines
