"""Does the simulator do what the conformance cases of the pod and container lifecycle say? One test a file, all of its expectations in all of its runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import surroundings
from tests.conformance.case import case_files, parse_case
from tests.conformance.doubts import DOUBTS, Doubt
from tests.conformance.run import check_file

FOLDER = surroundings.SHARED / "conformance" / "lifecycle"
FILES = case_files([FOLDER]) if FOLDER.is_dir() else []


def test_there_are_cases(shared: Path) -> None:
    files = case_files([shared / "conformance" / "lifecycle"])

    assert len(files) > 100


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_case(path: Path) -> None:
    report = check_file(path)

    assert not report.failures, "\n".join(map(str, report.failures))


@pytest.mark.parametrize("doubt", DOUBTS, ids=[doubt.case for doubt in DOUBTS])
def test_an_expectation_believed_wrong_still_stands_in_its_case(shared: Path, doubt: Doubt) -> None:
    path = shared / "conformance" / "lifecycle" / f"{doubt.case}.yaml"

    assert doubt.expectation in parse_case(path.read_text(encoding="utf-8")).expectations
