"""What can break under a run, and who watches meanwhile? Real processes that can be killed, frozen and cut off, and viewers who come back as a page does."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import sqlite3
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import redis
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.sync.client import connect

import simulator
from nodeviz.env import celery_url
from nodeviz.runs.tasks import simulate_run
from nodeviz.supervisor.programs import redis_server
from tests import surroundings
from tests.conftest import wait_for_redis
from tests.nodeviz.test_processes import POD, Client, Installation

RESTART_AFTER_S = 0.2
"""As the supervisor does after a first end."""

POLL_S = 0.05

PATIENCE_S = 90.0
"""Nothing takes so long, whatever breaks."""

MIDDLE = "".join(POD.format(number=number) for number in range(40))
"""Some 26,000 records, a second and a half of computing."""


class DurableRedis:
    """As `manage.py up` starts it: what it was told outlives its process."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.url = f"unix://{folder}/redis.sock"
        self.broker_url = celery_url(self.url)
        self.start()

    def start(self) -> None:
        binary = surroundings.redis_binary()
        if binary is None:
            surroundings.not_run("needs redis-server (apt install redis-server)")
        program = redis_server(binary, Path(self.folder, "redis.sock"), Path(self.folder))
        self.process = subprocess.Popen(program.arguments, stdout=subprocess.DEVNULL)
        wait_for_redis(self.url)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        Path(self.folder, "redis.sock").unlink(missing_ok=True)


class Wire:
    """A network between a program and the Redis that it knows by this address. While it is cut nothing arrives, and nobody is told."""

    def __init__(self, to: str) -> None:
        self._to = to
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"redis://127.0.0.1:{self._listening.getsockname()[1]}/0"
        self._whole = threading.Event()
        self._whole.set()
        self._over = threading.Event()
        self._age = 0
        """Of what those in between remember; connections of an earlier one are reset."""
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def cut(self) -> None:
        """Nothing is refused either: connections are made, and lead nowhere."""
        self._whole.clear()

    def mend(self, *, forget: bool) -> None:
        """What was sent meanwhile arrives; or those in between `forget` the connections, and reset them."""
        self._age += forget
        self._whole.set()

    def close(self) -> None:
        self._over.set()
        self._whole.set()
        for thread in self._threads:
            thread.join()
        self._listening.close()

    def _accept(self) -> None:
        while not self._over.is_set():
            if select.select([self._listening], [], [], POLL_S)[0]:
                near, _ = self._listening.accept()
                thread = threading.Thread(target=self._carry, args=(near, self._age))
                self._threads.append(thread)
                thread.start()

    def _carry(self, near: socket.socket, age: int) -> None:
        with near, socket.socket(socket.AF_UNIX) as far, contextlib.suppress(OSError):
            self._whole.wait()
            far.connect(self._to)
            sinks = {near: far, far: near}
            while not self._over.is_set() and age == self._age:
                self._whole.wait()
                readable = select.select([*sinks], [], [], POLL_S)[0]
                if not self._whole.is_set() or age != self._age:
                    continue
                for source in readable:
                    if not (data := source.recv(1 << 16)):
                        return
                    sinks[source].sendall(data)


class KeptInstallation(Installation):
    """Web, worker and reaper, each started again when it ends, as the supervisor and Docker do it."""

    def __init__(self, folder: Path, redis_url: str, *, web_redis_url: str, database_url: str = "") -> None:
        super().__init__(folder, redis_url)
        self.database = folder / "test.sqlite3"
        if database_url:
            self.environment["DATABASE_URL"] = database_url
        self.web_redis_url = web_redis_url
        self.kept: dict[str, subprocess.Popen[bytes]] = {}
        self._over = threading.Event()
        self._keeper = threading.Thread(target=self._keep, daemon=True)

    def start_program(self, name: str) -> None:
        if name == "web":
            direct = self.environment["REDIS_URL"]
            self.environment["REDIS_URL"] = self.web_redis_url
            self.kept[name] = self.start_web()
            self.environment["REDIS_URL"] = direct
        elif name == "worker":
            self.kept[name] = self.start_worker()
        else:
            self.kept[name] = self.start("django", "reaper")

    def open(self) -> None:
        self.command("migrate", "-v", "0")
        for name in ("web", "worker", "reaper"):
            self.start_program(name)
        self._keeper.start()

    def close(self) -> None:
        self._over.set()
        self._keeper.join()
        super().close()

    def kill(self, name: str) -> None:
        """With everything that it started."""
        os.killpg(self.kept[name].pid, signal.SIGKILL)

    def pool_process(self) -> int | None:
        """The worker's, unless it has none at the moment."""
        pid = self.kept["worker"].pid
        with contextlib.suppress(OSError, ValueError, IndexError):
            return int(Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0])
        return None

    @contextlib.contextmanager
    def frozen_worker(self) -> Iterator[Callable[[], None]]:
        """It is taken for dead while it only sleeps, and another one is started in its place. Call what it gives to wake it; at the end it is killed."""
        zombie = self.kept["worker"]
        os.killpg(zombie.pid, signal.SIGSTOP)
        self.start_program("worker")
        try:
            yield lambda: os.killpg(zombie.pid, signal.SIGCONT)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(zombie.pid, signal.SIGKILL)
            zombie.wait()

    def row(self, scenario_id: str, fields: str = "state, epoch, attempts, error") -> tuple[Any, ...]:
        """Of the run."""
        return row_of(self.database, scenario_id, fields)

    @contextlib.contextmanager
    def locked_database(self) -> Iterator[None]:
        """By another program, a backup for one."""
        with contextlib.closing(sqlite3.connect(self.database, timeout=PATIENCE_S, isolation_level=None)) as connection:
            connection.execute("BEGIN EXCLUSIVE")
            yield
            connection.execute("ROLLBACK")

    def send_again(self, scenario_id: str, *, as_redelivery: bool) -> None:
        """A second message for the run: another one, which is ignored while the run is computed, or the same, which takes it over."""
        pk, task_id = self.row(scenario_id, "id, task_id") or (None, "")
        if pk is not None:
            simulate_run.apply_async(args=[pk], **({"task_id": task_id} if as_redelivery and task_id else {}))

    def artefact(self, scenario_id: str) -> str:
        return self.ask(f"/s/{scenario_id}.jsonl")

    def _keep(self) -> None:
        ended: dict[str, float] = {}
        while not self._over.wait(POLL_S):
            for name, process in list(self.kept.items()):
                if process.poll() is None:
                    continue
                if time.monotonic() - ended.setdefault(name, time.monotonic()) > RESTART_AFTER_S:
                    del ended[name]
                    self.start_program(name)


