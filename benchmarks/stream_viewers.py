"""Who watches the run of `benchmarks/stream.py`? Sockets that check that every record comes once and in order, and come back when they are dropped."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

from benchmarks.room_clients import Client, connected

RECORDS = re.compile(rb'\["e",(\d+),\[')
SEQ = b'{"seq":'
"""Begins a record, and stands nowhere else."""


class Bytes(Client):
    """Hears bytes: three hundred clients that each decode the same text would measure themselves."""

    on_bytes: Callable[[Client, bytes, float], None]

    def on_payload(self, payload: bytes, at_s: float) -> None:
        self.on_bytes(self, payload, at_s)


async def listening(address: tuple[str, int], path: str, on_bytes: Callable[[Client, bytes, float], None]) -> Client:
    """A client whose handshake is done. Only a server that speaks first would be missed."""
    client = await connected(address, path, lambda client, text, at_s: None, Bytes)
    client.on_bytes = on_bytes  # type: ignore[attr-defined]
    return client


class Pieces:
    """What was heard of one run, by anybody. Each piece is looked through once, and compared byte for byte with what everybody else gets."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, int], tuple[bytes, int]] = {}
        """First record and length -> payload, last record."""

    def last_of(self, payload: bytes, first: int) -> int | None:
        """The last record of a message. None: it is not what others got under the same number, or not in itself in order."""
        known = self._known.get((first, len(payload)))
        if known is None:
            numbers = [int(found) for found in re.findall(rb'\{"seq":(\d+),', payload)]
            if numbers != list(range(first, first + len(numbers))) or not numbers:
                return None
            known = self._known[first, len(payload)] = payload, numbers[-1]
        return known[1] if known[0] == payload else None

    def lines(self) -> dict[int, bytes]:
        """Every record that anybody got, by its number. Raises AssertionError where two differ."""
        found: dict[int, bytes] = {}
        for (first, _), (payload, _) in self._known.items():
            starts = [match.start() for match in re.finditer(rb'\{"seq":', payload)]
            for number, (start, end) in enumerate(zip(starts, [*(at - 1 for at in starts[1:]), len(payload) - 2], strict=True)):
                line = payload[start:end]
                assert found.setdefault(first + number, line) == line, first + number
        return found


class Viewer:
    """A page, as far as the stream is concerned."""

    def __init__(self, address: tuple[str, int], path: str, pieces: Pieces) -> None:
        self.address, self.path, self.pieces = address, path, pieces
        self.next = 0
        """The record that it wants next."""
        self.lost = self.doubled = self.misordered = 0
        self.heard: list[tuple[int, int, float, float]] = []
        """First and last record of each message, when it was there, and since when this connection has followed."""
        self.over = asyncio.Event()
        self.client: Client | None = None
        self._joined_s = float("inf")

    async def come(self) -> None:
        """Join where it was."""
        self._joined_s = float("inf")
        self.client = await listening(self.address, self.path, self.on_bytes)
        self.client.say("join", **{"from": self.next})

    async def drop(self) -> None:
        """Lose the connection in the middle of whatever comes, and come back."""
        client, self.client = self.client, None
        if client is None:
            # It is on its way back already.
            return
        client.drop()
        await client.closed
        await self.come()

    def on_bytes(self, client: Client, payload: bytes, at_s: float) -> None:
        if client is not self.client:
            return
        found = RECORDS.match(payload)
        if found is None:
            kind, *said = json.loads(payload)
            if kind == "h":
                self._joined_s = at_s
            elif said[0] in ("finished", "failed"):
                self.over.set()
            return
        first = int(found[1])
        last = self.pieces.last_of(payload, first)
        if last is None:
            self.misordered += 1
            return
        if first > self.next:
            self.lost += first - self.next
        elif first < self.next:
            self.doubled += min(self.next, last + 1) - first
        self.next = last + 1
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
