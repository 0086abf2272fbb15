"""What did the API show of a pod and its containers?"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from tests.conformance.case import BadCase
from tests.conformance.drive import Evidence
from tests.conformance.expectations.checking import at, name, options
from tests.conformance.expectations.scopes import Scope, scope_of
from tests.conformance.history import ContainerHistory, PodHistory, Shown, Timeline

TERMINAL = ("Succeeded", "Failed")
PHASES = ("Pending", "Running", *TERMINAL, "Unknown")


def pod_phase(evidence: Evidence, value: object) -> str | None:
    """The phase in the API, there and then."""
    given = options(value, ("phase",), ("at", "pod"))
    if given["phase"] not in PHASES:
        raise BadCase(f"there is no phase {given['phase']!r}")
    for pod in evidence.instants.pods(given.get("pod", "")):
        scopes = scope_of(evidence, given.get("at"), pod)
        if str(given.get("at", "")).startswith("before:"):
            scopes = [Scope(scope.begin, scope.end, throughout=True, just_before=True) for scope in scopes]
        if not any(scope.holds(pod.phase, lambda phase: phase == given["phase"]) for scope in scopes):
            return f"{pod.name}: phases {phases(pod)}"
    return None


def phases(pod: PodHistory) -> str:
    """All phases with their times, for a message."""
    return ", ".join(f"{change.value} at {change.moment.t:.3f}" for change in pod.phase.changes) or "none"


def phase_never(evidence: Evidence, value: object) -> str | None:
    """This phase was never seen."""
    wanted = name(value, "phase")
    if wanted not in PHASES:
        raise BadCase(f"there is no phase {wanted!r}")
    seen = next((pod for pod in evidence.instants.pods() if pod.phase.first(wanted)), None)
    return f"{seen.name}: phases {phases(seen)}" if seen else None


def no_phase_change_before(evidence: Evidence, value: object) -> str | None:
    """The pod keeps its first phase until an instant."""
    instant = evidence.instants.get(name(value, "instant"))
    early = next((pod for pod in evidence.instants.pods() if any(change.moment < instant for change in pod.phase.changes[1:])), None)
    return f"{early.name}: phases {phases(early)}; instant {at(instant)}" if early else None


def waiting_reason(evidence: Evidence, value: object) -> str | None:
    """Seen at least once, perhaps within some time of creation."""
    given = options(value, ("container", "reason"), ("within_s",))
    container = evidence.instants.select(given["container"]).container
    first = container.state.first(f"waiting:{given['reason']}")
    if first is None:
        return f"states {_states(container)}"
    late = "within_s" in given and first.t - evidence.instants.get("created").t > given["within_s"]
    return f"first seen at {at(first)}" if late else None


def _states(container: ContainerHistory) -> str:
    seen = list(dict.fromkeys(change.value for change in container.state.changes))
    return ", ".join(seen) or "none"


def ready(evidence: Evidence, value: object) -> str | None:
    """The container's `ready`, there and then."""
    given = options(value, ("container",), ("at", "value"))
    return _flag(evidence, given["container"], "ready", given.get("value", True), given.get("at"))


def running(evidence: Evidence, value: object) -> str | None:
    """Does the status show it running, there and then?"""
    given = options(value, ("container",), ("at", "value"))
    return _flag(evidence, given["container"], "running", given.get("value", True), given.get("at"))


def never_ready(evidence: Evidence, value: object) -> str | None:
    """`ready` was never True."""
    moment = evidence.instants.select(name(value)).container.ready.first(True)
    return f"it was ready at {at(moment)}" if moment else None


def always(evidence: Evidence, value: object) -> str | None:
    """`started` and `ready` are what they are throughout an interval."""
    given = options(value, ("container", "from", "to"), ("started", "ready", "running"))
    if not any(key in given for key in ("started", "ready", "running")):
        raise BadCase("started or ready is missing")
    begin, end = evidence.instants.get(given["from"]).t, evidence.instants.get(given["to"]).t
    scope = Scope(begin, end, throughout=True)
    wrong = [seen for key in ("started", "ready", "running") if key in given and (seen := _wrong_flag(evidence, given["container"], key, given[key], [scope]))]
    return wrong[0] if wrong else None


def _flag(evidence: Evidence, container: str, key: str, wanted: bool, when: object) -> str | None:
    return _wrong_flag(evidence, container, key, wanted, scope_of(evidence, when, evidence.instants.select(container).pod))


def _wrong_flag(evidence: Evidence, container: str, key: str, wanted: bool, scopes: Iterable[Scope]) -> str | None:
    history = evidence.instants.select(container).container
    timeline = _running_timeline(history) if key == "running" else history.ready if key == "ready" else history.started
    if any(scope.holds(timeline, lambda shown: bool(shown) == wanted) for scope in scopes):
        return None
    return f"{key}: " + (", ".join(f"{change.value} at {change.moment.t:.3f}" for change in timeline.changes) or "never shown")


def _running_timeline(container: ContainerHistory) -> Timeline[bool]:
    timeline: Timeline[bool] = Timeline()
    for change in container.state.changes:
        timeline.set(change.moment, change.value == "running")
    return timeline


