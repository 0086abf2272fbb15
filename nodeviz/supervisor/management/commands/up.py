"""`manage.py up`: start everything, print the address, keep it up until Ctrl-C."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import sys
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NoReturn

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand
from django.db import DatabaseError

from nodeviz import env, places
from nodeviz.logs import object_line
from nodeviz.own_names import is_loopback, own_names
from nodeviz.supervisor import programs
from nodeviz.supervisor import redis_choice as choice
from nodeviz.supervisor.network import AddressUnusable, check_address, free_port
from nodeviz.supervisor.programs import Program
from nodeviz.supervisor.supervise import CannotStart, Setup, Supervisor

COLOURS = {"web": 36, "worker": 35, "reaper": 33, "redis": 31}

IMITATION = (
    "There is no Redis on this machine, so an imitation in Python is used: it is slow and forgets everything at the end.\n"
    "Install redis-server, or set REDIS_URL, for anything but a first look."
)


class AlreadyRunning(Exception):
    """The sentence for whoever starts a second one."""


class Command(BaseCommand):
    """Reads the options, finds a Redis, hands over to the supervisor."""

    help = "Start Redis, the worker and the web server; Ctrl-C stops them."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default=settings.ENV.get("HOST") or "127.0.0.1", help="listen on this address (HOST; default 127.0.0.1)")
        parser.add_argument("--port", type=int, default=env.port(settings.ENV), help="listen on this port (PORT; default 8000)")

    def handle(self, *, host: str, port: int, **_: Any) -> None:
        try:
            with only_one(settings.VAR_DIR):
                check_address(host, port)
                self._supervise(host, port)
        except DatabaseError as error:
            self._fail(f"The database cannot be used: {str(error).strip()}")
        except (AddressUnusable, AlreadyRunning, CannotStart, ImproperlyConfigured) as error:
            self._fail(str(error))

    def _supervise(self, host: str, port: int) -> None:
        program, redis_url = self._redis()
        for name, meant in env.misspellings(os.environ):
            self._tell(f"The environment variable {name} means nothing here; perhaps {meant} was meant?")
        # Who listens for others wants them to be let in under the names by which they find this machine.
        found = () if is_loopback(host) or settings.ENV.get("ALLOWED_HOSTS") else own_names()
        # Empty is unset: the password is in the address already.
        own = {"REDIS_URL": redis_url, "REDIS_URL_FILE": "", "REDIS_PASSWORD": "", "REDIS_PASSWORD_FILE": ""}
        environment = {**own, "ALLOWED_HOSTS": ",".join((*settings.ALLOWED_HOSTS, *found))}
        setup = Setup(redis=program, redis_url=redis_url, static_root=None if settings.DEBUG else Path(settings.STATIC_ROOT), environment=environment)
        supervisor = Supervisor(folder=settings.BASE_DIR, host=host, port=port, show=self._show)
        asyncio.run(supervisor.run(setup, announce=lambda: self._tell(announcement(host, port, found))))
        self._tell("Everything has stopped.")

    def _redis(self) -> tuple[Program | None, str]:
        """What must be started, if anything, and where it will answer."""
        found = choice.choose(given_url=settings.ENV.get("REDIS_URL", ""), on_path=choice.binary_on_path(), packaged=choice.packaged_binary())
        match found.kind:
            case choice.Kind.GIVEN:
                return None, settings.REDIS_URL
            case choice.Kind.IMITATION:
                self.stderr.write(self.style.WARNING(IMITATION))
                port = free_port()
                return programs.fake_redis(port), f"redis://127.0.0.1:{port}/0"
            case _:
                socket = places.redis_socket(settings.VAR_DIR)
                places.private_folder(socket.parent)
                data = places.private_folder(settings.VAR_DIR / "redis" / f"data-{choice.version_of(found.binary)}")
                return programs.redis_server(found.binary, socket, data), f"unix://{socket}"

    def _show(self, name: str, line: str) -> None:
        if settings.LOG_FORMAT == "json":
            # Ours are objects already; Redis' are not.
            self._say(line if line.startswith("{") else object_line(level="info", message=line, program=name))
            return
        prefix = f"{name:7} |"
        if self.stdout.isatty() and not os.environ.get("NO_COLOR"):
            prefix = f"\x1b[{COLOURS.get(name, 32)}m{prefix}\x1b[0m"
        self._say(f"{prefix} {line}")

    def _tell(self, text: str) -> None:
        """Something of our own."""
        self._say(object_line(level="info", message=text.strip(), program="up") if settings.LOG_FORMAT == "json" else text)

    def _say(self, text: str) -> None:
        # A closed terminal is no reason not to stop in order.
        with contextlib.suppress(OSError):
            self.stdout.write(text)
            self.stdout.flush()

    def _fail(self, sentence: str) -> NoReturn:
        self.stderr.write(self.style.ERROR(sentence))
        sys.exit(1)


@contextlib.contextmanager
def only_one(var: Path) -> Iterator[None]:
    """Two of them in one folder would share a database and fight for the socket. The kernel lifts the lock when the process ends, however it ends."""
    with (var / "up.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise AlreadyRunning(f"nodeviz is running from this folder already (process {lock.read().strip() or 'unknown'}).") from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def announcement(host: str, port: int, names: Sequence[str]) -> str:
    """The address, as a browser on this machine takes it, and those for others."""
    here = "localhost" if host in ("127.0.0.1", "0.0.0.0", "::") else f"[{host}]" if ":" in host else host
    addresses = [f"http://{name}:{port}" for name in (here, *names)]
    return f"\n  nodeviz is ready: {'  or  '.join(addresses)}\n  Ctrl-C stops it.\n"
