"""How many rooms and people are there? For `/metrics`."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from prometheus_client.core import GaugeMetricFamily, Metric

from nodeviz.classroom.room_scripts import ROOMS_KEY, keys_of
from nodeviz.runs.stream import client


def of_rooms() -> Iterator[Metric]:
    """Those that are open, and who is there by the clock of this machine. Raises redis.RedisError."""
    connection, now_ms = client(), time.time() * 1000
    codes: Any = connection.zrangebyscore(ROOMS_KEY, now_ms, "+inf")
    with connection.pipeline() as pipe:
        for code in codes:
            pipe.zcount(keys_of(code.decode())[6], now_ms, "+inf")
        here = pipe.execute()
    yield GaugeMetricFamily("nodeviz_rooms", "Rooms that are open.", value=len(codes))
    yield GaugeMetricFamily("nodeviz_room_people", "People who are in a room now; one with two windows counts twice.", value=sum(here))
