"""Is it so? `test`, `[` and bash's `[[`."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from simulator.shell.limits import MAX_EXPRESSION_DEPTH
from simulator.shell.patterns import matches, pattern_of
from simulator.shell.process import Process
from simulator.shell.redirection import absolute
from simulator.shell.regex import BadExpression, compiled, search
from simulator.shell.storage import Device, Directory, File, Link, Node
from simulator.shell.text import size_of

_INTEGER = re.compile(r"[ \t]*[+-]?[0-9]{1,30}[ \t]*")
_PROCESS_DIRECTORY = re.compile(r"/proc/([0-9]{1,9})/?")
_PROGRAM_DIRECTORIES = ("/bin/", "/usr/bin/", "/sbin/", "/usr/sbin/", "/usr/local/bin/", "/usr/local/sbin/")
_UNARY = "bcdefghkLprsStuwxOGNznv"
_BINARY = ("=", "==", "!=", "<", ">", "=~", "-eq", "-ne", "-lt", "-le", "-gt", "-ge", "-nt", "-ot", "-ef")


class BadCondition(Exception):
    """Not a condition; the message is what `test` would say."""


class Condition:
    """One list of words, evaluated from left to right."""

    def __init__(self, process: Process, directory: str, words: Sequence[str], *, double: bool, program: Callable[[str], bool]) -> None:
        """`double`: the words of `[[ ]]`. `program` knows the names of programs that an image has."""
        self._process = process
        self._directory = directory
        self._words = list(words)
        self._double = double
        self._program = program
        self._position = 0

    def holds(self) -> bool:
        """Whether it is so. Raises BadCondition."""
        words = self._words
        if not words:
            return False
        if not self._double:
            short = self._short(words)
            if short is not None:
                return short
        value = self._or(0)
        if self._position < len(words):
            raise BadCondition(f"{words[self._position]}: unexpected operator")
        return value

    def _short(self, words: list[str]) -> bool | None:
        """POSIX decides up to four words by their number, so that operands may look like operators."""
        if len(words) == 1:
            return words[0] != ""
        if words[0] == "!" and len(words) <= 4 and not (len(words) == 3 and words[1] in _BINARY):
            rest = self._short(words[1:])
            return None if rest is None else not rest
        if len(words) == 2 and len(words[0]) == 2 and words[0][0] == "-" and words[0][1] in _UNARY:
            return self._unary(words[0][1], words[1])
        if len(words) == 3 and words[1] in _BINARY:
            return self._binary(*words)
        return None

    def _or(self, depth: int) -> bool:
        value = self._and(depth)
        while self._take("||" if self._double else "-o"):
            value = self._and(depth) or value
        return value

    def _and(self, depth: int) -> bool:
        value = self._not(depth)
        while self._take("&&" if self._double else "-a"):
            value = self._not(depth) and value
        return value

    def _not(self, depth: int) -> bool:
        negated = False
        while self._take("!"):
            negated = not negated
        return self._primary(depth) != negated

    def _primary(self, depth: int) -> bool:
        words, here = self._words, self._position
        if depth > MAX_EXPRESSION_DEPTH:
            raise BadCondition("too many brackets")
        if here >= len(words):
            raise BadCondition("argument expected")
        if here + 2 < len(words) and words[here + 1] in _BINARY:
            self._position += 3
            return self._binary(*words[here : here + 3])
        if self._take("("):
            value = self._or(depth + 1)
            if not self._take(")"):
                raise BadCondition("closing paren expected")
            return value
        word = words[here]
        if here + 1 < len(words) and len(word) == 2 and word[0] == "-" and word[1] in _UNARY:
            self._position += 2
            return self._unary(word[1], words[here + 1])
        self._position += 1
        return word != ""

    def _take(self, word: str) -> bool:
        if self._position < len(self._words) and self._words[self._position] == word:
            self._position += 1
            return True
        return False

    def _unary(self, letter: str, operand: str) -> bool:
        if letter in "zn":
            return (operand == "") == (letter == "z")
        if letter == "t":
            return False
        if letter == "v":
            return operand in self._process.environment
        node = self._node(operand, follow=letter not in "Lh")
        if node is None:
            return letter in "efrsx" and operand.startswith(_PROGRAM_DIRECTORIES) and self._program(operand)
        match letter:
            case "f":
                return isinstance(node, File)
            case "d":
                return isinstance(node, Directory)
            case "L" | "h":
                return isinstance(node, Link)
            case "s":
                return isinstance(node, Directory) or (isinstance(node, File) and size_of(node.text) > 0)
            case "x":
                return isinstance(node, Directory) or (isinstance(node, File) and node.executable)
            case "c":
                return isinstance(node, Device)
            case "b" | "p" | "S" | "g" | "k" | "u":
                return False
        return True

    def _binary(self, left: str, operator: str, right: str) -> bool:
        match operator:
            case "=" | "==" | "!=":
                same = matches(pattern_of([(right, False)]), left) if self._double else left == right
                return same == (operator != "!=")
            case "<":
                return left < right
            case ">":
                return left > right
            case "=~":
                try:
                    return search(compiled(right, True), left) is not None
                except BadExpression as problem:
                    raise BadCondition(str(problem)) from None
            case "-nt" | "-ot" | "-ef":
                return self._compare_files(left, operator, right)
        first, second = self._integer(left), self._integer(right)
        return {
            "-eq": first == second, "-ne": first != second, "-lt": first < second, "-le": first <= second, "-gt": first > second, "-ge": first >= second,
        }[operator]  # fmt: skip

    def _compare_files(self, left: str, operator: str, right: str) -> bool:
        first, second = self._node(left), self._node(right)
        if operator == "-ef":
            return first is not None and first is second
        if operator == "-ot":
            first, second = second, first
        if first is None or isinstance(first, Link | Device):
            return False
        return second is None or isinstance(second, Link | Device) or first.modified_ms > second.modified_ms

    def _node(self, path: str, *, follow: bool = True) -> Node | None:
        if not path:
            return None
        running = _PROCESS_DIRECTORY.fullmatch(path)
        if running:
            self._process.touched("looks")
            return Directory() if self._process.table.process(int(running.group(1))) else None
        self._process.touched("file_reads")
        return self._process.table.files.node(absolute(path, self._directory), follow=follow)

    def _integer(self, text: str) -> int:
        if not _INTEGER.fullmatch(text):
            raise BadCondition(f"{text}: bad number" if text else "argument expected")
        return int(text)
