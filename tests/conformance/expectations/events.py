"""Which Events does a person see? Specification, section 16."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.conformance.case import BadCase
from tests.conformance.drive import Evidence
from tests.conformance.expectations.checking import options
from tests.conformance.history import Record

_KEYS = ("reason", "type", "container", "message_contains", "pod")


def event(evidence: Evidence, value: object) -> str | None:
    """At least one such Event."""
    given = _given(value)
    if _matching(evidence, given):
        return None
    alike = [f"{e['type']} {e['reason']} {e['message']!r}" for e in evidence.history.events if e["reason"] == given.get("reason")]
    return f"Events: {'; '.join(dict.fromkeys(alike or [e['reason'] for e in evidence.history.events])) or 'none'}"


def no_event(evidence: Evidence, value: object) -> str | None:
    """No such Event."""
    found = _matching(evidence, _given(value))
    return f"{found[0]['reason']} at {found[0]['t']:.3f} s: {found[0]['message']}" if found else None


def _given(value: object) -> Mapping[str, Any]:
    given = options(value, (), _KEYS)
    if not given:
        raise BadCase("an Event needs at least one of reason, type, container, message_contains")
    return given


def _matching(evidence: Evidence, given: Mapping[str, Any]) -> list[Record]:
    wanted = {key: given[key] for key in ("reason", "type") if key in given}
    if "container" in given:
        wanted["object"] = evidence.instants.select(given["container"]).container.name
    if "pod" in given:
        wanted["pod"] = f"default/{given['pod']}"
    text = str(given.get("message_contains", ""))
    return [e for e in evidence.history.events if all(e.get(key) == want for key, want in wanted.items()) and text in e["message"]]
