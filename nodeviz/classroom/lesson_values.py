"""What is a lesson? Steps in an order; a step has a text, mostly a scenario, and often a question whose answer the scenario's trace knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from nodeviz.scenarios.about import TAGS, Tag

MS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where something was written. Lines count from 1; 0: not known. `path` is the field, as `ask.items[1].of`."""

    file: str
    line: int = 0
    path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """Which record is meant: one whose fields have these values, written as the trace writes them."""

    fields: Mapping[str, str]
    nth: int | None = None
    """Counted from 1, in the whole trace; None: nobody said, so the first that fits."""
    last: bool = False
    place: Place = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choose:
    """One of several options, or all that are right."""

    question: str
    options: tuple[str, ...]
    answer: tuple[int, ...]
    """Counted from 1, rising."""
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """Something that happens, to be put in order."""

    label: str
    of: Pattern


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Which happens first, second …? The trace knows."""

    question: str
    items: tuple[Item, ...]
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """When does it happen? The trace knows."""

    question: str
    of: Pattern
    tolerance_ms: int
    """As far from the truth an answer is still right."""
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """What a run must, or must not, do. One of `of` and `absent` is there."""

    text: str
    of: Pattern | None
    before_ms: int | None
    absent: Pattern | None
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """Change the text until its run reaches every goal."""

    question: str
    goals: tuple[Goal, ...]
    solution: str
    """A file of the lesson's folder."""
    place: Place


Ask = Choose | Order | Moment | Build


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One file."""

    file: str
    title: str
    scenario: str | None
    """An example of `scenarios/`, or a file of the lesson's folder; None: text only."""
    stop_ms: int
    until_ms: int | None
    """None: the end of the run."""
    ask: Ask | None
    proof: tuple[Pattern, ...]
    absent: tuple[Pattern, ...]
    before: str
    """Markdown."""
    reveal: str
    """Markdown; empty where there is none."""
    places: Mapping[str, int] = field(compare=False)
    """The line of each field of the front matter, and of `body`."""

    def at(self, path: str) -> Place:
        """Of one of its fields."""
        return Place(file=self.file, line=self.places.get(path, 0), path=path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """One folder of `lessons/`."""

    name: str
    title: str
    objective: str
    story: str
    minutes: int
    tags: tuple[str, ...]
    """Names of the gallery's table."""
    order: int
    steps: tuple[Step, ...]
    files: Mapping[str, str]
    """The scenarios that lie beside the steps, by name."""

    @property
    def subjects(self) -> list[Tag]:
        """Its tags, with words for people."""
        return [TAGS[tag] for tag in self.tags]

    @property
    def asked(self) -> int:
        """How many of its steps have a question."""
        return sum(step.ask is not None for step in self.steps)
