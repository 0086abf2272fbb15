"""What does each container of an input do, and where does that come from? For the form of the page, which changes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from simulator.behavior import Behavior, Source
from simulator.behavior_sources import resolved
from simulator.pod import Container, Owner
from simulator.runtime.scripts import argv_of, command_is_script, handlers_of, script_of_handler
from simulator.scenario import Scenario
from simulator.sources import PodSource


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerBehavior:
    """One container."""

    address: str
    """The key of `behaviors` that means it and no other: `web/app`, `Job/report/app`."""
    container_type: str
    behavior: Behavior
    sources: dict[str, str]
    """Part (`runs`, `on_sigterm`, `liveness`, ...) to `scenario`, `annotation`, `command` or `role`."""
    parts: tuple[str, ...]
    """Probes and hooks that the container has."""
    command: str
    """What it runs, where the spec says it."""
    is_scripted: bool
    """Does its command say what it does, unless the Scenario does?"""


def container_behaviors(scenario: Scenario, sources: Sequence[PodSource]) -> tuple[ContainerBehavior, ...]:
    """Every container of every pod and template, in the order of the text. A template that is applied later shares the keys of the first: said once."""
    found: dict[str, ContainerBehavior] = {}
    for source in sources:
        for container in source.pod.all_containers():
            if container_address(source, container) not in found:
                found[container_address(source, container)] = _of(scenario, source, container)
    return tuple(found.values())


def container_address(source: PodSource, container: Container) -> str:
    """The key of `behaviors` that means it and no other."""
    return f"{source.address}/{container.name}"


def _of(scenario: Scenario, source: PodSource, container: Container) -> ContainerBehavior:
    pod = source.pod if source.kind == "Pod" else replace(source.pod, owner=Owner(kind=source.kind, name=source.name))
    behavior, found = resolved(scenario.behaviors, pod, container)
    where = {part: str(at) for part, at in found.items()}
    if command_is_script(container, found):
        where["runs"] = where["on_sigterm"] = str(Source.COMMAND)
    handlers = handlers_of(container)
    for part, handler in handlers.items():
        if handler is not None and part not in where:
            where[part] = str(Source.COMMAND if script_of_handler(handler) else Source.ROLE)
    return ContainerBehavior(
        address=container_address(source, container),
        container_type=str(container.container_type),
        behavior=behavior,
        sources=where,
        parts=tuple(part for part, handler in handlers.items() if handler is not None),
        command=" ".join(argv_of(container)),
        is_scripted=command_is_script(container, resolved({}, pod, container)[1]),
    )
