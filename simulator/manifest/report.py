"""Where do problems and warnings go until all of them are known?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from simulator.errors import ManifestError, Problem
from simulator.limits import MAX_MESSAGE_LENGTH, MAX_PROBLEMS
from simulator.manifest.nodes import Document, Finding, Path, path_text, place_of
from simulator.pod import Mark


@dataclass(slots=True)
class Report:
    """Everything found in one input. `strict`: an unknown field is a problem, otherwise a warning."""

    strict: bool = True
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    @property
    def full(self) -> bool:
        """Whether more problems would not be listed any more: then there is no use in looking for them."""
        return len(self.problems) > MAX_PROBLEMS

    def problem(self, document: Document, finding: Finding) -> None:
        """The input is refused for this."""
        if not self.full:
            self.problems.append(_located(document, finding))

    def warning(self, document: Document, finding: Finding) -> None:
        """Worth a word; the run goes on."""
        if len(self.warnings) < MAX_PROBLEMS:
            self.warnings.append(_located(document, finding))

    def remark(self, message: str, hint: str) -> None:
        """Worth a word about the whole."""
        self.warnings.append(Problem(message=message, hint=hint))

    def raise_if_refused(self, order: Mapping[str, int]) -> None:
        """ManifestError with every problem once, in the order of the files and of their lines."""
        if not self.problems:
            return
        unique = dict.fromkeys(self.problems)
        listed = sorted(unique, key=lambda p: (order.get(p.file, -1), p.line, p.column))
        if len(listed) > MAX_PROBLEMS:
            listed = [*listed[:MAX_PROBLEMS], Problem(message=f"more than {MAX_PROBLEMS} problems; only the first are listed")]
        raise ManifestError(listed)

    def warning_lines(self) -> tuple[str, ...]:
        """The warnings in the contract's form of a problem."""
        return tuple(str(warning).removeprefix(":0:0: ") for warning in dict.fromkeys(self.warnings))


def _located(document: Document, finding: Finding) -> Problem:
    place = place_of(document.root, finding.path, at_key=finding.at_key)
    return Problem(
        file=document.file,
        line=place.line,
        column=place.column,
        path=_short(path_text(finding.path)),
        message=_short(finding.message),
        hint=_short(finding.hint),
    )


def _short(text: str) -> str:
    """A value of two megabytes is not repeated in full in every message about it."""
    return text if len(text) <= MAX_MESSAGE_LENGTH else f"{text[:MAX_MESSAGE_LENGTH]}..."


def mark(document: Document, path: Path) -> Mark:
    """The place of a path as a value of the simulator."""
    place = place_of(document.root, path)
    return Mark(file=document.file, line=place.line, column=place.column)
