"""What does a class of 300 cost? The real stack, one room, a driver who scrubs; every message is timed from the driver's send to each student's receive.

`python -m benchmarks.room` prints a table in a minute or two. The clients run on the same machine and share its processors with the server, so latencies are an
upper bound of the server's part. Beside them the same bytes through `room_raw.py`, which only copies them: what server and network cost anyway.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import uvloop

from benchmarks.room_clients import Client, connected
from nodeviz.supervisor import programs
from nodeviz.supervisor.network import free_port, http_status
from nodeviz.supervisor.redis_choice import packaged_binary

FOLDER = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
SET = re.compile(r'\["set",(\d+),')
DROPPED_SHARE = 0.1
"""Of the class, in the middle of the driving."""
QUIET_S = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """How large a class, and how busy a driver."""

    clients: int = 300
    commands: int = 400
    per_s: float = 10.0
    """Commands of a driver who scrubs without rest."""


@dataclass(slots=True, kw_only=True)
class Found:
    """What was measured; times in seconds."""

    delivered: list[float] = field(default_factory=list)
    disordered: int = 0
    """Messages that were missing, twice there, or out of order for whoever was connected."""
    joined: list[float] = field(default_factory=list)
    answered: list[float] = field(default_factory=list)
    counted_s: float = 0.0
    """From the first answer until the teacher's histogram has all of them."""
    teacher_bytes: int = 0
    """Of the answers' messages to the teacher."""
    back: list[float] = field(default_factory=list)
    welcome_bytes: int = 0
    """The longest welcome of somebody who came back."""
    processes: dict[str, tuple[float, float]] = field(default_factory=dict)
    """Name -> processor time while driving in seconds, memory at most in MiB."""
    driving_s: float = 0.0


# -- processes ---------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """What answers."""

    ports: tuple[int, ...]
    """One a web process."""
    children: dict[str, subprocess.Popen[bytes]]
    environment: Mapping[str, str]

    @property
    def port(self) -> int:
        """Of the first web process."""
        return self.ports[0]

    @property
    def address(self) -> tuple[str, int]:
        """Of the first web process."""
        return HOST, self.port


@contextlib.contextmanager
def running(application: str = "nodeviz.asgi:application", *, webs: int = 1, workers: int = 0, more: Mapping[str, str] | None = None) -> Iterator[Stack]:
    """Web processes and, for nodeviz, Redis, database and workers, with the arguments that `manage.py up` gives them. `more`: of the environment."""
    with tempfile.TemporaryDirectory(prefix="nodeviz-room-") as folder, contextlib.ExitStack() as held:
        socket = Path(folder, "redis.sock")
        environment = {**os.environ, "VAR_DIR": folder, "REDIS_URL": f"unix://{socket}", "DEBUG": "true", "DJANGO_SETTINGS_MODULE": "nodeviz.settings"}
        environment |= more or {}
        children: dict[str, subprocess.Popen[bytes]] = {}

        def start(program: programs.Program, *, quiet: bool = False) -> None:
            errors = subprocess.DEVNULL if quiet else None
            child = subprocess.Popen(program.arguments, cwd=FOLDER, env=environment, stdout=subprocess.DEVNULL, stderr=errors)
            held.callback(stop, child)
            children[program.name] = child

        if not application.startswith("benchmarks.room_raw"):
            binary = shutil.which("redis-server") or packaged_binary()
            if binary is None:
                raise SystemExit("needs redis-server")
            start(programs.redis_server(binary, socket, Path(folder)))
        if application.startswith("nodeviz"):
            subprocess.run([sys.executable, "manage.py", "migrate", "-v", "0"], cwd=FOLDER, env=environment, check=True)
        ports = []
        for number in range(webs):
            ports.append(free_port())
            arguments = tuple(application if word == "nodeviz.asgi:application" else word for word in programs.web(HOST, ports[-1]).arguments)
            start(programs.Program(name=f"web-{number + 1}" if number else "web", arguments=arguments))
            asyncio.run(until_it_answers(ports[-1]))
        for number in range(workers):
            name = f"worker-{number + 1}" if number else "worker"
            start(programs.Program(name=name, arguments=(*programs.worker().arguments, "--hostname", f"{name}@%h")), quiet=True)
        yield Stack(ports=tuple(ports), children=children, environment=environment)


