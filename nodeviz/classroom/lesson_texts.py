"""Which text does a step show in the editor? The scenario without what tells its ending: title, description and name, and an example's comments."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import yaml

import simulator

KIND = "Scenario"

Pair = tuple[yaml.Node, yaml.Node]


def without_title(text: str) -> str:
    """The same scenario without title, description and name, each of which stands on lines of its own. The text must be one that the simulator takes."""
    lines = text.splitlines(keepends=True)
    unwanted: list[Pair] = []
    for document in yaml.compose_all(text, Loader=yaml.CSafeLoader):
        top = _entries(document)
        if KIND not in (value.value for key, value in top if key.value == "kind"):
            continue
        unwanted += [pair for pair in top if pair[0].value == "metadata"]
        for key, value in top:
            fields = _entries(value) if key.value == "spec" else []
            telling = [pair for pair in fields if pair[0].value in ("title", "description")]
            unwanted += telling
            if fields and len(telling) == len(fields):
                lines[key.start_mark.line] = "spec: {}\n"
    for key, value in sorted(unwanted, key=lambda pair: -pair[0].start_mark.line):
        lines[key.start_mark.line : _line_after(value)] = []
    return "".join(lines)


def without_comments(text: str) -> str:
    """The same documents without comments. A `#` within a script, or a value, is none."""
    kept = []
    for line, at in _commented(text):
        if at is None:
            kept.append(line)
        elif line[:at].strip():
            kept.append(line[:at].rstrip() + "\n")
    return "".join(kept)


def comments(text: str) -> str:
    """What a reader of the text is told by its comments."""
    return "\n".join(line[at + 1 :].strip() for line, at in _commented(text) if at is not None)


def says_nothing_but(text: str, shown: str, *, file_name: str) -> bool:
    """Is `shown` the same scenario as `text`, but for title, description and name?"""
    before, after = (simulator.load({file_name: each}) for each in (text, shown))
    return not after.title and not after.description and _bare(before) == _bare(after)


def _bare(scenario: simulator.Scenario) -> simulator.Scenario:
    """Without what is said of it, and without the lines that its actions stand on."""
    actions = tuple(replace(action, mark=replace(action.mark, line=0)) for action in scenario.actions)
    return replace(scenario, title="", description="", name="", actions=actions)


def _commented(text: str) -> Iterator[tuple[str, int | None]]:
    """Each line, and where its comment begins."""
    within = [(token.start_mark.index, token.end_mark.index) for token in yaml.scan(text, Loader=yaml.SafeLoader) if isinstance(token, yaml.ScalarToken)]
    start = 0
    for line in text.splitlines(keepends=True):
        hashes = (at for at, character in enumerate(line) if character == "#" and (at == 0 or line[at - 1] in " \t"))
        yield line, next((at for at in hashes if not any(a <= start + at < b for a, b in within)), None)
        start += len(line)


def _entries(node: yaml.Node) -> list[Pair]:
    return list(node.value) if isinstance(node, yaml.MappingNode) else []


def _line_after(node: yaml.Node) -> int:
    """The first line that no part of the value is on. Block values end where the next token begins."""
    end = node.end_mark
    return int(end.line if end.column == 0 and end.line > node.start_mark.line else end.line + 1)
