"""Would the API server take this pod, and what would it say? `simulator.load`, specification, section 19."""

from __future__ import annotations

import textwrap

import simulator
from simulator.errors import ManifestError
from tests.conformance.case import Fields
from tests.conformance.tables.rows import known

KEYS = ("yaml", "expect")
ACCEPTED = "accepted"


def check(row: Fields, minor: int) -> str | None:
    """One row: `yaml` is the content of spec. The message must stand after `path: ` in a line."""
    known(row, *KEYS)
    text = f"apiVersion: v1\nkind: Pod\nmetadata: {{name: pod}}\nspec:\n{textwrap.indent(str(row['yaml']), '  ')}\n"
    expected = row["expect"]
    try:
        simulator.load({"pod.yaml": text}, kubernetes=f"1.{minor}")
    except ManifestError as refused:
        lines = [f"{problem.path}: {problem.message}" for problem in refused.problems]
        if expected != ACCEPTED and any(_is(line, expected) for line in lines):
            return None
        return f"refused: {'; '.join(lines)}"
    return None if expected == ACCEPTED else "accepted"


def _is(line: str, expected: Fields) -> bool:
    path, colon, message = line.partition(": ")
    return bool(colon) and path == expected["path"] and expected["message"] in message
