"""Does it hold together as real processes? A uvicorn, Celery workers that are killed, and a browser's end of the socket, each as in an installation."""

from __future__ import annotations

import functools
import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import redis
from websockets.sync.client import ClientConnection, connect

import simulator
from nodeviz.places import BASE_DIR
from nodeviz.supervisor import programs

pytestmark = pytest.mark.slow

POD = """\
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
SMALL = POD.format(number=0)
TRIED = POD.format(number="tried")
LONG = "".join(POD.format(number=number) for number in range(60))
"""Some 40,000 records: more than a second of computing, so that there is a middle to be killed in."""


class Client:
    """Somebody who uses an installation."""

    def __init__(self, address: str) -> None:
        self.address = address
        """Host and port."""

    def ask(self, path: str, form: dict[str, str] | None = None) -> str:
        """A GET, or a POST of a form, with the token that a page would have given."""
        token = "t" * 32
        headers = {"Accept": "application/json", "Cookie": f"csrftoken={token}", "X-CSRFToken": token}
        request = urllib.request.Request(f"http://{self.address}{path}", urlencode(form).encode() if form else None, headers)
        with urllib.request.urlopen(request, timeout=20) as response:
            return str(response.read().decode())

    def attempt(self, text: str) -> list[Any]:
        """The messages of a run that nobody stores."""
        token = "t" * 32
        headers = {"Content-Type": "application/json", "Cookie": f"csrftoken={token}", "X-CSRFToken": token}
        request = urllib.request.Request(f"http://{self.address}/try", json.dumps({"text": text}).encode(), headers)
        with urllib.request.urlopen(request, timeout=20) as response:
            return [json.loads(line) for line in response]

    def press_run(self, text: str) -> str:
        """Returns the scenario's id."""
        return str(json.loads(self.ask("/run", {"text": text}))["url"]).rpartition("/")[2]

    @contextmanager
    def watch(self, scenario_id: str, from_seq: int = 0) -> Iterator[ClientConnection]:
        """A socket that has joined at a record."""
        address = f"ws://{self.address}/ws/runs/{scenario_id}/"
        with connect(address, additional_headers={"Origin": f"http://{self.address}"}, max_size=None, open_timeout=20) as viewer:
            viewer.send(json.dumps({"op": "join", "from": from_seq}))
            yield viewer


class Installation(Client):
    """Processes over one database, one Redis and one listening socket."""

    def __init__(self, folder: Path, redis_url: str) -> None:
        self.folder = folder
        self.listening = socket.create_server(("127.0.0.1", 0))
        super().__init__(f"127.0.0.1:{self.listening.getsockname()[1]}")
        self.children: list[subprocess.Popen[bytes]] = []
        self.environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "nodeviz.settings",
            "VAR_DIR": str(folder),
            "DATABASE_URL": f"sqlite:///{folder}/test.sqlite3",
            "REDIS_URL": redis_url,
        }

    def command(self, *arguments: str) -> None:
        """One of Django's, to its end."""
        subprocess.run([sys.executable, "-m", "django", *arguments], cwd=BASE_DIR, env=self.environment, check=True, capture_output=True)

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """A process group of its own, so that it can be killed whole."""
        child = subprocess.Popen(
            [sys.executable, "-m", *arguments],
            cwd=BASE_DIR,
            env=self.environment,
            start_new_session=True,
            pass_fds=[self.listening.fileno()],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.children.append(child)
        return child

    def start_web(self) -> subprocess.Popen[bytes]:
        self.web = self.start(
            "uvicorn", "nodeviz.asgi:application", "--fd", str(self.listening.fileno()), "--ws", "nodeviz.framed_socket:FramedSocket", "--log-level", "error"
        )
        return self.web

    def start_worker(self) -> subprocess.Popen[bytes]:
        return self.start(*programs.worker().arguments[2:], "--concurrency", "1")

    def time_passes(self) -> None:
        """Every lease is over."""
        self.command("shell", "-v", "0", "-c", "from nodeviz.runs.models import Run; Run.objects.update(lease_until='2000-01-01T00:00:00Z')")

    def end(self, child: subprocess.Popen[bytes]) -> None:
        """With all its processes; one that has ended already is only taken off the list."""
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        self.children.remove(child)

    def close(self) -> None:
        for child in list(self.children):
            self.end(child)
        self.listening.close()


def until(viewer: ClientConnection, *kinds: str) -> tuple[list[dict[str, Any]], list[Any]]:
    """The records that come up to a message of this kind (or state), and that message."""
    records: list[dict[str, Any]] = []
    while True:
        message = json.loads(viewer.recv(timeout=60))
        if message[0] == "e":
            assert message[1] == message[2][0]["seq"]
            records += message[2]
        if message[0] in kinds or message[1] in kinds:
            return records, message


@functools.cache
def trace(text: str) -> list[dict[str, Any]]:
    """As the library gives it, and as JSON has it."""
    return [json.loads(simulator.encode(record)) for record in simulator.simulate(simulator.load({"pods.yaml": text}))]


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory, redis_url: str) -> Iterator[Installation]:
    """A database and a web server for all tests."""
    made = Installation(tmp_path_factory.mktemp("installation"), redis_url)
    try:
        made.command("migrate", "-v", "0")
        made.start_web()
        yield made
    finally:
        made.close()


