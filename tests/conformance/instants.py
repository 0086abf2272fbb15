"""When was `start:web#1`, `condition:Ready=True` or `action:0+5s`? The instants of the case vocabulary, looked up in a history."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.conformance.case import BadCase, Case
from tests.conformance.history import ContainerHistory, History, Moment, PodHistory, Record, Run, moment_of

_SUFFIX = re.compile(r"^(?P<base>.+?)\+(?P<seconds>[0-9]+(?:\.[0-9]+)?)s$")


class NoSuchInstant(Exception):
    """It never came. The text says which."""


@dataclass(frozen=True, slots=True)
class Selected:
    """`web#1`, `pod/web#last`, taken apart."""

    pod: PodHistory
    container: ContainerHistory
    run: int | None
    """0-based; -1: the last; None: nothing was said, so the first."""

    def runs(self) -> Sequence[Run]:
        """The run meant, as a list of at most one."""
        runs, index = self.container.runs, self.run or 0
        return runs[index:][:1] if -len(runs) <= index < len(runs) else []


class Instants:
    """Looks instants up. `action_times` are those of the case's actions, by their index; None: it never happened."""

    def __init__(self, case: Case, history: History, action_times: Sequence[float | None]) -> None:
        self._case = case
        self._history = history
        self._action_times = action_times

    def find(self, text: str) -> Moment | None:
        """The moment, or None when it never came. Raises BadCase for a text that is no instant."""
        suffix = _SUFFIX.match(text)
        if suffix:
            base = self.find(suffix["base"])
            return base.plus(float(suffix["seconds"])) if base else None
        kind, _, rest = text.partition(":")
        if not rest and kind in _OF_THE_CASE:
            return _OF_THE_CASE[kind](self)
        if rest and kind in _OF_CONTAINERS:
            return self._of_container(kind, rest)
        if rest and kind in _WITH_VALUE:
            return _WITH_VALUE[kind](self, rest)
        raise BadCase(f'"{text}" is no instant of the vocabulary')

    def get(self, text: str) -> Moment:
        """The moment. Raises NoSuchInstant."""
        moment = self.find(text)
        if moment is None:
            raise NoSuchInstant(f"{text} never came")
        return moment

    # -- who is meant -------------------------------------------------------------------------------------------------------------

    def pod(self, name: str = "") -> PodHistory:
        """By name; without: the first of the case. A pod that the trace does not have is empty."""
        name = name or self._case.pod_names[0]
        return self._history.pods.get(name) or PodHistory(name)

    def pods(self, name: str = "") -> list[PodHistory]:
        """The named one, or all of the case."""
        return [self.pod(each) for each in ([name] if name else self._case.pod_names)]

    def select(self, text: str) -> Selected:
        """`container`, `container#n`, `container#last`, each perhaps with `pod/` before. Raises BadCase for a container that the case does not have."""
        name, hash_, number = text.partition("#")
        pod_name, slash, name = name.rpartition("/")
        pod = self.pod(pod_name) if slash else self._pod_with(name)
        if name not in known_containers(self._case):
            raise BadCase(f'the case has no container "{name}"')
        if hash_ and number != "last" and not number.isdigit():
            raise BadCase(f'"{text}": a run is a number or `last`')
        return Selected(pod, pod.container(name), -1 if number == "last" else int(number) if hash_ else None)

    def _pod_with(self, container: str) -> PodHistory:
        return next((pod for pod in self.pods() if container in pod.containers), self.pod())

    # -- lookups ------------------------------------------------------------------------------------------------------------------

    def action(self, index: int) -> Moment | None:
        """When the i-th action of the case was carried out."""
        if not 0 <= index < len(self._action_times):
            raise BadCase(f"the case has no action {index}")
        t = self._action_times[index]
        return None if t is None else Moment(t, -1)

    def actions_between(self, begin: float, end: float) -> list[float]:
        """Times of the case's actions after `begin` and before `end`."""
        return sorted(t for t in self._action_times if t is not None and begin < t < end)

    def _created(self) -> Moment | None:
        return _earliest(pod.created for pod in self.pods())

    def _delete(self) -> Moment | None:
        deletes = [i for i, action in enumerate(self._case.actions) if action.get("do") in ("delete", "force_delete")]
        return self.action(deletes[0]) if deletes else None

    def _gone(self) -> Moment | None:
        moments = [pod.gone for pod in self.pods()]
        return max(moments) if all(moments) else None  # type: ignore[type-var]

    def _all_running(self) -> Moment | None:
        firsts = [self._state(pod.container(name), "running") for pod in self.pods() for name in main_names(self._case, pod.name)]
        return max(firsts) if firsts and all(firsts) else None  # type: ignore[type-var]

    def _kubelet_up(self) -> Moment | None:
        return next((moment_of(r) for r in self._history.node if r.get("call") == "kubelet started"), None)

    def _status_start_time(self) -> Moment | None:
        """status.startTime is the whole second in which the kubelet first made a status: at its first sync of the pod."""
        first = next((r for r in self.pod().records if r["layer"] == "kubelet" and r.get("call") == "SyncPod enter"), None)
        return None if first is None else Moment(float(int(first["t"])), -1)

    def _phase(self, rest: str) -> Moment | None:
        pod_name, _, value = rest.rpartition(":")
        return _earliest(pod.phase.first(value) for pod in self.pods(pod_name))

    def _condition(self, rest: str) -> Moment | None:
        pod_name, _, value = rest.rpartition(":")
        kind, _, status = value.partition("=")
        return _earliest(
            next((c.moment for c in pod.conditions[kind].changes if c.value.status == status), None) for pod in self.pods(pod_name) if kind in pod.conditions
        )

    def _restart_count(self, rest: str) -> Moment | None:
        name, _, count = rest.rpartition(":")
        if not count.isdigit():
            raise BadCase(f'"restart_count:{rest}" needs a number')
        return self.select(name).container.restart_count.first(int(count))

    def _event(self, rest: str) -> Moment | None:
        reason, _, name = rest.partition(":")
        container = self.select(name).container.name if name else None
        return next((moment_of(e) for e in self._history.events if e["reason"] == reason and (container is None or e["object"] == container)), None)

    def _action(self, rest: str) -> Moment | None:
        if not rest.isdigit():
            raise BadCase(f'"action:{rest}" needs a number')
        return self.action(int(rest))

    def _of_container(self, kind: str, rest: str) -> Moment | None:
        return _OF_CONTAINERS[kind](self, self.select(rest))

    # -- of one container -----------------------------------------------------------------------------------------------------------

    def _state(self, container: ContainerHistory, word: str) -> Moment | None:
        return container.state.first(word)

    def _up(self, selected: Selected) -> Moment | None:
        return next((up_of(self._case, selected.container.name, run) for run in selected.runs()), None)

    def _hook(self, selected: Selected, hook: str, *, end: bool) -> Moment | None:
        hooks = selected.container.hooks if selected.run is None else [h for run in selected.runs() for h in run.hooks]
        found = next((h for h in hooks if h.hook == hook), None)
        return None if found is None else found.end if end else found.begin

    def _shown(self, selected: Selected, field: str, value: object) -> Moment | None:
        """The first status record of that value; with a run: the first one that shows that run's restart count."""
        records = [r for r in selected.pod.records if r["layer"] == "status" and r.get("object") == selected.container.name and r["field"] == field]
        if selected.run is not None:
            attempts = {run.attempt for run in selected.runs()}
            records = [r for r in records if r.get("attempt") in attempts]
        return next((moment_of(r) for r in records if r["to"] == value), None)

    def _unready(self, selected: Selected) -> Moment | None:
        ready = self._shown(selected, "ready", True)
        later = (c.moment for c in selected.container.ready.changes if ready and c.moment > ready and not c.value)
        return next(later, None)

    def _readiness_fail_first(self, selected: Selected) -> Moment | None:
        """The first failure after the container was ready; of one that never was, the first of all."""
        ready = self._shown(selected, "ready", True) or Moment(-1, -1)
        return next((moment_of(r) for r in _probe_records(selected, "readiness") if r.get("result") != "success" and moment_of(r) > ready), None)

    def _pull(self, selected: Selected, *, end: bool) -> Moment | None:
        pulls = [p for p in selected.pod.pulls if p.container == selected.container.name]
        index = selected.run or 0
        found = pulls[index] if -len(pulls) <= index < len(pulls) else None
        return None if found is None else found.end if end else found.begin


