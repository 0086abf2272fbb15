"""Which pods and containers does an address mean?

A pod is addressed by its name, `namespace/name`, or by the controller that made it: `Kind/name` (all of its pods), `Kind/name#2` (the second). A container's address
is a pod's, a slash and the container's name. Contract, section 3.
"""

from __future__ import annotations

from collections.abc import Sequence

from simulator.behavior import Behavior, Source, role_behavior
from simulator.pod import Container, ContainerType, Pod
from simulator.scenario import Scenario


def pod_addresses(pod: Pod) -> tuple[str, ...]:
    """Everything this pod answers to, its own names first."""
    owner = pod.owner
    own = (pod.key, pod.name)
    return own if owner is None else (*own, f"{owner.kind}/{owner.name}#{owner.ordinal}", f"{owner.kind}/{owner.name}")


def addresses_pod(address: str, pod: Pod) -> bool:
    """Whether `address` means this pod (perhaps among others)."""
    return address in pod_addresses(pod)


def split_container(address: str) -> tuple[str, str]:
    """`web/app` to (`web`, `app`); a container's name alone has an empty pod."""
    pod, _, container = address.rpartition("/")
    return pod, container


def container_addresses(pod: Pod, container_name: str) -> tuple[str, ...]:
    """Every key of `behaviors` that means this container, the most specific first: `pod/container`, `*/container`, a container's name."""
    return (*(f"{address}/{container_name}" for address in pod_addresses(pod)), f"*/{container_name}", container_name)


def addresses_container(address: str, pod: Pod, container_name: str) -> bool:
    """Whether `address` means this container of this pod."""
    return address in container_addresses(pod, container_name)


def behavior_layers(scenario: Scenario, pod: Pod, container: Container) -> Sequence[tuple[Source, Behavior]]:
    """What is said of a container, the strongest first: the scenario's keys (the more specific first), the pod's annotation, the role.

    What the container's command says belongs before the last layer; the shell adds it.
    """
    said = scenario.behaviors
    layers = [(Source.SCENARIO, said[key]) for key in container_addresses(pod, container.name) if key in said]
    if container.name in pod.behaviors:
        layers.append((Source.ANNOTATION, pod.behaviors[container.name]))
    layers.append((Source.ROLE, role_of(pod, container)))
    return layers


def role_of(pod: Pod, container: Container) -> Behavior:
    """What the container does when nobody says anything: by its type and by the controller of its pod. A sidecar of a Job's pod runs for ever."""
    is_main = container.container_type is ContainerType.MAIN
    return role_behavior(
        is_regular_init=container.container_type is ContainerType.INIT,
        owner_kind=pod.owner.kind if pod.owner and is_main else "",
    )
