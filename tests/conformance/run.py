"""Which kinds of cases are there, and what drives each? A new kind is a line here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import yaml

from tests.conformance.case import SCENARIO_KINDS, TABLE, BadCase, Case, case_files, parse_case
from tests.conformance.report import Failure, Report
from tests.conformance.scenarios import check_scenario
from tests.conformance.tabular import check_table

KINDS: Mapping[str, Callable[..., Report]] = {**dict.fromkeys(SCENARIO_KINDS, check_scenario), TABLE: check_table}


def check_case(case: Case, *, oldest: bool = False) -> Report:
    """Drive one case, whatever its kind; at its newest version, or at its oldest."""
    drive = KINDS.get(case.kind)
    if drive is None:
        return Report(cases=1, failures=[Failure(case=case.title, where="-", expectation="the whole case", seen=f'nothing drives the kind "{case.kind}"')])
    return drive(case, oldest=oldest)


def check_file(path: Path, *, oldest: bool = False) -> Report:
    """Read and drive one file."""
    try:
        return check_case(parse_case(path.read_text(encoding="utf-8"), path), oldest=oldest)
    except (BadCase, yaml.YAMLError, KeyError) as error:
        seen = f"{type(error).__name__}: {error}"
        return Report(cases=1, failures=[Failure(case=path.stem, where="-", expectation="the whole case", seen=seen)])


def check_places(places: Sequence[Path], *, oldest: bool = False) -> Iterator[Report]:
    """One report a file, of the files and folders named. Raises FileNotFoundError."""
    for path in case_files(places):
        yield check_file(path, oldest=oldest)
