"""What is measured by `capacity.py`? The processes of an installation, as many of each as is asked for, and what can be seen of them from outside."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import django
import redis

from nodeviz.celery import workers_alive
from nodeviz.supervisor import programs
from nodeviz.supervisor.network import free_port
from nodeviz.supervisor.redis_choice import packaged_binary

FOLDER = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
TOKEN = "t" * 32
ORIGIN_HEADERS = {"Cookie": f"csrftoken={TOKEN}", "X-CSRFToken": TOKEN}
PATIENCE_S = 600


class Stack:
    """Over one Redis with a log and one database. Processes that were stopped keep their processor time in `_past`."""

    def __init__(self, folder: Path, environment: dict[str, str], redis_url: str) -> None:
        self.folder, self.redis_url = folder, redis_url
        self.web_ports = (free_port(), free_port())
        self._environment = environment
        self._webs: list[subprocess.Popen[bytes]] = []
        self._workers: list[subprocess.Popen[bytes]] = []
        self._others: list[tuple[str, subprocess.Popen[bytes]]] = []
        self._past: dict[str, float] = {}

    def start(self, program: programs.Program) -> subprocess.Popen[bytes]:
        return subprocess.Popen(program.arguments, cwd=FOLDER, env=self._environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def start_redis(self) -> None:
        binary = shutil.which("redis-server") or packaged_binary()
        if binary is None:
            raise SystemExit("needs redis-server")
        socket = Path(self.redis_url.removeprefix("unix://"))
        self._others.append(("redis", self.start(programs.redis_server(binary, socket, self.folder))))

    def set_webs(self, count: int) -> None:
        while len(self._webs) > count:
            self._end("web", self._webs.pop())
        while len(self._webs) < count:
            port = self.web_ports[len(self._webs)]
            self._webs.append(self.start(programs.web(HOST, port)))
            until(lambda at=port: answers(at))  # type: ignore[misc]

    def set_workers(self, count: int) -> None:
        while len(self._workers) > count:
            self._end("worker", self._workers.pop())
        for number in range(len(self._workers), count):
            one = programs.worker()
            named = programs.Program(name=one.name, arguments=(*one.arguments, "--hostname", f"capacity-{number}@here"))
            self._workers.append(self.start(named))
        with redis.Redis.from_url(self.redis_url) as client:
            until(lambda: workers_alive(client) == count)

    @contextlib.contextmanager
    def frozen_workers(self) -> Iterator[Callable[[], None]]:
        """What is queued waits, until what this gives is called, or the end."""
        pids = [pid for worker in self._workers for pid in family(worker.pid)]

        def go_on() -> None:
            signalled(pids, signal.SIGCONT)

        signalled(pids, signal.SIGSTOP)
        try:
            yield go_on
        finally:
            go_on()

    def _end(self, name: str, child: subprocess.Popen[bytes]) -> None:
        used = sum(used_s(pid) for pid in family(child.pid))
        self._past[name] = self._past.get(name, 0.0) + used
        child.send_signal(signal.SIGTERM)
        try:
            child.wait(10)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()

    def used(self) -> dict[str, float]:
        """Processor time of each program so far, in seconds."""
        found = dict(self._past)
        for name, child in self._named():
            found[name] = found.get(name, 0.0) + sum(used_s(pid) for pid in family(child.pid))
        return found

    def _named(self) -> list[tuple[str, subprocess.Popen[bytes]]]:
        return [*(("web", web) for web in self._webs), *(("worker", worker) for worker in self._workers), *self._others]

    def memory(self) -> Iterator[tuple[str, float, float]]:
        """Each process, its own memory now, and the most that it had with what it shares; in MiB."""
        for name, child in self._named():
            for number, pid in enumerate(family(child.pid)):
                own = sum(int(size) for size in re.findall(r"Private_\w+:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text()))
                most = int(re.findall(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[0])
                yield f"{name}{' process' if number else ''}", own / 1024, most / 1024

    def close(self) -> None:
        for _, child in self._named():
            child.kill()
            child.wait()

    # -- the database --------------------------------------------------------------------------------------------------------------

    def newest_run(self) -> int:
        """0 if there is none."""
        run = runs().order_by("-pk").first()
        return run.pk if run else 0

    def newest_scenario(self) -> str:
        return str(runs().order_by("-pk").first().scenario_id)

    def until_finished(self, after: int, count: int) -> None:
        """So many runs later than that one have ended well."""
        until(lambda: runs().filter(pk__gt=after, state="finished").count() >= count)

    def until_idle(self) -> None:
        until(lambda: not runs().filter(state__in=("queued", "running")).exists())

    def seconds_of(self, after: int) -> float:
        """From the first claim to the last end of the runs later than that one."""
        times = list(runs().filter(pk__gt=after).values_list("started", "finished"))
        return float((max(finished for _, finished in times) - min(started for started, _ in times)).total_seconds())

    def storage(self) -> tuple[float, float, float]:
        """Bytes of the typical run's text and records, and of the database for a run on the whole."""
        from nodeviz.runs.models import ArtefactFrame  # After Django is set up.

        usual = runs().filter(records__lt=5_000)
        texts = [len(file["text"].encode()) for run in usual[:20] for file in run.scenario.files]
        packed = [sum(len(bytes(frame.packed)) for frame in ArtefactFrame.objects.filter(run=run)) for run in usual[:20]]
        from django.db import connection

        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            disk = Path(str(connection.settings_dict["NAME"])).stat().st_size
        else:
            with connection.cursor() as cursor:
                cursor.execute("SELECT sum(pg_total_relation_size(relid)) FROM pg_catalog.pg_statio_user_tables")
                disk = int(cursor.fetchone()[0])
        longs = runs().exclude(records__lt=5_000)
        beside = sum(len(bytes(frame.packed)) for frame in ArtefactFrame.objects.filter(run__in=longs))
        return sum(texts) / len(texts), sum(packed) / len(packed), (disk - beside) / usual.count()

    def connections(self) -> int | None:
        """Of PostgreSQL, those of this benchmark's own process left out."""
        from django.db import connection

        if connection.vendor != "postgresql":
            return None
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
            return int(cursor.fetchone()[0])


