"""What would `kubectl get pods -w` print? STATUS, READY and RESTARTS (pkg/printers/internalversion/printers.go, printPod; 1.36). Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Record = Mapping[str, Any]
SIDECAR, INIT, MAIN = "sidecar", "init", "main"


@dataclass(slots=True, kw_only=True)
class Row:
    """A container as the printer sees it. `state` is the contract's word (`waiting:REASON`, `running`, `terminated:REASON`); empty: no state set."""

    name: str
    container_type: str
    state: str = ""
    exit_code: int = 0
    signal: int = 0
    ready: bool = False
    started: bool = False
    restarts: int = 0
    last_finished_s: float | None = None
    """`lastState.terminated.finishedAt`."""
    ends: dict[int, tuple[float, str]] = field(default_factory=dict)
    """Instant and reason of the ends of its instances, by attempt; the API may not know of them yet."""
    known: bool = True
    """False until the first status names it: then it counts for the total of READY only."""


@dataclass(slots=True, kw_only=True)
class PodRows:
    """A pod as the printer sees it."""

    phase: str = "Pending"
    reason: str = ""
    conditions: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Type to (status, reason)."""
    rows: list[Row] = field(default_factory=list)
    deleting: bool = False


def columns(pod: PodRows, now_s: float | None = None) -> tuple[str, str, str]:
    """STATUS, READY and RESTARTS. With `now_s` RESTARTS tells how long ago the last one was."""
    inits = [r for r in pod.rows if r.container_type in (INIT, SIDECAR) and r.known]
    mains = [r for r in pod.rows if r.container_type == MAIN and r.known]
    status = pod.reason or pod.phase
    if pod.conditions.get("PodScheduled", ("", ""))[1] == "SchedulingGated":
        status = "SchedulingGated"
    restarts = sum(r.restarts for r in inits)
    ready = 0
    sidecar_restarts = 0
    stopped_at = None
    for index, row in enumerate(inits):
        if row.container_type == SIDECAR:
            sidecar_restarts += row.restarts
        if row.state.startswith("terminated") and row.exit_code == 0 and not row.signal:
            continue
        if row.container_type == SIDECAR and row.started:
            ready += row.ready
            continue
        status = _init_word(row, index, len(inits))
        stopped_at = row
        break
    initialised = pod.conditions.get("Initialized", ("", ""))[0] == "True"
    counted = inits
    if stopped_at is None or initialised:
        restarts = sidecar_restarts + sum(r.restarts for r in mains)
        counted = [r for r in inits if r.container_type == SIDECAR] + mains
        status, more = _main_word(mains, pod, status if stopped_at is None else (pod.reason or pod.phase))
        ready += more
    if pod.deleting:
        if pod.reason == "NodeLost":
            status = "Unknown"
        elif pod.phase not in ("Succeeded", "Failed"):
            status = "Terminating"
    total = sum(r.container_type in (MAIN, SIDECAR) for r in pod.rows)
    return status, f"{ready}/{total}", _restarts(restarts, counted, now_s)


def _init_word(row: Row, index: int, count: int) -> str:
    kind, _, reason = row.state.partition(":")
    if kind == "terminated":
        if reason:
            return f"Init:{reason}"
        return f"Init:Signal:{row.signal}" if row.signal else f"Init:ExitCode:{row.exit_code}"
    if kind == "waiting" and reason and reason != "PodInitializing":
        return f"Init:{reason}"
    return f"Init:{index}/{count}"


def _main_word(mains: Sequence[Row], pod: PodRows, status: str) -> tuple[str, int]:
    """From last to first: the first main wins."""
    ready = 0
    has_running, error = False, ""
    for row in reversed(mains):
        kind, _, reason = row.state.partition(":")
        if kind == "waiting" and reason:
            status = reason
        elif kind == "terminated" and reason:
            status = reason
            error = error if row.exit_code == 0 else reason
        elif kind == "terminated":
            status = f"Signal:{row.signal}" if row.signal else f"ExitCode:{row.exit_code}"
        elif kind == "running" and row.ready:
            has_running = True
            ready += 1
        elif kind == "running":
            has_running = True
    if status == "Completed" and has_running:
        if pod.conditions.get("Ready", ("", ""))[0] == "True":
            status = "Running"
        else:
            status = error or "NotReady"
    return status, ready


def _restarts(count: int, rows: Sequence[Row], now_s: float | None) -> str:
    ends = [r.last_finished_s for r in rows if r.last_finished_s is not None]
    if not count or now_s is None or not ends:
        return str(count)
    return f"{count} ({age(now_s - max(ends))} ago)"


def age(seconds: float) -> str:
    """As kubectl shortens durations (apimachinery/pkg/util/duration, HumanDuration)."""
    whole = max(0, int(seconds))
    if whole < 120:
        return f"{whole}s"
    minutes, rest = divmod(whole, 60)
    if minutes < 10:
        return f"{minutes}m{rest}s" if rest else f"{minutes}m"
    if minutes < 180:
        return f"{minutes}m"
    hours, rest = divmod(minutes, 60)
    if hours < 8:
        return f"{hours}h{rest}m" if rest else f"{hours}h"
    if hours < 48:
        return f"{hours}h"
    days, rest = divmod(hours, 24)
    return f"{days}d{rest}h" if days < 8 and rest else f"{days}d"


class Watch:
    """Folds status records into pods as a watcher knows them."""

    def __init__(self) -> None:
        self.pods: dict[str, PodRows] = {}
        self.created_s: dict[str, float] = {}

    def see(self, record: Record) -> str | None:
        """Take a record in; returns the pod's key if its line may have changed."""
        key = record.get("pod")
        if key is None:
            return None
        if record["layer"] == "runtime" and record.get("call") == "exit event" and key in self.pods:
            row = next((r for r in self.pods[key].rows if r.name == record.get("object")), None)
            if row:
                row.ends[record["attempt"]] = (record["t"], record["reason"])
            return None
        if record["layer"] != "status":
            return None
        if record["field"] == "watch" and record["to"] == "ADDED":
            rows = [Row(name=c["name"], container_type=c["container_type"], known=False) for c in record.get("containers", ())]
            self.pods[key], self.created_s[key] = PodRows(rows=rows), record["t"]
        pod = self.pods.setdefault(key, PodRows())
        self._apply(pod, record)
        return str(key)

    def _apply(self, pod: PodRows, record: Record) -> None:
        name, to = record["field"], record["to"]
        if name == "phase":
            pod.phase, pod.reason = to, record.get("reason", "")
        elif name.startswith("condition:"):
            pod.conditions[name[10:]] = (to, record.get("reason", ""))
        elif name == "deletionTimestamp":
            pod.deleting = True
        elif record.get("container_type") in (INIT, SIDECAR, MAIN):
            row = next((r for r in pod.rows if r.name == record["object"]), None)
            if row is None:
                row = Row(name=record["object"], container_type=record["container_type"])
                pod.rows.append(row)
            row.known = True
            if name == "state":
                row.state, row.exit_code = to, record.get("exit_code", 0)
            elif name == "ready":
                row.ready = to
            elif name == "started":
                row.started = to
            elif name == "restartCount":
                row.restarts = to
            elif name == "lastState":
                row.last_finished_s = _last_finished_s(row, record)


