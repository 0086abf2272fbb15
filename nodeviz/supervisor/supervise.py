"""In which order does everything start and stop, and what happens to a program that ends by itself?

Start: Redis; the tables and static files if they have changed; worker, web and reaper together. Stop: web and reaper, worker, Redis.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import redis
import redis.asyncio
from django.db import DatabaseError

from nodeviz.celery import workers_alive
from nodeviz.supervisor import preparation, programs
from nodeviz.supervisor.child import Child, Show
from nodeviz.supervisor.network import http_status, listening_socket
from nodeviz.supervisor.programs import Program
from nodeviz.supervisor.restarts import Record

REDIS_ANSWERS_WITHIN_S = 3.0
READY_WITHIN_S = 60.0
POLL_S = 0.03

READY_FD = "NODEVIZ_READY_FD"
"""Where a web server says that it has loaded everything (asgi.py)."""

STOP_ORDER = (("migrate", "static", "web", "reaper"), ("worker",), ("redis",))

LOCAL_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}
"""Where to ask a server that listens on every address."""


class CannotStart(Exception):
    """The sentence for the person who started it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What was found out before anything starts."""

    redis: Program | None
    """None: somebody else runs it."""
    redis_url: str
    static_root: Path | None
    """None: the static files are served from where they lie."""
    environment: Mapping[str, str]
    """Of worker, web and reaper, besides the supervisor's own."""