class Viewer:
    """A page that watches a run in a thread of its own, and comes back to where it was whenever it is sent away. Every byte is compared with the trace."""

    def __init__(self, installation: Client, scenario_id: str, lines: list[str]) -> None:
        self._installation, self._scenario_id, self._lines = installation, scenario_id, lines
        self.next_seq = 0
        self.faults: list[str] = []
        self.ends: list[float] = []
        """When its connection ended."""
        self.heard: list[tuple[float, int]] = []
        """When records came, and how many there were then."""
        self.last: list[Any] | None = None
        """The message with the final state."""
        self.error = ""
        """What the last message of a state said besides."""
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def has(self, count: int) -> bool:
        """So many records, or the end."""
        return self.next_seq >= count or self.last is not None

    def wait_until(self, holds: Callable[[], bool], within_s: float = PATIENCE_S) -> bool:
        deadline_s = time.monotonic() + within_s
        while not (held := holds()) and time.monotonic() < deadline_s:
            time.sleep(0.005)
        return held

    def wait_for_end(self) -> list[Any] | None:
        self.wait_until(lambda: self.last is not None)
        self.close()
        return self.last

    def close(self) -> None:
        self._over.set()
        self._thread.join(PATIENCE_S)

    def _watch(self) -> None:
        while not self._over.is_set() and self.last is None:
            with contextlib.suppress(OSError, ConnectionClosed, InvalidHandshake, TimeoutError):
                self._sit()
            self.ends.append(time.monotonic())
            self._over.wait(0.2)

    def _sit(self) -> None:
        origin = f"http://{self._installation.address}"
        address = f"ws://{self._installation.address}/ws/runs/{self._scenario_id}/"
        with connect(address, additional_headers={"Origin": origin}, max_size=None, open_timeout=20, close_timeout=1) as socket:
            socket.send(json.dumps({"op": "join", "from": self.next_seq}))
            while not self._over.is_set() and self.last is None:
                with contextlib.suppress(TimeoutError):
                    self._take(str(socket.recv(timeout=0.5)))

    def _take(self, text: str) -> None:
        message = json.loads(text)
        if message[0] == "e":
            first, count = message[1], len(message[2])
            if first != self.next_seq:
                self.faults.append(f"record {first} where {self.next_seq} was due")
            if text != f'["e",{first},[{",".join(self._lines[first : first + count])}]]':
                self.faults.append(f"other bytes in records {first} to {first + count}")
            self.next_seq = first + count
            self.heard.append((time.monotonic(), self.next_seq))
        elif message[0] == "s":
            self.error = str(message[2].get("error", ""))
            if message[1] in ("finished", "failed"):
                self.last = message[1:]


def row_of(database: Path, scenario_id: str, fields: str) -> tuple[Any, ...]:
    """A run's; read without Django, because Django's connection is the test session's. Empty while the database does not answer."""
    with contextlib.suppress(sqlite3.OperationalError), contextlib.closing(sqlite3.connect(database, timeout=0.1)) as connection:
        return tuple(connection.execute(f"SELECT {fields} FROM runs_run WHERE scenario_id = ?", (scenario_id,)).fetchone() or ())
    return ()


def lines_of(text: str) -> list[str]:
    """The undisturbed trace."""
    return [simulator.encode(record) for record in simulator.simulate(simulator.load({"pods.yaml": text}))]


def forget_who_asked(url: str) -> None:
    """Rate limits are not what is tested here."""
    with redis.Redis.from_url(url) as client, contextlib.suppress(redis.RedisError):
        for key in client.scan_iter("nodeviz:bucket:*"):
            client.delete(key)
