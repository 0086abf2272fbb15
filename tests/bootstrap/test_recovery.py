"""How soon does a run go on that lost who computed it? Under `manage.py up`, as it is installed."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.bootstrap.test_up import Installation, eventually, started
from tests.nodeviz.faults import MIDDLE, Viewer, lines_of, row_of
from tests.nodeviz.test_processes import Client

pytestmark = [pytest.mark.long, pytest.mark.slow]

CHILD_WITHIN_S, WORKER_WITHIN_S = 2.0, 10.0
"""From the kill until the run is computed again."""


def pool_processes(site: Installation) -> list[int]:
    """Of the worker: they take turns, so the one that computes is found by killing all."""
    worker = site.one("celery")
    return [int(pid) for pid in Path(f"/proc/{worker}/task/{worker}/children").read_text().split()]


def kill_children(site: Installation) -> None:
    for pid in pool_processes(site):
        os.kill(pid, signal.SIGKILL)


def kill_worker(site: Installation) -> None:
    os.killpg(site.one("celery"), signal.SIGKILL)


@pytest.mark.parametrize(
    ("kill", "times", "within_s"),
    [
        pytest.param(kill_children, 8, CHILD_WITHIN_S, id="pool processes that were killed"),
        pytest.param(kill_worker, 4, WORKER_WITHIN_S, id="a worker that was killed"),
    ],
)
def test_a_run_goes_on_in_time(kill: Callable[[Installation], None], times: int, within_s: float, tmp_path: Path) -> None:
    lines = lines_of(MIDDLE)
    taken_s, heard_s = [], []
    with started(tmp_path, tmp_path / "static") as site:
        client = Client(f"127.0.0.1:{site.port}")
        for number in range(times):
            scenario_id = client.press_run(MIDDLE)
            viewer = Viewer(client, scenario_id, lines)
            viewer.wait_until(lambda seen=viewer, part=(number + 1) / (times + 1): seen.has(int(part * len(lines))))  # type: ignore[misc]
            ((epoch,), had, at_s) = row_of(site.var / "nodeviz.sqlite3", scenario_id, "epoch"), viewer.next_seq, time.monotonic()
            kill(site)

            def is_taken(wanted: tuple[str, int] = ("running", epoch), run: str = scenario_id) -> bool:
                row = row_of(site.var / "nodeviz.sqlite3", run, "state, epoch")
                return bool(row) and row[0] != "queued" and row[1] > wanted[1]

            assert eventually(is_taken, within_s=60)
            taken_s.append(time.monotonic() - at_s)
            last = viewer.wait_for_end()
            heard_s.append(next(moment for moment, count in viewer.heard if count > had and moment > at_s) - at_s)
            assert (viewer.faults, last and last[0], viewer.next_seq) == ([], "finished", len(lines))

    sys.stdout.write(f"computed again after {sorted(round(one, 2) for one in taken_s)} s, next record after {sorted(round(one, 2) for one in heard_s)} s\n")
    assert max(taken_s) <= within_s
