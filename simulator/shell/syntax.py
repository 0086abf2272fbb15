"""What is a script made of? The values that `grammar` makes of a text and `interpreter` runs.

The words are POSIX' (Shell Command Language, sections 2.2 to 2.9).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True, kw_only=True)
class Literal:
    """Text as it stands. What is quoted is neither split nor a pattern."""

    text: str
    quoted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """`$name`, `${name}`, `${name:-word}` and so on; `operator` is empty, `#` alone for the length, or the operator as written."""

    name: str
    operator: str = ""
    word: Word | None = None
    """What stands right of the operator."""
    replacement: Word | None = None
    """What stands right of the second slash of `${name/pattern/replacement}`."""
    quoted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Substitution:
    """`$(body)` or the same with backquotes."""

    body: Command
    quoted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Arithmetic:
    """`$((expression))`; the expression is expanded like a quoted word first."""

    expression: Word
    quoted: bool = False


Part: TypeAlias = Literal | Parameter | Substitution | Arithmetic


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One word of a command, in parts."""

    parts: tuple[Part, ...]
    plain: str | None = None
    """The word's only expansion, where nothing in it can expand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Redirect:
    """`descriptor operator target`; for `<<` the target is the text itself. `&>` stands for both outputs."""

    descriptor: int
    operator: str
    target: Word


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Simple:
    """Assignments, words and redirections. Compared by identity, as a place in the script (see `rhythm`)."""

    assignments: tuple[tuple[str, Word], ...] = ()
    words: tuple[Word, ...] = ()
    redirects: tuple[Redirect, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipeline:
    """Commands that feed each other; `negated` turns the status round."""

    commands: tuple[Command, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AndOr:
    """`first && second || third`: (operator, command) pairs after the first."""

    first: Command
    rest: tuple[tuple[str, Command], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """`command &`."""

    command: Command


@dataclass(frozen=True, slots=True, kw_only=True)
class Sequence:
    """Commands one after the other; also `{ }` and the whole script."""

    commands: tuple[Command, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subshell:
    """`( body )`."""

    body: Command


@dataclass(frozen=True, slots=True, kw_only=True)
class If:
    """(condition, body) pairs in order, and what else."""

    branches: tuple[tuple[Command, Command], ...]
    otherwise: Command | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class While:
    """`while` or, negated, `until`."""

    condition: Command
    body: Command
    until: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class For:
    """`for name in words`."""

    name: str
    words: tuple[Word, ...]
    body: Command


@dataclass(frozen=True, slots=True, kw_only=True)
class ForArithmetic:
    """bash's `for ((first; condition; after))`."""

    first: Word
    condition: Word
    after: Word
    body: Command


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """(patterns, body, goes on into the next body) triples."""

    word: Word
    items: tuple[tuple[tuple[Word, ...], Command, bool], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """`name() body`."""

    name: str
    body: Command


@dataclass(frozen=True, slots=True, kw_only=True)
class ArithmeticCommand:
    """bash's `((expression))`."""

    expression: Word


@dataclass(frozen=True, slots=True, kw_only=True)
class Redirected:
    """A compound command with redirections."""

    body: Command
    redirects: tuple[Redirect, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsupported:
    """A construct outside the subset: counts as an instant success, with a remark."""

    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """Here the text is no longer a script; a shell that comes here ends with this message."""

    message: str


Command: TypeAlias = (
    Simple
    | Pipeline
    | AndOr
    | Background
    | Sequence
    | Subshell
    | If
    | While
    | For
    | ForArithmetic
    | Case
    | Function
    | ArithmeticCommand
    | Redirected
    | Unsupported
    | Mistake
)
EMPTY_WORD = Word(parts=(), plain="")


class SyntaxProblem(Exception):
    """The text is not a script; the message is what a shell would say. Never leaves `grammar`."""
