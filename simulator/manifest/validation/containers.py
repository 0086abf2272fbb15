"""Are a pod's containers ones that the API server accepts? Rules 3 to 11 and 23; what belongs to an area has its own module."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from simulator.manifest.nodes import Finding, Path
from simulator.manifest.validation.environment import environment_findings
from simulator.manifest.validation.hooks import PROBES, lifecycle_findings, probe_findings
from simulator.manifest.validation.messages import duplicate, forbidden, invalid, not_supported, required
from simulator.manifest.validation.names import label_findings
from simulator.manifest.validation.ports import host_port_findings, port_list_findings
from simulator.manifest.validation.resources import resource_findings
from simulator.manifest.validation.restarts import resize_findings, restart_findings
from simulator.manifest.validation.security import container_security_findings
from simulator.manifest.validation.volumes import mount_findings
from simulator.versions import Version

Fields = dict[str, Any]
_PULL_POLICIES = ("Always", "IfNotPresent", "Never")
_MESSAGE_POLICIES = ("FallbackToLogsOnError", "File")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a container's rules need of its pod."""

    version: Version
    restart_policy: str
    grace_seconds: int
    os_name: str
    host_users: bool
    volume_names: dict[str, None]
    trims_images: bool
    """Pods refuse an image with spaces around it, templates do not."""


def container_findings(spec: Fields, path: Path, around: Surroundings) -> Iterator[Finding]:
    """`containers` and `initContainers`."""
    mains, inits = spec.get("containers", []), spec.get("initContainers", [])
    if not mains:
        yield required((*path, "containers"), "", "a pod needs at least one container" if "containers" not in spec else "")
    main_names: set[str] = set()
    for index, container in enumerate(mains):
        here = (*path, "containers", index)
        yield from _common(container, here, around, is_init=False)
        yield from _unique(container, main_names, here)
        yield from probe_findings(container, here)
        yield from lifecycle_findings(container, here, grace=around.grace_seconds, os_name=around.os_name, version=around.version)
        yield from resize_findings(container, here, around.restart_policy, around.version, is_regular_init=False)
    yield from host_port_findings(mains, (*path, "containers"), host_network=spec.get("hostNetwork", False))
    init_names = set(main_names)
    for index, container in enumerate(inits):
        here = (*path, "initContainers", index)
        yield from _common(container, here, around, is_init=True)
        yield from _unique(container, init_names, here)
        yield from _init(container, here, around)


def _unique(container: Fields, names: set[str], path: Path) -> Iterator[Finding]:
    name = container.get("name", "")
    if name and name in names:
        yield duplicate((*path, "name"), name)
    names.add(name)


def _common(container: Fields, path: Path, around: Surroundings, *, is_init: bool) -> Iterator[Finding]:
    name, image = container.get("name", ""), container.get("image", "")
    if not name:
        yield required((*path, "name"))
    else:
        yield from label_findings(name, (*path, "name"))
    if not image:
        yield required((*path, "image"))
    elif around.trims_images and image != image.strip():
        yield invalid((*path, "image"), image, "must not have leading or trailing whitespace")
    if container["imagePullPolicy"] not in _PULL_POLICIES:
        yield not_supported((*path, "imagePullPolicy"), container["imagePullPolicy"], _PULL_POLICIES)
    if container["terminationMessagePolicy"] not in _MESSAGE_POLICIES:
        yield not_supported((*path, "terminationMessagePolicy"), container["terminationMessagePolicy"], _MESSAGE_POLICIES)
    yield from restart_findings(container, path, around.version, is_init=is_init)
    yield from port_list_findings(container, path)
    yield from environment_findings(container, path, around.version)
    yield from mount_findings(container, path, around.volume_names)
    yield from resource_findings(container.get("resources", {}), (*path, "resources"))
    yield from container_security_findings(container, path, host_users=around.host_users)


def _init(container: Fields, path: Path, around: Surroundings) -> Iterator[Finding]:
    """A sidecar may have what a main has; a regular init container runs once and has no life to watch."""
    is_sidecar = container.get("restartPolicy") == "Always"
    if is_sidecar:
        yield from probe_findings(container, path)
        yield from lifecycle_findings(container, path, grace=around.grace_seconds, os_name=around.os_name, version=around.version)
    else:
        for name in ("lifecycle", *PROBES):
            if name in container:
                yield forbidden((*path, name), "may not be set for init containers without restartPolicy=Always")
    yield from resize_findings(container, path, around.restart_policy, around.version, is_regular_init=not is_sidecar)