def _last_finished_s(row: Row, record: Record) -> float | None:
    """While the container waits, its last state is that of its newest instance; else that of the one before. An end that the runtime lost has no time."""
    newest, before = row.ends.get(record["attempt"]), row.ends.get(record["attempt"] - 1)
    shown = newest if row.state.startswith("waiting") and newest and newest[1] == record.get("reason") else before
    return shown[0] if shown and shown[1] == record.get("reason") else None


def kubectl_lines(records: Iterable[Record]) -> Iterator[str]:
    """What `kubectl get pods -w` would print: a line whenever one changes."""
    watch = Watch()
    yield f"{'NAME':<36} {'READY':<7} {'STATUS':<26} {'RESTARTS':<16} AGE"
    printed: dict[str, tuple[str, str, str]] = {}
    dirty: dict[str, float] = {}
    for record in records:
        if dirty and record["t"] != next(iter(dirty.values())):
            yield from _print(watch, dirty, printed)
        key = watch.see(record)
        if key:
            dirty[key] = record["t"]
    yield from _print(watch, dirty, printed)


def _print(watch: Watch, dirty: dict[str, float], printed: dict[str, tuple[str, str, str]]) -> Iterator[str]:
    for key, now_s in dirty.items():
        status, ready, _ = plain = columns(watch.pods[key])
        if printed.get(key) != plain:
            printed[key] = plain
            _, _, restarts = columns(watch.pods[key], now_s)
            yield f"{key.partition('/')[2]:<36} {ready:<7} {status:<26} {restarts:<16} {age(now_s - watch.created_s.get(key, 0))}"
    dirty.clear()
