"""What does the API show of a pod, given what the runtime showed? Pure.

Kubernetes 1.36: pkg/kubelet/kubelet_pods.go (generateAPIPodStatus, convertToAPIContainerStatuses, getPhase), pkg/kubelet/status/generate.go (conditions),
pkg/kubelet/prober/prober_manager.go (UpdatePodStatus).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from simulator.api_status import Condition, ContainerStatus, PodStatus, Running, Terminated, Waiting
from simulator.cri import CriContainer, CriPodStatus
from simulator.kubelet.pod_actions import has_ready_sandbox
from simulator.kubelet.restart import RESTART_ALL, restarts_all, should_be_restarted, should_restart_after
from simulator.pod import Container, ContainerType, Pod, ProbeType, RestartPolicy
from simulator.states import PodPhase, RuntimeState

UNKNOWN_EXIT_CODE = 137
UNKNOWN_REASON = "ContainerStatusUnknown"
RESTARTING_ALL = "RestartingAllContainers"
LOST_MESSAGE = "The container could not be located when the pod was terminated"
LOST_RUNNING_MESSAGE = "The container could not be located when the pod was deleted.  The container used to be Running"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeView:
    """What the prober knows, by container id. A container without an entry was not met by its worker yet."""

    started: Mapping[int, bool | None] = field(default_factory=dict)
    """Stored startup results; None: not decided."""
    ready: Mapping[int, bool | None] = field(default_factory=dict)
    """Stored readiness results."""
    workers: frozenset[tuple[str, ProbeType]] = frozenset()
    """(container, type) pairs whose worker lives."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusInputs:
    """All that one status depends on, besides the pod and what the runtime shows."""

    old: PodStatus
    api_phase: PodPhase = PodPhase.PENDING
    """What the API shows already: once terminal, for ever."""
    reasons: Mapping[str, Waiting] = field(default_factory=dict)
    """Why the last start of a container failed (pkg/kubelet/reason_cache.go)."""
    probes: ProbeView = field(default_factory=ProbeView)
    deleting: bool = False
    terminal: bool = False
    """The pod is being, or was, torn down: stopped containers stay stopped."""
    container_rules: bool = True
    ready_to_start_condition: bool = True
    """Gate PodReadyToStartContainersCondition."""
    restart_all_rules: bool = True
    """Gate RestartAllContainersOnContainerExits."""
    restarting_all: bool = False
    """RestartAllContainers has just removed the containers."""
    evicted: tuple[str, str] | None = None
    """(reason, message) that overrides the phase with Failed."""
    gate_conditions: Mapping[str, str] = field(default_factory=dict)
    """Readiness gates' conditions as set in the API, type to status."""


def generate_status(pod: Pod, cri: CriPodStatus, inputs: StatusInputs) -> PodStatus:
    """The next status of the pod: containers, phase, conditions."""
    containers = _container_statuses(pod, cri, inputs)
    mains = {c.name for c in pod.containers}
    main_started = any(c.name in mains and c.state in (RuntimeState.RUNNING, RuntimeState.EXITED) for c in cri.active)
    phase = compute_phase(pod, containers, terminal=inputs.terminal, container_rules=inputs.container_rules, main_started=main_started)
    old = inputs.old
    if inputs.api_phase.is_terminal or (old.phase.is_terminal and not phase.is_terminal):
        phase = inputs.api_phase if inputs.api_phase.is_terminal else old.phase
    reason, message = (old.reason, old.message) if phase is old.phase else ("", "")
    if inputs.evicted:
        phase, (reason, message) = PodPhase.FAILED, inputs.evicted
    containers = tuple(_with_probes(pod, status, inputs) for status in containers)
    ours = pod_conditions(pod, containers, phase, inputs.gate_conditions)
    if inputs.ready_to_start_condition:
        ours = (Condition(type="PodReadyToStartContainers", status=_bool(has_ready_sandbox(cri, host_network=pod.host_network))), *ours)
    if inputs.restart_all_rules and any(rule.action == RESTART_ALL for c in pod.all_containers() for rule in c.restart_policy_rules):
        ours = (*ours, _all_restarting(pod, cri))
    conditions = {c.type: c for c in (*old.conditions, *ours)}
    return replace(old, phase=phase, reason=reason, message=message, containers=containers, conditions=tuple(conditions.values()))


def readiness_triggers(pod: Pod, status: PodStatus, probes: ProbeView) -> tuple[str, ...]:
    """Containers that are started and not ready: their readiness probe is run at once, at every status."""
    return tuple(
        c.name for c in status.containers if c.started and not c.ready and isinstance(c.state, Running) and (c.name, ProbeType.READINESS) in probes.workers
    )


