"""What does the grammar stumble over in scripts that every shell accepts? The same text with those places covered, byte for byte.

Only places and kinds of commands are taken from the covered text's tree; the words are read from the script itself.
"""

from __future__ import annotations

import re

_OPENS_COMMAND = r"(?:^|[;&|({\n]|\b(?:do|then|else|elif|if|while|until)\b|!)[ \t]*"
_BRACKET = re.compile(rf"({_OPENS_COMMAND})\[(?=\s)")
_FOR_DO = re.compile(rf"({_OPENS_COMMAND}for[ \t]+\w+)[ \t](?=[ \t]*do\b)")
_FOR_NOTHING = re.compile(rf"({_OPENS_COMMAND}for[ \t]+\w+[ \t]+)in(?=[ \t]*[;\n])")
_CLOSING_BRACKET = re.compile(r"(\s)\](?=[\s;&|)<>]|$)")


def masked(source: str) -> str:
    """The script with quoted text as letters, `[` as a command like others, and `for` written out."""
    text = _without_quoted(source)
    text = _CLOSING_BRACKET.sub(r"\1_", _BRACKET.sub(r"\1_", text))
    return _FOR_NOTHING.sub(r"\1  ", _FOR_DO.sub(r"\1;", text))


def _without_quoted(source: str) -> str:
    """Escaped characters and quoted text become letters; a here-document is left alone."""
    result: list[str] = []
    position = 0
    in_double = False
    delimiters: list[str] = []
    while position < len(source):
        character = source[position]
        if character == "\\" and source[position + 1 : position + 2] not in ("", "\n"):
            result.append("__")
            position += 2
            continue
        if character == "'" and not in_double:
            close = source.find("'", position + 1)
            if close < 0:
                break
            result.append("'" + "_" * (close - position - 1) + "'")
            position = close + 1
            continue
        if character == '"' and not in_double:
            quoted = _DOUBLE.match(source, position)
            if quoted:
                result.append('"' + "_" * (len(quoted.group()) - 2) + '"')
                position = quoted.end()
                continue
            in_double = True
        elif character == '"':
            in_double = False
        elif character == "#" and not in_double and (position == 0 or source[position - 1] in " \t\n;"):
            end = source.find("\n", position)
            end = len(source) if end < 0 else end
            result.append(source[position:end])
            position = end
            continue
        elif character == "<" and not in_double:
            heredoc = _HEREDOC.match(source, position)
            if heredoc:
                delimiters.append(heredoc.group(1).strip("'\"\\"))
                result.append(heredoc.group())
                position = heredoc.end()
                continue
        elif character == "\n" and delimiters and not in_double:
            end = _heredocs_end(source, position, delimiters)
            delimiters = []
            result.append(source[position:end])
            position = end
            continue
        result.append(character)
        position += 1
    return "".join(result) + source[position:]


_DOUBLE = re.compile(r"\"(?:[^\"\\`$]|\\[^\n]|\$(?![({])|`[^`]*`|\$\([^()\"`]*\))*\"")
"""A double-quoted text, with simple substitutions at most."""
_HEREDOC = re.compile(r"<<-?[ \t]*(\\?[\w.-]+|'[^'\n]*'|\"[^\"\n]*\")")


def _heredocs_end(source: str, position: int, delimiters: list[str]) -> int:
    """Where the texts end whose delimiters these are, from the end of their line on."""
    for delimiter in delimiters:
        while position < len(source):
            end = source.find("\n", position + 1)
            end = len(source) if end < 0 else end
            line = source[position + 1 : end]
            position = end
            if line.lstrip("\t") == delimiter:
                break
    return position
