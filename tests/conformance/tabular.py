"""Does a table hold? Every row at the newest version that it is for, or at the oldest."""

from __future__ import annotations

from tests.conformance.case import BadCase, Case, versions_of
from tests.conformance.report import Failure, Report
from tests.conformance.scenarios import words_of
from tests.conformance.tables import TABLES


def check_table(case: Case, *, oldest: bool = False) -> Report:
    """All rows."""
    report = Report(cases=1)
    name = case.fields.get("table")
    if name not in TABLES:
        report.failures.append(Failure(case=case.title, where="-", expectation="the whole table", seen=f'there is no table "{name}"'))
        return report
    for index, row in enumerate(case.fields["rows"]):
        bounds = {key: row[key] for key in ("min", "max") if key in row}
        minors = set(case.minors()) & set(versions_of(bounds))
        minor = (min if oldest else max)(minors, default=0)
        if not minors:
            report.pending.append(f"{case.title}, row {index}: no version that can be simulated fits {case.fields.get('kubernetes')} and {bounds}")
            continue
        report.checks += 1
        seen = _checked(name, row, minor)
        if seen is not None:
            where = f"row {index}, 1.{minor}"
            expectation = str(row["desc"]) if "desc" in row else words_of({key: value for key, value in row.items() if key != "expect"})
            report.failures.append(Failure(case=case.title, where=where, expectation=f"{expectation}: {words_of(row.get('expect', ''))}", seen=seen))
    return report


def _checked(name: str, row: object, minor: int) -> str | None:
    try:
        return TABLES[name](row, minor)  # type: ignore[arg-type]
    except (BadCase, TypeError, KeyError, ValueError) as error:
        return f"{type(error).__name__}: {error}"