# -- containers -------------------------------------------------------------------------------------------------------------------


def _container_statuses(pod: Pod, cri: CriPodStatus, inputs: StatusInputs) -> tuple[ContainerStatus, ...]:
    instances: dict[str, list[CriContainer]] = {}
    for instance in cri.containers:
        instances.setdefault(instance.name, []).append(instance)
    statuses = [_container_status(pod, container, instances.get(container.name, []), inputs) for container in pod.all_containers()]
    return tuple(_waiting_for_restart(pod, container, cri, status, inputs) for container, status in zip(pod.all_containers(), statuses, strict=True))


def _container_status(pod: Pod, container: Container, instances: list[CriContainer], inputs: StatusInputs) -> ContainerStatus:
    old = inputs.old.container(container.name)
    if not instances:
        return _without_record(pod, container, old, inputs)
    newest = instances[0]
    last = _terminated(instances[1]) if len(instances) > 1 else None
    return ContainerStatus(
        name=container.name,
        container_type=container.container_type,
        state=_state(newest, _default_waiting(pod, container)),
        last_terminated=last,
        restart_count=newest.attempt,
        container_id=newest.id,
        image=newest.image,
    )


def _state(instance: CriContainer, default: Waiting) -> Running | Terminated | Waiting:
    match instance.state:
        case RuntimeState.RUNNING:
            return Running(started_ms=instance.started_ms)
        case RuntimeState.EXITED:
            return _terminated(instance)
        case RuntimeState.UNKNOWN:
            return Terminated(exit_code=UNKNOWN_EXIT_CODE, reason=UNKNOWN_REASON, message=LOST_MESSAGE)
        case _:
            return default


def _terminated(instance: CriContainer) -> Terminated:
    return Terminated(
        exit_code=instance.exit_code,
        reason=instance.reason,
        message=instance.message,
        started_ms=instance.started_ms,
        finished_ms=instance.finished_ms,
    )


def _default_waiting(pod: Pod, container: Container) -> Waiting:
    """PodInitializing for everything in a pod with init containers, but for ephemeral containers."""
    initialising = pod.init_containers and container.container_type is not ContainerType.EPHEMERAL
    return Waiting(reason="PodInitializing" if initialising else "ContainerCreating")


def _without_record(pod: Pod, container: Container, old: ContainerStatus | None, inputs: StatusInputs) -> ContainerStatus:
    """The runtime knows no instance of the container."""
    blank = ContainerStatus(name=container.name, container_type=container.container_type, state=_default_waiting(pod, container), image=container.image)
    if old is None:
        return blank
    if inputs.restarting_all and not isinstance(old.state, Waiting):
        return replace(
            blank,
            state=Waiting(reason=RESTARTING_ALL, message="The container is removed because RestartAllContainers in place"),
            last_terminated=Terminated(exit_code=UNKNOWN_EXIT_CODE, reason=RESTARTING_ALL),
            restart_count=old.restart_count + 1,
            ready=old.ready and container.container_type is ContainerType.INIT,
        )
    if isinstance(old.state, Terminated):
        return old
    kept = replace(blank, restart_count=old.restart_count, last_terminated=old.last_terminated)
    if isinstance(old.state, Waiting):
        return replace(kept, ready=old.ready and container.container_type is ContainerType.INIT)
    if old.last_terminated is not None:
        return kept
    lost = Terminated(exit_code=UNKNOWN_EXIT_CODE, reason=UNKNOWN_REASON, message=LOST_RUNNING_MESSAGE)
    return replace(kept, last_terminated=lost, restart_count=old.restart_count + (0 if inputs.deleting else 1))


def _waiting_for_restart(pod: Pod, container: Container, cri: CriPodStatus, status: ContainerStatus, inputs: StatusInputs) -> ContainerStatus:
    """A container that failed to start, and shall be started by the next sync, shows why."""
    newest = cri.newest(container.name)
    is_init = container.container_type in (ContainerType.INIT, ContainerType.SIDECAR)
    if is_init and newest and newest.state is RuntimeState.EXITED and newest.exit_code == 0:
        return status  # for a sidecar, too: one that exited 0 never shows CrashLoopBackOff (recorded)
    if container.name not in inputs.reasons:
        return status
    if not should_be_restarted(pod, container, cri, deleting=inputs.deleting, container_rules=inputs.container_rules):
        return status
    last = status.state if isinstance(status.state, Terminated) else status.last_terminated
    return replace(status, state=inputs.reasons[container.name], last_terminated=last)


