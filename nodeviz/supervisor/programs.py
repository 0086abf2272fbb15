"""Which programs make up nodeviz, and how is each of them started and stopped? `docker-compose.yml` starts the same ones; a test compares them."""

from __future__ import annotations

import signal
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

Arguments = tuple[str, ...]

GRACEFUL_WEB_S = 5
"""For answers that are under way, when another server takes over. Browsers reconnect to what they followed."""

STOP_WEB_S = 1.3
"""The same when everything ends."""

LONGEST_RUN_S = 160
"""So long a worker that was replaced may finish what it computes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """One process that is kept running."""

    name: str
    arguments: Arguments
    environment: Mapping[str, str] = field(default_factory=dict)
    stop_signal: signal.Signals = signal.SIGTERM
    grace_s: float = 1.0
    """From the stop signal to SIGKILL. Those of all programs together stay below 5 s."""
    death_signal: signal.Signals = signal.SIGKILL
    """Sent by the kernel when the supervisor itself was killed."""
    handed: tuple[int, ...] = ()
    """File descriptors that it inherits."""
    quiet: bool = False
    """Its last lines are shown only if it ends by itself."""


def migrate() -> Program:
    """Brings the tables up to date, and ends."""
    return Program(name="migrate", arguments=(sys.executable, "manage.py", "migrate", "--no-input", "--verbosity", "1"), quiet=True)


def collect_static() -> Program:
    """Collects, hashes and compresses the static files, and ends."""
    return Program(name="static", arguments=(sys.executable, "manage.py", "collectstatic", "--no-input", "--clear", "--verbosity", "0"), quiet=True)


def web(host: str, port: int) -> Program:
    """The server of pages and websockets. It says only what went wrong. Compression per socket would cost four times the processor time."""
    protocols = ("--http", "nodeviz.bounded_http:BoundedHttp", "--ws", "nodeviz.framed_socket:FramedSocket")
    options = (*protocols, "--ws-per-message-deflate", "false", "--ws-max-size", "65536", "--lifespan", "off", "--no-server-header")
    talk = ("--log-level", "warning", "--timeout-graceful-shutdown", str(GRACEFUL_WEB_S))
    arguments = (sys.executable, "-m", "uvicorn", "nodeviz.asgi:application", "--host", host, "--port", str(port), *options, *talk)
    return Program(name="web", arguments=arguments, grace_s=STOP_WEB_S)


def web_on(listening: socket.socket) -> Program:
    """The same on a socket that others hold, too: whoever comes while one server ends and the next begins waits a moment, and is refused by nobody."""
    program = web("", 0)
    words = list(program.arguments)
    at = words.index("--host")
    words[at : at + 4] = ["--fd", str(listening.fileno())]
    return replace(program, arguments=tuple(words), handed=(listening.fileno(),))


def worker() -> Program:
    """Computes runs. After SIGQUIT it hands back what it has not finished. One worker has nobody to gossip with.

    Django's checks would import every page, which takes a fifth of the time until a worker that was lost is replaced.
    """
    options = ("--pool", "prefork", "--loglevel", "INFO", "--without-gossip", "--without-mingle", "--without-heartbeat")
    arguments = (sys.executable, "-m", "celery", "--quiet", "--app", "nodeviz", "--skip-checks", "worker", *options)
    return Program(name="worker", arguments=arguments, stop_signal=signal.SIGQUIT, grace_s=2.5)


def reaper() -> Program:
    """Revives runs whose worker or message was lost."""
    return Program(name="reaper", arguments=(sys.executable, "manage.py", "reaper"), grace_s=0.5)


def redis_server(binary: str, unix_socket: Path, folder: Path) -> Program:
    """An own Redis that only this user reaches: no port, and the socket lies in a private folder. What it was told outlives a crash of its process."""
    reach = ("--port", "0", "--unixsocket", str(unix_socket), "--unixsocketperm", "700", "--daemonize", "no", "--loglevel", "warning")
    keep = ("--dir", str(folder), "--save", "", "--appendonly", "yes", "--appendfsync", "everysec")
    return Program(name="redis", arguments=(binary, *reach, *keep), death_signal=signal.SIGTERM, quiet=True)


def fake_redis(port: int) -> Program:
    """The last resort; see `fake_redis.py`."""
    return Program(name="redis", arguments=(sys.executable, "-m", "nodeviz.supervisor.fake_redis", str(port)))
