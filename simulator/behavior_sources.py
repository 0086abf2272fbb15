"""Which behavior does a container have, and where was each part of it found? Contract, section 3.1: per key, first hit wins."""

from __future__ import annotations

from collections.abc import Mapping

from simulator.addresses import container_addresses
from simulator.behavior import Behavior, Source, resolve, role_behavior
from simulator.pod import Container, ContainerType, Pod


def resolved(behaviors: Mapping[str, Behavior], pod: Pod, container: Container) -> tuple[Behavior, Mapping[str, Source]]:
    """The scenario's `behaviors`, the pod's annotations and the container's role, laid over each other. What a command says is not looked at here."""
    layers: list[tuple[Source, Behavior]] = []
    said = next((behaviors[key] for key in container_addresses(pod, container.name) if key in behaviors), None)
    if said:
        layers.append((Source.SCENARIO, said))
    if container.name in pod.behaviors:
        layers.append((Source.ANNOTATION, pod.behaviors[container.name]))
    owner = pod.owner.kind if pod.owner else ""
    is_init = container.container_type is ContainerType.INIT
    is_main = container.container_type is ContainerType.MAIN
    layers.append((Source.ROLE, role_behavior(is_regular_init=is_init, owner_kind=owner if is_main else "")))
    return resolve(layers)
