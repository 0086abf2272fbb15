"""Do the scenario's behaviors and actions name pods and containers that the input has?

An address that means nothing is a mistake: the behavior would silently never be used.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from simulator.addresses import container_addresses, pod_addresses, split_container
from simulator.manifest import actions
from simulator.manifest.nodes import Finding, Key, Path
from simulator.manifest.shapes import did_you_mean
from simulator.pod import Container, Pod
from simulator.scenario import Workload

Fields = Mapping[str, Any]


@dataclass(slots=True)
class Inhabitants:
    """Everything that can be addressed, by every address it has."""

    pods: dict[str, list[Pod]] = field(default_factory=dict)
    containers: set[str] = field(default_factory=set)
    names: dict[str, None] = field(default_factory=dict)
    """Pods and controllers as a person would write them, in order."""
    ephemeral: tuple[str, ...] = ()
    """Containers that actions add to running pods."""

    def of_container(self, pod: Pod) -> list[str]:
        """The pod's own containers and those that actions may add."""
        return [*(container.name for container in pod.all_containers()), *self.ephemeral]


def inhabitants_of(pods: Sequence[Pod], workloads: Sequence[Workload], added: Sequence[Container]) -> Inhabitants:
    """`workloads` stand for the pods that they make later; `added` are ephemeral containers."""
    known = Inhabitants(ephemeral=tuple(container.name for container in added))
    for pod in pods:
        known.names[f"{pod.owner.kind}/{pod.owner.name}" if pod.owner else pod.name] = None
        for address in pod_addresses(pod):
            known.pods.setdefault(address, []).append(pod)
        for name in known.of_container(pod):
            known.containers.update(container_addresses(pod, name))
    for workload in workloads:
        address = f"{workload.kind}/{workload.name}"
        known.names[address] = None
        known.pods.setdefault(address, [workload.template])
        for name in known.of_container(workload.template):
            known.containers.update((f"{address}/{name}", f"*/{name}", name))
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
            case "manifest":
                yield from _manual_findings(target, known, (*path, verb))
    moment = actions.split_moment(action["after"]) if "after" in action else None
    if moment is not None:
        yield from moment_findings(moment, known, (*path, "after"))


def moment_findings(moment: actions.Moment, known: Inhabitants, path: Path) -> Iterator[Finding]:
    """The target of an `after`; an Event may be a pod's or a container's, and a container's name may have a run behind it."""
    target, hash_sign, run = moment.target.rpartition("#")
    container = target if hash_sign and run.isdigit() and moment.target not in known.pods else moment.target
    if moment.name == "event" and _pods(moment.target, known):
        return
    if moment.is_pod:
        yield from pod_findings(moment.target, known, path)
    else:
        yield from container_findings(container, known, path)


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
    names = dict.fromkeys(container for pod in pods for container in known.of_container(pod))
    if not pods:
        yield Finding(path, f'no pod "{pod_address}" in the input', _hint(pod_address, known.names), at_key)
    elif name not in names:
        yield Finding(path, f'no container "{name}" in pod "{pod_address}"', _hint(name, names), at_key)


def _nowhere(address: str, pod_address: str, name: str, known: Inhabitants, path: Path, *, at_key: bool) -> Finding:
    """A container's name that no pod has; perhaps it is a pod's."""
    pods = _pods(name, known) if pod_address == "" else []
    if pods:
        first = next(iter(known.of_container(pods[0])), "CONTAINER")
        return Finding(path, f'"{address}" is a pod, not a container', f'write "{address}/{first}"', at_key)
    names = sorted(container for container in known.containers if "/" not in container)
    return Finding(path, f'no container "{name}" in any pod', _hint(name, dict.fromkeys(names)), at_key)


def _manual_findings(name: str, known: Inhabitants, path: Path) -> Iterator[Finding]:
    pods = _pods(name, known)
    if not pods:
        manual = {address: None for address, found in known.pods.items() if "/" not in address and found[0].apply_manually}
        yield Finding(path, f'no pod "{name}" in the input', _hint(name, manual or known.names))
    elif not any(pod.apply_manually for pod in pods):
        yield Finding(path, f'pod "{name}" is created at the start already', "to create it by an action, annotate it with nodeviz.dev/apply: manual")


def _hint(name: str, known: Mapping[str, None]) -> str:
    shown = list(known)
    return did_you_mean(name, shown) or (f"known: {', '.join(shown[:8])}{', ...' if len(shown) > 8 else ''}" if shown else "")
