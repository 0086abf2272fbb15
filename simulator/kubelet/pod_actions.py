"""What shall one sync of a pod kill and start? Pure: spec, what the runtime showed and probe results in, a decision out.

Kubernetes 1.36: pkg/kubelet/kuberuntime/kuberuntime_manager.go (computePodActions), kuberuntime_container.go (computeInitContainerActions),
util/util.go (PodSandboxChanged).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from simulator.cri import CriContainer, CriPodStatus
from simulator.kubelet.restart import effective_policy, should_be_restarted, should_restart_after
from simulator.pod import Container, Pod, RestartPolicy
from simulator.states import RuntimeState


class KillReason(StrEnum):
    """Why one container is killed while its pod goes on; decides its grace period."""

    LIVENESS_PROBE = "LivenessProbe"
    STARTUP_PROBE = "StartupProbe"
    DEFINITION_CHANGED = "DefinitionChanged"
    UNKNOWN_STATE = "Unknown"
    POST_START_HOOK = "FailedPostStartHook"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerToKill:
    """A running instance, the text of its Killing Event, and why."""

    id: int
    name: str
    message: str
    reason: KillReason


@dataclass(frozen=True, slots=True, kw_only=True)
class PodActions:
    """The decision. Names are in the order in which they are carried out."""

    kill_pod: bool = False
    create_sandbox: bool = False
    sandbox_attempt: int = 0
    sandbox_changed: bool = False
    """An earlier sandbox existed: Event SandboxChanged."""
    containers_to_kill: tuple[ContainerToKill, ...] = ()
    init_containers_to_start: tuple[str, ...] = ()
    containers_to_start: tuple[str, ...] = ()
    ephemeral_containers_to_start: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Nothing to do."""
        return not (
            self.kill_pod
            or self.create_sandbox
            or self.containers_to_kill
            or self.init_containers_to_start
            or self.containers_to_start
            or self.ephemeral_containers_to_start
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeResults:
    """The stored results by container id: True success, False failure; absent: none yet (or startup not decided)."""

    startup: Mapping[int, bool | None] = field(default_factory=dict)
    liveness: Mapping[int, bool | None] = field(default_factory=dict)


@dataclass(slots=True)
class _Draft:
    """The decision while the init containers are walked, last to first."""

    kill_pod: bool = False
    kill: list[ContainerToKill] = field(default_factory=list)
    start: list[str] = field(default_factory=list)


def compute_pod_actions(
    pod: Pod,
    status: CriPodStatus,
    probes: ProbeResults,
    *,
    deleting: bool = False,
    container_rules: bool = True,
) -> PodActions:
    """What this sync shall do. `container_rules` is the gate ContainerRestartRules."""
    needs_sandbox = not has_ready_sandbox(status, host_network=pod.host_network)
    if needs_sandbox:
        return _with_new_sandbox(pod, status, container_rules=container_rules)
    ephemeral = tuple(c.name for c in pod.ephemeral_containers if status.newest(c.name) is None)
    draft = _Draft()
    initialised = _walk_init_containers(pod, status, probes, draft, container_rules=container_rules)
    actions = PodActions(
        kill_pod=draft.kill_pod,
        containers_to_kill=tuple(draft.kill),
        init_containers_to_start=() if draft.kill_pod else tuple(reversed(draft.start)),
        ephemeral_containers_to_start=ephemeral,
    )
    if draft.kill_pod or not initialised:
        return actions
    return _with_mains(pod, status, probes, actions, deleting=deleting, container_rules=container_rules)


def has_ready_sandbox(status: CriPodStatus, *, host_network: bool) -> bool:
    """Exactly one ready sandbox; it is the newest, and has an IP (PodSandboxChanged)."""
    ready = [s for s in status.sandboxes if s.ready]
    return len(ready) == 1 and status.sandboxes[0].ready and (ready[0].has_ip or host_network)


def _with_new_sandbox(pod: Pod, status: CriPodStatus, *, container_rules: bool) -> PodActions:
    attempt = status.sandboxes[0].attempt + 1 if status.sandboxes else 0
    kill_only = PodActions(kill_pod=True, sandbox_attempt=attempt, sandbox_changed=False)
    if not _restarts_at_all(pod, container_rules=container_rules) and attempt != 0 and status.containers:
        return kill_only
    to_start = tuple(c.name for c in pod.containers if not (pod.restart_policy is RestartPolicy.ON_FAILURE and _succeeded(status, c)))
    if not to_start and _was_initialised(pod, status):
        return kill_only
    renewed = replace(kill_only, create_sandbox=True, sandbox_changed=attempt > 0)
    if pod.init_containers:
        return replace(renewed, init_containers_to_start=(pod.init_containers[0].name,))
    return replace(renewed, containers_to_start=to_start)


def _restarts_at_all(pod: Pod, *, container_rules: bool) -> bool:
    if pod.restart_policy is not RestartPolicy.NEVER:
        return True
    return container_rules and any(c.restart_policy is not None for c in pod.containers)


def _succeeded(status: CriPodStatus, container: Container) -> bool:
    newest = status.newest(container.name)
    return newest is not None and newest.state is RuntimeState.EXITED and newest.exit_code == 0


def _was_initialised(pod: Pod, status: CriPodStatus) -> bool:
    """HasAnyRegularContainerStarted, or the last init container done."""
    if not pod.init_containers or any(status.newest(c.name) for c in pod.containers):
        return True
    return _succeeded(status, pod.init_containers[-1])


def _walk_init_containers(pod: Pod, status: CriPodStatus, probes: ProbeResults, draft: _Draft, *, container_rules: bool) -> bool:
    """Fill the draft; returns whether the mains may start. Last to first, because records of the earlier ones may be gone."""
    if not pod.init_containers:
        return True
    initialised = any((newest := status.newest(c.name)) and newest.state in (RuntimeState.CREATED, RuntimeState.RUNNING) for c in pod.containers)
    later_had_record = initialised
    last = len(pod.init_containers) - 1
    for index in range(last, -1, -1):
        container = pod.init_containers[index]
        newest = status.newest(container.name)
        if newest is None:
            if later_had_record and container.is_sidecar:
                draft.start.append(container.name)
            continue
        if later_had_record and not container.is_sidecar:
            continue
        following = None if index == last or later_had_record else pod.init_containers[index + 1].name
        if container.is_sidecar:
            done = _sidecar(container, newest, probes, draft, following)
        else:
            done = _regular_init(pod, container, newest, draft, following, container_rules=container_rules)
            if draft.kill_pod:
                return False
        initialised = initialised or (done and index == last)
        later_had_record = True
    if not later_had_record:
        draft.start.append(pod.init_containers[0].name)
    return initialised


def _regular_init(pod: Pod, container: Container, newest: CriContainer, draft: _Draft, following: str | None, *, container_rules: bool) -> bool:
    """Returns whether this init container is done."""
    if newest.state is RuntimeState.RUNNING:
        return False
    if newest.state is RuntimeState.EXITED and newest.exit_code == 0 and newest.reason != "OOMKilled":
        if following:
            draft.start.append(following)
        return True
    if newest.state is not RuntimeState.CREATED:
        # isInitContainerFailed: a code other than 0, an unknown state, or a process killed for want of memory, whatever PID 1 ended with.
        again = should_restart_after(pod, container, newest.exit_code or 1) if container_rules else effective_policy(pod, container) is not RestartPolicy.NEVER
        if not again:
            draft.kill_pod = True
            return False
    if newest.state is RuntimeState.UNKNOWN:
        draft.kill.append(_unknown(newest, f"Init container is in {newest.state!r} state, try killing it before restart"))
    draft.start.append(container.name)
    return False


def _sidecar(container: Container, newest: CriContainer, probes: ProbeResults, draft: _Draft, following: str | None) -> bool:
    """Returns whether the sidecar has started, so that what comes after it may start."""
    if newest.state is not RuntimeState.RUNNING:
        if newest.state is RuntimeState.UNKNOWN:
            draft.kill.append(_unknown(newest, f"Init container is in {newest.state!r} state, try killing it before restart"))
        draft.start.append(container.name)
        return False
    if container.startup_probe:
        started = probes.startup.get(newest.id)
        if started is False:
            _kill_and_start(draft, newest, f"Init container {container.name} failed startup probe", KillReason.STARTUP_PROBE)
        if not started:
            return False
    if following:
        draft.start.append(following)
    if newest.image != container.image:
        _kill_and_start(draft, newest, f"Init container {container.name} definition changed", KillReason.DEFINITION_CHANGED)
    elif probes.liveness.get(newest.id) is False:
        _kill_and_start(draft, newest, f"Init container {container.name} failed liveness probe", KillReason.LIVENESS_PROBE)
    return True


def _kill_and_start(draft: _Draft, newest: CriContainer, message: str, reason: KillReason) -> None:
    draft.kill.append(ContainerToKill(id=newest.id, name=newest.name, message=message, reason=reason))
    draft.start.append(newest.name)


def _unknown(newest: CriContainer, message: str) -> ContainerToKill:
    return ContainerToKill(id=newest.id, name=newest.name, message=message, reason=KillReason.UNKNOWN_STATE)


def _with_mains(pod: Pod, status: CriPodStatus, probes: ProbeResults, actions: PodActions, *, deleting: bool, container_rules: bool) -> PodActions:
    start: list[str] = []
    kill = list(actions.containers_to_kill)
    kept = 0
    for container in pod.containers:
        newest = status.newest(container.name)
        if newest is None or newest.state is not RuntimeState.RUNNING:
            if should_be_restarted(pod, container, status, deleting=deleting, container_rules=container_rules):
                start.append(container.name)
                if newest is not None and newest.state is RuntimeState.UNKNOWN:
                    kill.append(_unknown(newest, f"Container is in {newest.state!r} state, try killing it before restart"))
            continue
        restart = effective_policy(pod, container) is not RestartPolicy.NEVER if container_rules else pod.restart_policy is not RestartPolicy.NEVER
        if newest.image != container.image:
            message, reason, restart = f"Container {container.name} definition changed", KillReason.DEFINITION_CHANGED, True
        elif probes.liveness.get(newest.id) is False:
            message, reason = f"Container {container.name} failed liveness probe", KillReason.LIVENESS_PROBE
        elif container.startup_probe and probes.startup.get(newest.id) is False:
            message, reason = f"Container {container.name} failed startup probe", KillReason.STARTUP_PROBE
        else:
            kept += 1
            continue
        if restart:
            message = f"{message}, will be restarted"
            start.append(container.name)
        kill.append(ContainerToKill(id=newest.id, name=container.name, message=message, reason=reason))
    if kept == 0 and not start:
        # Sidecars shall not keep the pod alive, nor be restarted: everything is killed, in the order of termination.
        return replace(actions, kill_pod=True, containers_to_kill=(), init_containers_to_start=())
    return replace(actions, containers_to_kill=tuple(kill), containers_to_start=tuple(start))
