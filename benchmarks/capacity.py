"""What does one core carry? The real stack, one kind of work at a time, and the processor time that each of its processes takes for it.

`python -m benchmarks.capacity` prints a table in some minutes; `--database postgres://…` measures with that PostgreSQL instead of SQLite. Processor time hardly
depends on what else the machine does; what takes time on the wall does, so of that only ratios are given, of halves that were measured alternately.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import http.client
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from urllib.parse import urlencode

import redis
import uvloop

from benchmarks.capacity_stack import HOST, ORIGIN_HEADERS, Stack, running
from benchmarks.room_clients import Client, connected

FOLDER = Path(__file__).resolve().parent.parent
EXAMPLE = FOLDER / "scenarios" / "sidecar-crashes-mains-go-on"
TYPICAL = "---\n".join((EXAMPLE / name).read_text() for name in ("pods.yaml", "scenario.yaml"))
"""The example in the middle, by the length of its trace."""

CRASHING = """\
apiVersion: v1
kind: Pod
metadata:
  name: web-{number}
  annotations: {{behavior.nodeviz.dev/app: "{{runs: [{{duration: 1s, exitCode: 1}}]}}"}}
spec:
  containers:
  - {{name: app, image: "main-app1:1.0"}}
---
"""
LONG = "".join(CRASHING.format(number=number) for number in range(40))
"""Some 26,000 records."""

ROUNDS = 3
"""Of one against two, alternately; the median counts."""


class Bench:
    """Measures, and keeps the lines of the table."""

    def __init__(self, stack: Stack, runs: int, viewers: int) -> None:
        self.stack, self.runs, self.viewers = stack, runs, viewers
        self.lines: list[str] = []
        self._callers = 0

    def say(self, line: str) -> None:
        self.lines.append(line)
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()

    # -- asking --------------------------------------------------------------------------------------------------------------------

    def ask(self, path: str, body: bytes | None = None, kind: str = "", port: int = 0) -> bytes:
        """Each time as somebody else, so that nobody asks too often."""
        self._callers += 1
        address = f"10.{self._callers >> 16 & 255}.{self._callers >> 8 & 255}.{self._callers & 255}"
        headers = {**ORIGIN_HEADERS, "Accept": "application/json" if body else "text/html", "X-Forwarded-For": address, "Content-Type": kind}
        with contextlib.closing(http.client.HTTPConnection(HOST, port or self.stack.web_ports[0], timeout=60)) as connection:
            connection.request("POST" if body else "GET", path, body, headers)
            answer = connection.getresponse()
            read = answer.read()
        if answer.status >= 400:
            raise SystemExit(f"{path}: {answer.status} {read[:200]!r}")
        return read

    def press_run(self, text: str) -> str:
        """Returns the scenario's id."""
        made = json.loads(self.ask("/run", urlencode({"text": text}).encode(), "application/x-www-form-urlencoded"))
        return str(made["url"]).rpartition("/")[2]

    def check(self, text: str) -> None:
        self.ask("/check", json.dumps({"text": text}).encode(), "application/json")

    def warm_workers(self, count: int) -> None:
        """What a process does once, when it is new, is no part of what it does for each run."""
        self.stack.set_workers(count)
        first = self.stack.newest_run()
        for _ in range(4 * count):
            self.press_run(TYPICAL)
        self.stack.until_finished(first, 4 * count)

    def warm_webs(self, count: int) -> None:
        """The same for web processes."""
        self.stack.set_webs(count)
        path = f"/s/{self.stack.newest_scenario()}"
        for port in self.stack.web_ports[:count]:
            for page in ("/gallery", path, "/gallery", path):
                self.ask(page, port=port)

    # -- what is measured ----------------------------------------------------------------------------------------------------------

    def repeated(self, title: str, times: int, work: Callable[[], object]) -> None:
        """One after the other: what a web process takes for each."""
        work()
        before = self.stack.used()
        for _ in range(times):
            work()
        taken = difference(self.stack.used(), before)
        self.say(f"{title:34} {per_core(taken, times, 'web')}")

    def computed(self, workers: int) -> tuple[float, dict[str, float]]:
        """Runs that waited are computed by so many workers. Returns the seconds from the first claim to the last artefact, and the processor time."""
        self.warm_workers(workers)
        first = self.stack.newest_run()
        with self.stack.frozen_workers():
            for _ in range(self.runs):
                self.press_run(TYPICAL)
            before = self.stack.used()
        self.stack.until_finished(first, self.runs)
        taken = difference(self.stack.used(), before)
        return self.stack.seconds_of(first), taken

    def of_runs(self) -> None:
        """Queue to artefact, by one worker and by two."""
        walls: dict[int, list[float]] = {1: [], 2: []}
        taken: list[dict[str, float]] = []
        for _ in range(ROUNDS):
            for workers in (1, 2):
                seconds, used = self.computed(workers)
                walls[workers].append(seconds)
                taken += [used] if workers == 1 else []
        middle = {name: statistics.median(used.get(name, 0.0) for used in taken) for name in ("worker", "redis")}
        records = sum(1 for _ in self.ask(f"/s/{self.stack.newest_scenario()}.jsonl").splitlines())
        self.say(f"{f'a run of {records} records':34} {per_core(middle, self.runs, 'worker', 'redis')}")
        self.say(f"{'  two workers against one':34} {ratio(walls[1], walls[2])}  ({self.runs} runs that waited, {ROUNDS} rounds each)")

    def watched(self, webs: int) -> tuple[float, dict[str, float], int]:
        """A long run under the eyes of many. Returns seconds, processor time, and records that were delivered."""
        self.warm_webs(webs)
        with self.stack.frozen_workers() as go_on:
            scenario_id = self.press_run(LONG)
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                return runner.run(self._watch(scenario_id, webs, go_on))

    async def _watch(self, scenario_id: str, webs: int, go_on: Callable[[], None]) -> tuple[float, dict[str, float], int]:
        ended: set[Client] = set()
        faults = 0
        next_seq: dict[Client, int] = {}
        times: list[float] = []

        def heard(client: Client, text: str, at_s: float) -> None:
            nonlocal faults
            if text.startswith('["e",'):
                times.append(at_s)
                first_seq = int(text[5 : text.index(",", 5)])
                faults += first_seq != next_seq.get(client, 0)
                next_seq[client] = first_seq + text.count('"seq":')
            elif text.startswith('["s","finished"'):
                ended.add(client)

        clients = []
        for number in range(self.viewers):
            client = await connected((HOST, self.stack.web_ports[number % webs]), f"/ws/runs/{scenario_id}/", heard)
            client.write('{"op": "join", "from": 0}')
            clients.append(client)
        await asyncio.sleep(1)
        before = self.stack.used()
        go_on()
        async with asyncio.timeout(300):
            while len(ended) < self.viewers:
                await asyncio.sleep(0.02)
        taken = difference(self.stack.used(), before)
        for client in clients:
            client.drop()
        if faults or len(set(next_seq.values())) != 1:
            raise SystemExit("records were lost")
        return max(times) - min(times), taken, sum(next_seq.values())

    def of_viewers(self) -> None:
        """Deliveries of one web process, and of two."""
        walls: dict[int, list[float]] = {1: [], 2: []}
        rates = []
        for _ in range(ROUNDS):
            for webs in (1, 2):
                seconds, taken, delivered = self.watched(webs)
                walls[webs].append(seconds)
                rates += [delivered / taken["web"]] if webs == 1 else []
        self.stack.set_webs(1)
        self.say(f"{'records delivered to viewers':34} {statistics.median(rates):12,.0f} a second of the web process's core  ({self.viewers} viewers)")
        self.say(f"{'  two web processes against one':34} {ratio(walls[1], walls[2])}  (the clients share the processors)")

    def of_pages(self, webs: int, count: int = 200) -> float:
        """Seconds for so many pages, asked for by eight at once."""
        self.warm_webs(webs)
        started_s = time.perf_counter()
        threads = [threading.Thread(target=self._pages, args=(number, count // 8, webs)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return time.perf_counter() - started_s

    def _pages(self, number: int, count: int, webs: int) -> None:
        for _ in range(count):
            self.ask("/gallery", port=self.stack.web_ports[number % webs])

    def of_storage(self) -> None:
        """What a run and a room leave, in Redis and on the disk."""
        with redis.Redis.from_url(self.stack.redis_url) as client:
            keys = list(client.scan_iter("nodeviz:run:*:frames"))
            sizes = [int(client.memory_usage(key, samples=0) or 0) for key in keys]
            self.say(
                f"{'Redis, a run of the typical kind':34} {statistics.median(sizes) / 1024:8.1f} KiB until ten seconds after its end; "
                f"the long one {max(sizes) / 1024:,.0f} KiB"
            )
            client.flushdb()
            room = json.loads(self.ask("/rooms", urlencode({"example": "crash-loop"}).encode(), "application/x-www-form-urlencoded"))
            with asyncio.Runner() as runner:
                runner.run(self._class(room, 30))
            total = sum(int(client.memory_usage(key, samples=0) or 0) for key in client.scan_iter("nodeviz:room*"))
            self.say(f"{'Redis, a room of 30 who answered':34} {total / 1024:8.1f} KiB until {24} hours after its last command")
        texts, artefacts, disk = self.stack.storage()
        self.say(
            f"{'the database, a run of that kind':34} {texts / 1024:8.1f} KiB of text and {artefacts / 1024:.1f} KiB of records; "
            f"{disk / 1024:.1f} KiB a run on the disk"
        )

    async def _class(self, room: dict[str, str], people: int) -> None:
        clients = []
        told = asyncio.Semaphore(0)

        def heard(client: Client, text: str, at_s: float) -> None:
            if text.startswith(('["welcome"', '["answered"')):
                told.release()

        path = f"/ws/rooms/{room['code']}/"
        for number in range(people + 1):
            client = await connected((HOST, self.stack.web_ports[0]), path, heard)
            client.say("hello", **({"nickname": f"Student {number}"} if number else {"token": room["token"]}))
            await told.acquire()
            clients.append(client)
        clients[0].say("drive", set={"poll": {"kind": "choose", "question": "What happens next?", "options": ["a", "b", "c", "d"]}})
        await asyncio.sleep(0.5)
        for client in clients[1:]:
            client.say("answer", step="poll-1", answer=1)
            await told.acquire()

    def of_memory(self) -> None:
        """Unique and shared memory of each process, after all that."""
        self.stack.set_workers(1)
        self.check(TYPICAL)
        self.press_run(LONG)
        self.stack.until_finished(self.stack.newest_run() - 1, 1)
        for name, mib, most in self.stack.memory():
            self.say(f"{f'memory, {name}':34} {mib:8.1f} MiB of its own, {most:.1f} MiB at most with what is shared")

    def measure(self) -> None:
        """All of it."""
        text = TYPICAL
        scenario_id = self.press_run(text)
        self.stack.until_finished(0, 1)
        self.repeated("the first page", 100, lambda: self.ask("/"))
        self.repeated("the gallery", 100, lambda: self.ask("/gallery"))
        self.repeated("a run's page", 100, lambda: self.ask(f"/s/{scenario_id}"))
        self.repeated("a check of a text", 100, lambda: self.check(text))
        self.of_runs()
        self.stack.set_workers(1)
        with self.stack.frozen_workers():
            self.repeated("Run is pressed (queued)", 40, lambda: self.press_run(text))
        of_one, of_two = [], []
        for _ in range(ROUNDS):
            of_one.append(self.of_pages(1))
            of_two.append(self.of_pages(2))
        self.say(f"{'  pages, two web processes against one':34} {ratio(of_one, of_two)}  (eight at once)")
        self.stack.set_webs(1)
        self.stack.set_workers(1)
        self.stack.until_idle()
        self.of_viewers()
        self.of_storage()
        self.of_memory()
        if self.stack.connections() is not None:
            self.say(f"{'PostgreSQL connections at most':34} {self.most_connections(scenario_id):8}  (1 web process, 64 pages asked for at once, and 1 worker)")

    def most_connections(self, scenario_id: str) -> int:
        """While many ask at once."""
        threads = [threading.Thread(target=self.ask, args=(f"/s/{scenario_id}",)) for _ in range(64)]
        for thread in threads:
            thread.start()
        most = 0
        while any(thread.is_alive() for thread in threads):
            most = max(most, self.stack.connections() or 0)
        return most


def difference(after: dict[str, float], before: dict[str, float]) -> dict[str, float]:
    """Of the processor times by program. A process that ended in between takes its time with it, so measure none that does."""
    return {name: after[name] - before.get(name, 0.0) for name in after}


def per_core(taken: dict[str, float], times: int, *names: str) -> str:
    """How much of each program's core one takes, and how many a core carries."""
    total = sum(taken.get(name, 0.0) for name in names)
    parts = ", ".join(f"{name} {taken.get(name, 0.0) / times * 1000:.1f} ms" for name in names)
    return f"{times / total if total else float('inf'):8,.0f} a second of a core  ({parts})"


def ratio(one: Sequence[float], two: Sequence[float]) -> str:
    """Of the medians."""
    return f"{statistics.median(one) / statistics.median(two):8.2f} times"


@contextlib.contextmanager
def given_database(url: str) -> Iterator[str]:
    """A new database in that PostgreSQL; nothing for SQLite."""
    if not url:
        yield ""
        return
    name = f"nodeviz_capacity_{os.getpid()}"
    base = url.rpartition("/")[0]
    run_sql(url, f"CREATE DATABASE {name}")
    try:
        yield f"{base}/{name}"
    finally:
        run_sql(url, f"DROP DATABASE {name} WITH (FORCE)")


def run_sql(url: str, statement: str) -> None:
    subprocess.run(("psql", "-q", "-c", statement, url), check=True)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", default="", help="postgres://user@host:port/name; a database beside it is made, and dropped")
    parser.add_argument("--runs", type=int, default=60)
    parser.add_argument("--viewers", type=int, default=60)
    given = parser.parse_args()
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="nodeviz-capacity-") as folder, given_database(given.database) as url, running(Path(folder), url) as stack:
        bench = Bench(stack, given.runs, given.viewers)
        bench.say(f"{os.cpu_count()} processors, load {load:.1f} before, {'PostgreSQL' if url else 'SQLite'}")
        bench.measure()


if __name__ == "__main__":
    main()
