"""Does a text match a shell pattern? `*`, `?`, `[...]`, with quoted characters standing for themselves.

All places of the pattern that may match are followed at once, so that no pattern takes more than its length times the text's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from simulator.shell.limits import MAX_MATCH_STEPS

_MAX_REPLACEMENTS = 4_000
_REPLACED_WINDOW = 256
"""Places tried, and how long one match may be, of a replacement with a real pattern."""

Run = tuple[str, bool]
"""Text, and whether it was quoted."""

_CLASSES: Mapping[str, Callable[[str], bool]] = {
    "alpha": str.isalpha,
    "digit": str.isdigit,
    "alnum": str.isalnum,
    "space": str.isspace,
    "blank": lambda character: character in " \t",
    "upper": str.isupper,
    "lower": str.islower,
    "punct": lambda character: character.isprintable() and not character.isalnum() and not character.isspace(),
    "xdigit": lambda character: character in "0123456789abcdefABCDEF",
    "print": str.isprintable,
    "cntrl": lambda character: ord(character) < 32 or ord(character) == 127,
    "graph": lambda character: character.isprintable() and character != " ",
}
_BRACKET_ITEM = re.compile(r"\[:([a-z]+):\]|\\?(.)-\\?([^]])|\\?(.)", re.DOTALL)


class Characters(NamedTuple):
    """One character out of a set: single ones, ranges and named classes; or any outside it."""

    singles: str
    ranges: tuple[tuple[str, str], ...] = ()
    classes: tuple[str, ...] = ()
    negated: bool = False

    def accepts(self, character: str) -> bool:
        """Whether this character is meant."""
        found = (
            character in self.singles
            or any(low <= character <= high for low, high in self.ranges)
            or any(_CLASSES[name](character) for name in self.classes if name in _CLASSES)
        )
        return found != self.negated


ANY = Characters("", negated=True)
STAR = None
Pattern = tuple[Characters | None, ...]
"""One entry a character; None is `*`."""


def pattern_of(runs: Sequence[Run]) -> Pattern:
    """The pattern that these runs of text are."""
    entries: list[Characters | None] = []
    for text, quoted in runs:
        position = 0
        while position < len(text):
            character = text[position]
            bracket = bracketed(text, position) if character == "[" and not quoted else None
            if quoted or character not in "*?[\\" or (character == "[" and not bracket):
                entries.append(Characters(character))
            elif character == "*":
                if not entries or entries[-1] is not STAR:
                    entries.append(STAR)
            elif character == "?":
                entries.append(ANY)
            elif character == "\\":
                position += 1
                entries.append(Characters(text[position : position + 1] or "\\"))
            elif bracket:
                entries.append(bracket[0])
                position = bracket[1] - 1
            position += 1
    return tuple(entries)


def bracketed(text: str, start: int) -> tuple[Characters, int] | None:
    """The set that `[` at `start` begins, and where it ends; None if it never ends."""
    position = start + 1
    negated = text[position : position + 1] in ("!", "^") and position < len(text)
    position += negated
    singles: list[str] = []
    ranges: list[tuple[str, str]] = []
    classes: list[str] = []
    first = position
    while position < len(text) and (text[position] != "]" or position == first):
        item = _BRACKET_ITEM.match(text, position)
        if not item:
            return None
        name, low, high, single = item.groups()
        if name:
            classes.append(name)
        elif low:
            ranges.append((low, high))
        else:
            singles.append(single)
        position = item.end()
    if position >= len(text):
        return None
    return Characters("".join(singles), tuple(ranges), tuple(classes), negated), position + 1


def is_pattern(runs: Sequence[Run]) -> bool:
    """Whether anything in the runs stands for more than itself."""
    whole = "".join(text for text, quoted in runs if not quoted)
    return "*" in whole or "?" in whole or ("[" in whole and "]" in whole)


def prefixes(pattern: Pattern, text: str) -> Iterator[int]:
    """The lengths, rising, of those beginnings of `text` that match."""
    active = _spread(pattern, {0: None})
    end = len(pattern)
    steps = 0
    for length in range(len(text) + 1):
        if end in active:
            yield length
        if length == len(text) or not active:
            return
        steps += len(active)
        if steps > MAX_MATCH_STEPS:
            return
        character = text[length]
        following: dict[int, None] = {}
        for place in active:
            if place == end:
                continue
            entry = pattern[place]
            if entry is STAR:
                following[place] = None
            elif entry.accepts(character):
                following[place + 1] = None
        active = _spread(pattern, following)


def _spread(pattern: Pattern, places: dict[int, None]) -> dict[int, None]:
    """A `*` also matches nothing."""
    for place in list(places):
        while place < len(pattern) and pattern[place] is STAR:
            place += 1
            places[place] = None
    return places


def matches(pattern: Pattern, text: str) -> bool:
    """Whether all of the text matches."""
    if len(pattern) == 1 and pattern[0] is STAR:
        return True
    length = -1
    for length in prefixes(pattern, text):  # noqa: B007  The last one counts.
        pass
    return length == len(text)


def without_prefix(pattern: Pattern, text: str, *, longest: bool) -> str:
    """`${text#pattern}`, `${text##pattern}`."""
    lengths = list(prefixes(pattern, text))
    return text[lengths[-1 if longest else 0] :] if lengths else text


def without_suffix(pattern: Pattern, text: str, *, longest: bool) -> str:
    """`${text%pattern}`, `${text%%pattern}`: the same from behind."""
    lengths = list(prefixes(pattern[::-1], text[::-1]))
    return text[: len(text) - lengths[-1 if longest else 0]] if lengths else text


def replaced(pattern: Pattern, text: str, replacement: str, *, everywhere: bool) -> str:
    """bash's `${text/pattern/replacement}`."""
    singles = [entry.singles for entry in pattern if entry is not STAR and len(entry.singles) == 1 and entry[1:] == ((), (), False)]
    if len(singles) == len(pattern):
        return text.replace("".join(singles), replacement, -1 if everywhere else 1) if singles else text
    result: list[str] = []
    position = 0
    while position < len(text) and len(result) < _MAX_REPLACEMENTS:
        lengths = [length for length in prefixes(pattern, text[position : position + _REPLACED_WINDOW]) if length]
        result.append(replacement if lengths else text[position])
        position += lengths[-1] if lengths else 1
        if lengths and not everywhere:
            break
    return "".join(result) + text[position:]
