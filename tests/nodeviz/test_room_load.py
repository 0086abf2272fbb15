"""Does a class of thirty lose anything? The small form of `benchmarks/room.py`, through real processes; times are those of the machine, so none is asserted."""

from __future__ import annotations

import pytest

from benchmarks.room import Classroom, Load, loop, percentile, running
from tests import surroundings

pytestmark = pytest.mark.slow

LOAD = Load(clients=30, commands=40, per_s=20)


def test_thirty_people_hear_everything_in_order_and_are_all_counted() -> None:
    if surroundings.redis_binary() is None:
        surroundings.not_run("needs redis-server (apt install redis-server)")
    with running() as stack:
        found = loop(Classroom(stack, LOAD).run())

    assert found.disordered == 0
    # The poll, too, and what who was away for a moment did not miss.
    assert len(found.back) == 3
    assert LOAD.clients * LOAD.commands * 0.9 < len(found.delivered) <= LOAD.clients * (LOAD.commands + 1)
    assert len(found.answered) == LOAD.clients
    assert found.welcome_bytes < 4_000
    assert found.teacher_bytes < 8_000


def test_the_last_value_is_the_highest_percentile() -> None:
    assert [percentile([0.003, 0.001, 0.002], share) for share in (0, 0.5, 1)] == [1, 2, 3]
