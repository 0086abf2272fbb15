"""What can break, when does it break, and what was seen of it? One run, its faults, and everything that its viewers got."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import URLError

import redis

from tests.nodeviz.faults import MIDDLE, DurableRedis, KeptInstallation, Viewer, Wire, forget_who_asked


@dataclass(kw_only=True)
class Round:
    """One run, what breaks under it, and what was seen."""

    kinds: tuple[str, ...]
    fractions: tuple[float, ...]
    """How much of the trace the viewer had when each of them broke."""
    fired: list[tuple[str, float, int, int]] = field(default_factory=list)
    """Kind, when, how many records the viewer had, and the epoch."""
    recoveries: list[tuple[str, float | None, float | None]] = field(default_factory=list)
    """Kind, seconds until another worker had the run, and until the viewer had the next record."""
    epochs: list[tuple[float, int, str]] = field(default_factory=list)


class Site:
    """Everything that a fault can reach."""

    def __init__(self, folder: Path, durable: DurableRedis, *, longest_s: float) -> None:
        self.redis = durable
        self.longest_s = longest_s
        """What is cut or locked stays so for no longer."""
        self.wire = Wire(f"{durable.folder}/redis.sock")
        self.programs = KeptInstallation(folder, durable.url, web_redis_url=self.wire.url)
        self.programs.open()
        self.guests: list[subprocess.Popen[bytes]] = []
        """Workers beside the one that is kept."""

    def send_guests_away(self) -> None:
        """They would compute the next run, and a kill would hit a worker that does nothing."""
        for guest in self.guests:
            os.killpg(guest.pid, signal.SIGKILL)
            guest.wait()
        self.guests.clear()

    def close(self) -> None:
        self.wire.close()
        self.programs.close()

    def press_run(self, text: str) -> str:
        """As a person does: once more if the server does not answer."""
        deadline_s = time.monotonic() + 60
        while True:
            forget_who_asked(self.redis.url)
            try:
                return self.programs.press_run(text)
            except (URLError, OSError):
                if time.monotonic() > deadline_s:
                    raise
                time.sleep(0.2)


Fault = Callable[[Site, str, random.Random], None]


def child_killed(site: Site, scenario_id: str, chance: random.Random) -> None:
    if pid := site.programs.pool_process():
        os.kill(pid, signal.SIGKILL)


def worker_killed(site: Site, scenario_id: str, chance: random.Random) -> None:
    site.programs.kill("worker")


def web_killed(site: Site, scenario_id: str, chance: random.Random) -> None:
    site.programs.kill("web")


def reaper_killed(site: Site, scenario_id: str, chance: random.Random) -> None:
    site.programs.kill("reaper")


def redis_restarted(site: Site, scenario_id: str, chance: random.Random) -> None:
    site.redis.kill()
    time.sleep(chance.uniform(0, min(2, site.longest_s)))
    site.redis.start()


def redis_emptied(site: Site, scenario_id: str, chance: random.Random) -> None:
    with redis.Redis.from_url(site.redis.url) as client:
        client.flushall()


def network_cut(site: Site, scenario_id: str, chance: random.Random) -> None:
    site.wire.cut()
    time.sleep(chance.uniform(0.5, site.longest_s))
    site.wire.mend(forget=chance.random() < 0.5)


def database_locked(site: Site, scenario_id: str, chance: random.Random) -> None:
    with site.programs.locked_database():
        time.sleep(chance.uniform(0.5, site.longest_s))


def second_message(site: Site, scenario_id: str, chance: random.Random) -> None:
    site.programs.send_again(scenario_id, as_redelivery=False)


def two_workers(site: Site, scenario_id: str, chance: random.Random) -> None:
    site.guests.append(site.programs.start_worker())
    site.programs.send_again(scenario_id, as_redelivery=True)


def zombie(site: Site, scenario_id: str, chance: random.Random) -> None:
    with site.programs.frozen_worker() as wake:
        time.sleep(chance.uniform(5, 11))
        wake()
        time.sleep(2)


FAULTS: dict[str, Fault] = {
    "child killed": child_killed,
    "worker killed": worker_killed,
    "Redis restarted": redis_restarted,
    "Redis emptied": redis_emptied,
    "web killed": web_killed,
    "network cut": network_cut,
    "database locked": database_locked,
    "reaper killed": reaper_killed,
    "second message": second_message,
    "two workers": two_workers,
    "zombie": zombie,
}


def play(site: Site, this: Round, lines: list[str], seed: int) -> list[str]:
    """Let it happen. Returns what went wrong."""
    scenario_id = site.press_run(MIDDLE)
    viewers = [Viewer(site.programs, scenario_id, lines)]
    first = viewers[0]
    over = threading.Event()

    def sample() -> None:
        while not over.wait(0.02):
            if row := site.programs.row(scenario_id):
                this.epochs.append((time.monotonic(), row[1], row[0]))

    def fire(number: int) -> None:
        chance = random.Random(f"{seed}-{number}")
        first.wait_until(lambda: first.has(int(len(lines) * this.fractions[number])))
        epoch = this.epochs[-1][1] if this.epochs else 0
        if first.last is None:
            this.fired.append((this.kinds[number], time.monotonic(), first.next_seq, epoch))
        FAULTS[this.kinds[number]](site, scenario_id, chance)

    threads = [threading.Thread(target=fire, args=(number,)) for number in range(len(this.kinds))]
    sampler = threading.Thread(target=sample, daemon=True)
    for thread in (*threads, sampler):
        thread.start()
    first.wait_until(lambda: first.has(int(len(lines) * max(this.fractions))))
    viewers.append(Viewer(site.programs, scenario_id, lines))
    lasts = [viewer.wait_for_end() for viewer in viewers]
    for thread in threads:
        thread.join(60)
    over.set()
    sampler.join()
    site.send_guests_away()
    viewers.append(Viewer(site.programs, scenario_id, lines))
    lasts.append(viewers[-1].wait_for_end())

    wrong = [fault for viewer in viewers for fault in viewer.faults]
    for name, viewer, last in zip(("first", "late", "last"), viewers, lasts, strict=True):
        if last is None or last[0] != "finished":
            wrong.append(f"the {name} viewer ended with {last} after {viewer.next_seq} records; the row is {site.programs.row(scenario_id)}")
        elif viewer.next_seq != len(lines):
            wrong.append(f"the {name} viewer has {viewer.next_seq} of {len(lines)} records")
    if not wrong and site.programs.artefact(scenario_id) != "".join(f"{line}\n" for line in lines):
        wrong.append("the artefact is another one")
    this.recoveries = recoveries(this, first)
    return [f"{this.kinds} at {this.fractions}: {fault}" for fault in wrong]


def recoveries(this: Round, viewer: Viewer) -> list[tuple[str, float | None, float | None]]:
    """What `Round.recoveries` holds."""
    found = []
    for kind, at_s, had, epoch in this.fired:
        taken = next((moment - at_s for moment, now, state in this.epochs if now > epoch and state == "running"), None)
        heard = next((moment - at_s for moment, count in viewer.heard if moment > at_s and count > had), None)
        found.append((kind, taken, heard))
    return found
