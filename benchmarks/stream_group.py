"""What does the usual design cost? A Channels consumer in a group, and `group_send` for each record, through Redis as between a worker and a web process.

The application is served as nodeviz is; `python -m benchmarks.stream_group` is the worker. Only for comparison: nodeviz has no channel layer.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import os
import time
from typing import Any

import django
from channels.generic.websocket import AsyncWebsocketConsumer
from channels.layers import get_channel_layer
from channels.routing import ProtocolTypeRouter
from django.conf import settings

GROUP = "run"

if not settings.configured:
    settings.configure(
        CHANNEL_LAYERS={"default": {"BACKEND": "channels_redis.core.RedisChannelLayer", "CONFIG": {"hosts": [os.environ["REDIS_URL"]]}}},
        SECRET_KEY="only for a comparison",
    )
    django.setup()


class Watching(AsyncWebsocketConsumer):
    """One of the group."""

    groups = (GROUP,)

    async def record(self, message: dict[str, Any]) -> None:
        """As `group_send` names it."""
        await self.send(message["text"])


async def alive(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """For who waits until the server is there."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"alive\n"})


application = ProtocolTypeRouter({"http": alive, "websocket": Watching.as_asgi()})


async def send_all(count: int, per_s: float) -> None:
    """One record, one message."""
    from benchmarks.stream_feeder import trace
    from simulator import encode

    layer = get_channel_layer()
    lines = [encode(record) for record in itertools.islice(trace(count), count)]
    started_s = time.perf_counter()
    for seq, line in enumerate(lines):
        await asyncio.sleep(max(0.0, started_s + seq / per_s - time.perf_counter()))
        await layer.group_send(GROUP, {"type": "record", "text": f'["e",{seq},[{line}]]'})


def main() -> None:
    """Send so many records."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, required=True)
    parser.add_argument("--per-s", type=float, required=True)
    given = parser.parse_args()
    asyncio.run(send_all(given.records, given.per_s))


if __name__ == "__main__":
    main()
