"""Which texts were forgotten? A language for translators and for tests, in which every translatable text stands in brackets: what has none is not translatable.

The environment variable PSEUDO_LANGUAGE turns it on for the whole installation. It needs no files.
"""

from __future__ import annotations

import functools
import gettext
import json
import re
from typing import Any

from django.conf import settings
from django.utils.translation import trans_real

CONTEXT = "\x04"
"""What gettext puts between a text and the words that tell it from the same text elsewhere."""

STRING = r'"(?:[^"\\]|\\.)*"'
CALLS = re.compile(rf"\b(t|tn|later)\(\s*({STRING})(?:,\s*({STRING}))?")


def bracketed(text: str) -> str:
    """As the pseudo-language has it."""
    return f"⟦{text}⟧"


class PseudoTranslations(gettext.NullTranslations):
    """What Django asks for a text."""

    def gettext(self, message: str) -> str:
        return bracketed(message.rpartition(CONTEXT)[2])

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return bracketed((msgid1 if n == 1 else msgid2).rpartition(CONTEXT)[2])

    def to_language(self) -> str:
        """Numbers and dates stay English."""
        return "en"


PSEUDO = PseudoTranslations()


def activate() -> None:
    """For this request. Django has no public way to bring a translation that is not in a file."""
    trans_real._active.value = PSEUDO


@functools.cache
def catalogue() -> dict[str, Any]:
    """For the page's scripts, in the form of `reader_language.catalogue_of`: every text of static/js."""
    messages: dict[str, Any] = {}
    for path in sorted((settings.BASE_DIR / "static" / "js").rglob("*.js")):
        for call, first, second in texts_in(path.read_text(encoding="utf-8")):
            messages[first] = bracketed(first)
            if call == "tn":
                messages[f"{first}\n"] = [bracketed(first), bracketed(second)]
    return {"messages": messages, "plurals": "".join("0" if count == 1 else "1" for count in range(200))}


def texts_in(source: str) -> list[tuple[str, str, str]]:
    """(`t`, `tn` or `later`, text, plural) of each call in a module."""
    return [(call, json.loads(first), json.loads(second) if second else "") for call, first, second in CALLS.findall(source)]
