"""What does one sync kill and start? `compute_pod_actions`, specification, section 5."""

from __future__ import annotations

from dataclasses import replace

from simulator.cri import CriContainer, CriPodStatus, CriSandbox
from simulator.feature_gates import enabled
from simulator.kubelet.pod_actions import PodActions, ProbeResults, compute_pod_actions
from simulator.pod import Container, Handler, HandlerKind, Pod, Probe
from simulator.states import RuntimeState
from tests.conformance.case import BadCase, Fields
from tests.conformance.tables.rows import IMAGE, bare, differences, init_container, known, main_container, pod_of

KEYS = (
    "policy", "inits", "mains", "sandbox", "status", "expect", "changed", "liveness_failed", "startup_failed", "liveness_pending", "startup_pending",
    "startup_unknown", "deleting",
)  # fmt: skip
_PROBE = Probe(handler=Handler(kind=HandlerKind.EXEC))
_STATES = {"running": RuntimeState.RUNNING, "created": RuntimeState.CREATED, "unknown": RuntimeState.UNKNOWN}
_SANDBOX_ATTEMPT = 0


def check(row: Fields, minor: int) -> str | None:
    """One row."""
    known(row, *KEYS)
    pod, status = _pod(row), _status(row)
    gate = enabled(minor)["ContainerRestartRules"]
    actions = compute_pod_actions(pod, status, _probes(row, status), deleting=bool(row.get("deleting")), container_rules=gate)
    return differences(_shown(actions), _expected(row["expect"]))


def _expected(given: Fields) -> Fields:
    """A row that says nothing of pod and sandbox means that they stay, and that nothing is killed but what it names."""
    if "kill_pod" in given or "create_sandbox" in given:
        return given
    return {"kill_pod": False, "create_sandbox": False, "kill": [], **given}


def _shown(actions: PodActions) -> dict[str, object]:
    return {
        "start": [*actions.ephemeral_containers_to_start, *actions.init_containers_to_start, *actions.containers_to_start],
        "kill": [kill.name for kill in actions.containers_to_kill],
        "kill_pod": actions.kill_pod,
        "create_sandbox": actions.create_sandbox,
        "attempt": f"+{actions.sandbox_attempt - _SANDBOX_ATTEMPT}",
    }


def _pod(row: Fields) -> Pod:
    probed = {"startup_probe": ("startup_failed", "startup_pending", "startup_unknown"), "liveness_probe": ("liveness_failed", "liveness_pending")}

    def with_probes(container: Container) -> Container:
        fields = {field: _PROBE for field, keys in probed.items() if any(container.name in (row.get(key) or ()) for key in keys)}
        changed = {"image": "image:2"} if container.name in (row.get("changed") or ()) else {}
        return replace(container, **fields, **changed)  # type: ignore[arg-type]

    inits = [with_probes(init_container(name)) for name in row.get("inits") or ()]
    return pod_of(row["policy"], inits, [with_probes(main_container(name)) for name in row["mains"]])


def _status(row: Fields) -> CriPodStatus:
    words = row.get("status") or {}
    containers = tuple(_container(number, bare(name), str(word)) for number, (name, word) in enumerate(words.items(), 1))
    sandbox = row["sandbox"]
    if sandbox == "none":
        return CriPodStatus(containers=containers)
    if sandbox not in ("ready", "not_ready", "ready_no_ip"):
        raise BadCase(f"sandbox: {sandbox!r} is not known")
    # A ready sandbox without an address differs only where the row says so.
    address = {"has_ip": False} if sandbox == "ready_no_ip" else {}
    return CriPodStatus(containers=containers, sandboxes=(CriSandbox(id=100, attempt=_SANDBOX_ATTEMPT, ready=sandbox != "not_ready", created_ms=0, **address),))


def _container(number: int, name: str, word: str) -> CriContainer:
    kind, _, code = word.partition(":")
    if kind == "exited":
        return CriContainer(id=number, name=name, attempt=0, image=IMAGE, state=RuntimeState.EXITED, created_ms=0, exit_code=int(code))
    if kind not in _STATES:
        raise BadCase(f"status: {word!r} is not known")
    return CriContainer(id=number, name=name, attempt=0, image=IMAGE, state=_STATES[kind], created_ms=0)


def _probes(row: Fields, status: CriPodStatus) -> ProbeResults:
    """Success, but for what the row says. Pending: no result is stored; unknown: Unknown is."""
    ids = {container.name: container.id for container in status.containers}
    startup: dict[int, bool | None] = dict.fromkeys(ids.values(), True)
    liveness: dict[int, bool | None] = dict.fromkeys(ids.values(), True)
    for key, results, value in (("startup_failed", startup, False), ("startup_unknown", startup, None), ("liveness_failed", liveness, False)):
        results.update({ids[bare(name)]: value for name in row.get(key) or () if bare(name) in ids})
    for key, results in (("startup_pending", startup), ("liveness_pending", liveness)):
        for name in row.get(key) or ():
            results.pop(ids.get(bare(name), -1), None)
    return ProbeResults(startup=startup, liveness=liveness)
