"""What does a trace tell of each pod and container? Records folded into runs, timelines, pulls and Events."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from math import inf
from typing import Any, Generic, NamedTuple, TypeVar

Record = Mapping[str, Any]
T = TypeVar("T")


class Moment(NamedTuple):
    """An instant of the trace; at equal time the order of the records decides."""

    t: float
    seq: float = inf

    def plus(self, seconds: float) -> Moment:
        """So many seconds later: no record of its own any more."""
        return Moment(round(self.t + seconds, 6)) if seconds else self


@dataclass(slots=True, kw_only=True)
class HookRun:
    """One run of a hook. `end` None: it never came back."""

    hook: str
    begin: Moment
    end: Moment | None = None
    outcome: str = ""


@dataclass(slots=True, kw_only=True)
class Run:
    """One start of a container, to its exit."""

    start: Moment
    attempt: int = 0
    exit: Moment | None = None
    exit_code: int | None = None
    reason: str = ""
    sigterm: Moment | None = None
    sigkill: Moment | None = None
    hooks: list[HookRun] = field(default_factory=list)

    def is_running_at(self, moment: Moment) -> bool:
        """Did the process live at that moment?"""
        return self.start <= moment and (self.exit is None or moment < self.exit)


class Change(NamedTuple, Generic[T]):
    """From `moment` on the API shows `value`."""

    moment: Moment
    value: T


class Timeline(Generic[T]):
    """A value that the API shows, over time. Records of one instant are one patch: only the last of them counts."""

    def __init__(self) -> None:
        self.changes: list[Change[T]] = []

    def set(self, moment: Moment, value: T) -> None:
        """The value from now on."""
        self.changes.append(Change(moment, value))

    def at(self, t: float) -> T | None:
        """The value in force at an instant; None before the first."""
        return next((change.value for change in reversed(self.changes) if change.moment.t <= t), None)

    def before(self, t: float) -> T | None:
        """The value in force just before an instant."""
        return next((change.value for change in reversed(self.changes) if change.moment.t < t), None)

    @property
    def last(self) -> T | None:
        """The last value known."""
        return self.changes[-1].value if self.changes else None

    def values(self, begin: float, end: float) -> list[T]:
        """Every value in force from `begin` on and before `end`."""
        first = self.at(begin)
        found = [] if first is None else [first]
        return found + [value for t, value in self._settled() if begin < t < end]

    def _settled(self) -> Iterator[tuple[float, T]]:
        for index, change in enumerate(self.changes):
            following = self.changes[index + 1 :]
            if not following or following[0].moment.t != change.moment.t:
                yield change.moment.t, change.value

    def spans(self, end: float) -> Iterator[tuple[float, float, T]]:
        """(from, to, value) of every stretch, up to `end`."""
        settled = list(self._settled())
        for index, (t, value) in enumerate(settled):
            yield t, settled[index + 1][0] if index + 1 < len(settled) else end, value

    def first(self, value: T) -> Moment | None:
        """When it first became `value`."""
        return next((change.moment for change in self.changes if change.value == value), None)


class Ended(NamedTuple):
    """A `terminated` that the API showed. `attempt` is the restart count of the record that showed it."""

    moment: Moment
    code: int | None
    reason: str
    message: str
    is_last_state: bool
    attempt: int


class Shown(NamedTuple):
    """A condition as the API shows it."""

    status: str
    reason: str = ""
    message: str = ""


@dataclass(slots=True)
class Pull:
    """One attempt at an image. `end` None: under way to the last."""

    container: str
    queued: Moment
    begin: Moment | None = None
    end: Moment | None = None


@dataclass(slots=True)
class ContainerHistory:
    """One container of a pod."""

    name: str
    runs: list[Run] = field(default_factory=list)
    state: Timeline[str] = field(default_factory=Timeline)
    ready: Timeline[bool] = field(default_factory=Timeline)
    started: Timeline[bool] = field(default_factory=Timeline)
    restart_count: Timeline[int] = field(default_factory=Timeline)
    ends: list[Ended] = field(default_factory=list)
    hooks: list[HookRun] = field(default_factory=list)

    @property
    def open_run(self) -> Run | None:
        """The run whose exit was not seen yet."""
        return self.runs[-1] if self.runs and self.runs[-1].exit is None else None


@dataclass(slots=True)
class PodHistory:
    """One pod."""

    name: str
    containers: dict[str, ContainerHistory] = field(default_factory=dict)
    phase: Timeline[str] = field(default_factory=Timeline)
    reason: str = ""
    message: str = ""
    conditions: dict[str, Timeline[Shown]] = field(default_factory=dict)
    records: list[Record] = field(default_factory=list)
    pulls: list[Pull] = field(default_factory=list)
    created: Moment | None = None
    gone: Moment | None = None

    def container(self, name: str) -> ContainerHistory:
        """By name; empty when the trace has nothing of it."""
        return self.containers.setdefault(name, ContainerHistory(name))


@dataclass(slots=True)
class History:
    """A whole trace."""

    pods: dict[str, PodHistory] = field(default_factory=dict)
    events: list[Record] = field(default_factory=list)
    node: list[Record] = field(default_factory=list)
    actions: list[Record] = field(default_factory=list)
    end_s: float = 0.0


def moment_of(record: Record) -> Moment:
    """When a record was made."""
    return Moment(record["t"], record["seq"])


def read_history(records: Iterable[Record], *, horizon_s: float) -> History:
    """Fold a trace; statuses after the object is gone keep their last value."""
    history = History(end_s=horizon_s)
    for record in records:
        layer, key = record["layer"], record.get("pod")
        if layer == "event":
            history.events.append(record)
        elif layer == "action" and record.get("call") != "refused":
            history.actions.append(record)
        elif layer == "node":
            history.node.append(record)
        if key is not None:
            name = key.partition("/")[2]
            pod = history.pods.setdefault(name, PodHistory(name))
            pod.records.append(record)
            _FOLDS.get(layer, _ignore)(pod, record)
    return history


def _ignore(pod: PodHistory, record: Record) -> None:
    """Layers that need no folding."""


def _fold_runtime(pod: PodHistory, record: Record) -> None:
    call, name, moment = record["call"], record["object"], moment_of(record)
    if call == "StartContainer returned":
        pod.container(name).runs.append(Run(start=moment, attempt=record.get("attempt", 0)))
        return
    run = pod.containers[name].open_run if name in pod.containers else None
    if run is None:
        return
    if call == "exit event":
        run.exit, run.exit_code, run.reason = moment, record.get("exit_code"), record.get("reason", "")
    elif call == "signal" and record.get("detail") == "SIGKILL":
        run.sigkill = run.sigkill or moment
    elif call == "signal":
        run.sigterm = run.sigterm or moment


def _fold_hook(pod: PodHistory, record: Record) -> None:
    container, moment = pod.container(record["object"]), moment_of(record)
    if record["call"] == "started":
        hook = HookRun(hook=record["hook"], begin=moment)
        container.hooks.append(hook)
        if container.runs:
            container.runs[-1].hooks.append(hook)
        return
    hook_run = next((h for h in reversed(container.hooks) if h.hook == record["hook"]), None)
    if hook_run is not None and hook_run.end is None:
        hook_run.end, hook_run.outcome = moment, record["call"]


def _fold_status(pod: PodHistory, record: Record) -> None:
    field_name, to, moment = record["field"], record["to"], moment_of(record)
    if field_name == "watch":
        pod.created, pod.gone = (moment, pod.gone) if to == "ADDED" else (pod.created, moment)
    elif field_name == "phase":
        pod.phase.set(moment, to)
        pod.reason, pod.message = record.get("reason", ""), record.get("message", "")
    elif field_name.startswith("condition:"):
        timeline = pod.conditions.setdefault(field_name.removeprefix("condition:"), Timeline())
        timeline.set(moment, Shown(to, record.get("reason", ""), record.get("message", "")))
    elif "container_type" in record:
        _fold_container_status(pod.container(record["object"]), record, moment)


def _fold_container_status(container: ContainerHistory, record: Record, moment: Moment) -> None:
    field_name, to, attempt = record["field"], record["to"], record.get("attempt", 0)
    match field_name:
        case "state":
            container.state.set(moment, to)
        case "ready":
            container.ready.set(moment, to)
        case "started":
            container.started.set(moment, to)
        case "restartCount":
            container.restart_count.set(moment, to)
    if field_name in ("state", "lastState") and to.startswith("terminated"):
        reason = to.partition(":")[2]
        container.ends.append(Ended(moment, record.get("exit_code"), reason, record.get("message", ""), field_name == "lastState", attempt))


def _fold_image(pod: PodHistory, record: Record) -> None:
    operation, moment = record["op"], moment_of(record)
    if operation == "queued":
        pod.pulls.append(Pull(record["object"], moment))
        return
    pull = next((p for p in reversed(pod.pulls) if p.container == record["object"] and p.end is None), None)
    if operation == "started" and pull is None:
        pod.pulls.append(Pull(record["object"], moment, moment))
    elif pull is not None and operation == "started":
        pull.begin = moment
    elif pull is not None and operation in ("pulled", "failed"):
        pull.end = moment


_FOLDS = {"runtime": _fold_runtime, "hook": _fold_hook, "status": _fold_status, "image": _fold_image}
