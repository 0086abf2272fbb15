"""Do the scenario's behaviors and actions name pods and containers that the input has?

An address that means nothing is a mistake: the behavior would silently never be used.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from simulator.addresses import addresses_container, addresses_pod, split_container
from simulator.manifest import actions
from simulator.manifest.nodes import Finding, Path
from simulator.manifest.shapes import did_you_mean
from simulator.pod import Container, Pod
from simulator.scenario import Workload

Fields = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Inhabitants:
    """Everything that can be addressed: pods of any origin, and the controllers that may make more."""

    pods: Sequence[Pod]
    workloads: Sequence[Workload]
    added: Sequence[Container] = ()
    """Ephemeral containers that actions add."""

    def addresses(self) -> list[str]:
        """Pods as a person would write them."""
        made = {f"{w.kind}/{w.name}" for w in self.workloads}
        return [pod.name for pod in self.pods if pod.owner is None] + sorted(made)


def behavior_findings(behaviors: Fields, inhabitants: Inhabitants, path: Path) -> Iterator[Finding]:
    """Keys of `behaviors`."""
    for key in behaviors:
        yield from container_findings(key, inhabitants, (*path, key), at_key=True)


def action_findings(action: Fields, inhabitants: Inhabitants, path: Path) -> Iterator[Finding]:
    """An action's target and moment."""
    verb = actions.verb_of(action)
    target = action.get(verb) if verb else None
    if isinstance(target, str):
        match actions.VERBS[verb].target:
            case "pod":
                yield from pod_findings(target, inhabitants, (*path, verb))
            case "container":
                yield from container_findings(target, inhabitants, (*path, verb))
            case "manifest":
                yield from _manual_findings(target, inhabitants, (*path, verb))
    moment = actions.split_moment(action["after"]) if "after" in action else None
    if moment is not None:
        yield from moment_findings(moment, inhabitants, (*path, "after"))


def moment_findings(moment: actions.Moment, inhabitants: Inhabitants, path: Path) -> Iterator[Finding]:
    """The target of an `after`; an Event may be a pod's or a container's."""
    target, hash_sign, run = moment.target.rpartition("#")
    without_run = target if hash_sign and run.isdigit() and "/" in target else moment.target
    if moment.name == "event" and any(addresses_pod(moment.target, pod) for pod in inhabitants.pods):
        return
    if moment.is_pod:
        yield from pod_findings(moment.target, inhabitants, path)
    else:
        yield from container_findings(without_run, inhabitants, path)


def pod_findings(address: str, inhabitants: Inhabitants, path: Path) -> Iterator[Finding]:
    """A pod's address that means no pod."""
    if any(addresses_pod(address, pod) for pod in inhabitants.pods) or _is_workload(address, inhabitants):
        return
    yield Finding(path, f'no pod "{address}" in the input', _hint(address, inhabitants.addresses()))


def container_findings(address: str, inhabitants: Inhabitants, path: Path, *, at_key: bool = False) -> Iterator[Finding]:
    """A container's address that means no container."""
    if any(addresses_container(address, pod, name) for pod in inhabitants.pods for name in container_names(pod, inhabitants)):
        return
    pod_address, name = split_container(address)
    everywhere = pod_address in ("", "*")
    pods = [pod for pod in inhabitants.pods if everywhere or addresses_pod(pod_address, pod)]
    if not pods and _is_workload(pod_address, inhabitants):
        pods = [w.template for w in inhabitants.workloads if pod_address.partition("#")[0] == f"{w.kind}/{w.name}"]
        if any(name in container_names(pod, inhabitants) for pod in pods):
            return
    if not pods:
        yield Finding(path, f'no pod "{pod_address}" in the input', _hint(pod_address, inhabitants.addresses()), at_key)
        return
    known = sorted({container for pod in pods for container in container_names(pod, inhabitants)})
    where = "any pod" if everywhere else f'pod "{pod_address}"'
    if pod_address == "" and any(addresses_pod(name, pod) for pod in pods):
        yield Finding(path, f'"{name}" is a pod, not a container', f'write "{name}/{known[0]}"' if known else "", at_key)
        return
    yield Finding(path, f'no container "{name}" in {where}', _hint(name, known), at_key)


def _manual_findings(name: str, inhabitants: Inhabitants, path: Path) -> Iterator[Finding]:
    named = [pod for pod in inhabitants.pods if addresses_pod(name, pod)]
    if not named:
        yield Finding(path, f'no pod "{name}" in the input', _hint(name, [pod.name for pod in inhabitants.pods if pod.apply_manually]))
    elif not any(pod.apply_manually for pod in named):
        yield Finding(
            path, f'pod "{name}" is created at the start already', "to create it by an action, annotate it with nodeviz.dev/apply: manual"
        )


def container_names(pod: Pod, inhabitants: Inhabitants) -> list[str]:
    """The pod's own containers and the ephemeral ones that actions may add."""
    return [container.name for container in pod.all_containers()] + [container.name for container in inhabitants.added]


def _is_workload(address: str, inhabitants: Inhabitants) -> bool:
    return any(address.partition("#")[0] == f"{w.kind}/{w.name}" for w in inhabitants.workloads)


def _hint(name: str, known: Sequence[str]) -> str:
    shown = list(dict.fromkeys(known))
    return did_you_mean(name, shown) or (f"known: {', '.join(shown[:8])}{', ...' if len(shown) > 8 else ''}" if shown else "")
