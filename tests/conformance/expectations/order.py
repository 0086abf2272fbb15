"""Who started, ran and ended before whom?"""

from __future__ import annotations

from tests.conformance.drive import Evidence
from tests.conformance.expectations.checking import at, name, options, pair
from tests.conformance.history import Moment, Run


def starts_before(evidence: Evidence, value: object) -> str | None:
    """a started before b started."""
    first, second = pair(value)
    return _before(evidence, f"start:{first}", f"start:{second}")


def up_before(evidence: Evidence, value: object) -> str | None:
    """a was up before b started."""
    first, second = pair(value)
    return _before(evidence, f"up:{first}", f"start:{second}")


def exits_before(evidence: Evidence, value: object) -> str | None:
    """a exited before b started."""
    first, second = pair(value)
    return _before(evidence, f"exit:{first}", f"start:{second}")


def exits_before_exit(evidence: Evidence, value: object) -> str | None:
    """a's last exit comes before b's last exit: the order of termination."""
    first, second = (name if "#" in name else f"{name}#last" for name in pair(value))
    return _before(evidence, f"exit:{first}", f"exit:{second}")


def _before(evidence: Evidence, first: str, second: str) -> str | None:
    earlier, later = evidence.instants.get(first), evidence.instants.get(second)
    return None if earlier < later else f"{first} at {at(earlier)}, {second} at {at(later)}"


def runs_together(evidence: Evidence, value: object) -> str | None:
    """At some instant both run."""
    first, second = pair(value)
    return None if _overlaps(evidence, first, second) else _runs_text(evidence, first, second)


def runs_together_first(evidence: Evidence, value: object) -> str | None:
    """At some instant both run, and a started first."""
    first, second = pair(value)
    return None if any(a.start < b.start for a, b in _overlaps(evidence, first, second)) else _runs_text(evidence, first, second)


def _overlaps(evidence: Evidence, first: str, second: str) -> list[tuple[Run, Run]]:
    left, right = _runs(evidence, first), _runs(evidence, second)
    return [(a, b) for a in left for b in right if a.is_running_at(b.start) or b.is_running_at(a.start)]


def _runs(evidence: Evidence, text: str) -> list[Run]:
    selected = evidence.instants.select(text)
    return list(selected.container.runs if selected.run is None else selected.runs())


def _runs_text(evidence: Evidence, *names: str) -> str:
    return "; ".join(f"{each} ran {', '.join(f'{at(r.start)} to {at(r.exit)}' for r in _runs(evidence, each)) or 'never'}" for each in names)


def starts(evidence: Evidence, value: object) -> str | None:
    """It started at least once."""
    return None if _runs(evidence, name(value)) else "it never started"


def exits(evidence: Evidence, value: object) -> str | None:
    """It exited at least once."""
    return None if any(run.exit for run in _runs(evidence, name(value))) else "it never exited"


def never_starts(evidence: Evidence, value: object) -> str | None:
    """It never started."""
    runs = _runs(evidence, name(value))
    return f"it started at {at(runs[0].start)}" if runs else None


def start_in(evidence: Evidence, value: object) -> str | None:
    """Some run started in the interval."""
    container, begin, end = _interval(evidence, value)
    starts_seen = [run.start for run in _runs(evidence, container)]
    inside = [moment for moment in starts_seen if begin <= moment <= end]
    return None if inside else f"starts: {', '.join(map(at, starts_seen)) or 'none'}; interval {at(begin)} to {at(end)}"


def no_start_in(evidence: Evidence, value: object) -> str | None:
    """No run started in the interval."""
    container, begin, end = _interval(evidence, value)
    inside = [run.start for run in _runs(evidence, container) if begin <= run.start <= end]
    return f"it started at {', '.join(map(at, inside))}" if inside else None


def _interval(evidence: Evidence, value: object) -> tuple[str, Moment, Moment]:
    given = options(value, ("container", "from", "to"))
    return given["container"], evidence.instants.get(given["from"]), evidence.instants.get(given["to"])
