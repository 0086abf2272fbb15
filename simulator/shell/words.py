"""What are the words of a simple command? Quotes, parameters, substitutions, redirections.

`grammar` finds where commands begin and end; what stands in between is read here, as POSIX says (sections 2.2 and 2.3), since the grammar is made for colouring
text and takes an argument behind a redirection for a part of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from simulator.shell.limits import MAX_NESTING
from simulator.shell.syntax import (
    EMPTY_WORD,
    Arithmetic,
    Command,
    Literal,
    Parameter,
    Part,
    Redirect,
    Simple,
    Substitution,
    SyntaxProblem,
    Unsupported,
    Word,
)

BLANKS = " \t\n"
_METACHARACTERS = " \t\n|&;<>()"
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*|[0-9]|[@*#?$!-]")
_BRACED_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*|[0-9]+|[@*#?$!-]")
_ASSIGNMENT = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)(\+?)=")
_REDIRECTION = re.compile(r"([0-9]?)(<<<|<<-|<<|<&|<>|<|>>|>\||>&|>|&>>|&>)")
_OPERATORS = (":-", ":=", ":?", ":+", "-", "=", "?", "+", "%%", "%", "##", "#", "//", "/", "^^", "^", ",,", ",", ":")
_PATTERN_OPERATORS = {"%", "%%", "#", "##", "/", "//"}
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v", "e": "\x1b", "\\": "\\", "'": "'", '"': '"'}
_OCTAL = re.compile(r"\\([0-7]{1,3})")
_CAN_EXPAND = re.compile(r"[*?{]|\[.*\]", re.DOTALL)


class Heredoc(NamedTuple):
    """A here-document: where its text stands, and what its operator and delimiter say about it."""

    start: int
    end: int
    literal: bool
    strip_tabs: bool


class WordReader:
    """Reads words of one source. The source is UTF-8 read as Latin-1, so that an index is a byte's, as in the grammar's tree."""

    def __init__(
        self,
        source: str,
        *,
        substitution: Callable[[int, int], tuple[Command, int] | None],
        script: Callable[[str, int], Command],
        heredocs: Mapping[int, Heredoc],
    ) -> None:
        self.source = source
        self._substitution = substitution
        self._script = script
        self._heredocs = heredocs

    def command(self, start: int, end: int, depth: int) -> Simple | Unsupported:
        """The simple command between two places."""
        assignments: list[tuple[str, Word]] = []
        words: list[Word] = []
        redirects: list[Redirect] = []
        stops = _METACHARACTERS
        position = self._skip(start, end)
        while position < end:
            found = _REDIRECTION.match(self.source, position, end) if stops == _METACHARACTERS else None
            if found and self.source[found.end() : found.end() + 1] == "(" and found.group(2) in "<>":
                return Unsupported(what="process substitution")
            if found:
                redirect, position = self._redirect(found, end, depth)
                redirects.append(redirect)
            elif self.source[position] in stops:
                raise SyntaxProblem(f'syntax error: unexpected "{self.source[position]}"')
            else:
                begin = position
                word, position = self.word(position, end, stops, depth)
                assigned = _ASSIGNMENT.match(self.source, begin, position) if not words else None
                if assigned and self.source[position : position + 1] == "(" and position == assigned.end():
                    return Unsupported(what="arrays")
                if assigned:
                    assignments.append(self._assignment(assigned, position, depth))
                else:
                    words.append(word)
                if len(words) == 1 and word.plain == "[[":
                    # Between [[ and ]] only blanks part words: `&&`, `<` and brackets are words of the test.
                    stops = BLANKS
            position = self._skip(position, end)
        return Simple(assignments=tuple(assignments), words=tuple(words), redirects=tuple(redirects))

    def redirections(self, start: int, end: int, depth: int) -> tuple[Redirect, ...]:
        """The redirections behind a compound command."""
        command = self.command(start, end, depth)
        if isinstance(command, Unsupported) or command.words or command.assignments:
            raise SyntaxProblem("syntax error: a word behind a compound command")
        return command.redirects

    def list_of_words(self, start: int, end: int, depth: int, separators: str = "") -> tuple[Word, ...]:
        """Words between two places, parted by blanks or, in a `case` pattern, also by `separators`."""
        words = []
        position = self._skip(start, end, separators)
        while position < end:
            word, after = self.word(position, end, _METACHARACTERS, depth)
            if after == position:
                raise SyntaxProblem(f'syntax error: unexpected "{self.source[position]}"')
            words.append(word)
            position = self._skip(after, end, separators)
        return tuple(words)

    def word(self, start: int, end: int, stops: str, depth: int) -> tuple[Word, int]:
        """One word from `start` to the first unquoted character of `stops`."""
        if depth > MAX_NESTING:
            raise SyntaxProblem("syntax error: nested too deeply")
        parts, position = self._parts(start, end, stops, quoted=False, depth=depth)
        return word_of(parts), position

    def quoted(self, start: int, end: int, depth: int) -> Word:
        """All of a stretch as if it stood in double quotes, which are themselves nothing special in it: expressions, here-documents."""
        parts, _ = self._parts(start, end, "", quoted=True, depth=depth, in_quotes=False)
        return word_of(parts)

    def _assignment(self, assigned: re.Match[str], end: int, depth: int) -> tuple[str, Word]:
        value, _ = self.word(assigned.end(), end, "", depth)
        name = assigned.group(1)
        if assigned.group(2):
            value = Word(parts=(Parameter(name=name, quoted=True), *value.parts))
        return name, value

    def _redirect(self, found: re.Match[str], end: int, depth: int) -> tuple[Redirect, int]:
        number, operator = found.groups()
        descriptor = int(number) if number else (0 if operator[0] == "<" else 1)
        position = self._skip(found.end(), end)
        target, after = self.word(position, end, _METACHARACTERS, depth)
        if after == position:
            raise SyntaxProblem("syntax error: redirection to nothing")
        if operator in ("<<", "<<-"):
            heredoc = self._heredocs.get(position)
            if heredoc is None:
                raise SyntaxProblem("syntax error: here-document without a text")
            return Redirect(descriptor=descriptor, operator="<<", target=self._heredoc_text(heredoc, depth)), after
        return Redirect(descriptor=descriptor, operator=operator, target=target), after

    def _heredoc_text(self, heredoc: Heredoc, depth: int) -> Word:
        text = self.source[heredoc.start : heredoc.end]
        if heredoc.strip_tabs:
            # The text's places move, so that it is read on its own.
            text = re.sub(r"(?m)^\t+", "", text)
            reader = WordReader(text, substitution=lambda start, depth: None, script=self._script, heredocs={})
            return reader.quoted(0, len(text), depth) if not heredoc.literal else _literal(text)
        return _literal(text) if heredoc.literal else self.quoted(heredoc.start, heredoc.end, depth)

    def _skip(self, position: int, end: int, separators: str = "") -> int:
        """Past blanks, line continuations and comments."""
        while position < end:
            character = self.source[position]
            if character in BLANKS or character in separators:
                position += 1
            elif self.source.startswith("\\\n", position):
                position += 2
            elif character == "#":
                line_end = self.source.find("\n", position, end)
                position = end if line_end < 0 else line_end
            else:
                break
        return min(position, end)

    def _parts(self, position: int, end: int, stops: str, *, quoted: bool, depth: int, in_quotes: bool = True) -> tuple[list[Part], int]:
        """Parts up to an unquoted character of `stops`. `in_quotes` False: `"` is a character like others."""
        source = self.source
        parts: list[Part] = []
        if not quoted and source.startswith("~", position) and (position + 1 >= end or source[position + 1] in "/ \t\n;&|)}:"):
            parts.append(Parameter(name="HOME", quoted=True))
            position += 1
        while position < end and source[position] not in stops:
            character = source[position]
            if character == "\\":
                text, position = self._escaped(position, end, quoted, in_quotes)
                if text:
                    parts.append(Literal(text=text, quoted=True))
            elif character == "'" and not quoted:
                close = source.find("'", position + 1, end)
                if close < 0:
                    raise SyntaxProblem("syntax error: Unterminated quoted string")
                parts.append(Literal(text=source[position + 1 : close], quoted=True))
                position = close + 1
            elif character == '"' and in_quotes:
                inner, position = self._parts(position + 1, end, '"', quoted=True, depth=depth + 1)
                if not source.startswith('"', position):
                    raise SyntaxProblem("syntax error: Unterminated quoted string")
                parts += inner or [Literal(text="", quoted=True)]
                position += 1
            elif character == "$":
                part, position = self._dollar(position, end, quoted, depth + 1)
                parts.append(part)
            elif character == "`":
                part, position = self._backquotes(position, end, quoted, depth + 1)
                parts.append(part)
            else:
                begin = position
                while position < end and source[position] not in stops and source[position] not in "\\'\"$`":
                    position += 1
                position = max(position, begin + 1)
                parts.append(Literal(text=source[begin:position], quoted=quoted))
        return parts, position

    def _escaped(self, position: int, end: int, quoted: bool, in_quotes: bool) -> tuple[str, int]:
        following = self.source[position + 1 : min(position + 2, end)]
        if following == "\n":
            return "", position + 2
        special = '$`\\"}' if in_quotes else "$`\\"
        if quoted and following not in special:
            return "\\" + following, position + 2
        return following or "\\", position + 2

    def _dollar(self, position: int, end: int, quoted: bool, depth: int) -> tuple[Part, int]:
        source = self.source
        if depth > MAX_NESTING:
            raise SyntaxProblem("syntax error: nested too deeply")
        if source.startswith("$(", position):
            close = self._closing(position + 1, end) if source.startswith("$((", position) else 0
            if close and source.startswith("))", close - 1):
                return Arithmetic(expression=self.quoted(position + 3, close - 1, depth), quoted=quoted), close + 1
            found = self._substitution(position, depth)
            if found:
                return Substitution(body=found[0], quoted=quoted), found[1]
            close = self._closing(position + 1, end)
            return Substitution(body=self._script(source[position + 2 : close], depth), quoted=quoted), close + 1
        if source.startswith("${", position):
            return self._braced(position, end, quoted, depth)
        if source.startswith("$'", position) and not quoted:
            return self._ansi_quoted(position + 2, end)
        name = _NAME.match(source, position + 1, end)
        if name:
            return Parameter(name=name.group(), quoted=quoted), name.end()
        if source.startswith('$"', position) and not quoted:
            return Literal(text="", quoted=True), position + 1
        return Literal(text="$", quoted=True), position + 1

    def _closing(self, position: int, end: int) -> int:
        """The place of the `)` that closes the `(` at `position`."""
        open_count = 0
        while position < end:
            character = self.source[position]
            if character == "\\":
                position += 1
            elif character in "'\"":
                close = self.source.find(character, position + 1, end)
                position = close if close >= 0 else position
            elif character == "(":
                open_count += 1
            elif character == ")":
                open_count -= 1
                if not open_count:
                    return position
            position += 1
        raise SyntaxProblem('syntax error: missing ")"')

    def _braced(self, start: int, end: int, quoted: bool, depth: int) -> tuple[Part, int]:
        source = self.source
        if source.startswith("#", start + 2):
            name = _BRACED_NAME.match(source, start + 3, end)
            if name and source.startswith("}", name.end()):
                return Parameter(name=name.group(), operator="length", quoted=quoted), name.end() + 1
        name = _BRACED_NAME.match(source, start + 2, end)
        if not name:
            raise SyntaxProblem("syntax error: Bad substitution")
        position = name.end()
        if source.startswith("}", position):
            return Parameter(name=name.group(), quoted=quoted), position + 1
        if name.group() == "!":
            raise SyntaxProblem("syntax error: Bad substitution")
        operator = next((each for each in _OPERATORS if source.startswith(each, position)), None)
        if not operator:
            raise SyntaxProblem("syntax error: Bad substitution")
        in_pattern = operator in _PATTERN_OPERATORS
        stops = "}/" if operator in ("/", "//") else "}"
        parts, position = self._parts(position + len(operator), end, stops, quoted=quoted and not in_pattern, depth=depth)
        replacement = None
        if source.startswith("/", position):
            replaced, position = self._parts(position + 1, end, "}", quoted=quoted, depth=depth)
            replacement = word_of(replaced)
        if not source.startswith("}", position):
            raise SyntaxProblem("syntax error: Missing '}'")
        return Parameter(name=name.group(), operator=operator, word=word_of(parts), replacement=replacement, quoted=quoted), position + 1

    def _backquotes(self, start: int, end: int, quoted: bool, depth: int) -> tuple[Part, int]:
        if depth > MAX_NESTING:
            raise SyntaxProblem("syntax error: nested too deeply")
        position = start + 1
        inner: list[str] = []
        while position < end and self.source[position] != "`":
            if self.source[position] == "\\" and position + 1 < end:
                following = self.source[position + 1]
                inner.append(following if following in "`$\\" or (quoted and following == '"') else "\\" + following)
                position += 2
            else:
                inner.append(self.source[position])
                position += 1
        if position >= end:
            raise SyntaxProblem("syntax error: EOF in backquote substitution")
        return Substitution(body=self._script("".join(inner), depth), quoted=quoted), position + 1

    def _ansi_quoted(self, position: int, end: int) -> tuple[Part, int]:
        text: list[str] = []
        while position < end and self.source[position] != "'":
            if self.source[position] != "\\":
                text.append(self.source[position])
                position += 1
                continue
            octal = _OCTAL.match(self.source, position)
            if octal:
                text.append(chr(int(octal.group(1), 8) & 255))
                position = octal.end()
            else:
                following = self.source[position + 1 : position + 2]
                text.append(_ESCAPES.get(following, "\\" + following))
                position += 2
        if position >= end:
            raise SyntaxProblem("syntax error: Unterminated quoted string")
        return Literal(text="".join(text), quoted=True), position + 1


def word_of(parts: list[Part]) -> Word:
    """A word of these parts, with neighbouring literals made one and the encoding undone."""
    merged: list[Part] = []
    for part in parts:
        if isinstance(part, Literal):
            last = merged[-1] if merged else None
            if isinstance(last, Literal) and last.quoted == part.quoted:
                merged[-1] = Literal(text=last.text + part.text, quoted=part.quoted)
                continue
        merged.append(part)
    merged = [Literal(text=_decoded(part.text), quoted=part.quoted) if isinstance(part, Literal) else part for part in merged]
    if not merged:
        return EMPTY_WORD
    plain = None
    if all(isinstance(part, Literal) and (part.quoted or not _CAN_EXPAND.search(part.text)) for part in merged):
        plain = "".join(part.text for part in merged if isinstance(part, Literal))
    return Word(parts=tuple(merged), plain=plain)


def _literal(text: str) -> Word:
    return word_of([Literal(text=text, quoted=True)])


def _decoded(text: str) -> str:
    return text if text.isascii() else text.encode("latin-1").decode(errors="replace")
