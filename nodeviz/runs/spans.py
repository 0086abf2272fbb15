"""Which bars does a trace make? The same folding as the page's Node lens (`static/js/gantt/facts.js`, `lenses.js`, `marks.js`, `spans.js`), for what is made
on the server. `tests/nodeviz/test_spans.py` holds the two together on every example.

*Facts* are what the records said last of a pod or container; the lens makes a state key of them; a state that differs from the one before begins a bar.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

Record = Mapping[str, Any]

PLACE: Mapping[str, int] = {"pod": 0, "init": 1, "sidecar": 1, "main": 2, "ephemeral": 3}
"""Of a row under its pod; rows of one place keep the order of the spec, which is that of their first record."""


@dataclass(slots=True, kw_only=True)
class Span:
    """One bar. Only its end ever changes."""

    state: str
    """A state key of palette.py."""
    start_s: float
    end_s: float | None = None
    """None while it lasts."""
    seq: int
    """Of the record that began it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """An instant on a row. `kind` is a key of palette.py's MARKS."""

    kind: str
    at_s: float
    seq: int


@dataclass(slots=True, kw_only=True)
class Row:
    """A pod or a container. Its spans follow each other without overlap."""

    pod: str
    name: str
    type: str
    """`pod`, `init`, `sidecar`, `main` or `ephemeral`."""
    spans: list[Span] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class _Container:
    """What is known of a container; the fields mean what they mean in facts.js."""

    name: str
    type: str
    row: Row
    state: str | None = None
    ready: bool = False
    started: bool = False
    process: str | None = None
    exit_reason: str | None = None
    exit_seen: bool = False
    pull: str | None = None
    hook: str | None = None
    stopping: bool = False
    signal: str | None = None
    backoff: str | None = None


@dataclass(slots=True, kw_only=True)
class _Pod:
    """What is known of a pod."""

    name: str
    row: Row | None = None
    phase: str | None = None
    ready: bool = False
    times_ready: int = 0
    deleting: bool = False
    gone: bool = False
    containers: dict[str, _Container] = field(default_factory=dict)


def rows_of(records: Iterable[Record]) -> list[Row]:
    """Every row in the order of the page: pods as the trace names them, under each its containers as the kubelet starts them."""
    pods: dict[str, _Pod] = {}
    rows: dict[tuple[str, ...], Row] = {}
    for record in records:
        if name := record.get("pod"):
            _take(pods.setdefault(name, _Pod(name=name)), rows, record)
    groups: dict[str, list[Row]] = {}
    for row in rows.values():
        groups.setdefault(row.pod, []).append(row)
    return [row for group in groups.values() for row in sorted(group, key=lambda row: PLACE[row.type])]


def _take(pod: _Pod, rows: dict[tuple[str, ...], Row], record: Record) -> None:
    container = _apply(pod, rows, record)
    # A record of the pod may change all of its containers (deletion, end); one of a container may not change another.
    touched = [container] if container else list(pod.containers.values()) if record["layer"] == "status" else []
    for each in touched:
        _extend(each.row.spans, None if pod.gone else _container_state(each), record)
    if container is None:
        if pod.row is None:
            pod.row = rows.setdefault((pod.name,), Row(pod=pod.name, name=pod.name.removeprefix("default/"), type="pod"))
        _extend(pod.row.spans, None if pod.gone else _pod_state(pod), record)
    row = container.row if container else pod.row
    kind = _container_mark(record) if container else _pod_mark(record, pod)
    if kind and row:
        row.marks.append(Mark(kind=kind, at_s=record["t"], seq=record["seq"]))


def _extend(spans: list[Span], state: str | None, record: Record) -> None:
    """Close the open bar and begin another, unless nothing changed. None: no bar is open afterwards."""
    now = record["t"]
    last = spans[-1] if spans and spans[-1].end_s is None else None
    if (last.state if last else None) == state:
        return
    if last and last.start_s == now:
        # Two changes at the same instant: the first was never to be seen.
        spans.pop()
        if spans and spans[-1].end_s == now and spans[-1].state == state:
            spans[-1].end_s = None
            return
    elif last:
        last.end_s = now
    if state is not None:
        spans.append(Span(state=state, start_s=now, seq=record["seq"]))


# -- facts -----------------------------------------------------------------------------------------------------------------------


def _apply(pod: _Pod, rows: dict[tuple[str, ...], Row], record: Record) -> _Container | None:
    """Take a record into the facts. Returns the container that it is about; None: it is about the pod."""
    layer = record["layer"]
    if layer == "status" and (record["object"] == "pod" or not record.get("container_type")):
        _apply_to_pod(pod, record)
        return None
    name = record.get("object", "")
    container = pod.containers.get(name)
    if container is None:
        # A container is known from the first record that gives its type.
        if not record.get("container_type"):
            return None
        kind = record["container_type"]
        row = rows.setdefault((pod.name, name), Row(pod=pod.name, name=name, type=kind))
        container = pod.containers[name] = _Container(name=name, type=kind, row=row)
    if layer in _APPLY:
        _APPLY[layer](container, record)
    return container


