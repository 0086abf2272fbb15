"""What becomes of a run whose database is restarted, or full? Real ones, under real processes."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import surroundings
from tests.nodeviz.faults import MIDDLE, DurableRedis, KeptInstallation, Viewer, forget_who_asked, lines_of
from tests.nodeviz.postgres import Postgres

pytestmark = [pytest.mark.long, pytest.mark.slow]


@pytest.fixture
def durable() -> Iterator[DurableRedis]:
    with tempfile.TemporaryDirectory(prefix="nodeviz-redis-") as folder:
        made = DurableRedis(folder)
        yield made
        made.kill()


@contextlib.contextmanager
def opened(folder: Path, durable: DurableRedis, database_url: str = "") -> Iterator[KeptInstallation]:
    made = KeptInstallation(folder, durable.url, web_redis_url=durable.url, database_url=database_url)
    try:
        made.open()
        yield made
    finally:
        made.close()


def outcome(site: KeptInstallation, scenario_id: str, viewer: Viewer, lines: list[str]) -> list[Any]:
    """What is wrong with the end of a run; nothing is."""
    last = viewer.wait_for_end()
    return [
        *viewer.faults,
        *([] if last and last[0] == "finished" else [last]),
        *([] if viewer.next_seq == len(lines) else [viewer.next_seq]),
        *([] if site.artefact(scenario_id) == "".join(f"{line}\n" for line in lines) else ["another artefact"]),
    ]


def test_a_postgresql_that_is_restarted_loses_no_run(tmp_path: Path, durable: DurableRedis, postgres: Postgres) -> None:
    lines = lines_of(MIDDLE)
    with opened(tmp_path, durable, postgres.url) as site:
        wrong = {}
        for fraction in (0, 0.2, 0.5, 0.8, 0.97, 1):
            scenario_id = site.press_run(MIDDLE)
            viewer = Viewer(site, scenario_id, lines)
            viewer.wait_until(lambda seen=viewer, part=fraction: seen.has(int(part * len(lines))))  # type: ignore[misc]
            postgres.crash()
            time.sleep(3)
            postgres.start()
            wrong[fraction] = outcome(site, scenario_id, viewer, lines)

        # It is away when the message comes.
        os.killpg(site.kept["worker"].pid, signal.SIGSTOP)
        scenario_id = site.press_run(MIDDLE)
        viewer = Viewer(site, scenario_id, lines)
        postgres.crash()
        os.killpg(site.kept["worker"].pid, signal.SIGCONT)
        time.sleep(4)
        postgres.start()
        wrong["before the claim"] = outcome(site, scenario_id, viewer, lines)  # type: ignore[index]

    assert {when: what for when, what in wrong.items() if what} == {}


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of a few megabytes in memory, which takes the right to mount one."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(("mount", "-t", "tmpfs", "-o", "size=8m", "nodeviz-test", str(folder)), capture_output=True, check=False)
    if mounted.returncode:
        surroundings.not_run("needs the right to mount a small file system")
    yield folder
    subprocess.run(("umount", "--lazy", str(folder)), check=True)


def fill(folder: Path) -> Path:
    """To the last byte."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(b"\0" * 4096)
    return filler


def test_a_full_disk_is_said_and_the_run_can_be_had_when_there_is_room(small_disk: Path, tmp_path: Path, durable: DurableRedis) -> None:
    lines = lines_of(MIDDLE)
    url = f"sqlite:///{small_disk}/test.sqlite3"
    with opened(tmp_path, durable, url) as site:
        site.database = small_disk / "test.sqlite3"
        scenario_id = site.press_run(MIDDLE)
        viewer = Viewer(site, scenario_id, lines)
        viewer.wait_until(lambda: viewer.has(len(lines) // 3))
        filler = fill(small_disk)
        # As long as nothing can be written, the page says that it is not the end, if it cannot say that it failed.
        told = viewer.wait_until(lambda: bool(viewer.error) or viewer.last is not None)
        seen = viewer.error, viewer.last
        filler.unlink()
        last = viewer.wait_for_end()
        if last and last[0] == "failed":
            forget_who_asked(durable.url)
            site.ask("/run", {"text": MIDDLE, "parent": scenario_id})
            viewer = Viewer(site, scenario_id, lines)
        wrong = outcome(site, scenario_id, viewer, lines)

    assert told, seen
    assert wrong == []