@pytest.fixture
def installation(lasting: Installation, redis_client: redis.Redis) -> Iterator[Installation]:
    """With an empty Redis; what a test starts ends with it, but for the web server."""
    yield lasting
    for child in list(lasting.children):
        if child is not lasting.web:
            lasting.end(child)


def test_from_run_to_the_last_record(installation: Installation) -> None:
    installation.start_worker()
    scenario_id = installation.press_run(SMALL)
    with installation.watch(scenario_id) as viewer:
        records, last = until(viewer, "finished")

    assert records == trace(SMALL)
    assert last[2]["verdict"]["headline"] == simulator.verdict(records).headline
    assert [json.loads(line) for line in installation.ask(f"/s/{scenario_id}.jsonl").splitlines()] == records


def test_a_worker_that_is_killed_costs_its_viewers_nothing_but_time(installation: Installation) -> None:
    worker = installation.start_worker()
    scenario_id = installation.press_run(LONG)
    with installation.watch(scenario_id) as viewer:
        before, _ = until(viewer, "e")
        installation.end(worker)
        assert json.loads(installation.ask(f"/s/{scenario_id}.jsonl")) == {"status": "running"}
        installation.time_passes()
        installation.command("reaper", "--once")
        installation.start_worker()
        after, _ = until(viewer, "finished")

    assert before + after == trace(LONG)


def test_a_pool_process_that_is_killed_is_replaced_at_once(installation: Installation) -> None:
    worker = installation.start_worker()
    scenario_id = installation.press_run(LONG)
    with installation.watch(scenario_id) as viewer:
        before, _ = until(viewer, "e")
        (child,) = Path(f"/proc/{worker.pid}/task/{worker.pid}/children").read_text().split()
        os.kill(int(child), signal.SIGKILL)
        after, _ = until(viewer, "finished")

    assert before + after == trace(LONG)


def test_a_web_server_that_is_replaced_takes_up_its_viewers_again(installation: Installation) -> None:
    installation.start_worker()
    scenario_id = installation.press_run(LONG)
    with installation.watch(scenario_id) as viewer:
        before, _ = until(viewer, "e")
        installation.end(installation.web)
    installation.start_web()
    with installation.watch(scenario_id, len(before)) as viewer:
        after, _ = until(viewer, "finished")

    assert before + after == trace(LONG)


def test_a_try_leaves_nothing_on_the_disk(installation: Installation) -> None:
    installation.start_worker()
    hello, _, *frames, last = installation.attempt(TRIED)

    assert (hello[1]["status"], last[1]) == ("queued", "finished")
    assert [record for frame in frames for record in frame[2]] == trace(TRIED)
    assert [path.name for path in installation.folder.rglob("*") if path.is_file() and b"web-tried" in path.read_bytes()] == []
