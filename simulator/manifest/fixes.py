"""How does a text look with a piece of advice followed? Only the lines that have to change are changed; comments and layout stay the author's."""

from __future__ import annotations

from simulator.errors import ManifestError, Problem
from simulator.manifest.editing import readable, with_scenario_field
from simulator.manifest.nodes import Place
from simulator.manifest.spans import Span, spans_of

_BY_HAND = "change it by hand in the text"


def with_native_sidecar(text: str, line: int, column: int) -> str:
    """The main container that begins at `line` and `column` (its first key) moved to the end of `initContainers`, with `restartPolicy: Always`.

    Raises ManifestError where that is not a container written as a block of lines of its own.
    """
    text = readable(text)
    spec, items, item = _container(text, Place(line, column))
    dash = text.rfind("\n", 0, item.start) + 1
    if items.is_flow or item.is_flow or text[dash : item.start].strip() != "-":
        raise _refused("the container is not written as a block of lines of its own", line, column)
    if len(items.children) < 2:
        raise _refused("a pod needs a main container", line, column)
    end = _end_of_lines(text, item)
    lines = text[dash:end].splitlines(keepends=True)
    if not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    # After the first key, wherever its value ends: the second key begins the line that follows it.
    second = item.entries[1][0].place.line - line if len(item.entries) > 1 else len(lines)
    moved = [*lines[:second], f"{' ' * (item.place.column - 1)}restartPolicy: Always\n", *lines[second:]]
    inits = next((value for key, value in spec.entries if key.value == "initContainers"), None)
    key = next(key for key, value in spec.entries if value is items)
    if inits is None or not inits.children:
        if inits is not None:
            raise _refused("initContainers is empty", inits.place.line, inits.place.column)
        return _moved(text, (dash, end), _line_start(text, key.start), [f"{' ' * (key.place.column - 1)}initContainers:\n", *moved])
    last = inits.children[-1]
    if inits.is_flow or last.is_flow:
        raise _refused("initContainers is not written as blocks of lines", inits.place.line, inits.place.column)
    shift = last.place.column - item.place.column
    return _moved(text, (dash, end), _end_of_lines(text, last), [_shifted(each, shift) for each in moved])


def with_object(text: str, kind: str, namespace: str, name: str) -> str:
    """With an empty ConfigMap or Secret at the end."""
    text = readable(text)
    place = f", namespace: {namespace}" if namespace != "default" else ""
    document = f"apiVersion: v1\nkind: {kind}\nmetadata: {{name: {name}{place}}}\n"
    return f"{text}{'' if text.endswith(chr(10)) else chr(10)}---\n{document}"


def with_lenient_validation(text: str) -> str:
    """With unknown fields as warnings from now on, as kubectl's `--validate=warn` has them."""
    return with_scenario_field(readable(text), "validation", "lenient")


def _container(text: str, place: Place) -> tuple[Span, Span, Span]:
    """(the pod's spec, its list of containers, the container at this place)."""
    for spec in spans_of(text).maps.values():
        for key, items in spec.entries:
            if key.value == "containers" and not items.is_map:
                item = next((item for item in items.children if item.is_map and item.place == place), None)
                if item is not None:
                    return spec, items, item
    raise _refused("there is no container here", place.line, place.column)


def _moved(text: str, cut: tuple[int, int], to: int, lines: list[str]) -> str:
    start, end = cut
    pasted = "".join(lines)
    before = "" if to == 0 or text[to - 1] == "\n" else "\n"
    if to <= start:
        return text[:to] + before + pasted + text[to:start] + text[end:]
    return text[:start] + text[end:to] + before + pasted + text[to:]


def _shifted(line: str, by: int) -> str:
    """Further right, or left as far as there are spaces."""
    if by >= 0:
        return " " * by + line if line.strip() else line
    return line[min(-by, len(line) - len(line.lstrip(" "))) :]


def _line_start(text: str, at: int) -> int:
    return text.rfind("\n", 0, at) + 1


def _end_of_lines(text: str, span: Span) -> int:
    """The start of the line behind the last one with a value of this node."""
    while span.children and not span.is_flow:
        span = span.children[-1]
    last = max(span.end - 1, span.start)
    while last > span.start and text[last] == "\n":
        # A block scalar ends behind its line breaks.
        last -= 1
    end = text.find("\n", last)
    return len(text) if end < 0 else end + 1


def _refused(message: str, line: int, column: int) -> ManifestError:
    return ManifestError([Problem(message=message, line=line, column=column, hint=_BY_HAND)])
