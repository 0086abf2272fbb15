"""What does a room's code look like, and which code does a person mean who types one? Pure.

Six characters of which no two are mistaken for each other on a projector, and that form no words.
"""

from __future__ import annotations

import re
import secrets

ALPHABET = "BCDFGHJKLMNPQRSTVWXZ2345679"
"""No vowels, so no words; none of 0, 1 and 8, which could be read as letters."""

LENGTH = 6
"""27^6 are 387 million: at a guess every two seconds, with a hundred rooms open, one is found in three months (`guessing.py`)."""

PATTERN = f"[{ALPHABET}]{{{LENGTH}}}"

MAX_TYPED_CHARACTERS = 40
"""Of what is looked at; a code pasted with blanks around it is far shorter."""


def new_code() -> str:
    """Random."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def typed_code(text: str) -> str | None:
    """`bcd fgh`, `BCD-FGH` and ` BCDFGH ` all mean BCDFGH; None for what is no code."""
    letters = re.sub(r"[\s\-–_.]", "", text[:MAX_TYPED_CHARACTERS]).upper()
    return letters if re.fullmatch(PATTERN, letters) else None


def spaced(code: str) -> str:
    """As it is shown: `BCD FGH`."""
    return f"{code[:3]} {code[3:]}"
