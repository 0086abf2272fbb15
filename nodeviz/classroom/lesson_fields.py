"""Is a field of a lesson there, and what it should be? Every problem is noted at its place, and reading goes on with a value that fits."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator

import simulator
from nodeviz.classroom.lesson_values import Pattern, Place
from nodeviz.classroom.lesson_yaml import Listed, Mapped, Node, Scalar

DURATION = re.compile(r"(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+")
UNITS_MS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
NULL = frozenset({"", "~", "null", "Null", "NULL"})
MAX_PROBLEMS = 200


class Refused(Exception):
    """A lesson cannot be used. `problems` has every one, in the order of the files."""

    def __init__(self, problems: Iterable[simulator.Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class Problems:
    """What was found so far, in all files of a lesson."""

    def __init__(self) -> None:
        self.found: list[simulator.Problem] = []

    def add(self, place: Place, message: str, hint: str = "") -> None:
        """One more."""
        if len(self.found) < MAX_PROBLEMS:
            self.found.append(simulator.Problem(file=place.file, line=place.line, column=1, path=place.path, message=message, hint=hint))


class Fields:
    """The fields of one map, read one after the other."""

    def __init__(self, node: Node, place: Place, problems: Problems) -> None:
        self.place = place
        self.problems = problems
        self.asked: set[str] = set()
        self.map = node if isinstance(node, Mapped) else Mapped(line=place.line)
        if not isinstance(node, Mapped):
            problems.add(place, "a map is expected here")

    def at(self, name: str) -> Place:
        """Where a field stands, or should."""
        path = f"{self.place.path}.{name}" if self.place.path else name
        return Place(file=self.place.file, line=self.map.lines.get(name, self.place.line), path=path)

    def node(self, name: str) -> Node | None:
        """As it was written; None if it is not there, or null."""
        self.asked.add(name)
        node = self.map.entries.get(name)
        return None if isinstance(node, Scalar) and not node.quoted and node.value in NULL else node

    def refuse(self, name: str, message: str, hint: str = "") -> None:
        """A problem of this field."""
        self.problems.add(self.at(name), message, hint)

    def end(self) -> None:
        """Nobody asked for the others, so they are mistakes."""
        for name in self.map.entries:
            if name not in self.asked:
                near = difflib.get_close_matches(name, sorted(self.asked), n=1)
                self.problems.add(
                    self.at(name), "there is no such field", f'did you mean "{near[0]}"?' if near else f"here may stand {', '.join(sorted(self.asked))}"
                )

    # -- kinds of values -----------------------------------------------------------------------------------------------------------

    def text(self, name: str, *, most: int, required: bool = True) -> str:
        """In one piece, without white space at its ends."""
        node = self.node(name)
        if node is None:
            if required:
                self.refuse(name, "is missing")
            return ""
        if not isinstance(node, Scalar):
            self.refuse(name, "a text is expected here")
            return ""
        value = node.value.strip()
        if not value and required:
            self.refuse(name, "is empty")
        if len(value) > most:
            self.refuse(name, f"has {len(value)} characters, and at most {most} are read")
        return value

    def whole_number(self, name: str, *, least: int, most: int, default: int) -> int:
        """Within bounds."""
        node = self.node(name)
        if node is None:
            self.refuse(name, "is missing")
            return default
        if not isinstance(node, Scalar) or not re.fullmatch(r"-?\d{1,9}", node.value) or not least <= int(node.value) <= most:
            self.refuse(name, f"a whole number from {least} to {most} is expected here")
            return default
        return int(node.value)

    def duration_ms(self, name: str, *, default: int | None = None, required: bool = False) -> int | None:
        """As scenarios write them: `12s`, `1m30s`, `800ms`."""
        node = self.node(name)
        if node is None:
            if required:
                self.refuse(name, "is missing")
            return default
        if not isinstance(node, Scalar) or not DURATION.fullmatch(node.value):
            self.refuse(name, "a duration is expected here, such as 12s or 1m30s")
            return default
        return round(sum(float(number) * UNITS_MS[unit] for number, unit in re.findall(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)", node.value)))

    def listed(self, name: str, *, least: int, most: int, required: bool = True) -> Iterator[tuple[Place, Node]]:
        """The parts of a list, each with its place."""
        node = self.node(name)
        if node is None:
            if required:
                self.refuse(name, "is missing")
            return
        if not isinstance(node, Listed):
            self.refuse(name, "a list is expected here")
            return
        if not least <= len(node.items) <= most:
            self.refuse(name, f"has {len(node.items)} parts, and {least} to {most} are expected")
        for index, item in enumerate(node.items[:most]):
            yield Place(file=self.place.file, line=item.line, path=f"{self.at(name).path}[{index}]"), item

    def texts(self, name: str, *, least: int, most: int, characters: int, required: bool = True) -> tuple[str, ...]:
        """A list of texts, none twice."""
        values: list[str] = []
        for place, node in self.listed(name, least=least, most=most, required=required):
            value = node.value.strip() if isinstance(node, Scalar) else ""
            if not value or len(value) > characters:
                self.problems.add(place, f"a text of at most {characters} characters is expected here")
            elif value in values:
                self.problems.add(place, "says the same as one before it")
            values.append(value)
        return tuple(values)

    def pattern(self, name: str) -> Pattern | None:
        """Which record is meant; None after a problem, or where it is not there."""
        node = self.node(name)
        return None if node is None else pattern_of(node, self.at(name), self.problems)

    def patterns(self, name: str) -> tuple[Pattern, ...]:
        """A list of them."""
        found = [pattern_of(node, place, self.problems) for place, node in self.listed(name, least=1, most=20, required=False)]
        return tuple(pattern for pattern in found if pattern is not None)


def pattern_of(node: Node, place: Place, problems: Problems) -> Pattern | None:
    """A map from fields of a record to values, with `nth` or `last`."""
    if not isinstance(node, Mapped):
        problems.add(place, "a map from fields of a record to their values is expected here")
        return None
    before = len(problems.found)
    fields: dict[str, str] = {}
    nth, last = None, False
    for name, value in node.entries.items():
        at = Place(file=place.file, line=node.lines[name], path=f"{place.path}.{name}")
        if not isinstance(value, Scalar):
            problems.add(at, "a value of a record's field is expected here")
        elif name == "nth":
            nth = int(value.value) if re.fullmatch(r"[1-9]\d{0,5}", value.value) else None
            if nth is None:
                problems.add(at, "a number from 1 is expected here")
        elif name == "last":
            last = value.value == "true"
            if not last:
                problems.add(at, "only true is expected here")
        else:
            fields[name] = value.value if value.quoted else plain_number(value.value)
    if nth and last:
        problems.add(place, "nth and last exclude each other")
    if not fields and len(problems.found) == before:
        problems.add(place, "names no field of a record")
    return Pattern(fields=fields, nth=nth, last=last, place=place) if len(problems.found) == before else None


def plain_number(text: str) -> str:
    """`40.0` as the trace says it: `40`. Anything else as it is."""
    return re.sub(r"^(-?\d+)\.0+$", r"\1", text)
