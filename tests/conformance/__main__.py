"""`python -m tests.conformance FOLDER_OR_FILE...`: a line per expectation that does not hold, and a total.

Exit code 1 if there is such an expectation, 2 for a place that is not there.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.conformance.report import Report
from tests.conformance.run import check_places

OK, FAILED, USAGE = 0, 1, 2


def main(argv: Sequence[str] | None = None) -> int:
    """The exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.conformance", description="Does the simulator do what these cases say?")
    parser.add_argument("places", nargs="+", type=Path, metavar="FOLDER_OR_FILE")
    parser.add_argument("--oldest", action="store_true", help="run each case at the oldest version of its range instead of the newest, without jitter")
    arguments, total = parser.parse_args(argv), Report()
    try:
        for report in check_places(arguments.places, oldest=arguments.oldest):
            for line in (*report.failures, *report.pending):
                sys.stdout.write(f"{line}\n")
            total.add(report)
    except FileNotFoundError as missing:
        sys.stderr.write(f"{missing}: no such file or folder\n")
        return USAGE
    sys.stdout.write(f"{total.total}\n")
    return FAILED if total.failures or not total.cases else OK


if __name__ == "__main__":
    sys.exit(main())
