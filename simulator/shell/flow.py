"""How does control leave more than one generator of a process at once? As exceptions that the process' driver carries from one generator to the next."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

Steps = Generator[Any, Any, Any]


class Flow(Exception):
    """`break`, `return`, `exit`, an error that ends a shell. Never leaves this package."""


class LeaveLoop(Flow):
    """`break` or `continue` of so many loops."""

    def __init__(self, levels: int, *, again: bool) -> None:
        super().__init__()
        self.levels = levels
        self.again = again


class Return(Flow):
    """`return` from a function or from a script that was read in."""

    def __init__(self, status: int) -> None:
        super().__init__()
        self.status = status


class Leave(Flow):
    """`exit`."""

    def __init__(self, status: int) -> None:
        super().__init__()
        self.status = status


class ShellProblem(Flow):
    """An error that ends a shell without an interactive user, with this message."""

    def __init__(self, message: str, status: int = 2) -> None:
        super().__init__(message)
        self.message = message
        self.status = status


class Replaced(Exception):
    """The process runs something else from now on (`exec`)."""

    def __init__(self, steps: Steps) -> None:
        super().__init__()
        self.steps = steps
