"""What does the API server warn of and accept all the same?

pkg/api/pod/warnings.go (1.36), as far as it concerns what is simulated.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from simulator.manifest.nodes import Finding, Key, Path, path_text
from simulator.units import parse_quantity

Fields = dict[str, Any]
_OLD_LABELS = {
    "beta.kubernetes.io/arch": 'deprecated since v1.14; use "kubernetes.io/arch" instead',
    "beta.kubernetes.io/os": 'deprecated since v1.14; use "kubernetes.io/os" instead',
    "failure-domain.beta.kubernetes.io/region": 'deprecated since v1.17; use "topology.kubernetes.io/region" instead',
    "failure-domain.beta.kubernetes.io/zone": 'deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
    "beta.kubernetes.io/instance-type": 'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead',
}
_OLD_VOLUMES = {
    "gitRepo": "deprecated in v1.11, and disabled by default in v1.33+",
    "glusterfs": "deprecated in v1.25, non-functional in v1.26+",
    "scaleIO": "deprecated in v1.16, non-functional in v1.22+",
    "flocker": "deprecated in v1.22, non-functional in v1.25+",
    "storageos": "deprecated in v1.22, non-functional in v1.25+",
    "quobyte": "deprecated in v1.22, non-functional in v1.25+",
    "cephfs": "deprecated in v1.28, non-functional in v1.31+",
    "rbd": "deprecated in v1.28, non-functional in v1.31+",
}


def pod_warnings(pod: Fields, path: Path) -> Iterator[Finding]:
    """Warnings for a pod or a template that was accepted."""
    metadata, spec = pod.get("metadata", {}), pod["spec"]
    name = metadata.get("name", "")
    if "." in name:
        detail = "this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is recommended: [must not contain dots]"
        yield Finding((*path, "metadata", "name"), detail)
    here = (*path, "spec")
    for label in spec.get("nodeSelector", {}):
        if label in _OLD_LABELS:
            yield Finding((*here, "nodeSelector", Key(label)), _OLD_LABELS[label], at_key=True)
    for index, volume in enumerate(spec.get("volumes", ())):
        for kind in volume:
            if kind in _OLD_VOLUMES:
                yield Finding((*here, "volumes", index, kind), _OLD_VOLUMES[kind], at_key=True)
    for list_name in ("initContainers", "containers"):
        for index, container in enumerate(spec.get(list_name, ())):
            yield from _container(container, (*here, list_name, index))


def _container(container: Fields, path: Path) -> Iterator[Finding]:
    seen: dict[str, int] = {}
    for index, variable in enumerate(container.get("env", ())):
        name = variable.get("name", "")
        if name in seen:
            yield Finding((*path, "env", index), f'hides previous definition of "{name}", which may be dropped when using apply')
        seen[name] = index
    ports: dict[tuple[object, ...], int] = {}
    for index, port in enumerate(container.get("ports", ())):
        wanted = (port.get("containerPort"), port.get("protocol"), port.get("hostIP", ""), port.get("hostPort", 0))
        if wanted in ports:
            yield Finding((*path, "ports", index), f"duplicate port definition with {path_text((*path, 'ports', ports[wanted]))}")
        ports.setdefault(wanted, index)
    for kind in ("requests", "limits"):
        for name, text in container.get("resources", {}).get(kind, {}).items():
            value = parse_quantity(text)
            if name in ("memory", "ephemeral-storage") and value != value.to_integral_value():
                yield Finding((*path, "resources", kind, Key(name)), f'fractional byte value "{text}" is invalid, must be an integer')