class Supervisor:
    """Runs until it is told to stop. One for one `manage.py up`."""

    def __init__(self, *, folder: Path, host: str, port: int, show: Show) -> None:
        self._folder, self._host, self._port, self._show = folder, host, port, show
        self._children: dict[str, Child] = {}
        self._keepers: dict[str, asyncio.Task[None]] = {}
        self._stop = asyncio.Event()
        self._ready = False
        self._reload = asyncio.Event()
        self._outgoing: list[Child] = []
        self._retired: set[asyncio.Task[None]] = set()
        """Of those that were replaced, and finish what they do."""

    async def run(self, setup: Setup, *, announce: Callable[[], None]) -> None:
        """Start everything, `announce` that it is there, keep it up until a signal comes, stop everything. Raises CannotStart."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self._on_signal)
        loop.add_signal_handler(signal.SIGUSR1, self._reload.set)
        listening = listening_socket(self._host, self._port)
        try:
            if setup.redis:
                self._keep(setup.redis)
            await self._unless_stopped(redis_answers(setup.redis_url))
            await self._unless_stopped(self._prepare(setup))
            web, worker = (replace(program, environment=setup.environment) for program in (programs.web_on(listening), programs.worker()))
            for program in (worker, web, replace(programs.reaper(), environment=setup.environment)):
                self._keep(program)
            await self._unless_stopped(self._until_ready(setup.redis_url))
            if not self._stop.is_set():
                self._ready = True
                announce()
                await self._until_stopped(setup, web, worker)
        finally:
            await self._stop_all()
            listening.close()

    def _on_signal(self) -> None:
        """The second one is impatience."""
        if self._stop.is_set():
            for child in self._children.values():
                child.kill()
        self._stop.set()

    async def _unless_stopped(self, work: Coroutine[Any, Any, object]) -> None:
        """Wait for the work, for the signal to stop, or for a program that is hopeless. Raises what the work or the keeper raises."""
        task, stop = asyncio.create_task(work), asyncio.create_task(self._stop.wait())
        await asyncio.wait({task, stop, *self._keepers.values()}, return_when=asyncio.FIRST_COMPLETED)
        for ended in (task, *self._keepers.values()):
            if ended.done():
                ended.result()
        for unfinished in (task, stop):
            unfinished.cancel()

    async def _until_stopped(self, setup: Setup, web: Program, worker: Program) -> None:
        """Replace what serves, as often as that is asked for. Raises what a keeper raises."""
        while not self._stop.is_set():
            await self._unless_stopped(self._reload.wait())
            if self._reload.is_set() and not self._stop.is_set():
                self._reload.clear()
                # Not `_unless_stopped`: a keeper that ends is what is wanted here.
                task, stop = asyncio.create_task(self._replace(setup, web, worker)), asyncio.create_task(self._stop.wait())
                await asyncio.wait({task, stop}, return_when=asyncio.FIRST_COMPLETED)
                for unfinished in (task, stop):
                    unfinished.cancel()
                await asyncio.gather(task, return_exceptions=self._stop.is_set())

    async def _replace(self, setup: Setup, web: Program, worker: Program) -> None:
        """As for a start, and then a new one beside the old one, which goes when the new one is there. One that does not start changes nothing."""
        self._show("up", "reloads")
        try:
            await self._prepare(setup)
            successor = await self._started_web(web)
        except (CannotStart, DatabaseError, OSError) as error:
            self._show("up", f"goes on as before: {error}")
            return
        self._succeed(successor, sent=web.stop_signal, grace_s=programs.GRACEFUL_WEB_S + 1)
        # SIGTERM lets a worker finish what it computes, and hand nothing back.
        self._succeed(await Child.start(worker, folder=self._folder, show=self._show), sent=signal.SIGTERM, grace_s=programs.LONGEST_RUN_S)
        # Its keeper starts the next one; nobody notices the second between.
        await self._children["reaper"].stop()
        self._show("up", "has reloaded")

    async def _started_web(self, web: Program) -> Child:
        """One that has loaded everything and listens at once. Raises CannotStart."""
        reading, writing = os.pipe()
        program = replace(web, environment={**web.environment, READY_FD: str(writing)}, handed=(*web.handed, writing))
        try:
            child = await Child.start(program, folder=self._folder, show=self._show)
        finally:
            os.close(writing)
        child.program = web
        try:
            async with asyncio.timeout(READY_WITHIN_S):
                said = await asyncio.to_thread(os.read, reading, 1)
        except TimeoutError:
            said = b""
        finally:
            if not self._stop.is_set():
                os.close(reading)
        if not said:
            child.kill()
            await child.ended()
            raise CannotStart("the new web server does not start; its last lines above say why.")
        return child

    def _succeed(self, child: Child, *, sent: signal.Signals, grace_s: float) -> None:
        """It is kept from now on, in the place of the one of its name, which ends in its own time."""
        name = child.program.name
        old, keeper = self._children[name], self._keepers.pop(name)
        keeper.cancel()
        self._keep(child.program, child)

        async def retire() -> None:
            await old.stop(sent=sent, grace_s=grace_s)
            await old.ended()

        task = asyncio.create_task(retire())
        self._retired.add(task)
        self._outgoing.append(old)
        task.add_done_callback(self._retired.discard)
        task.add_done_callback(lambda _: self._outgoing.remove(old))

    async def _prepare(self, setup: Setup) -> None:
        """Tables and static files; hardly any time if nothing has changed. Raises CannotStart and django.db.DatabaseError."""
        if await asyncio.to_thread(preparation.migrations_pending):
            await self._run_once(programs.migrate(), "bringing the database up to date")
        if setup.static_root and (stamp := await asyncio.to_thread(preparation.stale_static_files, setup.static_root)):
            await self._run_once(programs.collect_static(), "compressing the static files (a few seconds, only after a change)")
            stamp.leave()

    async def _run_once(self, program: Program, what: str) -> None:
        """For one that ends by itself. Raises CannotStart if it fails."""
        self._show(program.name, what)
        child = self._children[program.name] = await Child.start(program, folder=self._folder, show=self._show)
        code = await child.ended()
        del self._children[program.name]
        if code and not self._stop.is_set():
            child.show_held()
            raise CannotStart(f"{program.name} failed ({how_it_ended(code)}); its last lines above say why.")

    async def _until_ready(self, redis_url: str) -> None:
        """Pages can be had, and a run would be computed."""
        host = LOCAL_ADDRESS.get(self._host, self._host)
        with redis.Redis.from_url(redis_url, socket_timeout=2, socket_connect_timeout=2, max_connections=2) as client:
            try:
                async with asyncio.timeout(READY_WITHIN_S):
                    while await http_status(host, self._port, "/healthz") != 200 or not workers_alive(client):
                        await asyncio.sleep(POLL_S)
            except TimeoutError:
                raise CannotStart(f"nodeviz was not ready within {READY_WITHIN_S:.0f} s; the lines above say why.") from None

    def _keep(self, program: Program, child: Child | None = None) -> None:
        self._keepers[program.name] = asyncio.create_task(self._keep_up(program, child))

    async def _keep_up(self, program: Program, running: Child | None = None) -> None:
        """Start it again whenever it ends, with growing patience. `running`: it was started already."""
        record = Record()
        clock = asyncio.get_running_loop().time
        while True:
            started_s = clock()
            try:
                child = self._children[program.name] = running or await Child.start(program, folder=self._folder, show=self._show)
            except OSError as error:
                # The machine has no room for a process, or its file is being replaced: no reason for the others to end.
                how, why = "was not started", str(error.strerror)
            else:
                how, why = "ended", how_it_ended(await child.ended())
                if not self._stop.is_set():
                    child.show_held()
            running = None
            if self._stop.is_set():
                return
            record = record.after_end(lived_s=clock() - started_s)
            if record.is_hopeless and not self._ready:
                raise CannotStart(f"{program.name} does not start ({why}); its last lines above say why.")
            self._show(program.name, f"{how} ({why}), starts again in {record.delay_s:g} s")
            await asyncio.sleep(record.delay_s)

    async def _stop_all(self) -> None:
        self._stop.set()
        for child in self._outgoing:
            child.kill()
        for names in STOP_ORDER:
            await asyncio.gather(*(self._children[name].stop() for name in names if name in self._children))
        for keeper in self._keepers.values():
            keeper.cancel()
        await asyncio.gather(*self._keepers.values(), *self._retired, return_exceptions=True)


async def redis_answers(url: str) -> None:
    """Raises CannotStart if it does not within 3 s."""
    client: Any = redis.asyncio.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2, max_connections=2)
    problem: Exception | None = None
    try:
        async with asyncio.timeout(REDIS_ANSWERS_WITHIN_S):
            while True:
                try:
                    await client.ping()
                except redis.AuthenticationError as error:
                    raise CannotStart(f"Redis refuses the password in REDIS_URL: {error}.") from error
                except redis.RedisError as error:
                    problem = error
                    await asyncio.sleep(POLL_S)
                else:
                    return
    except TimeoutError:
        raise CannotStart(f"Redis does not answer: {problem}.") from problem
    finally:
        await client.aclose()


def how_it_ended(code: int) -> str:
    """`exit code 1`, `killed by SIGKILL`."""
    return f"exit code {code}" if code >= 0 else f"killed by {signal.Signals(-code).name}"
