"""What do the tests of the kubelet's rules talk about? Small pods, and what a runtime would show of them. Each test states only what differs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from simulator.api_status import ContainerStatus, Running, State, Terminated, Waiting
from simulator.cri import CriContainer, CriPodStatus, CriSandbox
from simulator.pod import Container, ContainerType, Handler, HandlerKind, Pod, Probe, Resources, RestartPolicy, RestartRule
from simulator.states import RuntimeState

ALWAYS, ON_FAILURE, NEVER = RestartPolicy.ALWAYS, RestartPolicy.ON_FAILURE, RestartPolicy.NEVER
HTTP = Handler(kind=HandlerKind.HTTP_GET, port="8080", path="/")
PROBE = Probe(handler=HTTP)


def main(name: str = "app", **fields: Any) -> Container:
    """An entry of `spec.containers`."""
    return Container(name=name, image=fields.pop("image", f"{name}:1.0"), container_type=ContainerType.MAIN, **fields)


def init(name: str = "prepare", **fields: Any) -> Container:
    """A regular init container."""
    return Container(name=name, image=fields.pop("image", f"{name}:1.0"), container_type=ContainerType.INIT, **fields)


def sidecar(name: str = "proxy", **fields: Any) -> Container:
    """An init container with `restartPolicy: Always`."""
    return Container(name=name, image=fields.pop("image", f"{name}:1.0"), container_type=ContainerType.SIDECAR, restart_policy=ALWAYS, **fields)


def pod(*containers: Container, policy: RestartPolicy = ALWAYS, **fields: Any) -> Pod:
    """A pod of these containers; each goes into its own list."""
    made = Pod(name="web", uid="uid-web", restart_policy=policy)
    return replace(
        made,
        init_containers=tuple(c for c in containers if c.container_type in (ContainerType.INIT, ContainerType.SIDECAR)),
        containers=tuple(c for c in containers if c.container_type is ContainerType.MAIN),
        ephemeral_containers=tuple(c for c in containers if c.container_type is ContainerType.EPHEMERAL),
        **fields,
    )


def rule(*codes: int, action: str = "Restart", operator: str = "In") -> RestartRule:
    """One entry of `restartPolicyRules`."""
    return RestartRule(action=action, operator=operator, exit_codes=codes)


def memory(mebibytes: int, cpu: int = 0) -> Resources:
    """Requests of memory and cpu."""
    return Resources(requests={"cpu": cpu, "memory": mebibytes << 20})


# -- what the runtime shows ---------------------------------------------------------------------------------------------------------


def running(name: str, number: int = 1, **fields: Any) -> CriContainer:
    """An instance that runs."""
    return _instance(name, number, RuntimeState.RUNNING, **fields)


def exited(name: str, code: int = 0, number: int = 1, **fields: Any) -> CriContainer:
    """An instance that has ended."""
    return _instance(name, number, RuntimeState.EXITED, exit_code=code, reason="Completed" if code == 0 else "Error", **fields)


def created(name: str, number: int = 1, **fields: Any) -> CriContainer:
    """An instance that was never started."""
    return _instance(name, number, RuntimeState.CREATED, **fields)


def unknown(name: str, number: int = 1, **fields: Any) -> CriContainer:
    """An instance of which the runtime has lost track."""
    return _instance(name, number, RuntimeState.UNKNOWN, **fields)


def _instance(name: str, number: int, state: RuntimeState, **fields: Any) -> CriContainer:
    return CriContainer(id=number, name=name, state=state, created_ms=0, image=fields.pop("image", f"{name}:1.0"), attempt=fields.pop("attempt", 0), **fields)


READY_SANDBOX = CriSandbox(id=100, attempt=0, ready=True, created_ms=0)
DEAD_SANDBOX = CriSandbox(id=100, attempt=0, ready=False, created_ms=0)


def shown(*containers: CriContainer, sandboxes: tuple[CriSandbox, ...] = (READY_SANDBOX,)) -> CriPodStatus:
    """What a relist saw, newest instances first. Ids are numbered in the order of the arguments unless they were given."""
    numbered = tuple(replace(c, id=index) if c.id == 1 else c for index, c in enumerate(containers, start=1))
    return CriPodStatus(containers=numbered, sandboxes=sandboxes)


# -- what the API shows -------------------------------------------------------------------------------------------------------------


def status(container: Container, state: State, last: Terminated | None = None, **fields: Any) -> ContainerStatus:
    """One container's status."""
    return ContainerStatus(name=container.name, container_type=container.container_type, state=state, last_terminated=last, **fields)


RUNS = Running(started_ms=0)
INITIALISING = Waiting(reason="PodInitializing")
BACK_OFF = Waiting(reason="CrashLoopBackOff")


def ended(code: int) -> Terminated:
    """`state.terminated`."""
    return Terminated(exit_code=code, reason="Completed" if code == 0 else "Error")
