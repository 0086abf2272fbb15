"""What is nodeviz on several machines? The proxy of `deploy/`, two web processes and two workers that share nothing but a PostgreSQL, a Redis and a secret."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.sync.client import ClientConnection, connect

from nodeviz.places import BASE_DIR
from nodeviz.supervisor import programs
from nodeviz.supervisor.network import free_port
from tests import surroundings
from tests.conftest import wait_for_redis
from tests.nodeviz.postgres import Postgres

PATIENCE_S = 90.0
"""Everything happens sooner; a busy machine is slow."""

TOKEN = "t" * 32
SECRET_KEY = "0123456789abcdefghijklmnopqrstuvwxyz" * 2
DEPLOY = BASE_DIR / "deploy"


def program(name: str, package: str) -> str:
    """Debian keeps servers off an ordinary user's path."""
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")
    if found is None:
        surroundings.not_run(f"needs {name} (apt install {package})")
    return found


def eventually(holds: Callable[[], bool], within_s: float = PATIENCE_S) -> bool:
    deadline_s = time.monotonic() + within_s
    while not (held := holds()) and time.monotonic() < deadline_s:
        time.sleep(0.02)
    return held


def answers(port: int, path: str = "/healthz") -> bool:
    """Something there answers well."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=2) as response:
            return bool(response.status == 200)
    except OSError:
        return False


def established(port: int) -> int:
    """Connections of this machine that end at the port."""
    lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
    return sum(fields[1].endswith(f":{port:04X}") and fields[3] == "01" for fields in map(str.split, lines))


class Nginx:
    """`deploy/nginx.conf` with other ports and folders. With `tls` also the lines that are for TLS, and a certificate of its own."""

    def __init__(self, folder: Path, web_ports: tuple[int, ...], *, tls: bool = False) -> None:
        self.folder, self.tls = folder, tls
        folder.chmod(0o755)
        self.port, self.plain_port = free_port(), free_port()
        self.access_log = folder / "access.log"
        text = (DEPLOY / "nginx.conf").read_text()
        if tls:
            text = re.sub(r"#tls ", "", re.sub(r".*#plain\n", "", text))
            self._make_certificate()
        else:
            self.plain_port = self.port
        text = re.sub(r"\n\s*listen \[::\].*", "", text)
        text = re.sub(r"listen 443", f"listen 127.0.0.1:{self.port}", text)
        text = re.sub(r"listen 80", f"listen 127.0.0.1:{self.plain_port}", text)
        for found, own in (("/var/log/nginx", folder), ("/run", folder), ("/var/cache", folder), ("/etc/ssl/nodeviz", folder)):
            assert f" {found}/" in text
            text = text.replace(f" {found}/", f" {own}/")
        (folder / "nginx.conf").write_text(text.replace("buffer=64k flush=5s", ""))
        servers = "".join(f"    server 127.0.0.1:{port} max_fails=1 fail_timeout=2s;\n" for port in web_ports)
        upstreams, replaced = re.subn(r"(    server .*\n)+", servers, (DEPLOY / "nginx-upstreams.conf").read_text())
        assert replaced == 1
        (folder / "nginx-upstreams.conf").write_text(upstreams)
        shutil.copy("/etc/nginx/mime.types", folder)
        (folder / "nodeviz.d").mkdir()
        kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        (folder / "nodeviz.d" / "temporary.conf").write_text("".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in kinds))
        self._start()

    def _make_certificate(self) -> None:
        what = ("-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost")
        where = ("-keyout", str(self.folder / "privkey.pem"), "-out", str(self.folder / "fullchain.pem"))
        subprocess.run((program("openssl", "openssl"), "req", *what, *where), check=True, capture_output=True)

    def _start(self) -> None:
        arguments = (program("nginx", "nginx-light"), "-p", str(self.folder), "-c", str(self.folder / "nginx.conf"), "-e", str(self.folder / "start.log"))
        checked = subprocess.run((*arguments, "-t"), capture_output=True, text=True)
        assert checked.returncode == 0, checked.stderr
        assert "[warn]" not in checked.stderr, checked.stderr
        # No body may reach the disk: it could not be written there.
        (self.folder / "client_body").chmod(0o500)
        if os.geteuid() == 0:
            shutil.chown(self.folder / "client_body", "root", "root")
        self.process = subprocess.Popen((*arguments, "-g", "daemon off;"), stderr=subprocess.DEVNULL)
        assert eventually(lambda: bool(listens(self.port)))

    def close(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()


def listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


class ScaledOut:
    """Two of everything that there may be two of. Each process has a folder of its own, as it would on a machine of its own."""

    def __init__(self, folder: Path, static: Path, held: contextlib.ExitStack, *, tls: bool = False) -> None:
        self.folder, self._static, self._held = folder, static, held
        folder.chmod(0o755)
        self.webs: list[subprocess.Popen[bytes]] = []
        self.workers: list[subprocess.Popen[bytes]] = []
        self.web_ports = (free_port(), free_port())
        self.postgres = Postgres(made(folder / "postgres"))
        held.callback(self.postgres.close)
        self.redis_url = self._start_redis()
        self.https = {"HTTPS": "true", "ALLOWED_HOSTS": "localhost"} if tls else {}
        subprocess.run((sys.executable, "manage.py", "migrate", "-v", "0"), cwd=BASE_DIR, env=self._environment("migrate"), check=True)
        for number in (0, 1):
            self.start_web(number)
            self.start_worker(number)
        self.nginx = Nginx(made(folder / "nginx"), self.web_ports, tls=tls)
        held.callback(self.nginx.close)
        self.scheme = "https" if tls else "http"
        self.host = f"localhost:{self.nginx.port}"
        assert all(eventually(lambda seen=port: answers(seen, "/readyz")) for port in self.web_ports)  # type: ignore[misc]

    def _environment(self, name: str) -> dict[str, str]:
        own = {
            "VAR_DIR": str(made(self.folder / name)),
            "STATIC_ROOT": str(self._static),
            "DATABASE_URL": self.postgres.url,
            "REDIS_URL": self.redis_url,
            "SECRET_KEY": SECRET_KEY,
            "WORKERS": "1",
            "DJANGO_SETTINGS_MODULE": "nodeviz.settings",
        }
        return {**{name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "PYTHONPATH")}, **own, **self.https}

    def _start_redis(self) -> str:
        binary = surroundings.redis_binary()
        if binary is None:
            surroundings.not_run("needs redis-server (apt install redis-server)")
        port = free_port()
        keep = ("--appendonly", "yes", "--appendfsync", "everysec", "--save", "", "--dir", str(made(self.folder / "redis")))
        arguments = (binary, "--port", str(port), "--bind", "127.0.0.1", *keep)
        self._held.callback(kill, subprocess.Popen(arguments, start_new_session=True, stdout=subprocess.DEVNULL))
        wait_for_redis(f"redis://127.0.0.1:{port}/0")
        return f"redis://127.0.0.1:{port}/0"

    def _start(self, name: str, arguments: tuple[str, ...]) -> subprocess.Popen[bytes]:
        with open(self.folder / f"{name}.log", "ab") as log:
            child = subprocess.Popen(arguments, cwd=BASE_DIR, env=self._environment(name), start_new_session=True, stdout=log, stderr=log)
        self._held.callback(kill, child)
        return child

    def start_web(self, number: int) -> None:
        self.webs[number : number + 1] = [self._start(f"web-{number}", programs.web("127.0.0.1", self.web_ports[number]).arguments)]

    def start_worker(self, number: int) -> None:
        self.workers[number : number + 1] = [self._start(f"worker-{number}", (*programs.worker().arguments, "--hostname", f"worker@host-{number}"))]

    @contextlib.contextmanager
    def frozen_workers(self) -> Iterator[None]:
        """What is queued stays queued, what runs stands still."""
        for worker in self.workers:
            os.killpg(worker.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for worker in self.workers:
                os.killpg(worker.pid, signal.SIGCONT)

    def kill_web(self, number: int) -> None:
        os.killpg(self.webs[number].pid, signal.SIGKILL)
        self.webs[number].wait()

    def come_again(self, number: int) -> None:
        """After it was killed, as who looks after it would."""
        self.start_web(number)
        assert eventually(lambda: answers(self.web_ports[number]))

    # -- what a browser does -------------------------------------------------------------------------------------------------------

    def trusting(self) -> ssl.SSLContext | None:
        return ssl.create_default_context(cafile=str(self.nginx.folder / "fullchain.pem")) if self.nginx.tls else None

    def request(
        self, path: str, body: bytes | None = None, *, source: str = "127.0.0.1", port: int = 0, plain: bool = False, **headers: str
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        """A GET, or a POST with the token that a page would have given; from another address of this machine; to a port other than the proxy's."""
        secure = self.nginx.tls and not plain
        given = {"Host": self.host, "Accept": "application/json", "Cookie": f"csrftoken={TOKEN}", "X-CSRFToken": TOKEN}
        given |= {"Origin": f"{self.scheme}://{self.host}", "Referer": f"{self.scheme}://{self.host}/"} if body is not None else {}
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        there = ("localhost", port or self.nginx.port, PATIENCE_S, (source, 0))
        how = {"timeout": there[2], "source_address": there[3]}
        if secure:
            connection: http.client.HTTPConnection = http.client.HTTPSConnection(there[0], there[1], context=self.trusting(), **how)  # type: ignore[arg-type]
        else:
            connection = http.client.HTTPConnection("127.0.0.1", there[1], **how)  # type: ignore[arg-type]
        with contextlib.closing(connection):
            connection.request("GET" if body is None else "POST", path, body, given)
            response = connection.getresponse()
            return response.status, response.headers, response.read()

    def press_run(self, text: str, **headers: str) -> str:
        """Returns the scenario's id."""
        headers = {"Content_Type": "application/x-www-form-urlencoded", **headers}
        status, _, body = self.request("/run", urlencode({"text": text}).encode(), **headers)
        assert status == 201, body
        return str(json.loads(body)["url"]).rpartition("/")[2]

    @contextlib.contextmanager
    def socket(self, path: str, **first: Any) -> Iterator[ClientConnection]:
        """One through the proxy, which has said its first words; tried again while nobody takes it, as a page does."""
        scheme = "wss" if self.nginx.tls else "ws"
        with contextlib.ExitStack() as held:
            deadline_s = time.monotonic() + PATIENCE_S
            while True:
                try:
                    origin = {"Origin": f"{self.scheme}://{self.host}"}
                    opened = connect(f"{scheme}://{self.host}{path}", additional_headers=origin, ssl=self.trusting(), max_size=None, open_timeout=20)
                    held.enter_context(opened).send(json.dumps(first))
                    break
                except (ConnectionClosed, InvalidHandshake, OSError):
                    if time.monotonic() > deadline_s:
                        raise
            yield held.pop_all().enter_context(opened)


