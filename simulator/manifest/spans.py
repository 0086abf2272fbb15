"""Where in a text does each YAML node begin and end?

For changing a text without touching the rest of it: `compose` knows values and where they begin, this knows the characters that they are written with. One pass
over libyaml's events, without recursion. Positions are characters from 0, an end is the first character behind.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import yaml

from simulator.manifest.nodes import Place


@dataclass(slots=True, kw_only=True)
class Span:
    """A node as it is written, its anchor and tag included. An alias is a span without children."""

    start: int
    end: int
    """Of a block collection: where the next token begins."""
    place: Place
    value: str = ""
    """Of a scalar."""
    quote: str = ""
    """Of a scalar: how it is quoted."""
    anchor: str = ""
    """Its name; of an alias, the one that it repeats."""
    is_alias: bool = False
    is_map: bool = False
    is_flow: bool = False
    """A collection in brackets."""
    children: list[Span] = field(default_factory=list)
    """Items; of a map keys and values in turn."""

    @property
    def entries(self) -> list[tuple[Span, Span]]:
        """Of a map: its keys and values."""
        return list(zip(self.children[::2], self.children[1::2], strict=True))


@dataclass(slots=True, kw_only=True)
class Written:
    """A text's nodes."""

    documents: list[tuple[int, int]]
    """From `---`, or from the first character of the content, to where the next document begins."""
    maps: dict[Place, Span]
    """Every map, by the place of `compose`'s MapNode."""
    repeated: list[tuple[Span, Span]]
    """Every alias, behind the node that it repeats."""


def spans_of(text: str) -> Written:
    """The nodes of a text that `compose` took without a problem. Raises yaml.YAMLError for others."""
    written = Written(documents=[], maps={}, repeated=[])
    starts: list[int] = []
    anchored: dict[str, Span] = {}
    stack: list[Span] = []
    parser = yaml.CSafeLoader(text)
    while (event := parser.get_event()) is not None:
        if isinstance(event, yaml.DocumentStartEvent):
            starts.append(_index(event.start_mark))
            anchored.clear()
        elif isinstance(event, yaml.CollectionEndEvent):
            stack.pop().end = _index(event.end_mark)
        elif isinstance(event, yaml.NodeEvent):
            span = _span(event)
            if stack:
                stack[-1].children.append(span)
            if span.is_alias:
                written.repeated.append((anchored[span.anchor], span))
            elif span.anchor:
                anchored[span.anchor] = span
            if isinstance(event, yaml.MappingStartEvent):
                written.maps[span.place] = span
            if isinstance(event, yaml.CollectionStartEvent):
                stack.append(span)
    ends = [*starts[1:], len(text)] if starts else []
    written.documents = list(zip(starts, ends, strict=True))
    return written


def _span(event: yaml.NodeEvent) -> Span:
    mark = event.start_mark
    assert mark is not None
    place, is_alias = Place(mark.line + 1, mark.column + 1), isinstance(event, yaml.AliasEvent)
    span = Span(start=_index(mark), end=_index(event.end_mark), place=place, anchor=event.anchor or "", is_alias=is_alias)
    if isinstance(event, yaml.ScalarEvent):
        span.value, span.quote = event.value, event.style if event.style in ("'", '"') else ""
    elif isinstance(event, yaml.CollectionStartEvent):
        span.is_map, span.is_flow = isinstance(event, yaml.MappingStartEvent), bool(event.flow_style)
    return span


def _index(mark: Any) -> int:
    """`Any`: libyaml's mark and PyYAML's have nothing in common but their attributes."""
    return int(mark.index)
