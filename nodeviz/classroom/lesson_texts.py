"""Which text does a step show in the editor? The scenario without what tells its ending: title, description and name, and an example's comments."""

from __future__ import annotations

from collections.abc import Iterator

import yaml

import simulator

KIND = "Scenario"


def without_title(text: str) -> str:
    """The same scenario under no title, without description and name. The text must be one that the simulator takes."""
    lines = text.splitlines(keepends=True)
    for document in reversed(list(yaml.compose_all(text, Loader=yaml.CSafeLoader))):
        top = _entries(document)
        if KIND not in (value.value for key, value in top if key.value == "kind"):
            continue
        spec = [pair for key, value in top if key.value == "spec" for pair in _entries(value)]
        unwanted = [pair for pair in top if pair[0].value == "metadata"] + [pair for pair in spec if pair[0].value in ("title", "description")]
        for key, value in sorted(unwanted, key=lambda pair: -pair[0].start_mark.line):
            lines[key.start_mark.line : _line_after(value)] = []
        if spec and all(pair in unwanted for pair in spec):
            # What is left of the document is a name for nothing.
            place = next(key.start_mark.line for key, _ in top if key.value == "spec")
            lines[place] = "spec: {}\n"
    return "".join(lines)


def without_comments(text: str) -> str:
    """The same documents without comments. A `#` within a script, or a value, is none."""
    within = [(token.start_mark.index, token.end_mark.index) for token in yaml.scan(text, Loader=yaml.SafeLoader) if isinstance(token, yaml.ScalarToken)]
    kept = []
    for start, end in _lines(text):
        line = text[start:end]
        at = _comment_at(line, start, within)
        if at is None:
            kept.append(line)
        elif line[:at].strip():
            kept.append(line[:at].rstrip() + "\n")
    return "".join(kept)


def same_run(text: str, other: str) -> bool:
    """Do both texts lead to the same trace, byte for byte?"""
    traces = [[simulator.encode(record) for record in simulator.simulate(simulator.load({"pods.yaml": each}))] for each in (text, other)]
    return traces[0] == traces[1]


def comments(text: str) -> str:
    """What a reader of the text is told by its comments."""
    without = set(without_comments(text).splitlines())
    return "\n".join(line.partition("#")[2].strip() for line in text.splitlines() if line not in without and "#" in line)


def _comment_at(line: str, start: int, within: list[tuple[int, int]]) -> int | None:
    for at, character in enumerate(line):
        if character == "#" and (at == 0 or line[at - 1] in " \t") and not any(a <= start + at < b for a, b in within):
            return at
    return None


def _lines(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for line in text.splitlines(keepends=True):
        yield start, start + len(line)
        start += len(line)


def _entries(node: yaml.Node) -> list[tuple[yaml.Node, yaml.Node]]:
    return list(node.value) if isinstance(node, yaml.MappingNode) else []


def _line_after(node: yaml.Node) -> int:
    """The first line that no part of the value is on. Block values end where the next token begins."""
    end = node.end_mark
    return int(end.line if end.column == 0 and end.line > node.start_mark.line else end.line + 1)
