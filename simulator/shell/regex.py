"""Where does a regular expression match? POSIX' basic and extended forms, for `grep`, `sed` and `awk`.

The expression is compiled to a small machine whose alternatives are all followed at once (Pike's method), so that a hostile one cannot take exponential time.
Simplified: of several alternatives the first that matches counts, not the longest.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from simulator.shell.limits import MAX_EXPRESSION_DEPTH, MAX_MATCH_STEPS
from simulator.shell.patterns import ANY, Characters, bracketed

_WORD_SETS = {
    "d": Characters("", (("0", "9"),)),
    "w": Characters("_", (("a", "z"), ("A", "Z"), ("0", "9"))),
    "s": Characters(" \t\n\r\f\v"),
    "D": Characters("", (("0", "9"),), (), True),
    "W": Characters("_", (("a", "z"), ("A", "Z"), ("0", "9")), (), True),
    "S": Characters(" \t\n\r\f\v", (), (), True),
}
_MAX_INSTRUCTIONS = 2_000
_MAX_REPEATS = 255
"""RE_DUP_MAX of POSIX."""


class BadExpression(Exception):
    """Not a regular expression, or too long a one."""


class Instruction(NamedTuple):
    """One instruction: `set` accepts a character and goes on, `split` goes both ways, `save` notes a place, `start` and `end` accept a line's ends."""

    kind: str
    accepts: Characters | None = None
    first: int = 0
    second: int = 0


Spans = tuple[int, ...]
"""Start and end of the whole match and then of each group; -1 where a group took no part."""


@lru_cache(maxsize=128)
def compiled(expression: str, extended: bool, ignore_case: bool = False) -> tuple[Instruction, ...]:
    """The machine for an expression. Raises BadExpression."""
    compiler = _Compiler(expression, extended, ignore_case)
    body = compiler.alternatives(0)
    if compiler.position < len(expression):
        raise BadExpression("Unmatched ) or \\)")
    program = [Instruction("save", first=0), *_moved(body, 1), Instruction("save", first=1), Instruction("match")]
    if len(program) > _MAX_INSTRUCTIONS:
        raise BadExpression("Regular expression too big")
    return tuple(program)


def search(program: tuple[Instruction, ...], text: str, start: int = 0) -> Spans | None:
    """The first match at or behind `start`."""
    threads: list[tuple[int, Spans]] = []
    found: Spans | None = None
    steps = 0
    for position in range(start, len(text) + 1):
        seen: dict[int, None] = {}
        ready: list[tuple[int, Spans]] = []
        starting = threads if found else [*threads, (0, ())]
        for counter, spans in starting:
            _follow(program, counter, spans, position, len(text), seen, ready)
        steps += len(seen) + 1
        if steps > MAX_MATCH_STEPS:
            return found
        threads = []
        character = text[position : position + 1]
        for counter, spans in ready:
            instruction = program[counter]
            if instruction.kind == "match":
                found = spans
                break
            if character and instruction.accepts and instruction.accepts.accepts(character):
                threads.append((counter + 1, spans))
        if not threads and found:
            return found
    return found


def _follow(
    program: tuple[Instruction, ...], counter: int, spans: Spans, position: int, end: int, seen: dict[int, None], ready: list[tuple[int, Spans]]
) -> None:
    """All places that wait for a character (or are the end) reachable from here, best first."""
    waiting = [(counter, spans)]
    while waiting:
        counter, spans = waiting.pop()
        if counter in seen:
            continue
        seen[counter] = None
        instruction = program[counter]
        match instruction.kind:
            case "split":
                waiting.append((instruction.second, spans))
                waiting.append((instruction.first, spans))
            case "save":
                slot = instruction.first
                padded = spans + (-1,) * (slot + 1 - len(spans))
                waiting.append((counter + 1, (*padded[:slot], position, *padded[slot + 1 :])))
            case "start":
                if position == 0:
                    waiting.append((counter + 1, spans))
            case "end":
                if position == end:
                    waiting.append((counter + 1, spans))
            case _:
                ready.append((counter, spans))


def group(text: str, spans: Spans, number: int) -> str:
    """What a group matched; empty if it took no part."""
    if number * 2 + 1 >= len(spans) or spans[number * 2] < 0 or spans[number * 2 + 1] < 0:
        return ""
    return text[spans[number * 2] : spans[number * 2 + 1]]


def _moved(body: list[Instruction], by: int) -> list[Instruction]:
    return [each._replace(first=each.first + by, second=each.second + by) if each.kind == "split" else each for each in body]


