"""How does a case of actions and states after them run? Action by action; what is known after each is held against what is expected then."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import ROUND_CEILING, Decimal
from typing import Any, Protocol

from simulator.units import parse_duration_ms, quantity_bytes
from simulator.versions import NEWEST, OLDEST
from tests.conformance.case import Case, Fields, minor_of
from tests.conformance.report import Failure, Report

Seen = Mapping[str, Any]


class Driver(Protocol):
    """The part of the simulator that a kind of case is about, in the case's situation."""

    def do(self, action: Fields) -> Seen:
        """Carry one action out; returns what is known after it, under the names of the expectations."""


def ms(text: object) -> int:
    """A time of a case in milliseconds; parts of one count as a whole one, so that "just after" stays after."""
    if isinstance(text, str) and text.endswith("s") and text[:-1].replace(".", "", 1).isdigit():
        return int((Decimal(text[:-1]) * 1000).to_integral_value(ROUND_CEILING))
    return parse_duration_ms(str(text))


def amount(value: object) -> int:
    """A quantity, or a plain number."""
    return value if isinstance(value, int) else quantity_bytes(str(value))


def minors(case: Case) -> list[int]:
    """Minor versions that the case holds for and that can be simulated."""
    bounds = case.fields.get("kubernetes") or {}
    first = minor_of(bounds["from"]) if "from" in bounds else OLDEST
    last = minor_of(bounds["until"]) if "until" in bounds else NEWEST
    return list(range(max(first, OLDEST), min(last, NEWEST) + 1))


def check_steps(case: Case, make: Callable[..., Driver], *, oldest: bool = False) -> Report:
    """All expectations of the case, each key a check."""
    report = Report(cases=1)
    fitting = minors(case)
    if not fitting:
        report.pending.append(f"{case.title}: no version that can be simulated fits {case.fields.get('kubernetes')}")
        return report
    minor = fitting[0] if oldest else fitting[-1]
    driver = make(case, minor)
    states = [driver.do(action) for action in case.actions]
    for expectation in case.expectations:
        after = expectation["after"]
        for key, wanted in expectation.items():
            if key == "after":
                continue
            report.checks += 1
            state = states[after - 1]
            seen = holds(key, wanted, state)
            if seen is not None:
                report.failures.append(Failure(case=case.title, where=f"after {after}, 1.{minor}", expectation=f"{key}: {wanted}", seen=seen))
    return report


def holds(key: str, wanted: Any, state: Seen) -> str | None:
    """None: it does; else what is seen instead."""
    compare = COMPARISONS.get(key)
    name = SEEN_AS.get(key, key)
    if name not in state:
        return f"nothing is known of {name}"
    seen = state[name]
    if compare is not None:
        return None if compare(wanted, seen) else f"{seen}"
    return None if wanted == seen else f"{seen}"


def _error(wanted: object, seen: object) -> bool:
    if wanted is None:
        return seen is None
    return seen is not None if wanted in ("any", "error") else seen == wanted


def _removed(wanted: list[Any], seen: list[Fields]) -> bool:
    if len(wanted) != len(seen):
        return False
    for want, have in zip(wanted, seen, strict=True):
        if isinstance(want, str):
            if want != have["id"]:
                return False
        elif want["id"] != have["id"] or ms(want["at"]) != have["at_ms"] or want.get("reason", have["reason"]) != have["reason"]:
            return False
    return True


def _records(wanted: Fields, seen: Fields) -> bool:
    for name, record in wanted.items():
        if name not in seen:
            return False
        for key, value in record.items():
            have = seen[name][key]
            if have != (value if key == "runtime_handler" else None if value == "never" else ms(value)):
                return False
    return True


def _part(wanted: Fields, seen: Fields) -> bool:
    return all(seen.get(key) == value for key, value in wanted.items())


def same_config(wanted: Fields, seen: Fields | None) -> bool:
    """The listed fields only; durations as the simulator keeps them."""
    return seen is not None and all(seen.get(name) in (value, _milliseconds(value)) for name, value in wanted.items())


def _milliseconds(value: object) -> object:
    try:
        return parse_duration_ms(value) if isinstance(value, str) else value
    except ValueError:
        return value


def _sorted_secrets(fields: Fields) -> list[str]:
    return sorted(repr(sorted(secret.items())) for secret in fields["secrets"])


def _pod_status(wanted: Fields, seen: Fields) -> bool:
    starts = wanted.get("message_starts", "")
    return str(seen["message"]).startswith(starts) and _part({key: value for key, value in wanted.items() if key != "message_starts"}, seen)


COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "error": _error,
    "error_contains": lambda wanted, seen: seen is not None and wanted in seen,
    "removed": _removed,
    "removed_any_order": lambda wanted, seen: sorted(wanted) == sorted(each["id"] for each in seen),
    "remaining": lambda wanted, seen: sorted(wanted) == sorted(seen),
    "records": _records,
    "conditions": lambda wanted, seen: sorted(wanted) == sorted(seen),
    "event_counts": lambda wanted, seen: all(seen.get(reason, 0) == count for reason, count in wanted.items()),
    "admit": _part,
    "reclaim": _part,
    "annotations": _part,
    "pod_status": _pod_status,
    "config": same_config,
    "waiting_message_contains": lambda wanted, seen: wanted in seen,
    "pull_attempts_at": lambda wanted, seen: [ms(each) for each in wanted] == seen,
    "backoff": lambda wanted, seen: ms(wanted) == seen,
    "pulling_events_at": lambda wanted, seen: {name: ms(value) for name, value in wanted.items()} == seen,
    "pulled": lambda wanted, seen: {name: {key: ms(v) for key, v in value.items()} for name, value in wanted.items()} == seen,
    "record_after": lambda wanted, seen: {name: _sorted_secrets(value) for name, value in wanted.items()} == {n: _sorted_secrets(v) for n, v in seen.items()},
    "thresholds": lambda wanted, seen: _same_thresholds(wanted, seen),
}
SEEN_AS: Mapping[str, str] = {"error_contains": "error", "removed_any_order": "removed"}


def _same_thresholds(wanted: list[Fields], seen: list[Fields]) -> bool:
    def plain(rows: list[Fields]) -> list[tuple[str, str, int, str]]:
        return sorted((row["signal"], str(row["value"]), ms(row.get("grace", "0s")), str(row.get("min_reclaim", "0"))) for row in rows)

    return plain(wanted) == plain(seen)
