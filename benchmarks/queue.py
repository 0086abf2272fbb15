"""What happens when fifty runs are started at once? One client presses Run 41 times, nine others once; viewers of all say what they are told.

`python -m benchmarks.queue` prints a table. The clients come from ten addresses of this machine's own network, because the server tells them apart by those.
"""

from __future__ import annotations

import argparse
import asyncio
import http.client
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlencode

from benchmarks.room import HOST, Stack, loop, running
from benchmarks.room_clients import Client
from benchmarks.stream_feeder import POD
from benchmarks.stream_viewers import Pieces, Viewer

PODS = 6
"""Of a run: some 4,000 records."""


@dataclass(slots=True, kw_only=True)
class Started:
    """A run, as who started it sees it."""

    address: str
    number: int
    """Of this client's runs, from 1."""
    path: str
    places: list[int] = field(default_factory=list)
    """In the queue, as they were told."""
    over_s: float = 0.0
    viewer: Viewer | None = None


class Waiting(Viewer):
    """Notes what it is told about the queue."""

    def __init__(self, address: tuple[str, int], started: Started) -> None:
        super().__init__(address, started.path, Pieces())
        self.started = started

    def on_bytes(self, client: Client, payload: bytes, at_s: float) -> None:
        kind, *said = json.loads(payload)
        place = said[0].get("queue") if kind == "h" else said[1].get("queue") if kind == "s" else None
        if place and self.started.places[-1:] != [place]:
            self.started.places.append(place)
        if kind == "s" and said[0] in ("finished", "failed"):
            self.started.over_s = at_s
        super().on_bytes(client, payload, at_s)


def press_run(port: int, address: str, number: int) -> Started:
    """From that address. Returns what was started."""
    text = "".join(POD.format(number=f"{number}-{pod}") for pod in range(PODS))
    # One of a class behind one address: each browser may start half as many as its address.
    token = f"{number:032d}"
    headers = {"Accept": "application/json", "Cookie": f"csrftoken={token}", "X-CSRFToken": token, "Content-Type": "application/x-www-form-urlencoded"}
    connection = http.client.HTTPConnection(HOST, port, timeout=30, source_address=(address, 0))
    connection.request("POST", "/run", urlencode({"text": text}), headers)
    answer = connection.getresponse()
    said = json.loads(answer.read())
    connection.close()
    if answer.status != 201:
        raise SystemExit(said)
    return Started(address=address, number=number, path=f"/ws/runs/{said['url'].rpartition('/')[2]}/")


async def pressed(stack: Stack, *, greedy: int, others: int) -> tuple[float, list[Started]]:
    """All runs, started one behind the other, and each followed to its end. Returns when it began, too."""
    began_s = time.perf_counter()
    runs: list[Started] = []
    viewers: list[Waiting] = []
    for address, count in [("127.0.0.2", greedy), *((f"127.0.0.{3 + number}", 1) for number in range(others))]:
        for number in range(1, count + 1):
            runs.append(await asyncio.to_thread(press_run, stack.port, address, number))
            viewers.append(Waiting(stack.address, runs[-1]))
            await viewers[-1].come()
    async with asyncio.timeout(600):
        await asyncio.gather(*(viewer.over.wait() for viewer in viewers))
    for viewer in viewers:
        viewer.leave()
    return began_s, runs


def table(began_s: float, runs: list[Started]) -> Iterator[str]:
    """Line by line."""
    greedy = [run for run in runs if run.address == runs[0].address]
    others = [run for run in runs if run.address != runs[0].address]
    order = sorted(runs, key=lambda run: run.over_s)
    yield f"{len(greedy)} runs of one client, then one each of {len(others)} others; all over after {order[-1].over_s - began_s:.1f} s"
    yield f"  place of the others' runs, told first    {', '.join(str(run.places[0]) if run.places else '-' for run in others)}"
    yield f"  finished as number                       {', '.join(str(order.index(run) + 1) for run in others)} of {len(runs)}"
    yield f"  places told to the last run of the first {', '.join(map(str, greedy[-1].places))}"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--greedy", type=int, default=41)
    parser.add_argument("--others", type=int, default=9)
    parser.add_argument("--workers", type=int, default=1)
    given = parser.parse_args()
    with running(workers=given.workers, more={"WORKERS": "1"}) as stack:
        for line in table(*loop(pressed(stack, greedy=given.greedy, others=given.others))):
            sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main()
