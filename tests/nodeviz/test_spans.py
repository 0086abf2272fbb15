"""Do the server and the page make the same bars of a trace?"""

from __future__ import annotations

import dataclasses
import json
import shutil
import subprocess
from pathlib import Path

import pytest

import simulator
from nodeviz.runs.spans import rows_of
from tests import goldens, surroundings

FOLD = Path(__file__).parents[1] / "frontend" / "fold.js"
EXAMPLES = sorted(folder.name for folder in goldens.SCENARIOS.iterdir() if (folder / "pods.yaml").exists())


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_bars_and_marks_are_those_of_the_page_s_node_lens(name: str) -> None:
    node = shutil.which("node") or surroundings.not_run("needs Node.js")
    records = list(simulator.simulate(goldens.scenario_of(goldens.SCENARIOS / name)))
    lines = "\n".join(simulator.encode(record) for record in records)

    ours = json.loads(json.dumps([dataclasses.asdict(row) for row in rows_of(records)]))
    assert ours
    assert ours == json.loads(subprocess.run([node, FOLD], input=lines, capture_output=True, text=True, check=True).stdout)
