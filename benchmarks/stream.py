"""What does it cost to show one run to three hundred people while it is computed? The real stack, 1,000 records a second, each of them checked by each viewer.

`python -m benchmarks.stream` prints a table in some minutes. Beside nodeviz, on the same machine and in turns with it: the same bytes from an ASGI application
that does nothing else (`stream_raw.py`), and the usual design of one `group_send` a record (`stream_group.py`). The clients run on the same machine and share
its processors with the server, so latencies are an upper bound of the server's part.

*Transport* is the time from the moment at which the worker has the last record of a frame to the one at which a viewer's socket has the bytes: encoding,
compression, Redis, the web process, the network and the client's own turn in a queue of three hundred.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import re
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import uvloop

import simulator
from benchmarks.room import HOST, Stack, running, times, used_s
from benchmarks.room_clients import Client
from benchmarks.stream_feeder import checksum, trace
from benchmarks.stream_raw import GO, GO_FRAMED, MESSAGES
from benchmarks.stream_viewers import RECORDS, Pieces, Viewer, feeding, listening, transports
from nodeviz.runs.frames import Frame, records_message

QUIET_S = 1.0
RAW, GROUP = "benchmarks.stream_raw:application", "benchmarks.stream_group:application"


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """How many watch what."""

    viewers: int = 300
    per_s: float = 1000.0
    frame: int = 50
    """Records: at 1,000 a second one frame each 50 ms. Runs are computed faster, in frames of 500."""
    steady_s: float = 12.0
    rounds: int = 3
    storm_s: float = 25.0
    late: int = 30
    drops: int = 400
    stalled: int = 5
    stalled_records: int = 200_000
    group_per_s: float = 8.0
    group_s: float = 10.0


@dataclass(slots=True, kw_only=True)
class Found:
    """What was measured of one phase; times in seconds."""

    deliveries: int = 0
    """Of records."""
    cpu_s: float = 0.0
    """Of the web process."""
    transports: list[float] = field(default_factory=list)
    wrong: dict[str, int] = field(default_factory=dict)

    @property
    def us(self) -> float:
        """Processor time a delivery, in millionths of a second."""
        return self.cpu_s / max(1, self.deliveries) * 1e6


# -- nodeviz -----------------------------------------------------------------------------------------------------------------------


async def watched(stack: Stack, load: Load, seconds: float, *, late: int = 0, drops: int = 0) -> Found:
    """One run, from its first record to its last. `late` of the viewers come in the middle of it; so often somebody is dropped and comes back."""
    chance = random.Random(7)
    records = round(load.per_s * seconds)
    async with feeding(stack.environment, records=records, per_s=load.per_s, frame=load.frame) as feeder:
        addresses = [(HOST, port) for port in stack.ports]
        pieces = Pieces()
        viewers = [Viewer(addresses[number % len(addresses)], feeder.path, pieces) for number in range(load.viewers)]
        early = viewers[: load.viewers - late]
        for start in range(0, len(early), 20):
            await asyncio.gather(*(viewer.come() for viewer in early[start : start + 20]))
        await asyncio.sleep(QUIET_S)
        webs = [child.pid for name, child in stack.children.items() if name.startswith("web")]
        before_s = sum(map(used_s, webs))
        feeder.go()
        work = [asyncio.create_task(after(chance.uniform(0.1, 0.9) * seconds, viewer.come)) for viewer in viewers[len(early) :]]
        work += [asyncio.create_task(after(chance.uniform(0.05, 0.95) * seconds, chance.choice(early).drop)) for _ in range(drops)]
        await asyncio.gather(*work)
        async with asyncio.timeout(seconds + 60):
            await asyncio.gather(*(viewer.over.wait() for viewer in viewers))
        cpu_s = sum(map(used_s, webs)) - before_s
        had_s, crc = await feeder.result()
    for viewer in viewers:
        viewer.leave()
    wrong = {name: sum(getattr(viewer, name) for viewer in viewers) for name in ("lost", "doubled", "misordered")}
    lines = pieces.lines()
    wrong["at another end"] = sum(viewer.next != records for viewer in viewers)
    wrong["different in a byte"] = int(checksum(lines[seq] for seq in sorted(lines)) != crc)
    return Found(deliveries=records * len(viewers), cpu_s=cpu_s, transports=transports(viewers, had_s), wrong=wrong)


async def after(pause_s: float, what: Any) -> None:
    await asyncio.sleep(pause_s)
    await what()


async def stalled(stack: Stack, load: Load, count: int) -> tuple[float, float, float]:
    """A long run as fast as it can be written, one who reads it, and `count` who read nothing.

    Memory of the web process before and at most, and of the run's text, in MiB.
    """
    pid = stack.children["web"].pid
    async with feeding(stack.environment, records=load.stalled_records, per_s=0, frame=500) as feeder:
        before = most = now_mib(pid)
        viewers = [Viewer(stack.address, feeder.path, Pieces()) for _ in range(1)]
        deaf = [await listening(stack.address, feeder.path, lambda client, payload, at_s: None) for _ in range(count)]
        for client in deaf:
            client.say("join", **{"from": 0})
            client.stop_reading()
        await asyncio.gather(*(viewer.come() for viewer in viewers))
        feeder.go()
        while not all(viewer.over.is_set() for viewer in viewers):
            most = max(most, now_mib(pid))
            await asyncio.sleep(0.05)
        await feeder.result()
    assert all(viewer.next == load.stalled_records for viewer in viewers)
    size = sum(client.bytes for client in (viewer.client for viewer in viewers) if client) / len(viewers) / 2**20
    for each in (*deaf, *(viewer.client for viewer in viewers)):
        if each:
            each.drop()
    return before, most, size


def now_mib(pid: int) -> float:
    """The memory that it has."""
    return int(re.findall(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[0]) / 1024


# -- what it is compared with ------------------------------------------------------------------------------------------------------


def messages_of(load: Load) -> list[tuple[float, str]]:
    """What a viewer of a run gets, and when the worker has the last record of it."""
    lines = [simulator.encode(record) for record in trace(round(load.per_s * load.steady_s))]
    made, first_seq = [], 0
    for size in sizes_of(load, len(lines)):
        frame = Frame(first_seq=first_seq, lines=tuple(lines[first_seq : first_seq + size]))
        first_seq += size
        made.append((first_seq / load.per_s, records_message(frame, frame.first_seq)))
    return made


def sizes_of(load: Load, count: int) -> Iterator[int]:
    """As the feeder cuts."""
    size = 1
    while count > 0:
        yield min(size, count)
        count, size = count - size, min(2 * size, load.frame)


async def raw(stack: Stack, load: Load, messages: list[tuple[float, str]], word: str = GO) -> Found:
    """The same bytes at the same pace."""
    found, pieces = Found(), Pieces()
    heard_s: list[tuple[int, float]] = []
    begun_s: list[float] = []

    def heard(client: Client, payload: bytes, at_s: float) -> None:
        first_seq = int(RECORDS.match(payload)[1])  # type: ignore[index]
        last = pieces.last_of(payload, first_seq)
        assert last is not None
        found.deliveries += last - first_seq + 1
        heard_s.append((first_seq, at_s))

    clients = [await listening(stack.address, "/", heard) for _ in range(load.viewers)]
    for client in clients:
        client.write("here")
    control = await listening(stack.address, "/", lambda client, payload, at_s: begun_s.extend(json.loads(payload)))
    await asyncio.sleep(QUIET_S)
    pid = stack.children["web"].pid
    before_s = used_s(pid)
    control.write(word)
    async with asyncio.timeout(load.steady_s + 60):
        while not begun_s or found.deliveries < load.viewers * round(load.per_s * load.steady_s):
            await asyncio.sleep(0.01)
    found.cpu_s = used_s(pid) - before_s
    firsts = [int(RECORDS.match(text.encode())[1]) for _, text in messages]  # type: ignore[index]
    begun = dict(zip(firsts, begun_s, strict=True))
    found.transports = [at_s - begun[first_seq] for first_seq, at_s in heard_s]
    for client in (*clients, control):
        client.drop()
    return found


async def group(stack: Stack, load: Load) -> Found:
    """As many records a second as it carries without losing any."""
    found = Found()

    def heard(client: Client, payload: bytes, at_s: float) -> None:
        found.deliveries += 1

    clients = [await listening(stack.address, "/", heard) for _ in range(load.viewers)]
    await asyncio.sleep(QUIET_S)
    pid = stack.children["web"].pid
    before_s = used_s(pid)
    words = ("--records", str(round(load.group_per_s * load.group_s)), "--per-s", str(load.group_per_s))
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "benchmarks.stream_group", *words, env=dict(stack.environment))
    await process.wait()
    seen = -1
    while seen != found.deliveries:
        seen = found.deliveries
        await asyncio.sleep(QUIET_S)
    found.cpu_s = used_s(pid) - before_s
    found.wrong = {"lost": load.viewers * round(load.group_per_s * load.group_s) - found.deliveries}
    for client in clients:
        client.drop()
    return found


# -- the table ---------------------------------------------------------------------------------------------------------------------


def measure(load: Load) -> Iterator[str]:
    """Line by line, as it is measured. Raises SystemExit when anything was lost."""
    messages = messages_of(load)
    wrong = 0
    yield f"{load.viewers} viewers of one run, {load.per_s:g} records a second in frames of {load.frame}; load average {os.getloadavg()[0]:.1f} at first"
    with tempfile.TemporaryDirectory(prefix="nodeviz-stream-") as folder:
        file = Path(folder, "messages.json")
        file.write_text(json.dumps(messages))
        ratios, floors, bares = [], [], []
        with running() as stack, running(RAW, more={MESSAGES: str(file)}) as bare:
            for _ in range(load.rounds):
                ours = loop(watched(stack, load, load.steady_s))
                theirs, least = loop(raw(bare, load, messages)), loop(raw(bare, load, messages, GO_FRAMED))
                wrong += sum(ours.wrong.values())
                ratios.append(ours.us / theirs.us)
                floors.append(ours.us / least.us)
                bares.append(ours.us)
                yield f"  steady    {times(ours.transports)}   {ours.us:5.3f} us a delivery   {said(ours)}"
                yield f"  raw       {times(theirs.transports)}   {theirs.us:5.3f} us a delivery   ratio {ratios[-1]:.2f}"
                yield f"  framed    {times(least.transports)}   {least.us:5.3f} us a delivery   ratio {floors[-1]:.2f}"
            for name, found in (("raw", ratios), ("raw, framed once for all", floors)):
                yield f"  processor time a delivery, nodeviz to {name}: best {min(found):.2f}, median {median(found):.2f}"
            storm = loop(watched(stack, load, load.storm_s, late=load.late, drops=load.drops))
            wrong += sum(storm.wrong.values())
            yield f"  storm     {times(storm.transports)}   {storm.us:5.3f} us a delivery   {load.late} late, {load.drops} dropped: {said(storm)}"
    with running(GROUP) as stack:
        usual = loop(group(stack, load))
        yield f"  group     {usual.us:.1f} us a delivery, {usual.wrong['lost']} lost at {load.group_per_s:g} records a second"
        yield f"  deliveries for the same processor time, nodeviz to group_send: {usual.us / median(bares):.0f} times"
    for count in (0, load.stalled):
        with running() as stack:
            before, most, size = loop(stalled(stack, load, count))
            yield f"  {count} stalled {before:.1f} MiB before, {most:.1f} at most, while {size:.1f} MiB of records went by"
    yield f"  load average {os.getloadavg()[0]:.1f} at last"
    if wrong:
        raise SystemExit("records were lost, doubled or misordered")


def said(found: Found) -> str:
    """What went wrong."""
    return ", ".join(f"{count} {what}" for what, count in found.wrong.items())


def loop(work: Any) -> Any:
    """On the event loop that the server has, too."""

    async def run() -> Any:
        return await work

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(run())


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name, value in ((name, getattr(Load(), name)) for name in Load.__dataclass_fields__):
        parser.add_argument(f"--{name.replace('_', '-')}", type=type(value), default=value)
    for line in measure(Load(**vars(parser.parse_args()))):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