async def until_it_answers(port: int) -> None:
    """Raises TimeoutError after half a minute."""
    async with asyncio.timeout(30):
        while await http_status(HOST, port, "/healthz") != 200:
            await asyncio.sleep(0.05)


def stop(child: subprocess.Popen[bytes]) -> None:
    """Whatever it is doing."""
    child.send_signal(signal.SIGKILL)
    child.wait()


def used_s(pid: int) -> float:
    """Processor time of a process so far."""
    parts = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")


def most_mib(pid: int) -> float:
    """The most memory that it ever had."""
    return int(re.findall(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[0]) / 1024


def new_room(stack: Stack) -> dict[str, str]:
    """Of an example."""
    token = "t" * 32
    headers = {"Accept": "application/json", "Cookie": f"csrftoken={token}", "X-CSRFToken": token}
    request = urllib.request.Request(f"http://{HOST}:{stack.port}/rooms", urlencode({"example": "crash-loop"}).encode(), headers)
    with urllib.request.urlopen(request, timeout=20) as response:
        return dict(json.loads(response.read()))


# -- a class -----------------------------------------------------------------------------------------------------------------------


class Student:
    """Somebody who follows, and comes back when the connection is lost."""

    def __init__(self, room: Classroom, number: int) -> None:
        self.room, self.number = room, number
        self.seq = 0
        """The last that was heard of."""
        self.me: dict[str, Any] = {}
        self.client: Client
        self.welcomed = asyncio.Event()
        self.answered_s = 0.0

    async def come(self) -> float:
        """Returns how long it took."""
        started_s = time.perf_counter()
        self.welcomed.clear()
        self.client = await connected(self.room.stack.address, self.room.path, self.heard)
        me = {name: self.me[name] for name in ("person", "key")} if self.me else {"nickname": f"Student {self.number}"}
        self.client.say("hello", **me)
        await self.welcomed.wait()
        return time.perf_counter() - started_s

    def heard(self, client: Client, text: str, at_s: float) -> None:
        found = SET.match(text)
        if found:
            seq = int(found[1])
            self.room.found.disordered += seq != self.seq + 1
            self.seq = seq
            self.room.found.delivered.append(at_s - self.room.sent_s[seq])
        elif text.startswith('["answered"'):
            self.room.found.answered.append(at_s - self.answered_s)
        elif text.startswith('["welcome"'):
            welcome = json.loads(text)[1]
            self.me, self.seq = welcome["me"], welcome["state"]["seq"]
            self.room.longest_welcome = max(self.room.longest_welcome, len(text.encode()))
            self.welcomed.set()

    def answer(self) -> None:
        self.answered_s = time.perf_counter()
        self.client.say("answer", step="poll-1", answer=1 + self.number % 4)


class Classroom:
    """One room, its driver and its students."""

    def __init__(self, stack: Stack, load: Load) -> None:
        self.stack, self.load = stack, load
        self.found = Found()
        self.sent_s: dict[int, float] = {}
        self.seq = 0
        self.counted = 0
        self.longest_welcome = 0
        self.students: list[Student] = []

    async def run(self) -> Found:
        """Come in, drive, answer."""
        room = new_room(self.stack)
        self.path = f"/ws/rooms/{room['code']}/"
        self.driver = await connected(self.stack.address, self.path, self.heard)
        self.driver.say("hello", token=room["token"])
        self.students = [Student(self, number) for number in range(self.load.clients)]
        # A class comes in within seconds, not in one instant.
        for start in range(0, self.load.clients, 20):
            self.found.joined += await asyncio.gather(*(student.come() for student in self.students[start : start + 20]))
        await asyncio.sleep(QUIET_S)
        before = self.used()
        started_s = time.perf_counter()
        await self.drive()
        self.found.driving_s = time.perf_counter() - started_s
        after = self.used()
        await self.answer()
        self.found.processes = {name: (after[name] - before[name], most_mib(pid)) for name, pid in self.pids().items()}
        for client in (self.driver, *(student.client for student in self.students)):
            client.drop()
        return self.found

    def heard(self, client: Client, text: str, at_s: float) -> None:
        """What the driver hears."""
        if text.startswith('["class"'):
            histogram = json.loads(text)[1].get("histograms", {}).get("poll-1")
            self.counted = histogram["total"] if histogram else self.counted
        elif text.startswith('["refused"'):
            raise SystemExit(text)

    def send(self, part: dict[str, Any]) -> None:
        self.seq += 1
        self.sent_s[self.seq] = time.perf_counter()
        self.driver.say("drive", set=part)

    async def drive(self) -> None:
        """Play, scrub, select; in the middle some are thrown out, and come back."""
        chance = random.Random(7)
        begun_s = time.perf_counter()
        dropped = chance.sample(self.students, int(DROPPED_SHARE * len(self.students)))
        self.longest_welcome = 0
        drops = [asyncio.create_task(self.drop(student, chance.uniform(0.2, 0.7) * self.load.commands / self.load.per_s)) for student in dropped]
        for number in range(self.load.commands):
            self.send(part_of(number))
            await asyncio.sleep(max(0.0, begun_s + (number + 1) / self.load.per_s - time.perf_counter()))
        self.found.back = list(await asyncio.gather(*drops))
        await self.until(lambda: all(student.seq == self.seq for student in self.students))
        self.found.welcome_bytes = self.longest_welcome

    async def drop(self, student: Student, after_s: float) -> float:
        await asyncio.sleep(after_s)
        student.client.drop()
        await student.client.closed
        return await student.come()

    async def answer(self) -> None:
        """Everybody, within a second."""
        self.send({"poll": {"kind": "choose", "question": "What happens next?", "options": ["a", "b", "c", "d"]}})
        await self.until(lambda: all(student.seq == self.seq for student in self.students))
        bytes_before = self.driver.bytes
        started_s = time.perf_counter()
        for number, student in enumerate(self.students):
            student.answer()
            await asyncio.sleep(max(0.0, started_s + (number + 1) / len(self.students) - time.perf_counter()))
        await self.until(lambda: self.counted == len(self.students) == len(self.found.answered))
        self.found.counted_s = time.perf_counter() - started_s
        self.found.teacher_bytes = self.driver.bytes - bytes_before

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Raises TimeoutError after half a minute: something was lost."""
        async with asyncio.timeout(30):
            while not is_so():
                await asyncio.sleep(0.01)

    def pids(self) -> dict[str, int]:
        return {**{name: child.pid for name, child in self.stack.children.items()}, "clients": os.getpid()}

    def used(self) -> dict[str, float]:
        return {name: used_s(pid) for name, pid in self.pids().items()}


def part_of(number: int) -> dict[str, Any]:
    """What a driver does, mostly with the clock."""
    match number % 10:
        case 0:
            return {"selected": {"row": f"default/web-{number % 7}/app", "at_s": number / 10}}
        case 5:
            return {"lens": ("node", "kubelet", "api")[number % 3], "shown_until_s": number / 2}
        case _:
            return {"clock": {"at_s": number / 10, "speed": 10, "playing": number % 3 == 0}}


async def raw(stack: Stack, load: Load) -> Found:
    """The same bytes at the same pace, copied and not understood."""
    found = Found()
    sent_s: dict[int, float] = {}

    def heard(client: Client, text: str, at_s: float) -> None:
        if match := SET.match(text):
            found.delivered.append(at_s - sent_s[int(match[1])])

    clients = [await connected(stack.address, "/", heard) for _ in range(load.clients)]
    driver = await connected(stack.address, "/", lambda client, text, at_s: None)
    await asyncio.sleep(QUIET_S)
    web = stack.children["web"].pid
    before, mine = used_s(web), used_s(os.getpid())
    started_s = time.perf_counter()
    for number in range(load.commands):
        part = part_of(number)
        part = {**part, "clock": {**part["clock"], "age_ms": 1}} if "clock" in part else part
        sent_s[number + 1] = time.perf_counter()
        driver.write(json.dumps(["set", number + 1, part], separators=(",", ":")))
        await asyncio.sleep(max(0.0, started_s + (number + 1) / load.per_s - time.perf_counter()))
    async with asyncio.timeout(30):
        while len(found.delivered) < load.clients * load.commands:
            await asyncio.sleep(0.01)
    found.driving_s = time.perf_counter() - started_s
    found.processes = {"web": (used_s(web) - before, most_mib(web)), "clients": (used_s(os.getpid()) - mine, most_mib(os.getpid()))}
    for client in (*clients, driver):
        client.drop()
    return found


# -- the table ---------------------------------------------------------------------------------------------------------------------


def percentile(values: Sequence[float], share: float) -> float:
    """In milliseconds."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))] * 1000 if values else float("nan")


def times(values: Sequence[float]) -> str:
    """As the table has them."""
    return f"p50 {percentile(values, 0.5):6.1f} ms   p99 {percentile(values, 0.99):6.1f} ms   max {percentile(values, 1):6.1f} ms"


def table(load: Load, found: Found, bare: Found) -> Iterator[str]:
    """Line by line."""
    yield f"{load.clients} students, {load.commands} commands at {load.per_s:g} a second, {len(found.back)} connections dropped"
    yield f"  come in            {times(found.joined)}"
    yield f"  a command reaches  {times(found.delivered)}   {len(found.delivered)} deliveries, {found.disordered} lost or out of order"
    yield f"  the same, copied   {times(bare.delivered)}"
    ratios = " and ".join(f"{percentile(found.delivered, share) / percentile(bare.delivered, share):.1f}" for share in (0.5, 0.99))
    yield f"  ratio              {ratios} (p50 and p99); processor time of the web process {found.processes['web'][0] / bare.processes['web'][0]:.1f}"
    yield f"  come back          {times(found.back)}   welcome of {found.welcome_bytes} bytes"
    yield f"  an answer is kept  {times(found.answered)}   all counted after {found.counted_s:.2f} s, {found.teacher_bytes} bytes to the teacher"
    for title, each in (("room", found), ("copied", bare)):
        for name, (cpu_s, mib) in each.processes.items():
            yield f"  {title:6} {name:8} {cpu_s / each.driving_s * 100:5.1f} % of a core while driving, {mib:6.1f} MiB at most"


def measure(load: Load) -> tuple[Found, Found]:
    """A room, and the same bytes copied."""
    with running() as stack:
        found = loop(Classroom(stack, load).run())
    with running("benchmarks.room_raw:application") as stack:
        bare = loop(raw(stack, load))
    return found, bare


def loop(work: Awaitable[Found]) -> Found:
    """On the event loop that the server has, too."""

    async def run() -> Found:
        return await work

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(run())


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=300)
    parser.add_argument("--commands", type=int, default=400)
    parser.add_argument("--per-s", type=float, default=10.0)
    given = parser.parse_args()
    load = Load(clients=given.clients, commands=given.commands, per_s=given.per_s)
    found, bare = measure(load)
    for line in table(load, found, bare):
        sys.stdout.write(f"{line}\n")
    if found.disordered:
        raise SystemExit("messages were lost")


if __name__ == "__main__":
    main()