def _first_of(selected: Selected, pick: Callable[[Run], Moment | None]) -> Moment | None:
    """Of the run that was named, or of the first run that has it."""
    runs = selected.container.runs if selected.run is None else selected.runs()
    return next((moment for run in runs if (moment := pick(run)) is not None), None)


def _earliest(moments: object) -> Moment | None:
    found = [moment for moment in moments if moment is not None]  # type: ignore[attr-defined]
    return min(found) if found else None


def _probe_records(selected: Selected, probe: str) -> list[Record]:
    return [r for r in selected.pod.records if r["layer"] == "probe" and r.get("object") == selected.container.name and r.get("probe") == probe]


def known_containers(case: Case) -> set[str]:
    """Every container's name, ephemeral ones included."""
    names = {c["name"] for pod in case.pods for group in ("initContainers", "containers") for c in pod["spec"].get(group) or []}
    return names | {action["container"]["name"] for action in case.actions if action.get("do") == "add_ephemeral"}


def main_names(case: Case, pod_name: str) -> list[str]:
    """The mains of a pod."""
    return [c["name"] for pod in case.pods if pod["metadata"]["name"] == pod_name for c in pod["spec"]["containers"]]


def up_of(case: Case, container: str, run: Run) -> Moment | None:
    """When the program of a run was up; None: it ended before."""
    specs = [c for pod in case.pods for group in ("initContainers", "containers") for c in pod["spec"].get(group) or [] if c["name"] == container]
    delay_s = float((specs[0].get("behavior") or {}).get("start_delay_s", 0)) if specs else 0.0
    if not delay_s:
        return run.start
    # Before everything else of that instant: what waits for the program goes on only then.
    up = Moment(round(run.start.t + delay_s, 6), -1)
    return up if run.exit is None or up < run.exit else None


