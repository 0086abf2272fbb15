"""Do the scenario's behaviors and actions name pods and containers that the input has?

An address that means nothing is a mistake: the behavior would silently never be used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from simulator.addresses import container_addresses, pod_addresses, split_container
from simulator.manifest import actions
from simulator.manifest.nodes import Finding, Key, Path
from simulator.manifest.shapes import did_you_mean
from simulator.manifest.validation.ephemeral import added_to_pod_findings
from simulator.moments import Instant, parse_instant
from simulator.pod import Container, Pod
from simulator.scenario import Action, Workload

Fields = Mapping[str, Any]


@dataclass(slots=True)
class Inhabitants:
    """Everything that can be addressed, by every address it has."""

    pods: dict[str, list[Pod]] = field(default_factory=dict)
    containers: dict[str, list[Container]] = field(default_factory=dict)
    names: dict[str, None] = field(default_factory=dict)
    """Pods and controllers as a person would write them, in order."""
    controllers: dict[str, Workload] = field(default_factory=dict)
    """By `Kind/name`; of two documents of one name the one that waits for an action."""
    ephemeral: tuple[Container, ...] = ()
    """Those that actions add to running pods."""

    def names_in(self, pod: Pod) -> dict[str, None]:
        """The pod's own containers and those that actions may add."""
        return dict.fromkeys(container.name for container in (*pod.all_containers(), *self.ephemeral))


def inhabitants_of(pods: Sequence[Pod], workloads: Sequence[Workload], added: Sequence[Container]) -> Inhabitants:
    """`workloads` stand for the pods that they make later; `added` are ephemeral containers."""
    known = Inhabitants(ephemeral=tuple(added))
    for pod in pods:
        known.names[f"{pod.owner.kind}/{pod.owner.name}" if pod.owner else pod.name] = None
        for address in pod_addresses(pod):
            known.pods.setdefault(address, []).append(pod)
        for container in (*pod.all_containers(), *added):
            for address in container_addresses(pod, container.name):
                known.containers.setdefault(address, []).append(container)
    for workload in workloads:
        address = f"{workload.kind}/{workload.name}"
        known.names[address] = None
        if address not in known.controllers or workload.template.apply_manually:
            known.controllers[address] = workload
        known.pods.setdefault(address, [workload.template])
        for container in (*workload.template.all_containers(), *added):
            for at in (f"{address}/{container.name}", f"*/{container.name}", container.name):
                known.containers.setdefault(at, []).append(container)
    return known


def behavior_findings(behaviors: Fields, known: Inhabitants, path: Path) -> Iterator[Finding]:
    """Keys of `behaviors`."""
    for key in behaviors:
        yield from container_findings(key, known, (*path, Key(key)), at_key=True)


def action_findings(action: Fields, known: Inhabitants, path: Path) -> Iterator[Finding]:
    """An action's target and moment."""
    verb = actions.verb_of(action)
    target = action.get(verb) if verb else None
    if isinstance(target, str):
        match actions.VERBS[verb].target:
            case "pod":
                yield from pod_findings(target, known, (*path, verb))
            case "container":
                yield from container_findings(target, known, (*path, verb))
                if verb == "probe":
                    yield from _probe_findings(action, known, path)
            case "manifest":
                yield from _manual_findings(target, known, (*path, verb))
    if "after" in action and actions.is_moment(action["after"]):
        yield from _instant_findings(parse_instant(action["after"]), known, (*path, "after"))


def ephemeral_findings(made: Sequence[Action], known: Inhabitants, path: Path) -> Iterator[Finding]:
    """Containers that are added to a pod, against those that it has by then."""
    added: dict[str, list[str]] = {}
    for index, action in enumerate(made):
        if action.container is None:
            continue
        earlier = added.setdefault(action.target, [])
        for pod in _pods(action.target, known)[:1]:
            names = [*(container.name for container in pod.all_containers()), *earlier]
            yield from added_to_pod_findings(action.container.name, action.container.target_container_name, names, (*path, index, "container"))
        earlier.append(action.container.name)


def _instant_findings(instant: Instant, known: Inhabitants, path: Path) -> Iterator[Finding]:
    """The target of an `after`. An Event may be a pod's or a container's: `event:default/web:Scheduled`."""
    if instant.container and not (instant.kind == "event" and _pods(f"{instant.pod}/{instant.container}", known)):
        yield from container_findings(f"{instant.pod}/{instant.container}", known, path)
    elif not instant.container:
        yield from pod_findings(instant.pod, known, path)


