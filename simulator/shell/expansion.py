"""What do words become? Parameters, substitutions, arithmetic, splitting, paths (POSIX, section 2.6)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from simulator.shell.arithmetic import ArithmeticProblem, evaluate
from simulator.shell.flow import ShellProblem, Steps
from simulator.shell.limits import MAX_FIELDS, MAX_TEXT_BYTES
from simulator.shell.patterns import Pattern, Run, is_pattern, pattern_of, replaced, without_prefix, without_suffix
from simulator.shell.syntax import EMPTY_WORD, Arithmetic, Literal, Parameter, Part, Substitution, Word
from simulator.shell.text import joined, size_of

if TYPE_CHECKING:
    from simulator.shell.interpreter import Shell

_MAX_BRACES = 1_000
"""The longest word in which braces are looked for."""
_BLANKS = re.compile(r"[ \t\n]+")
_RANGE = re.compile(r"\{(-?[0-9]{1,9})\.\.(-?[0-9]{1,9})(?:\.\.-?([0-9]{1,9}))?\}")
_ALTERNATIVES = re.compile(r"\{([^{}]*,[^{}]*)\}")


class _Fields:
    """Fields as they grow; each is a list of runs, so that quoting is still known when paths are looked for."""

    def __init__(self, separators: str) -> None:
        self.fields: list[list[Run]] = []
        self._open = False
        self._separators = separators

    def add(self, text: str, quoted: bool) -> None:
        """More of the present field."""
        if not text and not quoted:
            return
        if not self._open:
            if len(self.fields) >= MAX_FIELDS:
                raise ShellProblem("Argument list too long", 126)
            self.fields.append([])
            self._open = True
        self.fields[-1].append((text, quoted))

    def part(self) -> None:
        """The present field ends."""
        self._open = False

    def split(self, text: str) -> None:
        """The result of an unquoted expansion."""
        if self._separators == " \t\n":
            pieces = _BLANKS.split(text) if type(text) is str else [text]
            self._add_pieces(pieces)
            return
        blanks = "".join(each for each in self._separators if each in " \t\n")
        others = "".join(each for each in self._separators if each not in " \t\n")
        if not others:
            self._add_pieces(re.split(f"[{blanks}]+", text) if blanks else [text])
            return
        space = f"[{blanks}]*" if blanks else ""
        either = f"{space}[{re.escape(others)}]{space}" + (f"|[{blanks}]+" if blanks else "")
        if text[:1] and text[0] in blanks:
            self.part()
        pieces = re.split(either, text.strip(blanks) if blanks else text)
        for index, piece in enumerate(pieces):
            if index:
                self.part()
            # Between two separators that are no blanks there is a field even if it is empty.
            if piece or index < len(pieces) - 1:
                self.add(piece, not piece)
        if text[-1:] and text[-1] in blanks:
            self.part()

    def _add_pieces(self, pieces: list[str]) -> None:
        for index, piece in enumerate(pieces):
            if index:
                self.part()
            self.add(piece, False)


class Expander:
    """Expands the words of one shell."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell

    def fields(self, words: Sequence[Word]) -> Steps:
        """The words of a command: a list of strings."""
        result: list[str] = []
        for word in words:
            if word.plain is not None:
                result.append(word.plain)
                continue
            first = word.parts[0]
            if self._shell.is_bash and len(word.parts) == 1 and isinstance(first, Literal) and not first.quoted:
                result += [path for text in braces(first.text) for path in self._paths([(text, False)])]
                continue
            fields = _Fields(self._shell.state.values.get("IFS", " \t\n"))
            yield from self._parts(word.parts, fields, split=True)
            for field in fields.fields:
                result += self._paths(field)
            if len(result) > MAX_FIELDS:
                raise ShellProblem("Argument list too long", 126)
        return result

    def text(self, word: Word) -> Steps:
        """One string: an assignment, a redirection, `case`. Nothing is split and no path looked for."""
        if word.plain is not None:
            return word.plain
        runs = yield from self._runs(word)
        return joined([text for text, _ in runs]) if runs else ""

    def pattern(self, word: Word) -> Steps:
        """A pattern to match with."""
        runs = yield from self._runs(word)
        return pattern_of(runs)

    def number(self, word: Word) -> Steps:
        """An arithmetic expression's value."""
        text = yield from self.text(word)
        return self.evaluate(text)

    def evaluate(self, text: str) -> int:
        """The value of an expression whose words are expanded. Raises ShellProblem."""
        try:
            return evaluate(text, lambda name: self._shell.lookup(name) or "", self._shell.state.set)
        except ArithmeticProblem as problem:
            raise ShellProblem(str(problem)) from None

    def _runs(self, word: Word) -> Steps:
        fields = _Fields("")
        yield from self._parts(word.parts, fields, split=False)
        runs: list[Run] = []
        for index, field in enumerate(fields.fields):
            runs += [(" ", True), *field] if index else field
        return runs

    def _parts(self, parts: Sequence[Part], fields: _Fields, *, split: bool, inside: bool = False) -> Steps:
        """`inside` the braces of an unquoted `${name:-text}` the text is split, too."""
        for part in parts:
            if isinstance(part, Literal):
                if inside and not part.quoted:
                    fields.split(part.text)
                else:
                    fields.add(part.text, part.quoted)
            elif isinstance(part, Parameter):
                yield from self._parameter(part, fields, split=split)
            else:
                value = yield from self._value(part)
                self._add(value, part.quoted, fields, split=split)

    def _value(self, part: Substitution | Arithmetic) -> Steps:
        if isinstance(part, Arithmetic):
            number = yield from self.number(part.expression)
            return str(number)
        value = yield self._shell.substitute(part.body)
        return value

    def _add(self, value: str, quoted: bool, fields: _Fields, *, split: bool) -> None:
        self._shell.copied(size_of(value))
        if quoted or not split:
            # Unquoted and not split still means that its characters may be a pattern's.
            fields.add(value, quoted)
        else:
            fields.split(value)

    def _parameter(self, part: Parameter, fields: _Fields, *, split: bool) -> Steps:
        if not part.operator and part.name in "@*":
            self._all_arguments(part, fields, split=split)
            return
        value = self._shell.lookup(part.name)
        if part.operator in ("", "length"):
            if value is None and "u" in self._shell.state.options and part.name not in "@*":
                raise ShellProblem(f"{part.name}: parameter not set")
            text = value or ""
            self._add(text if not part.operator else self._length(part.name, text), part.quoted, fields, split=split)
            return
        word = part.word or EMPTY_WORD
        missing = value is None or (value == "" and part.operator.startswith(":"))
        match part.operator:
            case "-" | ":-" | "+" | ":+":
                if missing == part.operator.endswith("-"):
                    yield from self._parts(word.parts, fields, split=split, inside=split and not part.quoted)
                    if part.quoted:
                        fields.add("", True)
                elif part.operator.endswith("-"):
                    self._plain(part, value or "", fields, split=split)
                elif part.quoted:
                    fields.add("", True)
            case "=" | ":=":
                if missing:
                    value = yield from self.text(word)
                    self._shell.state.set(part.name, value or "")
                self._add(value or "", part.quoted, fields, split=split)
            case "?" | ":?":
                if missing:
                    message = yield from self.text(word)
                    raise ShellProblem(f"{part.name}: {message or 'parameter not set or null'}")
                self._plain(part, value or "", fields, split=split)
            case _:
                text = yield from self._edited(part, value or "", word)
                self._add(text, part.quoted, fields, split=split)

    def _plain(self, part: Parameter, value: str, fields: _Fields, *, split: bool) -> None:
        if part.name in "@*":
            self._all_arguments(part, fields, split=split)
        else:
            self._add(value, part.quoted, fields, split=split)

    def _edited(self, part: Parameter, value: str, word: Word) -> Steps:
        """`%`, `#`, `/`, `:` and their like."""
        operator = part.operator
        if operator == ":":
            text = yield from self.text(word)
            return self._substring(value, text)
        if operator in ("^", "^^", ",", ",,"):
            changed = value.upper() if operator[0] == "^" else value.lower()
            return changed if len(operator) == 2 else changed[:1] + value[1:]
        pattern: Pattern = yield from self.pattern(word)
        if operator in ("/", "//"):
            replacement = yield from self.text(part.replacement or EMPTY_WORD)
            return replaced(pattern, value, replacement, everywhere=operator == "//")
        if operator in ("#", "##"):
            return without_prefix(pattern, value, longest=len(operator) == 2)
        return without_suffix(pattern, value, longest=len(operator) == 2)

    def _substring(self, value: str, text: str) -> str:
        offset_text, _, length_text = text.partition(":")
        offset = self.evaluate(offset_text)
        if offset < 0:
            offset = max(0, len(value) + offset)
        if not length_text.strip():
            return value[offset:]
        length = self.evaluate(length_text)
        return value[offset : offset + length] if length >= 0 else value[offset:length]

    def _length(self, name: str, value: str) -> str:
        if name in "@*":
            return str(len(self._shell.state.arguments))
        return str(len(value) if type(value) is str else size_of(value))

    def _all_arguments(self, part: Parameter, fields: _Fields, *, split: bool) -> None:
        arguments = self._shell.state.arguments
        separators = self._shell.state.values.get("IFS", " \t\n")
        if part.name == "*" and (part.quoted or not split):
            fields.add(joined(arguments, separators[:1]) if arguments else "", part.quoted)
            return
        for index, argument in enumerate(arguments):
            if index:
                fields.part()
            if part.quoted:
                fields.add(argument, True)
            else:
                fields.split(argument)

    def _paths(self, field: list[Run]) -> list[str]:
        """What one field stands for: the files that it matches, else itself."""
        if is_pattern(field) and "f" not in self._shell.state.options:
            self._shell.process.touched("file_reads")
            found = self._shell.process.table.files.matching(field, self._shell.state.directory)
            if found:
                return found
        return [joined([text for text, _ in field])]


def braces(text: str) -> list[str]:
    """bash's `{1..3}` and `{a,b}`. What is left of a brace stays as it is."""
    if len(text) > _MAX_BRACES:
        return [text]
    waiting: list[str] = [text]
    result: list[str] = []
    room = MAX_TEXT_BYTES
    while waiting and room > 0:
        each = waiting.pop()
        numbers, choices = _RANGE.search(each), _ALTERNATIVES.search(each)
        if numbers:
            first, last = int(numbers.group(1)), int(numbers.group(2))
            step = max(1, int(numbers.group(3) or "1"))
            pieces = [str(number) for number in (range(first, last + 1, step) if first <= last else range(first, last - 1, -step))[:MAX_FIELDS]]
        elif choices:
            pieces = choices.group(1).split(",")
        else:
            result.append(each)
            room -= len(each) + 1
            continue
        found = numbers or choices
        if found:
            room -= sum(len(each) - len(found.group()) + len(piece) for piece in pieces) // 2
            waiting += [each[: found.start()] + piece + each[found.end() :] for piece in reversed(pieces)]
    return result