def _apply_to_pod(pod: _Pod, record: Record) -> None:
    to = record.get("to")
    match record["field"]:
        case "watch" if to == "ADDED":
            pod.phase, pod.ready, pod.times_ready, pod.deleting, pod.gone, pod.containers = None, False, 0, False, False, {}
        case "watch" if to == "DELETED":
            pod.gone = True
        case "phase":
            pod.phase = to
        case "condition:Ready":
            pod.ready = to == "True"
            pod.times_ready += pod.ready and record.get("from") != to
        case "deletionTimestamp":
            pod.deleting = to is not None


def _from_status(container: _Container, record: Record) -> None:
    to = record.get("to")
    match record["field"]:
        case "state":
            container.state, container.exit_seen = to, True
        case "ready":
            container.ready = bool(to)
        case "started":
            container.started = bool(to)


def _from_runtime(container: _Container, record: Record) -> None:
    match record["call"]:
        case "CreateContainer called":
            container.process, container.exit_reason, container.pull, container.hook = "creating", None, None, None
            container.stopping, container.signal, container.backoff = False, None, None
        case "StartContainer returned":
            container.process, container.exit_seen = "running", False
        case "signal":
            container.signal, container.stopping = record.get("detail"), True
        case "exit event":
            container.process, container.exit_reason, container.exit_seen = "exited", record.get("reason"), False


def _from_hook(container: _Container, record: Record) -> None:
    began = record["call"] == "started"
    container.hook = record["hook"] if began else None
    container.stopping = container.stopping or (began and record["hook"] == "preStop")


def _from_image(container: _Container, record: Record) -> None:
    container.pull = record["op"] if record["op"] in ("queued", "started") else None


def _from_kubelet(container: _Container, record: Record) -> None:
    if record.get("call") == "backoff":
        container.backoff = record.get("why") or ""


def _from_event(container: _Container, record: Record) -> None:
    # The kubelet has decided to end it; the signal may have to wait for a hook or for its turn.
    if record["reason"] == "Killing" and container.process == "running":
        container.stopping = True


_APPLY: Mapping[str, Callable[[_Container, Record], None]] = {
    "status": _from_status,
    "runtime": _from_runtime,
    "hook": _from_hook,
    "image": _from_image,
    "kubelet": _from_kubelet,
    "event": _from_event,
}


# -- the lens --------------------------------------------------------------------------------------------------------------------


def _container_state(container: _Container) -> str | None:
    if container.process == "running":
        return _running_state(container)
    if container.pull:
        return "pulling:queued" if container.pull == "queued" else "pulling"
    if container.process == "creating":
        return "creating"
    if container.backoff is not None:
        return f"backoff:{container.backoff}"
    is_waiting = container.state is not None and container.state.startswith("waiting")
    if container.process == "exited" and not (container.exit_seen and is_waiting):
        return f"terminated:{container.exit_reason}"
    return container.state


def _running_state(container: _Container) -> str:
    if container.signal:
        return "terminating:killed" if container.signal == "SIGKILL" else "terminating:signalled"
    if container.stopping:
        return "terminating:pre-stop" if container.hook == "preStop" else "terminating:waiting"
    if container.hook == "postStart":
        return "running:post-start"
    if container.type == "init":
        return "running:init"
    if container.state != "running":
        return "running:unreported"
    if container.ready:
        return "running:ready"
    return "running:not-ready" if container.started else "running:not-started"


def _pod_state(pod: _Pod) -> str | None:
    if pod.phase is None:
        return None
    if pod.deleting and pod.phase in ("Pending", "Running"):
        return "pod:Terminating"
    return "pod:Ready" if pod.phase == "Running" and pod.ready else f"pod:{pod.phase}"


# -- marks -----------------------------------------------------------------------------------------------------------------------


def _container_mark(record: Record) -> str | None:
    match record["layer"]:
        case "runtime":
            return _runtime_mark(record)
        case "probe":
            if record["result"] == "success":
                return "probe-passed"
            # The change of the stored result is recorded besides the failures that led to it, without a count.
            if "count" not in record:
                return None
            return "startup-failed" if record["probe"] == "startup" else "probe-failed"
        case "hook":
            return "hook-failed" if record["call"] in ("failed", "timed out") else None
        case "image":
            return {"started": "pull", "failed": "pull-failed"}.get(record["op"])
        case _:
            return None


def _runtime_mark(record: Record) -> str | None:
    match record["call"]:
        case "exit event" if record.get("reason") == "OOMKilled":
            return "oom"
        case "exit event":
            return "exit-zero" if record.get("exit_code") == 0 else "exit-error"
        case "signal":
            return "sigkill" if record.get("detail") == "SIGKILL" else "sigterm"
        case "StartContainer returned" if record.get("attempt", 0) > 0:
            return "restart"
        case _:
            return None


def _pod_mark(record: Record, pod: _Pod) -> str | None:
    if record["layer"] != "status":
        return None
    if record["field"] == "deletionTimestamp" and record.get("from") is None:
        return "deletion"
    if record["field"] == "condition:Ready" and record.get("to") == "True" and pod.times_ready == 1:
        return "ready"
    return None