def runs() -> Any:
    """Rows, as the application reads them."""
    from nodeviz.runs.models import Run  # After Django is set up.

    return Run.objects.all()


def signalled(pids: list[int], sent: signal.Signals) -> None:
    """A pool process may just have been replaced by another one."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, sent)


def family(pid: int) -> list[int]:
    """A process and its children."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [pid, *map(int, children)]


def used_s(pid: int) -> float:
    """Processor time of a process so far, with that of its children that have ended."""
    try:
        parts = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(int(part) for part in parts[11:15]) / os.sysconf("SC_CLK_TCK")


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://{HOST}:{port}/healthz", timeout=2) as response:
            return bool(response.status == 200)
    except OSError:
        return False


def until(holds: Any) -> None:
    """Raises SystemExit after ten minutes: something was lost."""
    deadline_s = time.monotonic() + PATIENCE_S
    while not holds():
        if time.monotonic() > deadline_s:
            raise SystemExit("it did not happen")
        time.sleep(0.05)


@contextlib.contextmanager
def running(folder: Path, database_url: str) -> Iterator[Stack]:
    """One web process and one worker of one process, with the arguments that `manage.py up` gives them."""
    redis_url = f"unix://{folder}/redis.sock"
    own = {"VAR_DIR": str(folder), "REDIS_URL": redis_url, "WORKERS": "1", "DJANGO_SETTINGS_MODULE": "nodeviz.settings"}
    os.environ |= {**own, **({"DATABASE_URL": database_url} if database_url else {})}
    stack = Stack(folder, dict(os.environ), redis_url)
    try:
        stack.start_redis()
        for command in (("migrate", "-v", "0"), ("collectstatic", "--no-input", "-v", "0")):
            subprocess.run((sys.executable, "manage.py", *command), cwd=FOLDER, env=os.environ, check=True)
        django.setup()
        stack.set_webs(1)
        stack.set_workers(1)
        yield stack
    finally:
        stack.close()