def _with_probes(pod: Pod, status: ContainerStatus, inputs: StatusInputs) -> ContainerStatus:
    """`started` and `ready`. While a worker has not met a new instance the API's old words stay (recorded)."""
    if status.container_type is ContainerType.EPHEMERAL:
        return status
    if not isinstance(status.state, Running):
        done = status.container_type is ContainerType.INIT and isinstance(status.state, Terminated) and status.state.exit_code == 0
        return replace(status, started=False, ready=True) if done else status
    old = inputs.old.container(status.name)
    container = pod.container(status.name)
    number = status.container_id or 0
    probes = inputs.probes
    started = True
    if container and container.startup_probe:
        started = bool(probes.started.get(number, old.started if old else False))
    ready = started and status.container_type is not ContainerType.INIT
    if ready and container and container.readiness_probe:
        ready = bool(probes.ready.get(number, old.ready if old else False))
    return status if (started, ready) == (status.started, status.ready) else replace(status, started=started, ready=ready)


# -- phase ------------------------------------------------------------------------------------------------------------------------


def compute_phase(
    pod: Pod, containers: Iterable[ContainerStatus], *, terminal: bool, container_rules: bool = True, main_started: bool | None = None
) -> PodPhase:
    """getPhase: the counters of the specification's section 11, first match wins.

    `main_started`: has a main of the current sandbox started? None: as the statuses show.
    """
    by_name = {c.name: c for c in containers}
    pending_init = failed_init = waiting = running = stopped = succeeded = stopped_for_good = unknown = pending_sidecars = 0
    for container in pod.init_containers:
        status = by_name.get(container.name)
        if container.is_sidecar:
            match status:
                case None:
                    unknown += 1
                case ContainerStatus(state=Running()):
                    running += 1
                    pending_sidecars += not status.started
                case ContainerStatus(state=Waiting(), last_terminated=None):
                    pending_sidecars += 1
                    waiting += 1
            continue
        outcome = _outcome(status)
        if status is None or isinstance(status.state, Running) or outcome is None:
            pending_init += 1
        elif outcome != 0 and not _is_restarting_all(status) and not _restartable(pod, container, outcome, container_rules=container_rules):
            failed_init += 1
    shown_started = False
    for container in pod.containers:
        status = by_name.get(container.name)
        if status is None:
            unknown += 1
            continue
        outcome = _outcome(status)
        if isinstance(status.state, Running):
            shown_started = True
            running += 1
        elif outcome is None:
            waiting += 1
        else:
            shown_started = True
            stopped += 1
            succeeded += isinstance(status.state, Terminated) and outcome == 0
            stopped_for_good += not (_is_restarting_all(status) or _restartable(pod, container, outcome, container_rules=container_rules))
    if main_started is None:
        main_started = shown_started
    if failed_init:
        return PodPhase.FAILED
    if pending_init or (pending_sidecars and not main_started) or waiting:
        return PodPhase.PENDING
    if running and not unknown:
        return PodPhase.RUNNING
    if not running and stopped and not unknown:
        ended = PodPhase.SUCCEEDED if stopped == succeeded else PodPhase.FAILED
        return ended if terminal or stopped == stopped_for_good else PodPhase.RUNNING
    return PodPhase.PENDING


def _outcome(status: ContainerStatus | None) -> int | None:
    """The exit code of an ended container, waiting or not; None: it never ended."""
    match status:
        case ContainerStatus(state=Terminated(exit_code=code)):
            return code
        case ContainerStatus(state=Waiting(), last_terminated=Terminated(exit_code=code)):
            return code
        case _:
            return None


def _is_restarting_all(status: ContainerStatus) -> bool:
    """It was removed by RestartAllContainers and will start again, whatever the policy says."""
    return status.kind == "waiting" and status.last_terminated is not None and status.last_terminated.reason == RESTARTING_ALL


def _restartable(pod: Pod, container: Container, exit_code: int, *, container_rules: bool) -> bool:
    if container_rules:
        return should_restart_after(pod, container, exit_code)
    return pod.restart_policy is RestartPolicy.ALWAYS or (pod.restart_policy is RestartPolicy.ON_FAILURE and exit_code != 0)


# -- conditions -------------------------------------------------------------------------------------------------------------------


def pod_conditions(pod: Pod, containers: Iterable[ContainerStatus], phase: PodPhase, gates: Mapping[str, str]) -> tuple[Condition, ...]:
    """Initialized, Ready, ContainersReady and PodScheduled, in the order in which the kubelet writes them."""
    by_name = {c.name: c for c in containers}
    containers_ready = _containers_ready(pod, by_name, phase)
    return (
        _initialized(pod, by_name, phase),
        _ready(pod, containers_ready, gates),
        containers_ready,
        Condition(type="PodScheduled", status="True"),
    )


