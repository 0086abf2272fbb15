"""Who watches the run of `benchmarks/stream.py`? Sockets that check that every record comes once and in order, and come back when they are dropped."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import sys
import zlib
from collections.abc import AsyncIterator, Mapping
from typing import Any

from benchmarks.room_clients import Client, connected

RECORDS = re.compile(r'\["e",(\d+),\[')
SEQ = '{"seq":'
"""Begins a record, and stands nowhere else."""


class Viewer:
    """A page, as far as the stream is concerned."""

    def __init__(self, address: tuple[str, int], path: str) -> None:
        self.address, self.path = address, path
        self.next = 0
        """The record that it wants next."""
        self.crc = 0
        """Of all bytes of records so far."""
        self.lost = self.doubled = self.misordered = 0
        self.heard: list[tuple[int, int, float, float]] = []
        """First and last record of each message, when it was there, and since when this connection has followed."""
        self.over = asyncio.Event()
        self.client: Client | None = None
        self._joined_s = float("inf")

    async def come(self) -> None:
        """Join where it was."""
        self._joined_s = float("inf")
        self.client = await connected(self.address, self.path, self.on_text)
        self.client.say("join", **{"from": self.next})

    async def drop(self) -> None:
        """Lose the connection in the middle of whatever comes, and come back."""
        client, self.client = self.client, None
        if client:
            client.drop()
            await client.closed
        await self.come()

    def on_text(self, client: Client, text: str, at_s: float) -> None:
        if client is not self.client:
            return
        found = RECORDS.match(text)
        if found is None:
            kind, *said = json.loads(text)
            if kind == "h":
                self._joined_s = at_s
            elif said[0] in ("finished", "failed"):
                self.over.set()
            return
        first, last = int(found[1]), int(text[text.rfind(SEQ) + len(SEQ) :].partition(",")[0])
        self.lost += max(0, first - self.next)
        self.doubled += max(0, min(self.next, last + 1) - first)
        self.misordered += last - first + 1 != text.count(SEQ) or last < first
        self.next = last + 1
        self.crc = zlib.crc32(text[found.end() : -2].encode() + b",", self.crc)
        self.heard.append((first, last, at_s, self._joined_s))

    def leave(self) -> None:
        if self.client:
            self.client.drop()


class Feeder:
    """The process that writes; see `stream_feeder.py`."""

    def __init__(self, process: asyncio.subprocess.Process, scenario: str) -> None:
        self._process = process
        self.path = f"/ws/runs/{scenario}/"
        self.scenario = scenario

    def go(self) -> None:
        assert self._process.stdin
        self._process.stdin.write(b"go\n")

    async def result(self) -> tuple[list[float], int]:
        """When it had each record, and the checksum of their bytes."""
        assert self._process.stdout
        said = json.loads(await self._process.stdout.readline())
        return said["had_s"], said["crc"]


@contextlib.asynccontextmanager
async def feeding(environment: Mapping[str, str], *, records: int, per_s: float, frame: int) -> AsyncIterator[Feeder]:
    """A run that waits for `go`."""
    words = ("--records", str(records), "--per-s", str(per_s), "--frame", str(frame))
    pipes: dict[str, Any] = {"stdin": asyncio.subprocess.PIPE, "stdout": asyncio.subprocess.PIPE, "limit": 1 << 27}
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "benchmarks.stream_feeder", *words, env=dict(environment), **pipes)
    try:
        assert process.stdout
        yield Feeder(process, json.loads(await process.stdout.readline())["scenario"])
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def transports(viewers: list[Viewer], had_s: list[float]) -> list[float]:
    """From the moment at which the worker had the last record of a message to the one at which a socket's end had its bytes, in seconds.

    Of what was new when it was sent: who comes late or again first gets what is old.
    """
    return [at_s - had_s[last] for viewer in viewers for _, last, at_s, joined_s in viewer.heard if had_s[last] > joined_s]