class _Compiler:
    """Reads one expression. Targets of a `split` count from the beginning of its own piece, and are moved when pieces are joined."""

    def __init__(self, expression: str, extended: bool, ignore_case: bool) -> None:
        self._expression = expression
        self._extended = extended
        self._ignore_case = ignore_case
        self.position = 0
        self._groups = 0

    def alternatives(self, depth: int) -> list[Instruction]:
        """`a|b|c`."""
        if depth > MAX_EXPRESSION_DEPTH:
            raise BadExpression("Regular expression too big")
        bodies = [self._sequence(depth)]
        while self._take("|"):
            bodies.append(self._sequence(depth))
        result = bodies.pop()
        while bodies:
            body = bodies.pop()
            # A taken first alternative jumps over the second: a split whose two ways are one.
            after = 2 + len(body) + len(result)
            jump = Instruction("split", first=after, second=after)
            result = [Instruction("split", first=1, second=2 + len(body)), *_moved(body, 1), jump, *_moved(result, 2 + len(body))]
            self._check(result)
        return result

    def _sequence(self, depth: int) -> list[Instruction]:
        result: list[Instruction] = []
        while self.position < len(self._expression) and not self._ahead("|") and not (self._ahead(")") and depth):
            at_start = not result
            piece = self._repeated(self._atom(depth, at_start), at_start)
            result += _moved(piece, len(result))
            self._check(result)
        return result

    def _atom(self, depth: int, at_start: bool) -> list[Instruction]:
        if self._take("("):
            self._groups += 1
            number = self._groups
            body = self.alternatives(depth + 1)
            if not self._take(")"):
                raise BadExpression("Unmatched ( or \\(")
            return [Instruction("save", first=number * 2), *_moved(body, 1), Instruction("save", first=number * 2 + 1)]
        character = self._expression[self.position]
        bracket = bracketed(self._expression, self.position) if character == "[" else None
        if bracket:
            self.position = bracket[1]
            return [self._set(bracket[0])]
        if character == "[":
            raise BadExpression("Unmatched [, [^, [:, [., or [=")
        self.position += 1
        if character == "\\":
            following = self._expression[self.position : self.position + 1]
            self.position += 1
            if following in ("<", ">", "b"):
                return []
            return [self._set(_WORD_SETS.get(following) or Characters({"n": "\n", "t": "\t"}.get(following, following or "\\")))]
        if character == "^" and (self._extended or at_start):
            return [Instruction("start")]
        if character == "$" and (self._extended or self.position == len(self._expression) or self._ahead(")")):
            return [Instruction("end")]
        return [self._set(ANY if character == "." else Characters(character))]

    def _set(self, characters: Characters) -> Instruction:
        if self._ignore_case:
            singles = characters.singles.lower() + characters.singles.upper()
            ranges = (*characters.ranges, *((a.lower(), b.lower()) for a, b in characters.ranges), *((a.upper(), b.upper()) for a, b in characters.ranges))
            characters = characters._replace(singles=singles, ranges=ranges)
        return Instruction("set", accepts=characters)

    def _repeated(self, body: list[Instruction], at_start: bool) -> list[Instruction]:
        if at_start and body == [] and self._expression[self.position : self.position + 1] == "*":
            return body
        while True:
            low, high = self._repetition()
            if low is None:
                return body
            body = self._times(body, low, high)

    def _repetition(self) -> tuple[int | None, int | None]:
        if self._expression.startswith("*", self.position):
            self.position += 1
            return 0, None
        if self._take("+"):
            return 1, None
        if self._take("?"):
            return 0, 1
        if not self._take("{"):
            return None, None
        close = self._expression.find("}" if self._extended else "\\}", self.position)
        low, comma, high = self._expression[self.position : close].partition(",")
        numbers = [part for part in (low, high) if part]
        if close < 0 or not numbers or not all(part.isascii() and part.isdigit() and len(part) < 4 for part in numbers):
            raise BadExpression("Invalid content of \\{\\}")
        self.position = close + (1 if self._extended else 2)
        first = int(low or 0)
        last = None if comma and not high else int(high or low)
        if max(first, last or 0) > _MAX_REPEATS:
            raise BadExpression("Regular expression too big")
        return first, last

    def _times(self, body: list[Instruction], low: int, high: int | None) -> list[Instruction]:
        result: list[Instruction] = []
        for _ in range(low):
            result += _moved(body, len(result))
            self._check(result)
        if high is None:
            here, after = len(result), len(result) + len(body) + 2
            back = Instruction("split", first=here, second=here)
            return [*result, Instruction("split", first=here + 1, second=after), *_moved(body, here + 1), back]
        optional = high - low
        end = len(result) + optional * (len(body) + 1)
        if end > _MAX_INSTRUCTIONS:
            raise BadExpression("Regular expression too big")
        for _ in range(optional):
            here = len(result)
            result += [Instruction("split", first=here + 1, second=end), *_moved(body, here + 1)]
        return result

    def _check(self, result: list[Instruction]) -> None:
        if len(result) > _MAX_INSTRUCTIONS:
            raise BadExpression("Regular expression too big")

    def _ahead(self, operator: str) -> bool:
        """Whether an operator stands here: plain in the extended form, behind a backslash in the basic one."""
        return self._expression.startswith(operator if self._extended else "\\" + operator, self.position)

    def _take(self, operator: str) -> bool:
        if not self._ahead(operator):
            return False
        self.position += len(operator) if self._extended else len(operator) + 1
        return True
