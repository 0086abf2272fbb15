"""How often, and when, was a probe's handler called?"""

from __future__ import annotations

from tests.conformance.behaviors import PROBES
from tests.conformance.case import BadCase
from tests.conformance.drive import Evidence
from tests.conformance.expectations.checking import at, options, within_bounds

STATUS_DELAY_S = 0.1
"""The API shows a status that much later, at most, than the prober works with it."""
_OF_THE_STATUS = ("started", "ready", "unready", "running", "phase", "condition", "pod_ready", "all_running")


def _calls(evidence: Evidence, container: str, probe: str) -> list[float]:
    if probe not in PROBES:
        raise BadCase(f"there is no probe type {probe!r}")
    selected = evidence.instants.select(container)
    wanted = (selected.pod.name, selected.container.name, probe)
    return [call.t for call in evidence.observation.probe_calls if (call.pod, call.container, call.probe) == wanted]


def probe_runs(evidence: Evidence, value: object) -> str | None:
    """The number of calls from one instant on and before another."""
    given = options(value, ("container", "type"), ("from", "to", "exactly", "at_least", "at_most"))
    begin = evidence.instants.get(given.get("from", "created"))
    end = evidence.instants.get(given.get("to", "end"))
    calls = [t for t in _calls(evidence, given["container"], given["type"]) if begin.t <= t < end.t]
    return within_bounds(len(calls), given, f"calls between {at(begin)} and {at(end)}")


def probe_runs_before(evidence: Evidence, value: object) -> str | None:
    """The number of calls before an instant."""
    given = options(value, ("container", "type", "instant"), ("exactly", "at_least", "at_most"))
    end = evidence.instants.get(given["instant"])
    calls = [t for t in _calls(evidence, given["container"], given["type"]) if t < end.t]
    return within_bounds(len(calls), given, f"calls before {at(end)}")


def first_probe_after(evidence: Evidence, value: object) -> str | None:
    """The first call is not before an instant."""
    given = options(value, ("container", "type", "instant"))
    calls = _calls(evidence, given["container"], given["type"])
    if not calls:
        return "the handler was never called"
    begin = evidence.instants.get(given["instant"])
    slack_s = STATUS_DELAY_S if given["instant"].partition(":")[0] in _OF_THE_STATUS else 0.0
    return None if calls[0] >= begin.t - slack_s else f"first call at {calls[0]:.3f} s, {given['instant']} at {at(begin)}"