def exit_code(evidence: Evidence, value: object) -> str | None:
    """The terminated state of a run, the last one by default."""
    given = options(value, ("container", "code"), ("reason", "run"))
    container = evidence.instants.select(given["container"]).container
    found = _last_end(container) if given.get("run", "last") == "last" else _end_of_run(container, int(given["run"]))
    if found is None:
        return f"it never ended, states {_states(container)}"
    code, reason = found
    wrong = code != given["code"] or ("reason" in given and reason != given["reason"])
    return f"code {code}, reason {reason}" if wrong else None


def _last_end(container: ContainerHistory) -> tuple[int | None, str] | None:
    """As the API showed it last; of a container whose end it never showed (forced deletion) as the runtime saw it."""
    if container.ends:
        newest = max(container.ends, key=lambda end: (end.moment.t, not end.is_last_state))
        return newest.code, newest.reason
    return next(((run.exit_code, run.reason) for run in reversed(container.runs) if run.exit), None)


def _end_of_run(container: ContainerHistory, index: int) -> tuple[int | None, str] | None:
    run = container.runs[index] if -len(container.runs) <= index < len(container.runs) else None
    if run is None or run.exit is None:
        return None
    shown = [end for end in container.ends if end.attempt == run.attempt and not end.is_last_state and end.moment >= run.exit]
    return (shown[0].code, shown[0].reason) if shown else (run.exit_code, run.reason)


def last_terminated(evidence: Evidence, value: object) -> str | None:
    """`lastState.terminated` is set."""
    container = evidence.instants.select(name(value)).container
    return None if any(end.is_last_state for end in container.ends) else f"no lastState, states {_states(container)}"


def termination_message(evidence: Evidence, value: object) -> str | None:
    """What the last terminated state says."""
    given = options(value, ("container", "equals"))
    ends = evidence.instants.select(given["container"]).container.ends
    if not ends:
        return "it never ended"
    return None if ends[-1].message == given["equals"] else f"message {ends[-1].message!r}"


# -- conditions -------------------------------------------------------------------------------------------------------------------


def condition(evidence: Evidence, value: object) -> str | None:
    """A pod's condition, there and then."""
    given = options(value, ("type", "status"), ("reason", "message", "at", "pod"))

    def wanted(shown: Shown | None) -> bool:
        if shown is None:
            return False
        reason_fits = shown.reason == given.get("reason", shown.reason)
        return shown.status == str(given["status"]) and reason_fits and shown.message == given.get("message", shown.message)

    for pod in evidence.instants.pods(given.get("pod", "")):
        timeline = pod.conditions.get(given["type"])
        if not any(scope.holds(timeline, wanted) for scope in scope_of(evidence, given.get("at"), pod)):
            return f"{pod.name}: {_shown(timeline)}"
    return None


def _shown(timeline: Timeline[Shown] | None) -> str:
    if timeline is None:
        return "never set"
    return ", ".join(f"{' '.join(part for part in change.value if part)} at {change.moment.t:.3f}" for change in timeline.changes)


def condition_order(evidence: Evidence, value: object) -> str | None:
    """The conditions became True, for good, in this order; at once is in order, too."""
    if not isinstance(value, list):
        raise BadCase(f"a list of conditions is expected, not {value!r}")
    pod = evidence.instants.pod()
    times = [_true_since(pod.conditions.get(str(kind))) for kind in value]
    seen = ", ".join(f"{kind} {'never' if t is None else f'{t:.3f}'}" for kind, t in zip(value, times, strict=True))
    if any(t is None for t in times):
        return seen
    return None if all(a <= b for a, b in pairwise(times)) else seen  # type: ignore[operator]


def _true_since(timeline: Timeline[Shown] | None) -> float | None:
    """lastTransitionTime to True: the status moved, not only reason or message."""
    changes = timeline.changes if timeline else []
    before = [None, *(change.value.status for change in changes)]
    moved = [change.moment.t for was, change in zip(before, changes, strict=False) if change.value.status == "True" and was != "True"]
    return moved[-1] if moved else None


# -- the pod as a whole -----------------------------------------------------------------------------------------------------------


def pod_reason(evidence: Evidence, value: object) -> str | None:
    """status.reason."""
    wrong = next((pod for pod in evidence.instants.pods() if pod.reason != value), None)
    return f"{wrong.name}: reason {wrong.reason!r}" if wrong else None


def pod_message_prefix(evidence: Evidence, value: object) -> str | None:
    """The start of status.message."""
    wrong = next((pod for pod in evidence.instants.pods() if not pod.message.startswith(str(value))), None)
    return f"{wrong.name}: message {wrong.message!r}" if wrong else None


def pods_end(evidence: Evidence, value: object) -> str | None:
    """The final status of every pod."""
    given = options(value, (), ("phase", "reason", "message"))
    for pod in evidence.instants.pods():
        shown = {"phase": pod.phase.last, "reason": pod.reason, "message": pod.message}
        wrong = [key for key, wanted in given.items() if shown[key] != wanted]
        if wrong:
            return f"{pod.name}: {wrong[0]} {shown[wrong[0]]!r}"
    return None
