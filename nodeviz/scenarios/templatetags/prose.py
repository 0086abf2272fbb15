"""How does an author's Markdown stand on a page? As HTML without any HTML of its own, or as plain words."""

from __future__ import annotations

import functools

from django import template
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

register = template.Library()


@functools.cache
def _reader() -> MarkdownIt:
    # HTML in the text is shown as text, and pictures are links: a description may come from anybody and load nothing.
    return MarkdownIt("commonmark", {"html": False}).disable(["image"])


@register.filter
def markdown(text: str) -> SafeString:
    """As paragraphs, lists, emphasis, code and links (of harmless schemes only: markdown-it refuses `javascript:` and its like)."""
    return mark_safe(_reader().render(text or ""))


@register.filter
def plain(text: str) -> str:
    """The words alone, on one line, for where there is no room."""
    words = [child.content if child.type != "softbreak" else " " for token in _reader().parse(text or "") for child in token.children or ()]
    return " ".join("".join(words).split())
