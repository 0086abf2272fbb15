"""Which phase has a pod? `compute_phase`, specification, section 11."""

from __future__ import annotations

from simulator.api_status import ContainerStatus, Running, Terminated, Waiting
from simulator.feature_gates import enabled
from simulator.kubelet.status import compute_phase
from simulator.pod import Container
from tests.conformance.case import BadCase, Fields
from tests.conformance.tables.rows import bare, init_container, known, main_container, pod_of

KEYS = ("policy", "inits", "mains", "initialized", "terminal", "expect")


def check(row: Fields, minor: int) -> str | None:
    """One row. `initialized`: some main of the current sandbox has started."""
    known(row, *KEYS)
    inits = {name: init_container(name) for name in row.get("inits") or {}}
    mains = {name: main_container(name) for name in row["mains"]}
    words = {**(row.get("inits") or {}), **row["mains"]}
    shown = [_status(container, str(words[name])) for name, container in {**inits, **mains}.items()]
    pod = pod_of(row["policy"], inits.values(), mains.values())
    gate = enabled(minor)["ContainerRestartRules"]
    statuses = [status for status in shown if status]
    phase = compute_phase(pod, statuses, terminal=bool(row.get("terminal")), container_rules=gate, main_started=row.get("initialized"))
    return None if str(phase) == row["expect"] else f"phase {phase}"


def _status(container: Container, word: str) -> ContainerStatus | None:
    """None for `none`: no status at all."""
    kind, _, code = word.partition(":")
    started, last = False, None
    match kind:
        case "none":
            return None
        case "running" | "started":
            # A sidecar may run without having started; nothing else may.
            state: Running | Terminated | Waiting = Running(started_ms=0)
            started = kind == "started" or not container.is_sidecar
        case "terminated":
            state = _ended(code)
        case "waiting":
            state = Waiting(reason="ContainerCreating")
        case "waiting_after":
            state, last = Waiting(reason="CrashLoopBackOff"), _ended(code)
        case _:
            raise BadCase(f"state {word!r} is not known")
    return ContainerStatus(name=bare(container.name), container_type=container.container_type, state=state, last_terminated=last, started=started)


def _ended(code: str) -> Terminated:
    return Terminated(exit_code=int(code), reason="Completed" if code == "0" else "Error")
