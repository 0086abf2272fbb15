"""What is wrong with a text that is not YAML, and what can its author do?

The message is libyaml's own, the one that kubectl prints too; the hint is ours.
"""

from __future__ import annotations

import re

import yaml

from simulator.errors import Problem

_HELM = re.compile(r"\{\{-?\s*(/\*|\.|\$|include|template|if|else|range|end|with|define|toYaml|tpl|default|quote|required|printf)")
_TAB_HINT = "use spaces: YAML does not allow tabs for indentation"
_HINTS = (
    ("a tab character that violates", _TAB_HINT),
    ("mapping values are not allowed", "either the indentation is wrong, or a value with ': ' in it needs quotes"),
    ("could not find expected ':'", "a key needs a colon and a space after it; a value of several lines needs | or quotes"),
    ("did not find expected key", "keys of one map must begin in the same column; look for a stray quote or a line that is indented differently"),
    ("did not find expected '-' indicator", "items of one list must begin in the same column; keys of an item stand two columns to the right of its dash"),
    ("did not find expected ',' or ']'", "a [ is not closed, or a comma is missing"),
    ("did not find expected ',' or '}'", "a { is not closed, or a comma is missing"),
    ("found unexpected end of stream", "a quote is opened and never closed"),
    ("did not find expected node content", "something is missing here: a value, or the end of a [ or {"),
    ("did not find expected <document start>", "separate documents by a line with ---"),
    ("found undefined tag handle", "a value that begins with ! needs quotes"),
    ("found unknown escape character", "a backslash in double quotes must be doubled; in single quotes it stands for itself"),
    ("found character that cannot start any token", "a value that begins with @, ` or % needs quotes"),
    ("control characters are not allowed", "remove the control character"),
)


def template_place(text: str) -> tuple[int, int] | None:
    """Line and column of the first template expression (Helm), counted from 1."""
    found = _HELM.search(text)
    if found is None:
        return None
    before = text[: found.start()]
    return before.count("\n") + 1, found.start() - (before.rfind("\n") + 1) + 1


def syntax_problem(file: str, text: str, error: yaml.YAMLError) -> Problem:
    """libyaml's error as a problem with a hint."""
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        problem = error.problem or ""
        message = " ".join(part for part in (error.context, problem) if part)
        line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        if mark and "cannot start any token" in message and _character(text, line, column) == "\t":
            return Problem(file=file, line=line, column=column, message=f"yaml: {message}", hint=_TAB_HINT)
    else:
        message, line, column = _reader_words(error), *_reader_place(text, error)
    hint = next((hint for words, hint in _HINTS if words in message), "")
    return Problem(file=file, line=line, column=column, message=f"yaml: {message}", hint=hint)


def _character(text: str, line: int, column: int) -> str:
    lines = text.split("\n", line)
    row = lines[line - 1] if line <= len(lines) else ""
    return row[column - 1 : column]


def _reader_words(error: yaml.YAMLError) -> str:
    reason = getattr(error, "reason", "") or "unreadable text"
    character = getattr(error, "character", None)
    shown = f" (#x{character:04x})" if isinstance(character, int) else ""
    return f"{reason}{shown}"


def _reader_place(text: str, error: yaml.YAMLError) -> tuple[int, int]:
    """The reader counts bytes of UTF-8."""
    position = getattr(error, "position", None)
    if not isinstance(position, int):
        return 0, 0
    before = text.encode()[:position].decode(errors="replace")
    return before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
