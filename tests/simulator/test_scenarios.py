"""Is every scenario what it claims to be: golden test, example for the command line and entry of the gallery at once?"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import simulator
from simulator.trace import encode
from tests import goldens

FOLDERS = goldens.folders()
each_scenario = pytest.mark.parametrize("folder", FOLDERS, ids=[folder.name for folder in FOLDERS])


def python(*arguments: str, hash_seed: str = "random") -> bytes:
    """Standard output of a process of its own."""
    environment = {"PYTHONHASHSEED": hash_seed, "PYTHONUTF8": "1"}
    done = subprocess.run([sys.executable, *arguments], cwd=goldens.SCENARIOS.parent, env=environment, capture_output=True, check=True)
    return done.stdout


@each_scenario
def test_the_golden_trace_is_current(folder: Path) -> None:
    assert (folder / goldens.TRACE).read_text() == goldens.golden(folder), "python -m tests.goldens rewrites it; read the diff"


@each_scenario
def test_a_scenario_tells_its_story_in_a_few_words(folder: Path) -> None:
    scenario = goldens.scenario_of(folder)

    assert scenario.name == folder.name
    assert 20 <= len(scenario.title) <= 80
    assert 1 <= len(scenario.description.strip().splitlines()) <= 4
    assert scenario.until_ms is not None, "a person who plays it should know how long it is"
    assert not scenario.warnings


@each_scenario
def test_the_two_files_joined_in_an_editor_are_the_same_scenario(folder: Path) -> None:
    joined = "---\n".join((folder / name).read_text() for name in ("pods.yaml", "scenario.yaml"))

    assert list(simulator.simulate(simulator.load({"pods.yaml": joined}))) == list(simulator.simulate(goldens.scenario_of(folder)))


@pytest.mark.parametrize(("seed", "jitter"), [(2, True), *(pytest.param(seed, jitter, marks=pytest.mark.long) for seed, jitter in ((1, False), (3, True)))])
@each_scenario
def test_jitter_and_seed_do_not_break_it(folder: Path, seed: int, jitter: bool) -> None:
    records = list(simulator.simulate(simulator.load(goldens.texts_of(folder), seed=seed, jitter=jitter)))

    assert records[-1]["layer"] == "end"
    assert records[-1]["reason"] in ("until", "settled")


def test_there_are_enough_of_them_and_the_two_of_the_talk_are_among_them() -> None:
    names = [folder.name for folder in FOLDERS]

    assert len(names) >= 12
    assert {"sidecars-in-a-job", "sidecars-long-running-deleted"} <= set(names)
    assert len({goldens.scenario_of(folder).title for folder in FOLDERS}) == len(names), "two scenarios have the same title"


def test_every_process_computes_the_same_bytes_whatever_its_hash_seed() -> None:
    """This one has a seed that Python drew."""
    there = python("-m", "tests.goldens", "digests", hash_seed="20261124").decode()

    assert there.splitlines() == [f"{goldens.digest(folder)}  {folder.name}" for folder in FOLDERS]


def test_the_command_line_prints_what_the_library_computes() -> None:
    printed = python("-m", "simulator", "run", "scenarios/sidecars-in-a-job", hash_seed="7").decode()

    records = simulator.simulate(goldens.scenario_of(goldens.SCENARIOS / "sidecars-in-a-job"))
    assert printed.splitlines() == [encode(record) for record in records]
