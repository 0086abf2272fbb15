"""Which pods and containers does an address mean?

A pod is addressed by its name, `namespace/name`, or by the controller that made it: `Kind/name` (all of its pods), `Kind/name#2` (the second). A container's address
is a pod's, a slash and the container's name. Contract, section 3.
"""

from __future__ import annotations

from collections.abc import Sequence

from simulator.behavior import Behavior, Source, role_behavior
from simulator.pod import Container, ContainerType, Pod
from simulator.scenario import Scenario


def addresses_pod(address: str, pod: Pod) -> bool:
    """Whether `address` means this pod (perhaps among others)."""
    if address in (pod.name, pod.key):
        return True
    owner = pod.owner
    if owner is None:
        return False
    return address in (f"{owner.kind}/{owner.name}", f"{owner.kind}/{owner.name}#{owner.ordinal}")


def split_container(address: str) -> tuple[str, str]:
    """`web/app` to (`web`, `app`); a container's name alone has an empty pod."""
    pod, _, container = address.rpartition("/")
    return pod, container


def addresses_container(address: str, pod: Pod, container_name: str) -> bool:
    """Whether a key of `behaviors` means this container of this pod: `pod/container`, `*/container` or a container's name."""
    pod_address, name = split_container(address)
    return name == container_name and (pod_address in ("", "*") or addresses_pod(pod_address, pod))


def behavior_layers(scenario: Scenario, pod: Pod, container: Container) -> Sequence[tuple[Source, Behavior]]:
    """What is said of a container, the strongest first: the scenario's keys (the more specific first), the pod's annotation, the role.

    What the container's command says belongs before the last layer; the shell adds it.
    """
    keys = [key for key in scenario.behaviors if addresses_container(key, pod, container.name)]
    keys.sort(key=lambda key: _breadth(key, pod))
    layers = [(Source.SCENARIO, scenario.behaviors[key]) for key in keys]
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


def _breadth(key: str, pod: Pod) -> int:
    """How many pods a key means, roughly: 0 for one, more for more."""
    pod_address, _ = split_container(key)
    if pod_address in ("", "*"):
        return 3 if pod_address == "" else 2
    if pod_address in (pod.name, pod.key) or "#" in pod_address:
        return 0
    return 1
