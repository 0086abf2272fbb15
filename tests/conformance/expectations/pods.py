"""What holds for several pods, for the node, or for the stored object?"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

from simulator.pod import Pod
from tests.conformance.case import BadCase
from tests.conformance.drive import Evidence
from tests.conformance.expectations.checking import options
from tests.conformance.expectations.statuses import TERMINAL
from tests.conformance.expectations.times import ONE_RELIST_S
from tests.conformance.history import PodHistory

_STEP = re.compile(r"^(?P<name>[A-Za-z]+)(?:\[(?P<index>[0-9]+)\])?$")
_CAMEL = re.compile(r"(?<=[a-z0-9])([A-Z])")
DEFAULT_GRACE_S = 30
_FLAT = {"lifecycle": (), "os": ("os",)}
"""Steps of the API's path that the simulator's values do not have, and what they put in front of the next step's name."""


def sandboxes(evidence: Evidence, value: object) -> str | None:
    """Sandboxes created."""
    if not isinstance(value, int):
        raise BadCase(f"a number is expected, not {value!r}")
    made = sum(1 for pod in evidence.instants.pods() for r in pod.records if r["layer"] == "runtime" and r["call"] == "RunPodSandbox returned")
    return None if made == value else f"{made} sandboxes"


def pod_order(evidence: Evidence, value: object) -> str | None:
    """All pods of a group are terminal before any pod of the next group is told to stop.

    One exception, specification, section 13: when the group's seconds are over the next group begins. So a pod whose grace was cut down to these seconds may
    still be dying then. In any case the groups reach their terminal phases one after the other.
    """
    if not isinstance(value, list) or not all(isinstance(group, list) for group in value):
        raise BadCase("a list of lists of pods is expected")
    for group, following in pairwise(value):
        ended = {name: _terminal_s(evidence.instants.pod(name)) for name in group}
        told = {name: _told_s(evidence.instants.pod(name)) for name in following}
        last = {name: _terminal_s(evidence.instants.pod(name)) for name in following}
        if any(t is None for t in (*ended.values(), *told.values(), *last.values())):
            return f"terminal {ended | last}, told to stop {told}"
        begin = min(t for t in told.values() if t is not None)
        late = [name for name, t in ended.items() if t is not None and t > begin and not _time_is_up(evidence, name, begin)]
        if late or max(t for t in ended.values() if t) > min(t for t in last.values() if t):
            return f"terminal {ended | last}, told to stop {told}"
    return None


def _time_is_up(evidence: Evidence, name: str, t: float) -> bool:
    """Was the pod's grace cut down to its group's seconds, and were these over? They count from the group's turn, at most a relist before."""
    own_s = next(pod["spec"].get("terminationGracePeriodSeconds", DEFAULT_GRACE_S) for pod in evidence.case.pods if pod["metadata"]["name"] == name)
    pod = evidence.instants.pod(name)
    begin, graces = _told_s(pod), _graces(pod)
    return begin is not None and bool(graces) and max(graces) < own_s and begin + max(graces) <= t + ONE_RELIST_S


def _terminal_s(pod: PodHistory) -> float | None:
    return next((change.moment.t for change in pod.phase.changes if change.value in TERMINAL), None)


def _told_s(pod: PodHistory) -> float | None:
    """The beginning of the termination, or of whatever else stops a container of it."""
    stops = ("SyncTerminatingPod enter", "StopContainer called", "signal")
    return next((r["t"] for r in pod.records if r["layer"] in ("kubelet", "runtime") and r.get("call") in stops), None)


def effective_grace(evidence: Evidence, value: object) -> str | None:
    """The grace that the runtime got, per pod."""
    given = options(value, (), evidence.case.pod_names)
    seen = {name: _graces(evidence.instants.pod(name)) for name in given}
    return None if all(seen[name] == {wanted} for name, wanted in given.items()) else f"timeouts {seen}"


def _graces(pod: PodHistory) -> set[int]:
    calls = [r for r in pod.records if r["layer"] == "runtime" and r["call"] == "StopContainer called"]
    return {int(found.group(1)) for r in calls if (found := re.fullmatch(r"timeout (\d+)s", r.get("detail", "")))}


def spec_value(evidence: Evidence, value: object) -> str | None:
    """A value of the stored object, defaults included."""
    given = options(value, ("path", "value"), ("pod",))
    pod = evidence.observation.pods[given.get("pod") or evidence.case.pod_names[0]]
    seen = stored(pod, str(given["path"]))
    return None if seen == given["value"] else f"{given['path']} is {seen!r}"


def stored(pod: Pod, path: str) -> Any:
    """`spec.containers[0].livenessProbe.periodSeconds` of the simulator's pod. Raises BadCase for a path that it does not have."""
    steps = path.removeprefix("metadata.").removeprefix("spec.").split(".")
    node: Any = pod
    prefix: tuple[str, ...] = ()
    for step in steps:
        found = _STEP.match(step)
        if found is None:
            raise BadCase(f'"{path}" is no path')
        if step in _FLAT:
            prefix = _FLAT[step]
            continue
        node = _child(node, "_".join([*prefix, _CAMEL.sub(r"_\1", found["name"]).lower()]), found["name"], path)
        prefix = ()
        if found["index"] is not None:
            node = node[int(found["index"])]
    return str(node) if isinstance(node, str) else list(node) if isinstance(node, tuple) else node


def _child(node: Any, attribute: str, key: str, path: str) -> Any:
    if isinstance(node, dict) and key in node:
        return node[key]
    if hasattr(node, attribute):
        return getattr(node, attribute)
    raise BadCase(f'the simulator does not keep "{path}"')
