"""Does a scenario case hold? At the newest version of its range, without jitter, and under three seeds with it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from simulator.errors import NodevizError
from tests.conformance.case import BadCase, Case
from tests.conformance.doubts import doubt_of
from tests.conformance.drive import Evidence, Unresolved, drive
from tests.conformance.expectations import CHECKS
from tests.conformance.instants import NoSuchInstant
from tests.conformance.report import Failure, Report
from tests.conformance.translation import Setting

SEEDS = (1, 2, 3)
WHOLE_CASE = "the whole case"


def settings_of(case: Case, *, oldest: bool = False) -> tuple[Setting, ...]:
    """The runs of a case: at its newest version, or without jitter at its oldest."""
    minors = case.minors()
    if not minors:
        return ()
    if oldest:
        return (Setting(minor=minors[0]),)
    return (Setting(minor=minors[-1]), *(Setting(minor=minors[-1], seed=seed) for seed in SEEDS))


def check_scenario(case: Case, *, oldest: bool = False) -> Report:
    """All runs, all expectations."""
    report = Report(cases=1)
    settings = settings_of(case, oldest=oldest)
    if not case.range:
        report.pending.append(f"{case.title}: no version that can be simulated fits {case.fields.get('kubernetes')}")
    elif not settings:
        seen = f"no version from {case.range[0]} to {case.range[-1]} has the gates {dict(case.gates)}"
        report.failures.append(Failure(case=case.title, where="-", expectation=WHOLE_CASE, seen=seen))
    for setting in settings:
        expectations = [_believed(case, setting, expectation, report) for expectation in case.expectations]
        try:
            evidence = drive(case, setting)
        except (NodevizError, BadCase, Unresolved) as error:
            report.failures.append(Failure(case=case.title, where=str(setting), expectation=WHOLE_CASE, seen=f"{type(error).__name__}: {error}"))
            continue
        report.checks += len(expectations)
        report.failures += failures_of(evidence, expectations)
    return report


def _believed(case: Case, setting: Setting, expectation: object, report: Report) -> object:
    """The expectation, or what is checked instead of one that is believed to be wrong; the report says so once."""
    doubt = doubt_of(case, setting, expectation)
    if doubt is None:
        return expectation
    line = f"{case.title} {words_of(expectation)}: believed wrong, {words_of(doubt.instead)} is checked instead: {doubt.reason}"
    if line not in report.pending:
        report.pending.append(line)
    return doubt.instead


def failures_of(evidence: Evidence, expectations: Sequence[object]) -> Iterator[Failure]:
    """The expectations that do not hold in one run."""
    for expectation in expectations:
        seen = check(evidence, expectation)
        if seen is not None:
            yield Failure(case=evidence.case.title, where=str(evidence.setting), expectation=words_of(expectation), seen=seen)


def check(evidence: Evidence, expectation: object) -> str | None:
    """None when it holds, else what was seen."""
    if not isinstance(expectation, dict) or len(expectation) != 1:
        return "an expectation is a map with exactly one key"
    ((key, value),) = expectation.items()
    if key not in CHECKS:
        return f'there is no expectation "{key}"'
    try:
        return CHECKS[key](evidence, value)
    except (NoSuchInstant, BadCase) as error:
        return str(error)
    except (LookupError, TypeError, ValueError) as error:
        return f"it has not the form of its key: {type(error).__name__}: {error}"


def words_of(expectation: object) -> str:
    """On one line, as the case has it."""
    return json.dumps(expectation, ensure_ascii=False, separators=(", ", ": ")).replace('"', "")
