"""What does `./test` say last about tests that failed?"""

from __future__ import annotations

from pathlib import Path

from tests.failures import LONGEST_REASON_CHARACTERS, failures

REPORT = """<testsuites><testsuite>
  <testcase classname="tests.one" name="passes" time="1" />
  <testcase classname="tests.one" name="fails" time="1"><failure message="assert 1 == 2&#10;  where 1 is one">its traceback</failure></testcase>
  <testcase classname="tests.two" name="cannot_begin" time="1"><error message="{long}">its traceback</error></testcase>
</testsuite></testsuites>"""


def test_each_failure_is_one_line_with_its_reason(tmp_path: Path) -> None:
    """However many lines pytest's message has; a long one is cut."""
    report = tmp_path / "report.xml"
    report.write_text(REPORT.replace("{long}", "x" * 1000), encoding="utf-8")

    assert list(failures(report)) == [
        "tests.one::fails: assert 1 == 2 where 1 is one",
        f"tests.two::cannot_begin: {'x' * LONGEST_REASON_CHARACTERS}",
    ]


def test_tests_that_were_cut_off_are_a_failure(tmp_path: Path) -> None:
    """pytest writes its report at its end."""
    assert list(failures(tmp_path / "report.xml")) == [f"{tmp_path / 'report.xml'}: was not written; the tests were cut off"]