_OF_THE_CASE: dict[str, Callable[[Instants], Moment | None]] = {
    "created": Instants._created,
    "status_start_time": Instants._status_start_time,
    "delete": Instants._delete,
    "gone": Instants._gone,
    "pod_ready": lambda self: self._condition("Ready=True"),
    "end": lambda self: Moment(self._history.end_s),
    "all_running": Instants._all_running,
    "kubelet_up": Instants._kubelet_up,
}
_WITH_VALUE: dict[str, Callable[[Instants, str], Moment | None]] = {
    "action": Instants._action,
    "phase": Instants._phase,
    "condition": Instants._condition,
    "restart_count": Instants._restart_count,
    "event": Instants._event,
    "at_s": lambda self, rest: Moment(float(rest)),
}
_OF_CONTAINERS: dict[str, Callable[[Instants, Selected], Moment | None]] = {
    "start": lambda self, c: next((run.start for run in c.runs()), None),
    "up": Instants._up,
    "exit": lambda self, c: _first_of(c, lambda run: run.exit),
    "sigterm": lambda self, c: _first_of(c, lambda run: run.sigterm),
    "sigkill": lambda self, c: _first_of(c, lambda run: run.sigkill),
    "poststart_begin": lambda self, c: self._hook(c, "postStart", end=False),
    "poststart_end": lambda self, c: self._hook(c, "postStart", end=True),
    "prestop_begin": lambda self, c: self._hook(c, "preStop", end=False),
    "prestop_end": lambda self, c: self._hook(c, "preStop", end=True),
    "running": lambda self, c: self._shown(c, "state", "running"),
    "started": lambda self, c: self._shown(c, "started", True),
    "ready": lambda self, c: self._shown(c, "ready", True),
    "unready": Instants._unready,
    "readiness_fail_first": Instants._readiness_fail_first,
    "pull_begin": lambda self, c: self._pull(c, end=False),
    "pull_end": lambda self, c: self._pull(c, end=True),
}
