"""What did not hold? One line per expectation of one run."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """An expectation that does not hold, or a case that could not run at all."""

    case: str
    where: str
    """Version and seed, or the row of a table."""
    expectation: str
    seen: str

    def __str__(self) -> str:
        return f"{self.case} [{self.where}] {self.expectation}: {self.seen}"


@dataclass(slots=True)
class Report:
    """Of one case, or of many together."""

    failures: list[Failure] = field(default_factory=list)
    pending: list[str] = field(default_factory=list)
    """What was not checked, each with its reason."""
    cases: int = 0
    checks: int = 0

    def add(self, other: Report) -> None:
        """Sum up."""
        self.failures += other.failures
        self.pending += other.pending
        self.cases += other.cases
        self.checks += other.checks

    @property
    def total(self) -> str:
        """The last line."""
        return f"{self.cases} cases, {self.checks} checks, {len(self.failures)} failed, {len(self.pending)} pending"
