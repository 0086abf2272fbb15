"""Is anything ever lost, whatever breaks and whenever? Faults at random points of many runs; every byte that viewers and the artefact got is compared.

`CHAOS_SEED` chooses other points, `CHAOS_ROUNDS` how many runs. The table at the end says how long it took until the viewer had the next record.
"""

from __future__ import annotations

import os
import random
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import URLError

import pytest
import redis

from tests.nodeviz.faults import MIDDLE, DurableRedis, KeptInstallation, Viewer, Wire, forget_who_asked, lines_of

pytestmark = [pytest.mark.long, pytest.mark.slow]

SEED = int(os.environ.get("CHAOS_SEED", "8"))
ROUNDS = int(os.environ.get("CHAOS_ROUNDS", "72"))

CHILD_WITHIN_S, WORKER_WITHIN_S = 2.0, 10.0
"""From the kill until the run is computed again. The viewer's next record comes later by what the worker computes a second time."""


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

    def __init__(self, folder: Path, durable: DurableRedis) -> None:
        self.redis = durable
        self.wire = Wire(f"{durable.folder}/redis.sock")
        self.programs = KeptInstallation(folder, durable.url, web_redis_url=self.wire.url)
        self.programs.open()

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
        os.kill(pid, 9)


def worker_killed(site: Site, scenario_id: str, chance: random.Random) -> None:
    site.programs.kill("worker")


def web_killed(site: Site, scenario_id: str, chance: random.Random) -> None:
    site.programs.kill("web")


def reaper_killed(site: Site, scenario_id: str, chance: random.Random) -> None:
    site.programs.kill("reaper")


def redis_restarted(site: Site, scenario_id: str, chance: random.Random) -> None:
    site.redis.kill()
    time.sleep(chance.uniform(0, 2))
    site.redis.start()


def redis_emptied(site: Site, scenario_id: str, chance: random.Random) -> None:
    with redis.Redis.from_url(site.redis.url) as client:
        client.flushall()


def network_cut(site: Site, scenario_id: str, chance: random.Random) -> None:
    site.wire.cut()
    time.sleep(chance.uniform(0.5, 9))
    site.wire.mend(forget=chance.random() < 0.5)


def database_locked(site: Site, scenario_id: str, chance: random.Random) -> None:
    with site.programs.locked_database():
        time.sleep(chance.uniform(0.5, 9))


def second_message(site: Site, scenario_id: str, chance: random.Random) -> None:
    site.programs.send_again(scenario_id, as_redelivery=False)


def two_workers(site: Site, scenario_id: str, chance: random.Random) -> None:
    site.programs.start_worker()
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


def plan(seed: int, rounds: int) -> list[Round]:
    """Each kind alone at first, then by turns alone and with one or two others."""
    chance = random.Random(seed)
    names = list(FAULTS)
    made = []
    for number in range(rounds):
        first = names[number % len(names)]
        others = chance.sample([name for name in names if name != first], 0 if number < len(names) else chance.choice((0, 1, 1, 2)))
        kinds = (first, *others)
        made.append(Round(kinds=kinds, fractions=tuple(chance.uniform(0, 0.95) for _ in kinds)))
    return made


@pytest.fixture
def site(tmp_path: Path, send_through: Callable[[str], None]) -> Iterator[Site]:
    with tempfile.TemporaryDirectory(prefix="nodeviz-redis-") as folder:
        durable = DurableRedis(folder)
        made = Site(tmp_path, durable)
        try:
            send_through(f"redis+socket://{folder}/redis.sock")
            yield made
        finally:
            made.close()
            durable.kill()


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


def test_nothing_is_lost_whatever_breaks(site: Site) -> None:
    lines = lines_of(MIDDLE)
    rounds = plan(SEED, ROUNDS)
    wrong: list[str] = []
    for number, this in enumerate(rounds):
        started_s = time.monotonic()
        found = play(site, this, lines, SEED * 1000 + number)
        wrong += found
        tell(f"round {number:2}: {time.monotonic() - started_s:5.1f} s  {', '.join(this.kinds)}")
        for fault in found:
            tell(f"    {fault}")

    tell(table(rounds))
    assert wrong == []
    alone = {kind: [taken for this in rounds if this.kinds == (kind,) for _, taken, _ in this.recoveries if taken] for kind in FAULTS}
    assert max(alone["child killed"], default=0) <= CHILD_WITHIN_S
    assert max(alone["worker killed"], default=0) <= WORKER_WITHIN_S


def tell(text: str) -> None:
    """As it happens: ten minutes of silence are long."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def table(rounds: list[Round]) -> str:
    """Per kind, alone and with others."""
    rows = [
        f"{'':17}{'':>14}{'computed again':>22}{'next record':>20}",
        f"{'fault':17}{'times':>6}{'alone':>8}{'median':>11}{'longest':>11}{'median':>10}{'longest':>10}",
    ]
    for kind in FAULTS:
        those = [this for this in rounds if kind in this.kinds]
        alone = [this for this in those if this.kinds == (kind,)]
        seen = [one for this in alone for one in this.recoveries if one[0] == kind]
        columns = [[one[place] for one in seen if one[place] is not None] for place in (1, 2)]
        numbers = "".join(f"{statistics.median(column):>9.2f} s{max(column):>9.2f} s" if column else f"{'–':>11}{'–':>11}" for column in columns)
        rows.append(f"{kind:17}{len(those):>6}{len(alone):>8}{numbers}")
    return "\n".join(rows)
