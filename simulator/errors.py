"""Whose fault is it? The tree of everything that may be raised.

    NodevizError
    ├── ManifestError     the author of the documents: a list of problems, all of them, each with its place
    └── BrokenInvariant   us: a rule of the simulator was broken; carries seed and version to reproduce it

A simulated failure (an image that cannot be pulled, a container that crashes) is never an exception: it is a record of the trace.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing wrong with the input, at its place.

    `line` and `column` count from 1; 0 means that the place is not known. `path` is Kubernetes' field path
    (`spec.containers[0].image`), empty for a problem of the text itself. `hint` says what to do, in a sentence.
    """

    message: str
    file: str = ""
    line: int = 0
    column: int = 0
    path: str = ""
    hint: str = ""

    def __str__(self) -> str:
        """The contract's form: `FILE:LINE:COLUMN: PATH: MESSAGE`."""
        place = f"{self.file}:{self.line}:{self.column}: "
        field = f"{self.path}: " if self.path else ""
        hint = f"; {self.hint}" if self.hint else ""
        return f"{place}{field}{self.message}{hint}"


class NodevizError(Exception):
    """The root, so that a caller can name everything of ours at once."""


class ManifestError(NodevizError):
    """The documents were refused. `problems` holds every problem, in the order of the text."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class BrokenInvariant(NodevizError):
    """A mistake of the simulator itself, never of its input."""
