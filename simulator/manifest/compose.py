"""What do the YAML documents of a text say, and where?

libyaml's events (PyYAML's C parser) are put together by an own composer: iterative, because libyaml's nesting would overflow the stack of a recursive one, and
counting, because nine lines of aliases can mean a billion nodes. Limits are in `simulator.limits`. JSON and KYAML are YAML's flow style and need nothing
special.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import yaml

from simulator.errors import Problem
from simulator.limits import MAX_DOCUMENTS, MAX_PROBLEMS, MAX_YAML_ALIASES, MAX_YAML_DEPTH, MAX_YAML_NODES
from simulator.manifest.nodes import NOWHERE, Document, ListNode, MapNode, Place
from simulator.manifest.scalars import UnusableScalar, resolve_plain, resolve_tagged
from simulator.manifest.syntax_errors import syntax_problem


@dataclass(slots=True)
class Budget:
    """What is left for all files of one input."""

    nodes: int = MAX_YAML_NODES
    aliases: int = MAX_YAML_ALIASES
    documents: int = MAX_DOCUMENTS


class _Stop(Exception):
    """A limit was met; composing cannot go on. The problem is listed already."""


_MERGE = object()
"""The key `<<`."""


@dataclass(slots=True)
class _Frame:
    """An open container."""

    node: MapNode | ListNode
    anchor: str | None
    key: object = None
    """The key that waits for its value; None: the next node of a mapping is a key."""
    key_place: Place = NOWHERE
    merges: list[tuple[object, Place]] = field(default_factory=list)
    nodes_before: int = 0


@dataclass(slots=True)
class _Anchored:
    value: object
    nodes: int
    """How many nodes a copy would have."""


class _Composer:
    def __init__(self, file: str, budget: Budget, problems: list[Problem]) -> None:
        self.file = file
        self.budget = budget
        self.problems = problems
        self.documents: list[Document] = []
        self.stack: list[_Frame] = []
        self.anchors: dict[str, _Anchored] = {}

    def refuse(self, place: Place, message: str, hint: str = "") -> None:
        self.problems.append(Problem(file=self.file, line=place.line, column=place.column, message=message, hint=hint))
        if len(self.problems) > MAX_PROBLEMS:
            raise _Stop

    def spend(self, place: Place, nodes: int) -> None:
        self.budget.nodes -= nodes
        if self.budget.nodes < 0:
            self.refuse(place, f"the documents have more than {MAX_YAML_NODES} values, aliases counted with what they repeat")
            raise _Stop

    def on_event(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.ScalarEvent):
            self.on_scalar(event)
        elif isinstance(event, yaml.CollectionStartEvent):
            self.on_start(event, MapNode if isinstance(event, yaml.MappingStartEvent) else ListNode)
        elif isinstance(event, yaml.CollectionEndEvent):
            self.on_end()
        elif isinstance(event, yaml.AliasEvent):
            self.on_alias(event)
        elif isinstance(event, yaml.DocumentStartEvent):
            self.anchors = {}

    def on_scalar(self, event: yaml.ScalarEvent) -> None:
        place = _place(event)
        self.spend(place, 1)
        try:
            if event.tag and not event.implicit[0]:
                value = resolve_tagged(event.tag, event.value)
            elif not event.style:
                value = resolve_plain(event.value)
            else:
                value = event.value
        except UnusableScalar as error:
            self.refuse(place, str(error))
            value = event.value
        if event.anchor:
            self.anchors[event.anchor] = _Anchored(value, 1)
        is_merge = event.value == "<<" and not event.style
        self.put(value, place, is_merge=is_merge)

    def on_start(self, event: yaml.CollectionStartEvent, make: type[MapNode | ListNode]) -> None:
        place = _place(event)
        self.spend(place, 1)
        if len(self.stack) >= MAX_YAML_DEPTH:
            self.refuse(place, f"nested more than {MAX_YAML_DEPTH} levels deep")
            raise _Stop
        if (event.tag and not event.tag.startswith("tag:yaml.org,2002:")) or (event.tag and "python" in event.tag):
            self.refuse(place, f"the tag {event.tag} is not allowed")
        self.stack.append(_Frame(node=make(place), anchor=event.anchor, nodes_before=self.budget.nodes + 1))

    def on_end(self) -> None:
        frame = self.stack.pop()
        if isinstance(frame.node, MapNode):
            self.merge(frame.node, frame.merges)
        if frame.anchor:
            self.anchors[frame.anchor] = _Anchored(frame.node, frame.nodes_before - self.budget.nodes)
        self.put(frame.node, frame.node.place)

    def on_alias(self, event: yaml.AliasEvent) -> None:
        place = _place(event)
        self.budget.aliases -= 1
        if self.budget.aliases < 0:
            self.refuse(place, f"more than {MAX_YAML_ALIASES} aliases")
            raise _Stop
        anchored = self.anchors.get(event.anchor or "")
        if anchored is None:
            self.refuse(place, f"unknown anchor '{event.anchor}' referenced", "an alias (*name) must stand after its anchor (&name) in the same document")
            self.put(None, place)
            return
        self.spend(place, anchored.nodes)
        self.put(anchored.value, place)

    def put(self, value: object, place: Place, *, is_merge: bool = False) -> None:
        """Give a finished value to the container that waits for it, or make it a document."""
        if not self.stack:
            self.on_document(value, place)
            return
        frame = self.stack[-1]
        if isinstance(frame.node, ListNode):
            frame.node.append(value)
            frame.node.items_at.append(place)
        elif frame.key is None:
            frame.key, frame.key_place = (_MERGE if is_merge else self.key_of(value, place)), place
        elif frame.key is _MERGE:
            frame.merges.append((value, place))
            frame.key = None
        else:
            self.set_key(frame.node, str(frame.key), value, frame.key_place, place)
            frame.key = None

    def set_key(self, node: MapNode, key: str, value: object, key_place: Place, place: Place) -> None:
        if key in node:
            first = node.keys_at[key]
            self.refuse(key_place, f'key "{key}" already set in map', f"it stands first on line {first.line}")
        node[key] = value
        node.keys_at[key] = key_place
        node.values_at[key] = place

    def key_of(self, value: object, place: Place) -> str:
        """A key as JSON spells it: kubectl turns `1: x` and `on: x` into text."""
        match value:
            case str():
                return value
            case bool():
                return "true" if value else "false"
            case int() | float():
                return str(value)
            case None:
                self.refuse(place, "a key may not be null")
            case _:
                self.refuse(place, "a key must be text, not a list or a map", "is this {{ ... }} of a template? Render the template first")
        return ""

    def merge(self, node: MapNode, merges: list[tuple[object, Place]]) -> None:
        """`<<`: keys of other maps that this one does not have. Keys written in the map itself win, the first of several sources wins, as YAML's type says."""
        for value, place in merges:
            for source in value if isinstance(value, ListNode) else [value]:
                if not isinstance(source, MapNode):
                    self.refuse(place, "map merge requires map or sequence of maps as the value")
                    continue
                self.spend(place, len(source))
                for key in source:
                    if key not in node:
                        node[key] = source[key]
                        node.keys_at[key] = source.keys_at[key]
                        node.values_at[key] = source.values_at[key]

    def on_document(self, value: object, place: Place) -> None:
        self.budget.documents -= 1
        if self.budget.documents < 0:
            self.refuse(place, f"more than {MAX_DOCUMENTS} documents")
            raise _Stop
        if isinstance(value, MapNode):
            self.documents.append(Document(self.file, value, place))
        elif value is not None:
            self.refuse(
                place,
                f"a document must be a map with apiVersion and kind, not {_word(value)}",
                "is a colon missing after a key?" if isinstance(value, str) else "",
            )


def _place(event: yaml.Event) -> Place:
    mark = event.start_mark
    assert mark is not None
    return Place(mark.line + 1, mark.column + 1)


def _word(value: object) -> str:
    if isinstance(value, ListNode):
        return "a list"
    return "plain text" if isinstance(value, str) else "a single value"


def compose(file: str, text: str, budget: Budget, problems: list[Problem]) -> list[Document]:
    """The documents of `text`; problems of the text go to `problems`. After a syntax error what stood before it is returned. Never raises for any text."""
    composer = _Composer(file, budget, problems)
    try:
        parser = yaml.CSafeLoader(text)
        event = parser.get_event()
        while event is not None:
            composer.on_event(event)
            event = parser.get_event()
    except _Stop:
        pass
    except yaml.YAMLError as error:
        problems.append(syntax_problem(file, text, error))
    return composer.documents
