"""What does `kubectl get pods` print? STATUS, READY and RESTARTS, specification, section 15."""

from __future__ import annotations

from simulator.kubectl import INIT, MAIN, SIDECAR, PodRows, Row, columns
from tests.conformance.case import BadCase, Fields
from tests.conformance.tables.rows import differences, known

KEYS = (
    "phase", "reason", "mains", "inits", "ready_condition", "initialized_condition", "scheduled_reason", "deleting", "expect",
)  # fmt: skip
CONTAINER_KEYS = {"name", "state", "ready", "started", "restarts", "sidecar", "last_end_ago_s", "signal"}
NOW_S = 1_000_000.0


def check(row: Fields, minor: int) -> str | None:
    """One row. The age of the last restart counts only where the row tells it."""
    known(row, *KEYS)
    rows = [_row(container, INIT, index) for index, container in enumerate(row.get("inits") or ())]
    rows += [_row(container, MAIN, index) for index, container in enumerate(row.get("mains") or ())]
    pod = PodRows(phase=row["phase"], reason=row.get("reason", ""), rows=rows, deleting=bool(row.get("deleting")))
    for key, kind in (("ready_condition", "Ready"), ("initialized_condition", "Initialized")):
        if key in row:
            pod.conditions[kind] = ("True" if row[key] else "False", "")
    if "scheduled_reason" in row:
        pod.conditions["PodScheduled"] = ("False", row["scheduled_reason"])
    status, ready, restarts = columns(pod, NOW_S)
    return differences({"status": status, "ready": ready, "restarts": restarts}, {key: str(value) for key, value in row["expect"].items()})


def _row(container: Fields, kind: str, index: int) -> Row:
    unknown = sorted(set(container) - CONTAINER_KEYS)
    if unknown:
        raise BadCase(f"a container has unknown keys: {', '.join(unknown)}")
    state, exit_code, signal = _state(str(container["state"]))
    ended_s = container.get("last_end_ago_s")
    return Row(
        name=container.get("name", f"{kind}-{index}"),
        container_type=SIDECAR if container.get("sidecar") else kind,
        state=state,
        exit_code=exit_code,
        signal=container.get("signal", signal),
        ready=bool(container.get("ready")),
        started=bool(container.get("started")),
        restarts=container.get("restarts", 0),
        last_finished_s=None if ended_s is None else NOW_S - ended_s,
    )


def _state(word: str) -> tuple[str, int, int]:
    """The contract's word, the exit code and the signal: `waiting:<reason>`, `terminated:<code>:<reason>`, `terminated:signal<n>:`, `running`, `none`."""
    kind, _, rest = word.partition(":")
    match kind:
        case "none":
            return "", 0, 0
        case "running":
            return "running", 0, 0
        case "waiting":
            return f"waiting:{rest}", 0, 0
        case "terminated":
            code, _, reason = rest.partition(":")
            signal = code.removeprefix("signal")
            return f"terminated:{reason}", 0 if signal != code else int(code or 0), int(signal) if signal != code else 0
    raise BadCase(f"state {word!r} is not known")
