"""May an ended container start again? Pure rules.

Kubernetes 1.36: pkg/api/v1/pod/util.go (ContainerShouldRestart), pkg/kubelet/container/helpers.go (ShouldContainerBeRestarted).
"""

from __future__ import annotations

from simulator.cri import CriPodStatus
from simulator.pod import Container, ContainerType, Pod, RestartPolicy, RestartRule
from simulator.states import RuntimeState

RESTART_ALL = "RestartAllContainers"


def matching_rule(container: Container, exit_code: int) -> RestartRule | None:
    """The first of the container's restartPolicyRules that covers the exit code."""
    for rule in container.restart_policy_rules:
        if (exit_code in rule.exit_codes) == (rule.operator == "In"):
            return rule
    return None


def effective_policy(pod: Pod, container: Container) -> RestartPolicy:
    """The container's own policy, else the pod's; a sidecar's is Always."""
    return container.restart_policy or pod.restart_policy


def should_restart_after(pod: Pod, container: Container, exit_code: int) -> bool:
    """Rules and policy for an exit code; deletion is not looked at."""
    if container.restart_policy is not None:
        rule = matching_rule(container, exit_code)
        if rule is not None:
            return True
    policy = effective_policy(pod, container)
    return policy is RestartPolicy.ALWAYS or (policy is RestartPolicy.ON_FAILURE and exit_code != 0)


def restarts_all(container: Container, exit_code: int) -> bool:
    """Does this exit restart every container of the pod? (gate RestartAllContainersOnContainerExits)"""
    rule = matching_rule(container, exit_code) if container.restart_policy is not None else None
    return rule is not None and rule.action == RESTART_ALL


def should_be_restarted(pod: Pod, container: Container, status: CriPodStatus, *, deleting: bool, container_rules: bool) -> bool:
    """ShouldContainerBeRestarted: shall the next sync start it?

    `container_rules` is the gate ContainerRestartRules; without it only the pod's policy counts, for sidecars, too (up to 1.34 the status of a
    sidecar in back-off therefore stays `terminated` in pods of policy Never).
    """
    if deleting:
        return False
    newest = status.newest(container.name)
    if newest is None or newest.state in (RuntimeState.CREATED, RuntimeState.UNKNOWN):
        return True
    if newest.state is RuntimeState.RUNNING:
        return False
    if container_rules:
        return should_restart_after(pod, container, newest.exit_code)
    policy = pod.restart_policy
    return policy is RestartPolicy.ALWAYS or (policy is RestartPolicy.ON_FAILURE and newest.exit_code != 0)


def can_ever_run_again(pod: Pod, container: Container, exit_code: int) -> bool:
    """Would its probes ever be needed again after this exit?"""
    return container.container_type is ContainerType.SIDECAR or should_restart_after(pod, container, exit_code)
