"""Does the simulator do what the conformance cases of images, garbage collection, eviction and configuration say? And would it be noticed if not?"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests import surroundings
from tests.conformance.case import case_files, parse_case
from tests.conformance.run import check_file

FOLDER = surroundings.SHARED / "conformance" / "images"
FILES = case_files([FOLDER]) if FOLDER.is_dir() else []


def test_there_are_cases(shared: Path) -> None:
    assert len(case_files([shared / "conformance" / "images"])) > 100


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_case(path: Path) -> None:
    report = check_file(path)

    assert report.checks
    assert not report.failures, "\n".join(map(str, report.failures))


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_an_expectation_that_is_made_false_is_reported(path: Path, tmp_path: Path) -> None:
    case = parse_case(path.read_text(encoding="utf-8"), path)
    for index, expectation in enumerate(case.expectations):
        for key, value in expectation.items():
            for other in () if key == "after" else falsified(value):
                fields = copy.deepcopy(dict(case.fields))
                fields["expect"][index][key] = other
                mutant = tmp_path / "mutant.yaml"
                mutant.write_text(yaml.safe_dump(fields), encoding="utf-8")

                assert check_file(mutant).failures, f"{key}: {other} instead of {value} went unnoticed"


def falsified(value: Any) -> Iterator[Any]:
    """Values that cannot be true as well."""
    match value:
        case bool():
            yield not value
        case int() | float():
            yield value + 1
        case str():
            yield f"{value}-other"
        case None:
            yield "any"
        case list():
            yield [*value, "another"] if all(isinstance(each, str) for each in value) else value[:-1]
            if value:
                yield value[:-1]
        case dict():
            for key, inner in value.items():
                for other in falsified(inner):
                    yield {**value, key: other}
