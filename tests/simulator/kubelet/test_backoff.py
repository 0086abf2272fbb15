"""How long must a crashed container wait? lifecycle.md, section 8."""

from __future__ import annotations

import pytest

from simulator.kubelet.backoff import BackoffEntry, BackoffPolicy, advanced, crash_policy, is_forgotten, remaining_ms
from simulator.units import MINUTE_MS

SECOND = 1_000


def waits_s(policy: BackoffPolicy, run_s: int, crashes: int) -> list[int]:
    """What a container that lives `run_s` seconds at a time waits after each of its exits, if the kubelet looks at once."""
    entry: BackoffEntry | None = None
    now_ms, waits = 0, []
    for _ in range(crashes):
        now_ms += run_s * SECOND
        exit_ms = now_ms
        wait_ms = remaining_ms(entry, since_ms=exit_ms, now_ms=now_ms)
        now_ms += wait_ms
        entry = advanced(entry, policy, since_ms=exit_ms, now_ms=now_ms)
        waits.append(wait_ms // SECOND)
    return waits


@pytest.mark.parametrize(
    ("run_s", "expected"),
    [
        pytest.param(0, [0, 10, 20, 40, 80, 160, 300, 300, 300], id="the first crash is free, then it doubles up to five minutes"),
        pytest.param(60, [0, 10, 20, 40, 80, 160, 300, 300], id="a minute of work makes no difference: waits count from the exit"),
        pytest.param(500, [0, 10, 20, 40, 80], id="eight good minutes are not enough to be forgiven"),
        pytest.param(601, [0, 0, 0, 0], id="more than ten minutes wipe the slate clean"),
    ],
)
def test_waits_after_successive_crashes(run_s: int, expected: list[int]) -> None:
    assert waits_s(BackoffPolicy(), run_s, len(expected)) == expected


ENTRY = BackoffEntry(delay_ms=300 * SECOND, updated_ms=0)


@pytest.mark.parametrize(
    ("exit_s", "now_s", "rest_s"),
    [
        pytest.param(100, 100, 300, id="right after the exit: the whole delay"),
        pytest.param(100, 250, 150, id="later: what is left of it"),
        pytest.param(100, 400, 0, id="when it is over, nothing"),
        pytest.param(100, 500, 0, id="long after it is over, nothing"),
        pytest.param(400, 600, 100, id="a delay that would go beyond ten minutes after the last start still counts until then"),
        pytest.param(400, 601, 0, id="ten minutes after the last start the entry is deleted, delay or not"),
    ],
)
def test_the_rest_of_a_wait_of_300_s(exit_s: int, now_s: int, rest_s: int) -> None:
    assert remaining_ms(ENTRY, since_ms=exit_s * SECOND, now_ms=now_s * SECOND) == rest_s * SECOND


def test_without_an_entry_nobody_waits() -> None:
    assert remaining_ms(None, since_ms=0, now_ms=0) == 0


@pytest.mark.parametrize(
    ("delay_s", "next_s"),
    [pytest.param(10, 20, id="doubled"), pytest.param(160, 300, id="cut at the cap"), pytest.param(300, 300, id="stays at the cap")],
)
def test_the_next_delay(delay_s: int, next_s: int) -> None:
    entry = advanced(BackoffEntry(delay_ms=delay_s * SECOND, updated_ms=0), BackoffPolicy(), since_ms=SECOND, now_ms=2 * SECOND)

    assert entry == BackoffEntry(delay_ms=next_s * SECOND, updated_ms=2 * SECOND)


def test_a_forgotten_entry_starts_anew() -> None:
    old = BackoffEntry(delay_ms=160 * SECOND, updated_ms=0)

    assert is_forgotten(old, now_ms=10 * MINUTE_MS + 1)
    assert not is_forgotten(old, now_ms=10 * MINUTE_MS)
    assert advanced(old, BackoffPolicy(), since_ms=0, now_ms=11 * MINUTE_MS).delay_ms == 10 * SECOND


@pytest.mark.parametrize(
    ("reduce_decay", "max_gate", "period_s", "initial_s", "cap_s"),
    [
        pytest.param(False, False, None, 10, 300, id="up to 1.34"),
        pytest.param(False, True, None, 10, 300, id="from 1.35 on: the same figures"),
        pytest.param(False, True, 20, 10, 20, id="maxContainerRestartPeriod is the cap"),
        pytest.param(False, True, 3, 3, 3, id="a small maximum cuts the first delay, too"),
        pytest.param(False, False, 20, 10, 300, id="without the gate the setting is not looked at"),
        pytest.param(True, False, None, 1, 60, id="the reduced decay"),
        pytest.param(True, True, None, 1, 300, id="both gates: the default of the setting hides the reduced cap"),
        pytest.param(True, True, 60, 1, 60, id="both gates and the setting: as the reduced decay was meant"),
    ],
)
def test_initial_delay_and_cap_under_the_gates(reduce_decay: bool, max_gate: bool, period_s: int | None, initial_s: int, cap_s: int) -> None:
    policy = crash_policy(reduce_decay=reduce_decay, max_gate=max_gate, max_restart_period_ms=None if period_s is None else period_s * SECOND)

    assert policy == BackoffPolicy(initial_ms=initial_s * SECOND, cap_ms=cap_s * SECOND)