def without_effect(behaviors: Fields, known: Inhabitants, path: Path) -> Iterator[Finding]:
    """Behaviors of probes and hooks that no container of the key has."""
    for key, behavior in behaviors.items():
        containers = known.containers.get(key, [])
        for name in behavior:
            if containers and name in _PARTS and not any(_PARTS[name](container) for container in containers):
                words = f"has no effect: the container has no {name}{'' if name in ('postStart', 'preStop') else 'Probe'}"
                yield Finding((*path, Key(key), name), words, at_key=True)


_PARTS: Mapping[str, Callable[[Container], object]] = {
    "startup": lambda container: container.startup_probe,
    "readiness": lambda container: container.readiness_probe,
    "liveness": lambda container: container.liveness_probe,
    "postStart": lambda container: container.post_start,
    "preStop": lambda container: container.pre_stop,
}


def _probe_findings(action: Fields, known: Inhabitants, path: Path) -> Iterator[Finding]:
    """The verb `probe` on a container without that probe."""
    kind = action.get("type", "readiness")
    containers = known.containers.get(str(action.get("probe")), [])
    if containers and not any(_PARTS[kind](container) for container in containers):
        has = [name for name in actions.PROBE_NAMES if any(_PARTS[name](container) for container in containers)]
        yield Finding((*path, "probe"), f'"{action["probe"]}" has no {kind} probe', f"set type: {' or '.join(has)}" if has else "")


def _pods(address: str, known: Inhabitants) -> list[Pod]:
    """The pods at an address; `Deployment/web#7` may exist later, so the controller's stand for it."""
    found = known.pods.get(address)
    if found is None and "#" in address:
        found = known.pods.get(address.partition("#")[0])
    return found or []


def pod_findings(address: str, known: Inhabitants, path: Path) -> Iterator[Finding]:
    """A pod's address that means no pod."""
    if not _pods(address, known):
        yield Finding(path, f'no pod "{address}" in the input', _hint(address, known.names))


def container_findings(address: str, known: Inhabitants, path: Path, *, at_key: bool = False) -> Iterator[Finding]:
    """A container's address that means no container."""
    if address in known.containers:
        return
    pod_address, name = split_container(address)
    if pod_address in ("", "*"):
        yield _nowhere(address, pod_address, name, known, path, at_key=at_key)
        return
    pods = _pods(pod_address, known)
    names = dict.fromkeys(name for pod in pods for name in known.names_in(pod))
    if not pods:
        yield Finding(path, f'no pod "{pod_address}" in the input', _hint(pod_address, known.names), at_key)
    elif name not in names:
        yield Finding(path, f'no container "{name}" in pod "{pod_address}"', _hint(name, names), at_key)


def _nowhere(address: str, pod_address: str, name: str, known: Inhabitants, path: Path, *, at_key: bool) -> Finding:
    """A container's name that no pod has; perhaps it is a pod's."""
    pods = _pods(name, known) if pod_address == "" else []
    if pods:
        first = next(iter(known.names_in(pods[0])), "CONTAINER")
        return Finding(path, f'"{address}" is a pod, not a container', f'write "{address}/{first}"', at_key)
    names = sorted(container for container in known.containers if "/" not in container)
    return Finding(path, f'no container "{name}" in any pod', _hint(name, dict.fromkeys(names)), at_key)


def _manual_findings(name: str, known: Inhabitants, path: Path) -> Iterator[Finding]:
    """What `apply` names is a pod of its own, or a controller's object: the pods of a controller come with it."""
    pods = [known.controllers[name].template] if name in known.controllers else _pods(name, known)
    owner = pods[0].owner if pods else None
    if owner is not None:
        yield Finding(path, f'"{name}" is a pod of {owner.kind}/{owner.name}, which makes it', f'write "{owner.kind}/{owner.name}"')
    elif not pods:
        manual = {address: None for address, found in known.pods.items() if "/" not in address and found[0].apply_manually}
        yield Finding(path, f'no pod "{name}" in the input', _hint(name, manual or known.names))
    elif not any(pod.apply_manually for pod in pods):
        yield Finding(path, f'pod "{name}" is created at the start already', "to create it by an action, annotate it with nodeviz.dev/apply: manual")


def _hint(name: str, known: Mapping[str, None]) -> str:
    shown = list(known)
    return did_you_mean(name, shown) or (f"known: {', '.join(shown[:8])}{', ...' if len(shown) > 8 else ''}" if shown else "")