def _initialized(pod: Pod, by_name: Mapping[str, ContainerStatus], phase: PodPhase) -> Condition:
    if phase is PodPhase.SUCCEEDED:
        return Condition(type="Initialized", status="True", reason="PodCompleted")
    mains = [by_name[c.name] for c in pod.containers if c.name in by_name]
    if any(isinstance(c.state, Running | Terminated) or _is_restarting_all(c) for c in mains):
        return Condition(type="Initialized", status="True")
    incomplete = [c.name for c in pod.init_containers if not (by_name[c.name].started if c.is_sidecar else by_name[c.name].ready)]
    if incomplete:
        message = f"containers with incomplete status: [{' '.join(incomplete)}]"
        return Condition(type="Initialized", status="False", reason="ContainersNotInitialized", message=message)
    return Condition(type="Initialized", status="True")


def _containers_ready(pod: Pod, by_name: Mapping[str, ContainerStatus], phase: PodPhase) -> Condition:
    if phase.is_terminal:
        return Condition(type="ContainersReady", status="False", reason="PodCompleted" if phase is PodPhase.SUCCEEDED else "PodFailed")
    unready = [c.name for c in (*pod.sidecars, *pod.containers) if not by_name[c.name].ready]
    if unready:
        message = f"containers with unready status: [{' '.join(unready)}]"
        return Condition(type="ContainersReady", status="False", reason="ContainersNotReady", message=message)
    return Condition(type="ContainersReady", status="True")


def _ready(pod: Pod, containers_ready: Condition, gates: Mapping[str, str]) -> Condition:
    if containers_ready.status != "True":
        return replace(containers_ready, type="Ready")
    missing = [gate for gate in pod.readiness_gates if gates.get(gate) is None]
    false = [gate for gate in pod.readiness_gates if gates.get(gate) not in (None, "True")]
    words = [f'corresponding condition of pod readiness gate "{gate}" does not exist.' for gate in missing]
    words += [f'the status of pod readiness gate "{gate}" is not "True", but {gates[gate]}' for gate in false]
    if words:
        return Condition(type="Ready", status="False", reason="ReadinessGatesNotReady", message=", ".join(words))
    return Condition(type="Ready", status="True")


def _all_restarting(pod: Pod, cri: CriPodStatus) -> Condition:
    """AllContainersRestarting: True from the exit that matches such a rule until the containers are removed."""
    for container in (*pod.init_containers, *pod.containers):
        newest = cri.newest(container.name)
        if newest and newest.state is RuntimeState.EXITED and restarts_all(container, newest.exit_code):
            return Condition(
                type="AllContainersRestarting", status="True", reason="RestartAllContainersStarted", message="container exited with restart policy rule"
            )
    return Condition(type="AllContainersRestarting", status="False")


def _bool(value: bool) -> str:
    return "True" if value else "False"


# -- the very end -----------------------------------------------------------------------------------------------------------------


def finished_status(pod: Pod, status: PodStatus) -> PodStatus:
    """TerminatePod: every container that is not terminated is given an end, and a phase that is not terminal becomes Failed.

    observed.md, section 4.4; pkg/kubelet/status/status_manager.go (TerminatePod, hasPodInitialized, initializedContainers).
    """
    lost = Terminated(exit_code=UNKNOWN_EXIT_CODE, reason=UNKNOWN_REASON, message=LOST_MESSAGE)
    ended = {c.name for c in pod.containers} if _has_initialised(pod, status) else set()
    last_started = 0
    for index, container in enumerate(pod.init_containers):
        init = status.container(container.name)
        if init and (not isinstance(init.state, Waiting) or init.last_terminated is not None):
            last_started = index
    ended |= {c.name for c in pod.init_containers[: last_started + 1]}
    containers = tuple(
        replace(c, state=lost, ready=False, started=False) if c.name in ended and not isinstance(c.state, Terminated) else c for c in status.containers
    )
    phase = status.phase if status.phase.is_terminal else PodPhase.FAILED
    return replace(status, containers=containers, phase=phase)


def _has_initialised(pod: Pod, status: PodStatus) -> bool:
    if not pod.init_containers:
        return True
    mains = [status.container(c.name) for c in pod.containers]
    if any(c and (not isinstance(c.state, Waiting) or c.last_terminated is not None) for c in mains):
        return True
    last = status.container(pod.init_containers[-1].name)
    if last is None:
        return False
    if pod.init_containers[-1].is_sidecar:
        return last.started
    return isinstance(last.state, Terminated) and last.state.exit_code == 0
