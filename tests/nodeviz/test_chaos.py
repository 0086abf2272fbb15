"""Is anything ever lost, whatever breaks and whenever? Faults under real processes; every byte that viewers and the artefact got is compared.

A quick one of most kinds in the middle of a run; and, by `./test --long`, all of them at random points of many runs, several at once at times. `CHAOS_SEED`
chooses other points, `CHAOS_ROUNDS` how many runs. The table at the end says how long it took until the viewer had the next record.
"""

from __future__ import annotations

import contextlib
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.nodeviz.chaos import FAULTS, Round, Site, play
from tests.nodeviz.faults import MIDDLE, DurableRedis, Viewer, lines_of

pytestmark = pytest.mark.slow

SEED = int(os.environ.get("CHAOS_SEED", "8"))
ROUNDS = int(os.environ.get("CHAOS_ROUNDS", "72"))

CHILD_WITHIN_S, WORKER_WITHIN_S = 2.0, 10.0
"""From the kill until the run is computed again. The viewer's next record comes later by what the worker computes a second time."""

SENT_AWAY_WITHIN_S = 8.0
"""A blocking read of two seconds, five of patience, and one for a busy machine."""

QUICK = ("child killed", "Redis restarted", "Redis emptied", "web killed", "network cut", "database locked", "second message", "two workers")
"""Those that need no lease to run out."""


def plan(seed: int, rounds: int) -> list[Round]:
    """Each kind alone at first, then by turns alone and with one or two others."""
    chance = random.Random(seed)
    names = list(FAULTS)
    made = []
    for number in range(rounds):
        first = names[number % len(names)]
        others = chance.sample([name for name in names if name != first], 0 if number < len(names) else chance.choice((0, 0, 1, 2)))
        kinds = (first, *others)
        made.append(Round(kinds=kinds, fractions=tuple(chance.uniform(0, 0.95) for _ in kinds)))
    return made


@contextlib.contextmanager
def opened(folder: Path, *, longest_s: float) -> Iterator[Site]:
    with tempfile.TemporaryDirectory(prefix="nodeviz-redis-") as redis_folder:
        durable = DurableRedis(redis_folder)
        try:
            made = Site(folder, durable, longest_s=longest_s)
            try:
                yield made
            finally:
                made.close()
        finally:
            durable.kill()


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One for all quick tests."""
    with opened(tmp_path_factory.mktemp("chaos"), longest_s=1) as made:
        yield made


@pytest.fixture(scope="module")
def lines() -> list[str]:
    return lines_of(MIDDLE)


@pytest.mark.parametrize("kind", QUICK)
def test_a_fault_in_the_middle_of_a_run_costs_time_and_nothing_else(kind: str, lasting: Site, lines: list[str], send_through: Callable[[str], None]) -> None:
    send_through(lasting.redis.broker_url)

    assert play(lasting, Round(kinds=(kind,), fractions=(0.5,)), lines, seed=1) == []


@pytest.mark.long
def test_a_network_that_swallows_everything_is_noticed_and_what_is_over_needs_no_redis(
    lasting: Site, lines: list[str], send_through: Callable[[str], None]
) -> None:
    send_through(lasting.redis.broker_url)
    scenario_id = lasting.press_run(MIDDLE)
    viewer = Viewer(lasting.programs, scenario_id, lines)
    viewer.wait_until(lambda: viewer.has(len(lines) // 3))
    cut_s = time.monotonic()
    lasting.wire.cut()
    try:
        viewer.wait_until(lambda: bool(viewer.ends))
        sent_away_after_s = time.monotonic() - cut_s
        last = viewer.wait_for_end()
    finally:
        lasting.wire.mend(forget=True)

    tell(f"sent away {sent_away_after_s:.1f} s after the cut")
    assert (viewer.faults, last and last[0], viewer.next_seq) == ([], "finished", len(lines))
    assert sent_away_after_s <= SENT_AWAY_WITHIN_S


@pytest.mark.long
def test_nothing_is_lost_whatever_breaks_and_whenever(tmp_path: Path, lines: list[str], send_through: Callable[[str], None]) -> None:
    rounds = plan(SEED, ROUNDS)
    wrong: list[str] = []
    with opened(tmp_path, longest_s=9) as site:
        send_through(site.redis.broker_url)
        for number, this in enumerate(rounds):
            started_s = time.monotonic()
            found = play(site, this, lines, SEED * 1000 + number)
            wrong += found
            tell(f"round {number:2}: {time.monotonic() - started_s:5.1f} s  {', '.join(this.kinds)}")
            for fault in found:
                tell(f"    {fault}")

    tell(table(rounds))
    assert wrong == []
    for kind, within_s in (("child killed", CHILD_WITHIN_S), ("worker killed", WORKER_WITHIN_S)):
        alone = [taken for this in rounds if this.kinds == (kind,) for _, taken, _ in this.recoveries]
        hit = [taken for taken in alone if taken is not None]
        assert max(hit, default=0) <= within_s
        # A viewer who is late may have seen the middle of a run that was over.
        assert 2 * len(hit) >= len(alone), f"{kind}: nobody was computing"


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
