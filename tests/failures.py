"""Which tests failed? What `./test` says last: `python -m tests.failures REPORT.xml...`.

Tests that run beside each other end in an order of their own, and who reads the end of a log must find there what went wrong.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

# Nothing hostile: pytest wrote it a moment ago.
from xml.etree import ElementTree

LONGEST_REASON_CHARACTERS = 300
"""A message can hold a whole page; its beginning tells which of a test's assertions it was."""


def failures(report: Path) -> Iterator[str]:
    """A line for each test that failed in a JUnit report, with the beginning of its reason; a report that is missing is one, too."""
    if not report.exists():
        yield f"{report}: was not written; the tests were cut off"
        return
    for case in ElementTree.parse(report).iter("testcase"):
        for outcome in (*case.findall("failure"), *case.findall("error")):
            reason = " ".join(outcome.get("message", "").split())
            yield f"{case.get('classname')}::{case.get('name')}: {reason[:LONGEST_REASON_CHARACTERS]}"


if __name__ == "__main__":
    for path in sys.argv[1:]:
        for line in failures(Path(path)):
            sys.stdout.write(f"{line}\n")
