"""Which kinds of cases are there, and what drives each? A new kind is a line here."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from tests.conformance.case import SCENARIO_KINDS, TABLE, Case, case_files, parse_case
from tests.conformance.images import DRIVERS
from tests.conformance.images.steps import check_steps
from tests.conformance.report import Failure, Report
from tests.conformance.scenarios import check_scenario
from tests.conformance.tabular import check_table

CASE_LIMIT_S = 60

KINDS: Mapping[str, Callable[..., Report]] = {**dict.fromkeys(SCENARIO_KINDS, check_scenario), TABLE: check_table}


def check_case(case: Case, *, oldest: bool = False) -> Report:
    """Drive one case, whatever its kind; at its newest version, or at its oldest."""
    if case.kind in DRIVERS:
        return check_steps(case, DRIVERS[case.kind], oldest=oldest)
    drive = KINDS.get(case.kind)
    if drive is None:
        return Report(cases=1, failures=[Failure(case=case.title, where="-", expectation="the whole case", seen=f'nothing drives the kind "{case.kind}"')])
    return drive(case, oldest=oldest)


def check_file(path: Path, *, oldest: bool = False) -> Report:
    """Read and drive one file. Whatever goes wrong is a failure of this case, so that all others still run."""
    try:
        with time_limit(CASE_LIMIT_S):
            return check_case(parse_case(path.read_text(encoding="utf-8"), path), oldest=oldest)
    except Exception as error:
        seen = f"{type(error).__name__}: {error}"
        return Report(cases=1, failures=[Failure(case=path.stem, where="-", expectation="the whole case", seen=seen)])


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raises TimeoutError inside, when it takes longer: a simulator that goes round in circles must not stop the others' turn."""

    def too_long(number: int, frame: FrameType | None) -> None:
        raise TimeoutError(f"still running after {seconds} s")

    before = signal.signal(signal.SIGALRM, too_long)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def check_places(places: Sequence[Path], *, oldest: bool = False) -> Iterator[Report]:
    """One report a file, of the files and folders named. Raises FileNotFoundError."""
    for path in case_files(places):
        yield check_file(path, oldest=oldest)