def kill(child: subprocess.Popen[bytes]) -> None:
    """With everything that it started, frozen or not."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def collect_static(folder: Path) -> None:
    """As an image or a package would bring them."""
    environment = {**os.environ, "STATIC_ROOT": str(folder), "VAR_DIR": str(folder / "var"), "DJANGO_SETTINGS_MODULE": "tests.nodeviz.uncompressed"}
    subprocess.run((sys.executable, "manage.py", "collectstatic", "--no-input", "-v", "0"), cwd=BASE_DIR, env=environment, check=True)


@contextlib.contextmanager
def scaled_out(static: Path, *, tls: bool = False) -> Iterator[ScaledOut]:
    # Not pytest's temporary folder: its path is closed to PostgreSQL's and nginx's users.
    with tempfile.TemporaryDirectory(prefix="nodeviz-scaled-") as folder, contextlib.ExitStack() as held:
        yield ScaledOut(Path(folder), static, held, tls=tls)


class Follower:
    """A page that follows a run in a thread of its own, and comes back to where it was whenever it is sent away."""

    def __init__(self, site: ScaledOut, scenario_id: str) -> None:
        self._site, self._path = site, f"/ws/runs/{scenario_id}/"
        self.records: list[dict[str, Any]] = []
        self.faults: list[str] = []
        self.connections = 0
        self.state = ""
        self._thread = threading.Thread(target=self._follow, daemon=True)
        self._thread.start()

    def _follow(self) -> None:
        deadline_s = time.monotonic() + PATIENCE_S
        while self.state not in ("finished", "failed") and time.monotonic() < deadline_s:
            with contextlib.suppress(ConnectionClosed), self._site.socket(self._path, op="join", **{"from": len(self.records)}) as joined:
                self.connections += 1
                while self.state not in ("finished", "failed"):
                    self._hear(json.loads(joined.recv(timeout=PATIENCE_S)))

    def _hear(self, message: list[Any]) -> None:
        if message[0] == "e":
            if message[1] != len(self.records):
                self.faults.append(f"record {message[1]} after {len(self.records)}")
            self.records += message[2]
        elif message[0] == "s":
            self.state = message[1]

    def end(self) -> list[dict[str, Any]]:
        """Everything that it was told."""
        self._thread.join(PATIENCE_S)
        assert (self.state, self.faults) == ("finished", [])
        return self.records
