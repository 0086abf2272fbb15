"""Does a crowd lose anything? The small form of `benchmarks/stream.py` and `queue.py`, through real processes; times are the machine's, so none is asserted."""

from __future__ import annotations

import pytest

from benchmarks import queue, stream
from benchmarks.room import loop, running
from tests import surroundings

pytestmark = pytest.mark.slow

LOAD = stream.Load(viewers=20, per_s=400, frame=20)
NOTHING = {"lost": 0, "doubled": 0, "misordered": 0, "at another end": 0, "different in a byte": 0}


@pytest.fixture(autouse=True)
def needs_redis() -> None:
    if surroundings.redis_binary() is None:
        surroundings.not_run("needs redis-server (apt install redis-server)")


@pytest.mark.parametrize("webs", [pytest.param(1, id="one web process"), pytest.param(2, id="two web processes over one Redis and one database")])
def test_every_viewer_gets_every_byte_once_and_in_order(webs: int) -> None:
    """Five come late, and thirty times somebody is dropped in the middle of whatever comes."""
    with running(webs=webs) as stack:
        found = loop(stream.watched(stack, LOAD, 2, late=5, drops=30))

    assert found.wrong == NOTHING
    assert found.deliveries == 20 * 800


def test_two_workers_compute_what_many_started_and_nobody_waits_for_all_of_another() -> None:
    with running(webs=2, workers=2, more={"WORKERS": "1"}) as stack:
        _, runs = loop(queue.pressed(stack, greedy=8, others=2))

    assert all(run.over_s for run in runs)
    order = [run.address for run in sorted(runs, key=lambda run: run.over_s)]
    # Two are computed when the first of the others comes, at most; after that it is their turn.
    assert {"127.0.0.3", "127.0.0.4"} <= set(order[:6])


def test_the_checks_find_what_they_are_there_for() -> None:
    def heard(*payloads: bytes) -> tuple[int, int, int]:
        viewer = stream.Viewer(("127.0.0.1", 1), "/", stream.Pieces())
        for payload in payloads:
            viewer.on_bytes(viewer.client, payload, 0.0)  # type: ignore[arg-type]
        return viewer.lost, viewer.doubled, viewer.misordered

    first, second, third = (b'["e",%d,[{"seq":%d,"t":0}]]' % (seq, seq) for seq in range(3))

    assert heard(first, second, third) == (0, 0, 0)
    assert heard(first, third) == (1, 0, 0)
    assert heard(first, second, second, third) == (0, 1, 0)
    assert heard(b'["e",0,[{"seq":1,"t":0},{"seq":0,"t":0}]]')[2] == 1
    assert heard(first, b'["e",0,[{"seq":0,"t":1}]]')[2] == 1
