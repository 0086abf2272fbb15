"""What is the golden trace of each folder under `scenarios/`?

`python -m tests.goldens` rewrites every trace.txt: then read the diff as you would read code.
`python -m tests.goldens digests` prints the digest of every trace, for comparing processes.
"""

from __future__ import annotations

import sys
from hashlib import sha256
from pathlib import Path

import simulator
from simulator.formats import jsonl_lines, text_lines

SCENARIOS = Path(__file__).resolve().parent.parent / "scenarios"
TRACE = "trace.txt"
FILES = ("pods.yaml", "scenario.yaml")
"""What the simulator reads of a folder. `about.yaml` beside them is for people."""


def folders() -> list[Path]:
    """Every scenario, by name."""
    return sorted(path.parent for path in SCENARIOS.glob("*/scenario.yaml"))


def texts_of(folder: Path) -> dict[str, str | bytes]:
    """The folder's input, by the names that problems quote."""
    return {str(path.relative_to(SCENARIOS.parent)): path.read_bytes() for name in FILES if (path := folder / name).is_file()}


def scenario_of(folder: Path) -> simulator.Scenario:
    """As the command line reads the folder."""
    return simulator.load(texts_of(folder))


def golden(folder: Path) -> str:
    """What trace.txt must contain: the point of the scenario, then the trace as `--format text` prints it."""
    scenario = scenario_of(folder)
    header = [f"{scenario.name}: {scenario.title}", *scenario.description.strip().splitlines()]
    return "".join(f"{line}\n" for line in (*(f"# {line}" for line in header), *text_lines(simulator.simulate(scenario))))


def digest(folder: Path) -> str:
    """Of the whole trace, as `--format jsonl` prints it."""
    lines = jsonl_lines(simulator.simulate(scenario_of(folder)))
    return sha256("\n".join(lines).encode()).hexdigest()


def rewrite() -> list[str]:
    """Write every golden trace; returns the names of those that changed."""
    changed = []
    for folder in folders():
        path, text = folder / TRACE, golden(folder)
        if not path.exists() or path.read_text() != text:
            path.write_text(text)
            changed.append(folder.name)
    return changed


if __name__ == "__main__":
    if sys.argv[1:] == ["digests"]:
        sys.stdout.writelines(f"{digest(folder)}  {folder.name}\n" for folder in folders())
    else:
        sys.stdout.writelines(f"rewritten: {name}\n" for name in rewrite())
