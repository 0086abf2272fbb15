"""Is a container in crash-loop back-off? `remaining_ms` and `advanced`, specification, section 8.2."""

from __future__ import annotations

from simulator.kubelet.backoff import BackoffEntry, advanced, crash_policy, remaining_ms
from tests.conformance.case import BadCase, Fields
from tests.conformance.tables.rows import differences, known

KEYS = ("state", "finished_ago_s", "entry", "in_backoff", "until_s", "next_delay_s")
NOW_MS = 10_000_000


def check(row: Fields, minor: int) -> str | None:
    """One row. A container that never exited has no end to count from, and is never looked up."""
    known(row, *KEYS)
    expected = {key: row[key] for key in ("in_backoff", "until_s", "next_delay_s") if key in row}
    if row["state"] == "running":
        return differences({"in_backoff": False, "until_s": None, "next_delay_s": None}, expected)
    if row["state"] != "exited":
        raise BadCase(f"state {row['state']!r} is not known")
    entry = row.get("entry")
    held = BackoffEntry(delay_ms=_ms(entry["delay_s"]), updated_ms=NOW_MS - _ms(entry["age_s"])) if entry else None
    since_ms = NOW_MS - _ms(row["finished_ago_s"])
    rest_ms = remaining_ms(held, since_ms=since_ms, now_ms=NOW_MS)
    policy = crash_policy(reduce_decay=False, max_gate=False, max_restart_period_ms=None)
    following = advanced(held, policy, since_ms=since_ms, now_ms=NOW_MS)
    seen = {"in_backoff": rest_ms > 0, "until_s": rest_ms / 1000, "next_delay_s": following.delay_ms / 1000}
    return differences(seen, expected)


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
